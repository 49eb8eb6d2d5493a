// Light or dark: as the system says, until it is chosen in this browser.

import { makeValue } from "./value.js";

const KEPT = "ownplug.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Counts changes of theme, so that charts can take their colours anew. */
export const themeChanges = makeValue(0);

/** "light" or "dark". */
export function theme() {
  return document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
}

/** Change to the other one. */
export function turnTheme() {
  const next = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem(KEPT, next);
  themeChanges.set(themeChanges.get() + 1);
}

/** The colour of a token, such as "acc". */
export const colour = (token) => getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();

system.addEventListener("change", () => themeChanges.set(themeChanges.get() + 1));

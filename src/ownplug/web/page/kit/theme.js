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

/** What was chosen in this browser: "light", "dark", or "system". */
export const chosenTheme = () => document.documentElement.dataset.theme ?? "system";

/** Choose "light", "dark", or what the system says. */
export function chooseTheme(choice) {
  if (choice === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(KEPT);
  } else {
    document.documentElement.dataset.theme = choice;
    localStorage.setItem(KEPT, choice);
  }
  themeChanges.set(themeChanges.get() + 1);
}

/** Change to the other one. */
export const turnTheme = () => chooseTheme(theme() === "dark" ? "light" : "dark");

/** The colour of a token, such as "acc". */
export const colour = (token) => getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();

system.addEventListener("change", () => themeChanges.set(themeChanges.get() + 1));

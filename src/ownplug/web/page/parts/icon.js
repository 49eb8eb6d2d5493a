import { html } from "../kit/html.js";

const sprite = document.getElementById("page").dataset.art;

/** A sign of the sprite, always beside its word. */
export const Icon = ({ name, small = false }) => html`
  <svg class=${small ? "i sm" : "i"} aria-hidden="true"><use href=${`${sprite}#${name}`} /></svg>`;

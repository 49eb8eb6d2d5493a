// Confirmations, with a way back; never an error.

import { html, useRef } from "../kit/html.js";
import { say } from "../kit/text.js";
import { makeValue, useValue } from "../kit/value.js";

const SHOWN_MS = 5000;

const shown = makeValue(null);

/** Confirm something for five seconds. @param {string} words @param {() => void} [undo] */
export function toast(words, undo) {
  shown.set({ words, undo });
}

/** Where they appear. */
export function Toast() {
  const now = useValue(shown);
  const timer = useRef(0);
  const go = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => shown.get() === now && shown.set(null), SHOWN_MS);
  };
  const stay = () => clearTimeout(timer.current);
  if (now) go();
  return html`<div role="status">${now && html`
    <div class="toast" onMouseEnter=${stay} onMouseLeave=${go} onFocusIn=${stay} onFocusOut=${go}>
      <span>${now.words}</span>
      ${now.undo && html`<button type="button" onClick=${() => (shown.set(null), now.undo())}>${say("common.undo")}</button>`}
    </div>`}</div>`;
}

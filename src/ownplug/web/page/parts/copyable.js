import { html, useRef, useState } from "../kit/html.js";
import { say } from "../kit/text.js";

/** A text to take along, with a button that copies it; where the browser forbids that, it is selected. @param {{label: string, text: string}} props */
export function Copyable({ label, text }) {
  const [said, setSaid] = useState("");
  const field = useRef(null);
  const copy = async () => {
    field.current.select();
    try {
      await navigator.clipboard.writeText(text); // is not there over plain HTTP
      setSaid(say("common.copy.done"));
    } catch {
      setSaid(say("common.copy.selected"));
    }
  };
  return html`
    <div class="copyable">
      <label class="field"><span>${label}</span><input class="mono" ref=${field} readonly value=${text} onFocus=${(event) => event.target.select()} /></label>
      <button type="button" class="b" onClick=${copy}>${say("common.copy")}</button>
      <small class="q" role="status">${said}</small>
    </div>`;
}

import { html, useState } from "../kit/html.js";
import { say } from "../kit/text.js";

/**
 * A field for a password, which can be shown, and says so when Caps Lock is on.
 *
 * @param {object} props
 * @param {string} props.label
 * @param {string} props.value
 * @param {(value: string) => void} props.onInput
 * @param {string} props.complete for the browser's own keeper: "current-password", "new-password", "off"
 * @param {number} [props.least] how many characters it has
 * @param {string} [props.note]
 * @param {string} [props.wrong] what is wrong with it
 * @param {any} [props.field] a ref
 */
export function Password({ label, value, onInput, complete, least, note, wrong, field, required = true }) {
  const [isShown, show] = useState(false);
  const [isCaps, setCaps] = useState(false);
  const look = (event) => setCaps(Boolean(event.getModifierState?.("CapsLock")));
  return html`
    <div class="field password">
      <label class="field"><span>${label}</span>
        <input ref=${field} type=${isShown ? "text" : "password"} name=${complete} autocomplete=${complete} autocapitalize="none" spellcheck=${false}
          required=${required} minlength=${least} aria-invalid=${wrong ? "true" : undefined} value=${value}
          onInput=${(event) => onInput(event.target.value)} onKeyDown=${look} onKeyUp=${look} onBlur=${() => setCaps(false)} /></label>
      <button type="button" class="b quiet" aria-pressed=${String(isShown)} onClick=${() => show(!isShown)}>${say("common.password.show")}</button>
      <small role="status" class=${wrong ? "bad" : isCaps ? "warn" : ""}>${wrong || (isCaps ? say("common.password.caps") : note)}</small>
    </div>`;
}

// Which Wi-Fi a plug shall join: chosen from what it hears, or typed.

import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";

/** What is kept of it while a form is filled. */
export const NO_NETWORK = { ssid: "", password: "" };

/**
 * Fields for a network.
 *
 * @param {object} props
 * @param {{ssid: string, password: string}} props.value
 * @param {(value: {ssid: string, password: string}) => void} props.onChange
 * @param {{ssid: string, signal: number | null, is_open: boolean}[]} [props.heard] what the plug hears
 */
export function NetworkFields({ value, onChange, heard }) {
  const change = (name) => (event) => onChange({ ...value, [name]: event.target.value });
  const isKnown = heard?.some(({ ssid }) => ssid === value.ssid);
  return html`
    ${heard?.length > 0 && html`
      <fieldset class="checks heard"><legend class="field">${say("take.network.heard")}</legend>
        ${heard.map(({ ssid, signal, is_open }) => html`<label class="check" key=${ssid}>
          <input type="radio" name="heard" checked=${ssid === value.ssid} onChange=${() => onChange({ ...value, ssid })} />
          <span>${ssid}<small>${[signal !== null && say("take.network.signal", { percent: signal }), is_open && say("take.network.open")].filter(Boolean).join(" · ")}</small></span></label>`)}
      </fieldset>`}
    <label class="field"><span>${say(heard?.length ? "take.network.other" : "take.network.name")}</span>
      <input name="ssid" autocomplete="off" autocapitalize="none" spellcheck=${false} required maxlength="32" value=${value.ssid} onInput=${change("ssid")} />
      ${heard?.length > 0 && value.ssid && !isKnown && html`<small class="warn">${say("take.network.unheard")}</small>`}
      ${!heard && html`<small>${say("take.network.band")}</small>`}</label>
    <label class="field"><span>${say("take.network.password")}</span>
      <input type="password" name="wifi-password" autocomplete="off" maxlength="64" value=${value.password} onInput=${change("password")} />
      <small>${say("take.network.password.hint")}</small></label>`;
}

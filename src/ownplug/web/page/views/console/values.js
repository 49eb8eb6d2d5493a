// Values of settings, as eyes may see them.

import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";

const MASK = "***";

/** A value as eyes may see it. */
export function Shown({ value }) {
  if (value === null) return html`<span class="q">${say("console.value.none")}</span>`;
  if (value === "") return html`<span class="q">${say("console.value.empty")}</span>`;
  return value === MASK ? html`<span aria-label=${say("console.value.secret")} role="img">••••</span>` : value;
}

/** Settings that differ: on the plug, in the file. */
export const Differences = ({ rows, why }) => html`
  <table class="console-kept"><thead><tr><th>${say("console.settings.key")}</th><th>${say("console.compare.plug")}</th><th>${say("console.compare.file")}</th>
      <th>${say(why ? "console.restore.why" : "console.settings.meaning")}</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.key}><th scope="row" class="mono">${row.key}</th><td class="mono" data-label=${say("console.compare.plug")}><${Shown} value=${row.plug} /></td>
      <td class="mono" data-label=${say("console.compare.file")}><${Shown} value=${row.file} /></td><td class="q">${why ? why(row) : row.meaning}</td></tr>`)}</tbody></table>`;

import { joined } from "../kit/format.js";
import { html, useState } from "../kit/html.js";
import { say } from "../kit/text.js";
import { stretchWord } from "./chart_axes.js";

/** The same values as a table, drawn when somebody opens it. */
export function ChartTable({ label, series, stretches, grain, quantity }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <details class="astable" onToggle=${(event) => setOpen(event.target.open)}>
      <summary>${say("common.chart.table")}</summary>
      ${isOpen && html`
        <div class="wide" tabindex="0" role="region" aria-label=${label}><table>
          <thead><tr><th scope="col">${say("common.chart.time")}</th>${series.map(({ name }) => html`<th scope="col" class="r">${name}</th>`)}</tr></thead>
          <tbody>${stretches.map(({ from }, index) => html`<tr key=${from}><th scope="row">${stretchWord(from, grain)}</th>
            ${series.map(({ values }) => html`<td class="r">${values[index] === null || values[index] === undefined ? "\u2014" : joined(quantity(values[index]))}</td>`)}</tr>`)}</tbody>
        </table></div>`}
    </details>`;
}

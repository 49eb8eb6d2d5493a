import { energy, joined, money } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { may } from "../../model/session.js";
import { Quantity } from "../../parts/quantity.js";

/** Used, cost, and how that compares with the period before. */
export function Figures({ use, period }) {
  const change = use && use.beforeWh !== null ? use.total.energy_wh - use.beforeWh : null;
  return html`
    <dl class="kv figures">
      <div><dt>${say(period.isRunning ? "energy.used.so-far" : "energy.used")}</dt><dd class="mid"><${Quantity} of=${energy(use?.total.energy_wh)} /></dd></div>
      ${use?.currency && html`<div><dt>${say("energy.cost")}</dt><dd class="mid">${money(use.total.cost, use.currency)}</dd></div>`}
      ${change !== null && html`<div><dt>${say(`energy.compared.${period.grain}`)}</dt><dd class="mid"><${Quantity} of=${energy(Math.abs(change))} /> <span class="u">${say(change < 0 ? "energy.less" : "energy.more")}</span></dd></div>`}
    </dl>
    ${use && !use.currency && html`<p class="small q">${say("energy.tariff.none")} ${may("admin") && html`<a href="/settings/tariffs">${say("energy.tariff.add")}</a>`}</p>`}`;
}

/** A change in words: more or less than before. @param {{wh: number | null}} props */
export const Change = ({ wh }) => (wh === null ? "\u2014" : `${wh < 0 ? "\u2212" : "+"}${joined(energy(Math.abs(wh)))}`);

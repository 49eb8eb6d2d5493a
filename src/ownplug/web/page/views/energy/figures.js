import { energy, moment, money, month, number, UNKNOWN } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { may } from "../../model/session.js";
import { Quantity } from "../../parts/quantity.js";

const DECIMALS = 2;
const LEAST_KWH = 0.01;
const MANY_KWH = 100;

/** Used, cost, and how that compares with the period before. */
export function Figures({ use, period }) {
  const isCompared = use && use.beforeWh !== null && use.total.energy_wh !== null;
  const change = isCompared ? use.total.energy_wh - use.beforeWh : null;
  return html`
    <dl class="kv figures">
      <div><dt>${say(period.isRunning ? "energy.used.so-far" : "energy.used")}</dt><dd class="mid"><${Quantity} of=${energy(use?.total.energy_wh)} /></dd></div>
      ${use?.currency && html`<div><dt>${say("energy.cost")}</dt><dd class="mid">${costWords(use.total, use.currency)}</dd></div>`}
      ${change !== null && html`<div><dt>${say(`energy.compared.${period.grain}`)}</dt><dd class="mid"><${Quantity} of=${energy(Math.abs(change))} /> <span class="u">${say(change < 0 ? "energy.less" : "energy.more")}</span></dd></div>`}
    </dl>
    ${use?.beforeSince && html`<p class="small q">${say("energy.before.since", { time: use.grain === "month" ? month(use.beforeSince * 1000) : moment(use.beforeSince * 1000) })}</p>`}
    ${use && !use.currency && html`<p class="small q">${say("energy.tariff.none")} ${may("admin") && html`<a href="/settings/tariffs">${say("energy.tariff.add")}</a>`}</p>`}`;
}

/** What it cost, as far as it has a price; a star says that a part has none. @param {{cost: number | null, unpriced_wh: number}} used */
export function costWords({ cost, unpriced_wh }, currency) {
  if (cost === null) return unpriced_wh > 0 ? say("energy.unpriced") : UNKNOWN;
  return `${money(cost, currency)}${unpriced_wh > 0 ? "*" : ""}`;
}

/** A figure of a column whose head says that it is in kWh. */
export function kilowattHours(wh) {
  const kilo = wh / 1000;
  if (kilo > 0 && kilo < LEAST_KWH) return `< ${number(LEAST_KWH, DECIMALS)}`;
  return number(kilo, kilo < MANY_KWH ? DECIMALS : 1);
}

/** What was used more or less than before, in kWh. @param {{wh: number | null}} props */
export function Change({ wh }) {
  if (wh === null) return UNKNOWN;
  const size = Math.abs(wh) / 1000;
  if (size < LEAST_KWH / 2) return number(0, DECIMALS);
  return `${wh < 0 ? "\u2212" : "+"}${number(size, size < MANY_KWH ? DECIMALS : 1)}`;
}

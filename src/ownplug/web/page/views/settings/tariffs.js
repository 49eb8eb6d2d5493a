// Tariffs: what a kilowatt-hour costs, and from which day on.

import { get, remove } from "../../kit/api.js";
import { day, moment, price, startOfDay } from "../../kit/format.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { may } from "../../model/session.js";
import { Ask } from "../../parts/dialog.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { toast } from "../../parts/toast.js";
import { TariffForm } from "./tariff_form.js";
import { PriceTable } from "./tariff_table.js";

/** The section. */
export default function Tariffs() {
  const found = useRead(() => get("/tariffs"), []);
  const { value } = found;
  return html`
    <p class="text">${say("tariffs.text")}</p>
    ${found.problem && html`<${Failure} problem=${found.problem} title=${say("tariffs.failed")} again=${found.again} />`}
    ${!value && !found.problem && html`<${Loading} what=${say("tariffs.loading")} />`}
    ${value && (value.tariffs.length
      ? html`<ul class="panel rows">${value.tariffs.map((tariff) => html`<${Tariff} key=${tariff.from} tariff=${tariff} currency=${value.currency} onGone=${found.again} />`)}</ul>`
      : html`<p class="q">${say("tariffs.none")}</p>`)}
    ${value?.prices && html`<p class="small q">${say("tariffs.prices", { from: moment(value.prices.from), to: moment(value.prices.to), count: value.prices.count })}</p>`}
    ${value && may("admin") && html`<${TariffForm} currency=${value.currency} onMade=${found.again} /><${PriceTable} currency=${value.currency} onMade=${found.again} />`}`;
}

function Tariff({ tariff, currency, onGone }) {
  const [isAsked, ask] = useState(false);
  const from = day(startOfDay(tariff.from));
  const act = async () => {
    await remove(`/tariffs/${tariff.from}`);
    toast(say("tariffs.gone", { from }));
    onGone();
  };
  return html`<li>
    <div class="person"><div><b>${rateWords(tariff.rate, currency)}</b><div class="small q">${tariff.to ? say("tariffs.span", { from, to: day(startOfDay(tariff.to)) }) : say("tariffs.since", { from })}</div></div>
      ${may("admin") && html`<button type="button" class="b danger" aria-label=${say("tariffs.remove", { from })} onClick=${() => ask(true)}>${say("common.delete")}</button>`}</div>
    ${isAsked && html`<${Ask} title=${say("tariffs.ask.title", { from })} verb=${say("tariffs.remove", { from })} act=${act} onClose=${() => ask(false)}>${say("tariffs.ask.text")}<//>`}</li>`;
}

function rateWords(rate, currency) {
  if (rate.kind === "flat") return say("tariffs.flat", { price: price(rate.price_per_kwh, currency) });
  if (rate.kind === "hourly") return say("tariffs.hourly");
  return say("tariffs.day-night", {
    day: price(rate.day_price_per_kwh, currency), night: price(rate.night_price_per_kwh, currency), from: rate.night_from, to: rate.night_to,
  });
}

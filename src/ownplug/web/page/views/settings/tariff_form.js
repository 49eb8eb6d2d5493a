// A tariff is said: one price, or one by day and one at night, from a day on.

import { put } from "../../kit/api.js";
import { isoDay } from "../../kit/format.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";
import { Tabs } from "../../parts/tabs.js";
import { toast } from "../../parts/toast.js";

const KINDS = ["flat", "day-night", "hourly"];
const PRICES = { flat: ["price"], "day-night": ["day", "night"], hourly: [] };

/** @param {{currency: string | null, onMade: () => void}} props */
export function TariffForm({ currency, onMade }) {
  const [form, setForm] = useState({
    kind: "flat", from: isoDay(new Date()), currency: "EUR", price: "", day: "", night: "", night_from: "22:00", night_to: "06:00",
  });
  const [wrong, setWrong] = useState([]); // fields whose text is no price
  const { isBusy, problem, run, forget } = useDeed();
  const set = (name) => (event) => {
    setForm({ ...form, [name]: event.target.value });
    setWrong(wrong.filter((each) => each !== name));
  };
  const submit = async (event) => {
    event.preventDefault();
    const unread = PRICES[form.kind].filter((name) => amount(form[name]) === null);
    setWrong(unread);
    if (unread.length) {
      forget();
      event.target.elements[unread[0]].focus();
      return;
    }
    const done = await run(async () => {
      await put(`/tariffs/${form.from}`, { currency: currency ?? form.currency.trim().toUpperCase(), rate: rateOf(form) });
      return true;
    });
    if (!done) return;
    toast(say("tariffs.made"));
    onMade();
  };
  const field = (name, props) => html`<label class="field"><span>${say(`tariffs.field.${name}`)}</span><input required name=${name} value=${form[name]} onInput=${set(name)} ...${props} />
    ${wrong.includes(name) && html`<small class="bad" role="alert">${say("tariffs.price.wrong", { text: form[name] })}</small>`}</label>`;
  const price = (name) => field(name, { inputmode: "decimal", autocomplete: "off", "aria-invalid": wrong.includes(name) ? "true" : undefined });
  return html`
    <form class="panel pad stack" onSubmit=${submit}>
      <div class="head"><h2>${say("tariffs.new")}</h2>
        <${Tabs} label=${say("tariffs.kind")} options=${KINDS.map((kind) => [kind, say(`tariffs.kind.${kind}`)])} value=${form.kind} onChoose=${(kind) => setForm({ ...form, kind })} /></div>
      <div class="tariff-fields">
        ${field("from", { type: "date" })}
        ${!currency && field("currency", { maxlength: 3, autocomplete: "off" })}
        ${form.kind === "flat" && price("price")}
        ${form.kind === "day-night" && html`${price("day")}${price("night")}${field("night_from", { type: "time" })}${field("night_to", { type: "time" })}`}
      </div>
      ${form.kind === "hourly" && html`<p class="q">${say("tariffs.hourly.text")}</p>`}
      ${problem && html`<${Failure} problem=${problem} title=${say("tariffs.refused")} />`}
      <${DeedButton} kind="pri" isBusy=${isBusy}>${say("tariffs.save")}<//>
    </form>`;
}

function rateOf({ kind, price, day, night, night_from, night_to }) {
  if (kind === "flat") return { kind, price_per_kwh: amount(price) };
  if (kind === "hourly") return { kind };
  return { kind, day_price_per_kwh: amount(day), night_price_per_kwh: amount(night), night_from, night_to };
}

// As people write it, with a comma or a point; null where it is no number.
function amount(text) {
  const value = Number(text.trim().replace(",", ".") || "none");
  return Number.isFinite(value) ? value : null;
}

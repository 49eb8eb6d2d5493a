// What is measured now: power with its age, voltage, current, and what the day has used.

import { current, energy, exactClock, moment, money, power, span, voltage } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { eachSecond } from "../../kit/ticker.js";
import { useValue } from "../../kit/value.js";
import { today } from "../../model/today.js";
import { isOld, wattsOf } from "../../parts/plug_row.js";
import { Quantity } from "../../parts/quantity.js";
import { Scale } from "../../parts/scale.js";

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const NONE = { figure: "\u2014", unit: "" };

/** @param {{plug: any}} props */
export function Reading({ plug }) {
  const used = useValue(today);
  const own = used?.plugs.get(plug.uuid);
  const watts = wattsOf(plug);
  const isOut = isOld(plug);
  const why = say("common.w.unknown", { reason: plug.reason });
  const reading = plug.availability === "online" ? plug.reading : null;
  const costs = own?.cost ?? (used?.currency ? 0 : null);
  return html`
    <section class="panel pad reading" aria-label=${say("plug.reading")} data-old=${String(isOut)}>
      <div class="values">
        <div><small class="q"><${Age} plug=${plug} /></small><div class="big"><${Quantity} of=${power(watts)} old=${isOut} why=${why} /></div></div>
        <dl class="kv">
          <div><dt>${say("plug.voltage")}</dt><dd class="mid"><${Quantity} of=${reading ? voltage(reading.voltage_v) : NONE} old=${isOut} why=${why} /></dd></div>
          <div><dt>${say("plug.current")}</dt><dd class="mid"><${Quantity} of=${reading ? current(reading.current_a) : NONE} old=${isOut} why=${why} /></dd></div>
          <div><dt>${say("plug.today")}</dt><dd class="mid"><${Quantity} of=${used ? energy(own?.energy_wh ?? 0) : NONE} why=${say("plug.today.unknown")} /></dd></div>
          ${used?.currency && html`<div><dt>${say("plug.cost")}</dt><dd class="mid">${money(costs, used.currency)}</dd></div>`}
        </dl>
      </div>
      <${Scale} watts=${watts} highest=${used?.peaks.get(plug.uuid)?.power_w} limit=${plug.safeguards.limit?.power_w} named />
    </section>`;
}

// How old the reading is; what is older than three questions of the hub has its time instead.
function Age({ plug }) {
  const now = useValue(eachSecond);
  if (!plug.reading) return say("plug.age.never");
  const at = new Date(plug.reading.at);
  if (plug.availability !== "online" || isOld(plug)) return say("plug.age.old", { time: now - at < DAY_MS ? exactClock(at) : moment(at) });
  return say("plug.age", { span: span(Math.max(0, Math.round((now - at) / SECOND_MS))) });
}

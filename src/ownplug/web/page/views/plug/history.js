// What a plug used: live, of a day, a week, a month or a year; the period stands in the address.

import { day, energy, isoDay, joined, money, moment, power, startOfDay } from "../../kit/format.js";
import { html, useEffect, useMemo } from "../../kit/html.js";
import { bindKeys } from "../../kit/keys.js";
import { reach } from "../../kit/live.js";
import { goQuery } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { LazyChart } from "../../parts/lazy_chart.js";
import { useRead } from "../../parts/read.js";
import { Failure } from "../../parts/states.js";
import { Tabs } from "../../parts/tabs.js";
import { ChartKey, Corrections } from "./chart_words.js";
import { LiveChart } from "./live_chart.js";
import { earlier, GRAINS, landing, later, makePeriod, periodOf, periodTitle, queryOf } from "../../model/periods.js";
import { readHistory } from "./readings.js";
import { YearLine } from "./year_line.js";

const AGAIN_MS = 30_000;
const CHART_PX = 260;
const DAY_S = 86_400;
const FINER = { month: "day", week: "day", year: "month" };
const NOTHING = { kind: "line", grain: "minute", times: [], values: [], gaps: [], nights: [], nightPrice: null, corrections: [], total: null, currency: null };

/** The chart of the period that the address names. @param {{plug: any, query: URLSearchParams}} props */
export function HistoryPanel({ plug, query }) {
  const period = usePeriod(query);
  const before = earlier(period);
  const after = later(period);
  const isLive = period.grain === "live";
  const move = (to) => to && goQuery(queryOf(to));
  useEffect(() => bindKeys(isLive ? {} : { "[": () => move(before), "]": () => move(after) }));
  const choose = (grain) => goQuery(grain === "live" ? { grain, on: null } : queryOf(makePeriod(grain, isLive ? isoDay(new Date()) : landing(period))));
  return html`
    <section class="panel pad" aria-labelledby="period-title">
      <div class="head">
        <h2 id="period-title" aria-live="polite">${periodTitle(period)}</h2>
        <${Tabs} label=${say("common.period")} options=${GRAINS.map((grain) => [grain, say(`common.grain.${grain}`)])} value=${period.grain} onChoose=${choose} />
      </div>
      ${isLive ? html`<${LiveChart} plug=${plug} />` : html`<${PeriodChart} plug=${plug} period=${period} />`}
      ${period.grain === "year" && html`<${YearLine} plug=${plug} period=${period} />`}
      ${!isLive && html`<div class="row moves">
        <button type="button" class="b" onClick=${() => move(before)} aria-keyshortcuts="[">${say("common.period.earlier")}</button>
        <button type="button" class="b" onClick=${() => move(after)} disabled=${!after} aria-keyshortcuts="]">${say("common.period.later")}</button>
        ${!period.isRunning && html`<button type="button" class="b quiet" onClick=${() => move(makePeriod(period.grain, isoDay(new Date())))}>${say("common.period.now")}</button>`}
      </div>`}
    </section>`;
}

/** The month, day by day; a bar leads to its day. @param {{plug: any}} props */
export function MonthPanel({ plug }) {
  const today = isoDay(new Date());
  const period = useMemo(() => makePeriod("month", today), [today]);
  return html`
    <section class="panel pad" aria-labelledby="month-title">
      <div class="head"><h2 id="month-title">${periodTitle(period)}</h2></div>
      <${PeriodChart} plug=${plug} period=${period} height=${200} />
    </section>`;
}

function PeriodChart({ plug, period, height = CHART_PX }) {
  const { state } = useValue(reach);
  const read = useRead(() => readHistory(plug, period), [plug.uuid, period.grain, period.first, period.isRunning, state], period.isRunning ? AGAIN_MS : undefined);
  const shown = useShown(read.value, period);
  const limit = plug.safeguards.limit?.power_w;
  const series = useMemo(() => [{ name: say(shown.kind === "line" ? "plug.chart.power" : "plug.chart.energy"), series: 1, values: shown.values }], [shown]);
  const marks = useMemo(() => markedOf(shown), [shown]);
  const running = period.isRunning && shown.kind === "bars" ? shown.times.findLast((at) => at <= Date.now() / 1000) : undefined;
  const onChoose = FINER[period.grain] && ((at) => goQuery(queryOf(makePeriod(FINER[period.grain], isoDay(new Date(at * 1000))))));
  return html`
    <${Sums} of=${shown} period=${period} plug=${plug} />
    ${read.problem && html`<${Failure} problem=${read.problem} title=${say("plug.chart.failed")} again=${read.again} />`}
    <figure>
      <${LazyChart} kind=${shown.kind} height=${height} label=${say(`plug.chart.label.${shown.kind}`, { period: periodTitle(period) })} unit=${shown.kind === "line" ? "W" : "kWh"}
        quantity=${shown.kind === "line" ? power : energy} times=${shown.times} series=${series} from=${period.from} to=${period.to} grain=${shown.grain}
        gaps=${shown.gaps} nights=${shown.nights} limit=${shown.kind === "line" ? limit : undefined} marks=${marks} running=${running} onChoose=${onChoose} />
      <${ChartKey} of=${shown} limit=${limit} isRunning=${running !== undefined} />
    </figure>
    <${Corrections} of=${shown.corrections} />`;
}

// What was read of this period; nothing while another one's values are still there.
const useShown = (value, { grain, first }) => (value?.of === `${grain} ${first}` ? value : NOTHING);

function Sums({ of, period, plug }) {
  const { total, currency } = of;
  if (!total) return html`<p class="sums q">${of === NOTHING ? "\u00a0" : nothingWords(period, plug)}</p>`;
  const days = Math.max(1, Math.round((Math.min(period.to, Date.now() / 1000) - period.from) / DAY_S));
  return html`<p class="sums"><span><b>${joined(energy(total.energy_wh))}</b> ${period.isRunning && say("plug.sums.so-far")}</span>
    ${currency && html`<span><b>${money(total.cost, currency)}</b></span>`}
    ${period.grain !== "day" && html`<span>${say("plug.sums.daily", { energy: joined(energy(total.energy_wh / days)) })}</span>`}</p>`;
}

function nothingWords(period, plug) {
  const cameAt = new Date(plug.registered_at);
  return cameAt / 1000 >= period.to ? say("plug.sums.before", { day: day(cameAt) }) : say("plug.sums.nothing", { time: moment(cameAt) });
}

// The bars whose days were corrected.
function markedOf({ kind, grain, times, corrections }) {
  if (kind !== "bars" || grain === "hour") return [];
  const begins = corrections.map(({ day: on }) => startOfDay(grain === "month" ? `${on.slice(0, 7)}-01` : on) / 1000);
  return [...new Set(begins)].filter((at) => times.includes(at)).map((at) => ({ at }));
}

function usePeriod(query) {
  const text = `${query.get("grain")} ${query.get("on")} ${isoDay(new Date())}`;
  return useMemo(() => periodOf(query), [text]);
}

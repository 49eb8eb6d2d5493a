// Energy: who used what, in a day, a week, a month or a year, beside the period before.

import { energy, isoDay } from "../../kit/format.js";
import { html, useEffect, useMemo } from "../../kit/html.js";
import { bindKeys } from "../../kit/keys.js";
import { reach } from "../../kit/live.js";
import { goQuery } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { earlier, landing, later, makePeriod, periodOf, periodTitle, queryOf } from "../../model/periods.js";
import { loadPlugs, loadState, plugs } from "../../model/plugs.js";
import { may } from "../../model/session.js";
import { LazyChart } from "../../parts/lazy_chart.js";
import { useRead } from "../../parts/read.js";
import { Empty, Failure, Loading } from "../../parts/states.js";
import { Tabs } from "../../parts/tabs.js";
import { useTitle } from "../../parts/title.js";
import { Corrected, marksOf, readCorrected } from "./corrected.js";
import { Figures } from "./figures.js";
import { readUse } from "./use.js";
import { Users } from "./users.js";

const GRAINS = ["day", "week", "month", "year"];
const PARTS = ["plug", "room"];
const AGAIN_MS = 60_000;
const CHART_PX = 260;
const FINER = { week: "day", month: "day", year: "month" };

/** The view. */
export default function Energy({ place }) {
  useTitle(say("energy.title"));
  const all = useValue(plugs);
  const state = useValue(loadState);
  if (state === "ready" && all.length) return html`<${Used} all=${all} query=${place.query} />`;
  return html`
    <div class="bar"><h1>${say("energy.title")}</h1></div>
    ${state === "ready" ? html`<${Nobody} />` : typeof state === "object" ? html`<${Failure} problem=${state} title=${say("energy.failed")} again=${loadPlugs} />` : html`<${Loading} what=${say("energy.loading")} />`}`;
}

const Nobody = () => html`
  <${Empty} title=${say("energy.empty.title")}
    actions=${may("admin") && html`<a class="b pri" href="/take-home">${say("energy.empty.real")}</a><a class="b" href="/lab">${say("energy.empty.virtual")}</a>`}>
    ${say("energy.empty.text")}
  <//>`;

function Used({ all, query }) {
  const period = usePeriod(query);
  const by = PARTS.includes(query.get("by")) ? query.get("by") : "plug";
  const { state } = useValue(reach);
  const read = useRead(() => readUse(period, by, all), [period.grain, period.first, by, all, state], period.isRunning ? AGAIN_MS : undefined);
  const righted = useRead(() => readCorrected(all, period), [period.grain, period.first, all, state]);
  const use = read.value?.of === `${period.grain} ${period.first} ${by}` ? read.value : null;
  const corrected = righted.value?.of === `${period.grain} ${period.first}` ? righted.value : null;
  const problem = read.problem ?? righted.problem;
  const again = () => [read, righted].forEach((each) => each.again());
  const move = (to) => to && goQuery(queryOf(to));
  useEffect(() => bindKeys({ "[": () => move(earlier(period)), "]": () => move(later(period)) }));
  return html`
    <div class="bar energy-bar"><h1>${say("energy.title")}</h1><div class="end"><${Tabs} label=${say("common.period")} value=${period.grain}
      options=${GRAINS.map((grain) => [grain, say(`common.grain.${grain}`)])} onChoose=${(grain) => move(makePeriod(grain, landing(period)))} /></div></div>
    <div class="stack">
      <section class="panel pad" aria-labelledby="energy-period">
        <div class="head"><h2 id="energy-period" aria-live="polite">${periodTitle(period)}</h2><div class="row">
          <button type="button" class="b" aria-keyshortcuts="[" onClick=${() => move(earlier(period))}>${say("common.period.earlier")}</button>
          <button type="button" class="b" aria-keyshortcuts="]" disabled=${!later(period)} onClick=${() => move(later(period))}>${say("common.period.later")}</button></div></div>
        ${problem && html`<${Failure} problem=${problem} title=${say("energy.failed")} again=${again} />`}
        ${!use && !problem && html`<${Loading} what=${say("energy.loading")} />`}
        <${Figures} use=${use} period=${period} />
        <${Stacks} use=${use} period=${period} corrected=${corrected} />
        <${Corrected} of=${corrected} />
      </section>
      ${use && html`<${Users} use=${use} period=${period} by=${by} onBy=${(next) => goQuery({ by: next === "plug" ? null : next })} />`}
    </div>`;
}

const NOTHING = { times: [], series: [], before: [], grain: "day" };

function Stacks({ use, period, corrected }) {
  const { times, series, before, grain } = use ?? NOTHING;
  const marks = useMemo(() => (corrected ? marksOf(corrected, grain).filter(({ at }) => times.includes(at)) : []), [corrected, grain, times]);
  const running = period.isRunning ? times.findLast((at) => at <= Date.now() / 1000) : undefined;
  const onChoose = FINER[period.grain] && ((at) => goQuery(queryOf(makePeriod(FINER[period.grain], isoDay(new Date(at * 1000))))));
  return html`
    <figure>
      <${LazyChart} kind="bars" height=${CHART_PX} label=${say("energy.chart", { period: periodTitle(period) })} unit="kWh" quantity=${energy}
        times=${times} series=${series} before=${before} from=${period.from} to=${period.to} grain=${grain} marks=${marks} running=${running} onChoose=${onChoose} />
      <figcaption class="key">
        ${series.map(({ name, series: number }) => html`<span key=${number}><i class="sq" data-series=${number}></i>${name}</span>`)}
        ${before.some((value) => value !== null) && html`<span><svg viewBox="0 0 14 14" aria-hidden="true"><path class="before" d="M0 7h14" /></svg>${say(`energy.before.${period.grain}`)}</span>`}
        ${marks.length > 0 && html`<span><svg viewBox="0 0 14 14" aria-hidden="true"><path class="corrected" d="M7 1.5 12.5 7 7 12.5 1.5 7z" /></svg>${say("energy.key.corrected")}</span>`}
        ${running !== undefined && html`<span><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="running" x="1" y="1" width="12" height="12" /></svg>${say("energy.key.running")}</span>`}
      </figcaption>
    </figure>`;
}

function usePeriod(query) {
  const text = `${query.get("grain")} ${query.get("on")} ${isoDay(new Date())}`;
  return useMemo(() => periodOf(query, GRAINS, "week"), [text]);
}

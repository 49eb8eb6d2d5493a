// Energy: who used what, in a day, a week, a month or a year, beside the period before.

import { energy, isoDay } from "../../kit/format.js";
import { html, useEffect, useMemo } from "../../kit/html.js";
import { bindKeys } from "../../kit/keys.js";
import { reach } from "../../kit/live.js";
import { goQuery } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { earlier, landing, later, makePeriod, periodOf, periodTitle, queryOf } from "../../model/periods.js";
import { plugs } from "../../model/plugs.js";
import { LazyChart } from "../../parts/lazy_chart.js";
import { useRead } from "../../parts/read.js";
import { Empty, Failure, Loading } from "../../parts/states.js";
import { Tabs } from "../../parts/tabs.js";
import { useTitle } from "../../parts/title.js";
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
  const period = usePeriod(place.query);
  const by = PARTS.includes(place.query.get("by")) ? place.query.get("by") : "plug";
  const all = useValue(plugs);
  const { state } = useValue(reach);
  const read = useRead(() => readUse(period, by, all), [period.grain, period.first, by, all, state], period.isRunning ? AGAIN_MS : undefined);
  const use = read.value?.of === `${period.grain} ${period.first} ${by}` ? read.value : null;
  const move = (to) => to && goQuery(queryOf(to));
  useEffect(() => bindKeys({ "[": () => move(earlier(period)), "]": () => move(later(period)) }));
  return html`
    <div class="bar"><h1>${say("energy.title")}</h1><div class="end"><${Tabs} label=${say("common.period")} value=${period.grain}
      options=${GRAINS.map((grain) => [grain, say(`common.grain.${grain}`)])} onChoose=${(grain) => move(makePeriod(grain, landing(period)))} /></div></div>
    <div class="stack">
      <section class="panel pad" aria-labelledby="energy-period">
        <div class="head"><h2 id="energy-period">${periodTitle(period)}</h2><div class="row">
          <button type="button" class="b" aria-keyshortcuts="[" onClick=${() => move(earlier(period))}>${say("common.period.earlier")}</button>
          <button type="button" class="b" aria-keyshortcuts="]" disabled=${!later(period)} onClick=${() => move(later(period))}>${say("common.period.later")}</button></div></div>
        ${read.problem && html`<${Failure} problem=${read.problem} title=${say("energy.failed")} again=${read.again} />`}
        ${!use && !read.problem && html`<${Loading} what=${say("energy.loading")} />`}
        <${Figures} use=${use} period=${period} />
        <${Stacks} use=${use} period=${period} />
      </section>
      ${use && !use.total.energy_wh && !all.length && html`<${Empty} title=${say("energy.empty.title")}>${say("energy.empty.text")}<//>`}
      ${use && html`<${Users} use=${use} period=${period} by=${by} onBy=${(next) => goQuery({ by: next === "plug" ? null : next })} />`}
    </div>`;
}

const NOTHING = { times: [], series: [], before: [], grain: "day" };

function Stacks({ use, period }) {
  const { times, series, before, grain } = use ?? NOTHING;
  const running = period.isRunning ? times.findLast((at) => at <= Date.now() / 1000) : undefined;
  const onChoose = FINER[period.grain] && ((at) => goQuery(queryOf(makePeriod(FINER[period.grain], isoDay(new Date(at * 1000))))));
  return html`
    <figure>
      <${LazyChart} kind="bars" height=${CHART_PX} label=${say("energy.chart", { period: periodTitle(period) })} unit="kWh" quantity=${energy}
        times=${times} series=${series} before=${before} from=${period.from} to=${period.to} grain=${grain} running=${running} onChoose=${onChoose} />
      <figcaption class="key">
        ${series.map(({ name, series: number }) => html`<span key=${name}><i class="sq" data-series=${number}></i>${name}</span>`)}
        ${before.some((value) => value !== null) && html`<span><svg viewBox="0 0 14 14" aria-hidden="true"><path class="before" d="M0 7h14" /></svg>${say(`energy.before.${period.grain}`)}</span>`}
      </figcaption>
    </figure>`;
}

function usePeriod(query) {
  const text = `${query.get("grain")} ${query.get("on")} ${isoDay(new Date())}`;
  return useMemo(() => periodOf(query, GRAINS, "week"), [text]);
}

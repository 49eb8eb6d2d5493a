// A year hour by hour: when in the day and in the year a plug uses much.

import { get } from "../../kit/api.js";
import { power } from "../../kit/format.js";
import { html, useMemo } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { periodTitle } from "../../model/periods.js";
import { LazyChart } from "../../parts/lazy_chart.js";
import { useRead } from "../../parts/read.js";
import { Failure } from "../../parts/states.js";

const HOUR_S = 3600;
const CHART_PX = 200;

/** The mean power of each hour of a year. @param {{plug: any, period: import("../../model/periods.js").Period}} props */
export function YearLine({ plug, period }) {
  const read = useRead(() => get(`/plugs/${plug.uuid}/energy`, { grain: "hour", from: period.first, to: period.last }), [plug.uuid, period.first]);
  const times = read.value?.start_s ?? [];
  const series = useMemo(() => [{ name: say("plug.chart.power"), series: 1, values: (read.value?.energy_wh ?? []).map((wh, index) => meanWatts(wh, read.value.covered_s[index])) }], [read.value]);
  return html`
    <h3>${say("plug.year.line")}</h3>
    ${read.problem && html`<${Failure} problem=${read.problem} title=${say("plug.chart.failed")} again=${read.again} />`}
    <${LazyChart} kind="line" height=${CHART_PX} label=${`${say("plug.year.line")}, ${periodTitle(period)}`} unit="W" quantity=${power}
      times=${times} series=${series} from=${period.from} to=${period.to} grain="hour" hasTable=${false} />`;
}

// Of an hour that was measured in part only, over that part; of one that a plug's own day filled, over all of it.
const meanWatts = (wh, covered_s) => (wh * HOUR_S) / (covered_s > 0 ? Math.min(covered_s, HOUR_S) : HOUR_S);

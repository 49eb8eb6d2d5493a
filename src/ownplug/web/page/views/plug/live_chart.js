// The last ten minutes of power, as they pass.

import { joined, power } from "../../kit/format.js";
import { html, useEffect, useMemo, useState } from "../../kit/html.js";
import { onEvent, reach } from "../../kit/live.js";
import { say } from "../../kit/text.js";
import { eachSecond } from "../../kit/ticker.js";
import { useValue } from "../../kit/value.js";
import { wattsOf } from "../../parts/plug_row.js";
import { LazyChart } from "../../parts/lazy_chart.js";
import { useRead } from "../../parts/read.js";
import { Failure } from "../../parts/states.js";
import { ChartKey } from "./chart_words.js";
import { liveWindow } from "../../model/periods.js";
import { readSamples } from "./readings.js";

const CHART_PX = 260;
const PLAIN = { kind: "line", grain: "live", gaps: [], nights: [], nightPrice: null, corrections: [] };

/** @param {{plug: any}} props */
export function LiveChart({ plug }) {
  const now = useValue(eachSecond);
  const { state } = useValue(reach);
  const range = liveWindow(now);
  const read = useRead(() => readSamples(plug.uuid, liveWindow(Date.now())), [plug.uuid, state]);
  const heard = useHeard(plug.uuid, state);
  const { times, values } = useMemo(() => joinedColumns(read.value, heard, range.from), [read.value, heard, now]);
  const limit = plug.safeguards.limit?.power_w;
  const series = useMemo(() => [{ name: say("plug.chart.power"), series: 1, values }], [values]);
  const highest = values.length ? Math.max(...values) : null;
  return html`
    <p class="sums"><span><b>${joined(power(wattsOf(plug)))}</b> ${say("plug.sums.now")}</span><span>${say("plug.sums.highest", { power: joined(power(highest)) })}</span></p>
    ${read.problem && html`<${Failure} problem=${read.problem} title=${say("plug.chart.failed")} again=${read.again} />`}
    <figure>
      <${LazyChart} kind="line" height=${CHART_PX} label=${say("plug.chart.label.live")} unit="W" quantity=${power} times=${times} series=${series}
        from=${range.from} to=${range.to} grain="live" limit=${limit} />
      <${ChartKey} of=${PLAIN} limit=${limit} />
    </figure>`;
}

// What was measured while somebody looks; read anew when the hub is back.
function useHeard(uuid, state) {
  const [heard, setHeard] = useState([]);
  useEffect(() => {
    setHeard([]);
    return onEvent((event) => {
      if (event.event !== "power-read" || event.uuid !== uuid) return;
      const at = new Date(event.reading.at) / 1000;
      const oldest = liveWindow(Date.now()).from;
      setHeard((before) => [...before.filter((each) => each.at > oldest), { at, watts: event.reading.power_w }]);
    });
  }, [uuid, state]);
  return heard;
}

function joinedColumns(read, heard, from) {
  const known = (read?.times ?? []).map((at, index) => ({ at, watts: read.values[index] }));
  const last = known.at(-1)?.at ?? 0;
  const shown = [...known, ...heard.filter(({ at }) => at > last + 0.001)].filter(({ at }) => at >= from);
  return { times: shown.map(({ at }) => at), values: shown.map(({ watts }) => watts) };
}

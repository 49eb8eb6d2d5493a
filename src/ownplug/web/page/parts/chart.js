// A chart with units, readable axes and a cursor for finger, mouse and keys. It is loaded when all else is drawn.

import { joined } from "../kit/format.js";
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "../kit/html.js";
import { say } from "../kit/text.js";
import { themeChanges } from "../kit/theme.js";
import uPlot from "../vendor/uplot.js";
import { horizontalTicks, stretchWord, verticalAxis } from "./chart_axes.js";
import { paintBars, paintEnd, paintGrounds, paintLimit, palette } from "./chart_paint.js";
import { ChartTable } from "./chart_table.js";

const AXIS_PX = 54;
const FOOT_PX = 26;
const HEAD_PX = 24; // for the unit and the cursor's words
const SIDE_PX = 22; // half of the last label
const FONT = '12.5px "Segoe UI", -apple-system, Inter, Roboto, "Noto Sans", system-ui, sans-serif';
const GRAIN_S = { live: 1, minute: 60, hour: 3600, day: 86_400, week: 7 * 86_400, month: 31 * 86_400 };
const HOLE = 1.5; // stretches without an entry break the line
const LIVE_HOLE_S = 95; // three times as long as the hub waits between two readings
const NEAR_LIMIT = 1.6; // a limit far above all values would flatten them
const FAR_KEYS = 10;
const LOW_PX = 180; // fewer lines where there is less room

/**
 * @param {object} props
 * @param {"line" | "bars"} props.kind
 * @param {string} props.label its accessible name
 * @param {string} props.unit "W"; "kWh" for values in Wh; another is shown as it is
 * @param {(value: number) => import("../kit/format.js").Quantity} props.quantity
 * @param {number} props.height px
 * @param {number[]} props.times Unix seconds at which stretches begin
 * @param {{name: string, series: number, values: (number | null)[]}[]} props.series in stacking order; a line is one
 * @param {number} props.from Unix seconds, of what is shown
 * @param {number} props.to
 * @param {string} props.grain "live", "minute", "hour", "day", "week", "month"
 * @param {{from: number, to: number}[]} [props.gaps] hatched
 * @param {{from: number, to: number}[]} [props.nights] on darker ground
 * @param {number} [props.limit] watts
 * @param {{at: number}[]} [props.marks] corrected stretches, by their beginning
 * @param {number} [props.running] the beginning of the bar that is not over
 * @param {(number | null)[]} [props.before] what the period before had
 * @param {boolean} [props.hasTable]
 * @param {(time: number) => void} [props.onChoose] a stretch was pressed
 */
export function Chart(props) {
  const { label, height, hasTable = true } = props;
  const box = useRef(null);
  const chart = useRef(null);
  const latest = useRef(null);
  const [spot, setSpot] = useState(null); // {index, left, byKey}
  const hint = useId();
  latest.current = prepared(props);

  useLayoutEffect(() => {
    const plot = make(box.current, height, latest, (index) => setSpot(index === null ? null : { index, left: left(plot, latest.current, index) }));
    chart.current = plot;
    const sizes = new ResizeObserver(([{ contentRect }]) => contentRect.width && plot.setSize({ width: contentRect.width, height: height + HEAD_PX }));
    sizes.observe(box.current);
    const endTheme = themeChanges.listen(() => plot.redraw(false));
    return () => {
      sizes.disconnect();
      endTheme();
      plot.destroy();
    };
  }, [props.kind, height]);
  useEffect(() => {
    chart.current.setData(latest.current.data);
  }, [props.times, props.series, props.from, props.to, props.gaps, props.nights, props.limit, props.marks, props.before, props.running]);

  const move = (index) => {
    const { stretches } = latest.current;
    const to = Math.max(0, Math.min(stretches.length - 1, index));
    if (stretches.length) setSpot({ index: to, left: left(chart.current, latest.current, to), byKey: true });
  };
  const pressed = (event) => {
    const far = event.shiftKey ? FAR_KEYS : 1;
    const last = latest.current.stretches.length - 1;
    const steps = { ArrowLeft: (spot?.index ?? last + 1) - far, ArrowRight: (spot?.index ?? -1) + far, Home: 0, End: last };
    if (event.key in steps) move(steps[event.key]);
    else if (event.key === "Escape" && spot) setSpot(null);
    else if (event.key === "Enter" && spot && props.onChoose) props.onChoose(latest.current.stretches[spot.index].from);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const words = spot && spotWords(latest.current, props, spot.index);
  return html`
    <div class="chart">
      <div class="plot" ref=${box} style=${{ height: `${height + HEAD_PX}px` }} tabindex="0" role="group" aria-label=${label} aria-describedby=${hint}
        onKeyDown=${pressed} onBlur=${() => setSpot(null)}
        onClick=${() => spot && props.onChoose?.(latest.current.stretches[spot.index].from)}>
        ${words && html`<div class="cursor" style=${{ left: `${spot.left}px`, height: `${height - FOOT_PX}px`, top: `${HEAD_PX}px` }}></div>
          <div class="tip" style=${{ left: `${spot.left}px` }} data-side=${side(spot.left, chart.current?.width)}>${words}</div>`}
      </div>
      <span class="unseen" id=${hint}>${say("common.chart.keys")}</span>
      <span class="unseen" role="status">${spot?.byKey ? words : ""}</span>
      ${hasTable && html`<${ChartTable} ...${props} stretches=${latest.current.stretches} />`}
    </div>`;
}

// What is drawn, from what is given: stretches with their ends, and columns in which what is not known is a hole.
function prepared(props) {
  const { kind, times, series, to, grain, limit, before } = props;
  const step = GRAIN_S[grain];
  const stretches = times.map((begin, index) => {
    const end = Math.min(times[index + 1] ?? to, begin + step * (grain === "month" ? 1 : 1.05), Math.max(to, begin + 1));
    return { from: begin, to: end, at: kind === "bars" ? (begin + end) / 2 : begin };
  });
  const tops = times.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const highest = Math.max(0, ...tops.concat(before?.filter((value) => value !== null) ?? []));
  const shownLimit = limit && limit <= Math.max(highest, 1) * NEAR_LIMIT ? limit : null;
  const axis = verticalAxis(Math.max(highest * (kind === "bars" && props.marks?.length ? 1.08 : 1), shownLimit ? shownLimit * 1.03 : 0), props.unit, props.height < LOW_PX ? 3 : 5);
  const data = kind === "bars" ? [stretches.map(({ at }) => at), tops] : holed(times, series[0]?.values ?? [], grain === "live" ? LIVE_HOLE_S : step * HOLE);
  return { ...props, stretches, axis, data, shownLimit };
}

function holed(times, values, widest) {
  const xs = [];
  const ys = [];
  times.forEach((at, index) => {
    if (index && at - times[index - 1] > widest) {
      xs.push(times[index - 1] + 1);
      ys.push(null);
    }
    xs.push(at);
    ys.push(values[index]);
  });
  return [xs, ys];
}

function make(box, height, latest, hover) {
  let colours = palette();
  const text = () => colours.ink2;
  const options = {
    width: Math.max(1, box.clientWidth),
    height: height + HEAD_PX,
    padding: [HEAD_PX, SIDE_PX, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [latest.current.from, latest.current.to] },
      y: { range: () => [0, latest.current.axis.max] },
    },
    axes: [
      {
        stroke: text, font: FONT, size: FOOT_PX, gap: 4, grid: { show: false },
        ticks: { stroke: () => colours.edge, width: 1, size: 4 }, border: { show: true, stroke: () => colours.edge, width: 1 },
        splits: (plot) => ticks(plot, latest).map(({ at }) => at),
        values: (plot) => ticks(plot, latest).map(({ word }) => word),
      },
      {
        stroke: text, font: FONT, size: AXIS_PX, gap: 8, grid: { stroke: () => colours.line, width: 1 }, ticks: { show: false },
        splits: () => latest.current.axis.ticks,
        values: () => latest.current.axis.ticks.map((value) => latest.current.axis.word(value)),
      },
    ],
    series: [{}, lineStyle(latest, () => colours)],
    hooks: {
      drawClear: [(plot) => {
        colours = palette();
        paintGrounds(plot, latest.current, colours);
      }],
      draw: [(plot) => paint(plot, latest.current, colours)],
    },
  };
  const plot = new uPlot(options, latest.current.data, box);
  listen(plot, latest, hover);
  return plot;
}

const ticks = (plot, latest) => horizontalTicks({ ...latest.current, isBars: latest.current.kind === "bars", width: plot.width });

const lineStyle = (latest, colours) => (latest.current.kind === "bars"
  ? { paths: () => null, points: { show: false } }
  : { stroke: () => colours()[`c${latest.current.series[0]?.series ?? 1}`], fill: () => colours().tint, width: 1.75, points: { show: false } });

function paint(plot, now, colours) {
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = colours.ink2;
  ctx.font = FONT.replace("12.5", String(12.5 * devicePixelRatio));
  ctx.textAlign = "right";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(now.axis.unit, plot.bbox.left - 8 * devicePixelRatio, plot.bbox.top - 10 * devicePixelRatio);
  ctx.restore();
  if (now.kind === "bars") paintBars(plot, now, colours);
  if (now.shownLimit) paintLimit(plot, now.shownLimit, colours);
  const [xs, ys] = now.data;
  if (now.kind === "line" && ys.length && ys.at(-1) !== null && xs.at(-1) < now.to) paintEnd(plot, xs.at(-1), ys.at(-1), colours);
}

// Mouse and finger: the nearest stretch is the one that is meant.
function listen(plot, latest, hover) {
  const find = ({ clientX }) => {
    const at = plot.posToVal(clientX - plot.over.getBoundingClientRect().left, "x");
    hover(nearest(latest.current.stretches, at));
  };
  plot.over.addEventListener("pointermove", find);
  plot.over.addEventListener("pointerdown", find);
  plot.over.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && hover(null));
}

function nearest(stretches, at) {
  if (!stretches.length) return null;
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle].at < at) low = middle + 1;
    else high = middle;
  }
  return low && at - stretches[low - 1].at < stretches[low].at - at ? low - 1 : low;
}

const left = (plot, now, index) => plot.valToPos(now.stretches[index].at, "x") + plot.bbox.left / devicePixelRatio;

const side = (at, width) => (at < 110 ? "left" : at > (width ?? 0) - 110 ? "right" : "middle");

function spotWords({ stretches }, { series, grain, quantity }, index) {
  const stretch = stretches[index];
  if (!stretch) return null;
  const values = series.map(({ values: column }) => column[index]).filter((value) => value !== null && value !== undefined);
  const value = values.length ? joined(quantity(values.reduce((sum, each) => sum + each, 0))) : say("common.chart.unknown");
  return say("common.chart.cursor", { time: stretchWord(stretch.from, grain), value });
}

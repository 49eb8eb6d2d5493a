// Where the ticks of a chart are, and what stands beside them.

import { addDays, formatted, isoDay, number, startOfDay } from "../kit/format.js";

const HOUR_S = 3600;
const DAY_S = 86_400;
const NARROW_PX = 520;
const STEPS = [1, 2, 2.5, 5, 10];
const SMALL_WH = 200; // kWh would need three decimals
const LARGE_W = 10_000;

/**
 * The vertical axis: its unit, how many values of the series make one of it, its ticks.
 *
 * @param {number} highest value that is shown
 * @param {string} unit "W", "kWh" (values are Wh), or another that is shown as it is
 * @param {number} [lines] at most
 */
export function verticalAxis(highest, unit, lines = 5) {
  const { name, per } = scaled(highest, unit);
  const top = Math.max(highest / per, least(name));
  const rough = top / lines;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.map((each) => each * power).find((each) => each >= rough * 0.999);
  const count = Math.ceil(top / step - 1e-9);
  const decimals = [0, 1, 2, 3].find((digits) => isWhole(step * 10 ** digits)) ?? 3;
  const ticks = Array.from({ length: count + 1 }, (_, index) => index * step * per);
  return { unit: name, max: count * step * per, ticks, word: (value) => number(value / per, decimals) };
}

/**
 * The horizontal axis.
 *
 * @param {object} range
 * @param {number} range.from Unix seconds
 * @param {number} range.to Unix seconds
 * @param {string} range.grain
 * @param {boolean} range.isBars labels stand in the middle of their bar
 * @param {number} range.width px
 * @returns {{at: number, word: string}[]}
 */
export function horizontalTicks({ from, to, grain, isBars, width }) {
  const isNarrow = width < NARROW_PX;
  const days = (to - from) / DAY_S;
  if (days < 0.2) return live(from, to, isNarrow);
  if (days < 1.2) return hours(from, to, isNarrow ? 6 : 3);
  if (isBars && grain === "month") return months(from, to, isNarrow, 0.5);
  if (days > 120) return months(from, to, isNarrow, 0);
  const each = days <= 8 ? 1 : isNarrow ? 7 : 2;
  const shift = isBars ? 0.5 : 0;
  return dayStarts(from, to).filter((_, index) => index % each === 0).map((at) => ({
    at: at + shift * DAY_S,
    word: days <= 8 ? formatted(at * 1000, isNarrow ? { weekday: "short" } : { weekday: "short", day: "numeric" }) : formatted(at * 1000, { day: "numeric" }),
  })).filter(({ at }) => at <= to);
}

/** When a stretch was, as the cursor and the table say it. */
export function stretchWord(at, grain) {
  const ms = at * 1000;
  if (grain === "live") return formatted(ms, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  if (grain === "minute") return formatted(ms, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (grain === "hour") return formatted(ms, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (grain === "month") return formatted(ms, { month: "long", year: "numeric" });
  return formatted(ms, { weekday: "short", day: "numeric", month: "short" });
}

/** Unix seconds of the beginnings of the days in a range. */
export function dayStarts(from, to) {
  const found = [];
  for (let at = startOfDay(new Date(from * 1000)) / 1000; at < to; at = startOfDay(new Date((at + 26 * HOUR_S) * 1000)) / 1000) {
    if (at >= from) found.push(at);
  }
  return found;
}

function live(from, to, isNarrow) {
  const step = isNarrow ? 180 : 120;
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push({ at, word: clockWord(at) });
  return found;
}

// Local hours: on the days when clocks change, one is missing or there twice.
function hours(from, to, step) {
  const found = [];
  for (let at = from; at <= to; at += HOUR_S) {
    const word = clockWord(at);
    if (Number(word.slice(0, 2)) % step === 0 && word.endsWith("00") && found.at(-1)?.word !== word) {
      found.push({ at, word: at === to && word.startsWith("00") ? "24:00" : word });
    }
  }
  return found;
}

function months(from, to, isNarrow, shift) {
  const starts = monthStarts(from, to);
  return starts.map((at, index) => ({
    at: at + shift * ((starts[index + 1] ?? to) - at),
    word: formatted(at * 1000, { month: isNarrow ? "narrow" : "short" }),
  }));
}

function monthStarts(from, to) {
  const found = [];
  for (let first = `${isoDay(new Date(from * 1000)).slice(0, 7)}-01`; ; first = `${addDays(first, 31).slice(0, 7)}-01`) {
    const at = startOfDay(first) / 1000;
    if (at >= to) return found;
    if (at >= from) found.push(at);
  }
}

const clockWord = (at) => formatted(at * 1000, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function scaled(highest, unit) {
  if (unit === "kWh") return highest < SMALL_WH ? { name: "Wh", per: 1 } : { name: "kWh", per: 1000 };
  if (unit === "W" && highest >= LARGE_W) return { name: "kW", per: 1000 };
  return { name: unit, per: 1 };
}

const isWhole = (value) => Math.abs(value - Math.round(value)) < 1e-6;

const least = (unit) => (unit === "W" ? 10 : unit === "Wh" ? 1 : 0.1);

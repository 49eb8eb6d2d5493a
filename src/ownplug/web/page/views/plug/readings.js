// What is read of a plug for one period: its series, what it cost, what was put right, when it was away.

import { get } from "../../kit/api.js";
import { addDays, isoDay, startOfDay } from "../../kit/format.js";

const MINUTE_S = 60;
const HOUR_S = 3600;
const SHORTEST_GAP_S = 120; // less is told by no line
const SHORTEST_WEEK_GAP_S = HOUR_S; // less cannot be seen
const LATE_S = 90; // so long after it was measured a minute may still be on its way
const PAGES = 5;
const MOST_CORRECTIONS = 200;
const MOST_SPANS = 500;
const STRETCH = { day: "minute", week: "hour", month: "day", year: "month" };

/**
 * @typedef {object} History
 * @property {string} of kind and first day of the period
 * @property {"line" | "bars"} kind
 * @property {string} grain of the chart
 * @property {number[]} times
 * @property {(number | null)[]} values watts of a line, Wh of bars
 * @property {{energy_wh: number, cost: number | null} | null} total
 * @property {string | null} currency
 * @property {any[]} corrections of the period's days, the oldest first
 * @property {{from: number, to: number, availability: string, reason: string}[]} gaps
 * @property {{from: number, to: number}[]} nights
 * @property {{price: number, currency: string} | null} nightPrice
 */

/** Read all that the chart of a period shows. @returns {Promise<History>} */
export async function readHistory(plug, period) {
  const { uuid } = plug;
  const [series, totals, corrections, spans, tariffs] = await Promise.all([
    readSeries(uuid, period),
    get("/energy", { by: "plug", plug: uuid, from: period.first, to: lastKnownDay(period) }),
    readCorrections(uuid, period),
    get(`/plugs/${uuid}/availability`, { limit: MOST_SPANS }),
    get("/tariffs"),
  ]);
  const hasHours = period.grain === "day" || period.grain === "week";
  return {
    of: `${period.grain} ${period.first}`,
    ...series,
    total: totals.totals[0] ?? null,
    currency: totals.currency,
    corrections,
    gaps: gapsOf(period, series, spanned(spans.spans), new Date(plug.registered_at) / 1000),
    nights: hasHours ? nightsOf(period, tariffs.tariffs) : [],
    nightPrice: hasHours ? nightPrice(period, tariffs) : null,
  };
}

/** The last samples of power. @returns {Promise<{times: number[], values: number[]}>} */
export async function readSamples(uuid, { from }) {
  const told = await get(`/plugs/${uuid}/energy/samples`, { from: new Date(from * 1000).toISOString() });
  return { times: told.at_s, values: told.power_w.map((watts, index) => (told.on[index] === false ? 0 : watts)) };
}

/** Stretches of availability with their ends, Unix seconds. */
export const spanned = (spans) => spans.map(({ from, to, availability, reason }) => ({
  from: new Date(from) / 1000, to: to ? new Date(to) / 1000 : Date.now() / 1000, availability, reason, lasts: !to,
}));

async function readSeries(uuid, period) {
  const stretch = STRETCH[period.grain];
  const range = { from: period.first, to: period.last };
  const told = await get(`/plugs/${uuid}/energy`, { grain: stretch, ...range });
  if (stretch !== "minute") return bars(stretch, told);
  if (told.start_s.length) return { kind: "line", grain: "minute", times: told.start_s, values: watts(told), covered_s: told.covered_s };
  // Minutes are kept for a season, hours for ever.
  const hours = await get(`/plugs/${uuid}/energy`, { grain: "hour", ...range });
  return hours.start_s.length ? bars("hour", hours) : { kind: "line", grain: "minute", times: [], values: [], covered_s: [] };
}

const bars = (grain, told) => ({ kind: "bars", grain, times: told.start_s, values: told.energy_wh, covered_s: told.covered_s });

// The mean of what was measured of each minute.
const watts = ({ energy_wh, covered_s }) => energy_wh.map((wh, index) => (covered_s[index] > 0 ? (wh * HOUR_S) / covered_s[index] : null));

const lastKnownDay = ({ last }) => {
  const today = isoDay(new Date());
  return last > today ? today : last;
};

async function readCorrections(uuid, { first, last }) {
  const found = [];
  let before = null;
  for (let page = 0; page < PAGES; page += 1) {
    const told = await get(`/plugs/${uuid}/energy/corrections`, { limit: MOST_CORRECTIONS, before });
    found.push(...told.corrections.filter(({ day }) => day >= first && day <= last));
    before = told.next;
    if (!before) break;
  }
  return found.reverse().sort((one, other) => one.day.localeCompare(other.day));
}

// Of a day: minutes that nobody measured. Of a week: when the plug was away for an hour.
function gapsOf(period, series, spans, cameAt) {
  const away = spans.filter(({ availability }) => availability !== "online");
  if (period.grain === "week") return away.filter((span) => isWithin(span, period) && span.to - span.from >= SHORTEST_WEEK_GAP_S).map((span) => cut(span, period)).reverse();
  if (series.grain !== "minute" || !series.times.length) return [];
  const begin = Math.max(period.from, cameAt);
  const end = Math.min(period.to, Date.now() / 1000 - LATE_S);
  return uncovered(series.times, begin, end).map((gap) => ({ ...gap, ...longest(away, gap) }));
}

function uncovered(times, begin, end) {
  const found = [];
  let last = begin;
  for (const at of [...times.filter((time) => time + MINUTE_S > begin), end]) {
    if (at - last >= SHORTEST_GAP_S) found.push({ from: last, to: at });
    last = Math.max(last, at + MINUTE_S);
  }
  return found;
}

// Why: what was so for most of the gap.
function longest(spans, gap) {
  const shares = spans.map((span) => ({ span, shared: Math.min(span.to, gap.to) - Math.max(span.from, gap.from) })).filter(({ shared }) => shared > 0);
  const [most] = shares.sort((one, other) => other.shared - one.shared);
  return { availability: most?.span.availability ?? "online", reason: most?.span.reason ?? "" };
}

const isWithin = (span, { from, to }) => span.from < to && span.to > from;

const cut = (span, { from, to }) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) });

// On each day, by local clocks, so that days of 23 and 25 hours have the right ones.
function nightsOf({ first, last, from, to }, tariffs) {
  const found = [];
  for (let day = first; day <= last; day = addDays(day, 1)) {
    const rate = tariffOn(tariffs, day)?.rate;
    if (rate?.kind !== "day-night") continue;
    const begin = clockOn(day, rate.night_from);
    const end = clockOn(day, rate.night_to);
    const midnight = startOfDay(day) / 1000;
    const next = startOfDay(addDays(day, 1)) / 1000;
    found.push(...(begin < end ? [{ from: begin, to: end }] : [{ from: midnight, to: end }, { from: begin, to: next }]));
  }
  return found.filter((night) => night.to > night.from && isWithin(night, { from, to }));
}

function nightPrice({ last }, { tariffs, currency }) {
  const rate = tariffOn(tariffs, last)?.rate;
  return rate?.kind === "day-night" ? { price: rate.night_price_per_kwh, currency } : null;
}

const tariffOn = (tariffs, day) => tariffs.find((tariff) => tariff.from <= day && (!tariff.to || day < tariff.to));

function clockOn(day, time) {
  const [hour, minute] = time.split(":").map(Number);
  const midnight = startOfDay(day) / 1000;
  const wanted = midnight + hour * HOUR_S + minute * MINUTE_S;
  // Clocks that were changed since midnight are ahead or behind by what the day is shorter or longer than 24 hours.
  const change = startOfDay(addDays(day, 1)) / 1000 - midnight - 24 * HOUR_S;
  return hour >= 3 ? wanted + change : wanted;
}

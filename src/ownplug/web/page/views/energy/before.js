// The period before: what each bar of it had, and what was used until the same time.

import { get } from "../../kit/api.js";
import { addDays, firstWeekday, formatted, isoDay, startOfDay } from "../../kit/format.js";

const HOUR_S = 3600;
const MONDAY = 1; // on which the hub's own weeks begin
const HOUR = { hour: "2-digit", hourCycle: "h23" };

// What two bars have in common that stand at the same place of their periods.
const PLACES = {
  day: (at) => formatted(at * 1000, HOUR),
  week: (at) => new Date(`${isoDay(at * 1000)}T12:00:00Z`).getUTCDay(),
  month: (at) => isoDay(at * 1000).slice(8),
  year: (at) => isoDay(at * 1000).slice(5, 7),
};

/**
 * What the period before had at the place of each bar. Stretches of which nothing is known have no bar, and months and
 * days differ in length: a bar's number says nothing.
 *
 * @param {string} grain of the period
 * @param {number[]} times when bars begin
 * @param {{start_s: number[], energy_wh: number[]}} then the series of the period before
 * @returns {(number | null)[]} Wh
 */
export function besides(grain, times, then) {
  const placeOf = PLACES[grain];
  const had = new Map(then.start_s.map((at, index) => [placeOf(at), then.energy_wh[index]]));
  return times.map((at) => had.get(placeOf(at)) ?? null);
}

/**
 * What each plug or room had used in the period before; until the same time, where this one runs.
 *
 * @returns {Promise<Map<string, number>>} Wh by key
 */
export async function readBefore(period, before, by, plugs) {
  if (!period.isRunning) {
    const { totals } = await get("/energy", { by, grain: "all", from: before.first, to: before.last });
    return new Map(totals.map(({ key, energy_wh }) => [key, energy_wh]));
  }
  if (period.grain === "week" && firstWeekday() !== MONDAY) return untilSameTime(before, by);
  const { plugs: compared } = await get("/energy/comparison", { period: period.grain });
  const rooms = new Map(plugs.map((plug) => [plug.get().uuid, plug.get().room]));
  return summed(compared.map(({ uuid, before_wh }) => [by === "plug" ? uuid : rooms.get(uuid) ?? "", before_wh]));
}

// Whole hours, and the minutes of the one that was running.
async function untilSameTime(before, by) {
  const same = aWeekAgo();
  const hours = await get("/energy/series", { grain: "hour", by, from: iso(before.from), to: iso(same) });
  const begun = hours.start_s.findLast((at) => at + HOUR_S > same) ?? same;
  const minutes = begun < same ? await get("/energy/series", { grain: "minute", by, from: iso(begun), to: iso(same) }) : { parts: [] };
  const whole = hours.parts.map((part) => [part.key, sumOf(part, (at) => at < begun)]);
  return summed([...whole, ...minutes.parts.map((part) => [part.key, sumOf(part, () => true)])]);
}

// As long after midnight as it is now.
function aWeekAgo() {
  const today = isoDay(new Date());
  return startOfDay(addDays(today, -7)) / 1000 + (Date.now() - startOfDay(today)) / 1000;
}

const iso = (at) => new Date(at * 1000).toISOString();

const sumOf = ({ start_s, energy_wh }, isMeant) => start_s.reduce((sum, at, index) => sum + (isMeant(at) ? energy_wh[index] : 0), 0);

function summed(amounts) {
  const sums = new Map();
  for (const [key, wh] of amounts) sums.set(key, (sums.get(key) ?? 0) + wh);
  return sums;
}

// What was used in a period, by plug or room, with its cost, and beside it the period before.

import { get } from "../../kit/api.js";
import { say } from "../../kit/text.js";
import { earlier } from "../../model/periods.js";
import { besides, readBefore } from "./before.js";

const FINE = { day: "hour", week: "day", month: "day", year: "month" };
const MOST_SERIES = 5; // that eyes can tell apart; what is left is "others"
const OTHERS = 0;

/**
 * @typedef {object} Use
 * @property {string} of the period and the parts that it is of
 * @property {string} grain of the bars
 * @property {number[]} times when bars begin
 * @property {{name: string, series: number, values: (number | null)[]}[]} series in stacking order
 * @property {(number | null)[]} before what the bars of the period before had
 * @property {{energy_wh: number | null, cost: number | null, unpriced_wh: number}} total
 * @property {number | null} beforeWh what the period before had used, until the same time where this one runs
 * @property {number | null} beforeSince when of the period before something is known first, where that is later than its beginning
 * @property {string | null} currency
 * @property {{key: string, name: string, series: number, energy_wh: number, cost: number | null, unpriced_wh: number, before_wh: number | null}[]} users
 */

/**
 * Read it.
 *
 * @param {import("../../model/periods.js").Period} period
 * @param {"plug" | "room"} by
 * @param {import("../../model/plugs.js").PlugValue[]} plugs of the home
 * @returns {Promise<Use>}
 */
export async function readUse(period, by, plugs) {
  const grain = FINE[period.grain];
  const before = earlier(period);
  const [now, then, totals, used] = await Promise.all([
    get("/energy/series", { grain, by, ...days(period) }),
    get("/energy/series", { grain, ...days(before) }),
    get("/energy", { by, grain: "all", ...days(period) }),
    readBefore(period, before, by, plugs),
  ]);
  const numbers = seriesOf(now.parts, by, plugs);
  const parts = now.parts.map((part) => ({ ...part, series: numbers.get(part.key) ?? OTHERS, values: along(now.start_s, part) }));
  const isBeforeKnown = then.start_s.length > 0;
  const sums = new Map(totals.totals.map((total) => [total.key, total]));
  return {
    of: `${period.grain} ${period.first} ${by}`,
    grain,
    times: now.start_s,
    series: stacked(parts, now.start_s.length),
    before: besides(period.grain, now.start_s, then),
    total: sumOf(totals.totals),
    beforeWh: isBeforeKnown ? total([...used.values()]) : null,
    beforeSince: then.start_s[0] > before.from ? then.start_s[0] : null,
    currency: totals.currency,
    users: parts.map((part) => userOf(part, sums.get(part.key), isBeforeKnown ? used.get(part.key) ?? null : null)),
  };
}

const NOTHING = { energy_wh: 0, cost: null, unpriced_wh: 0 };

function userOf({ key, name, series }, sum, before_wh) {
  const { energy_wh, cost, unpriced_wh } = sum ?? NOTHING;
  return { key, name: name || say("energy.room.none"), series, energy_wh, cost, unpriced_wh, before_wh };
}

const days = ({ first, last }) => ({ from: first, to: last });

// The largest have colours of their own: a plug its own for good, where no other one of them has it.
function seriesOf(parts, by, plugs) {
  const largest = [...parts].sort((one, other) => total(other.energy_wh) - total(one.energy_wh)).slice(0, MOST_SERIES);
  const order = by === "plug" ? plugs.map((plug) => plug.get().uuid) : [...parts.map(({ key }) => key)].sort();
  const own = by === "plug" ? new Map(plugs.map((plug) => [plug.get().uuid, plug.get().series])) : new Map();
  const free = new Set(Array.from({ length: MOST_SERIES }, (_, index) => index + 1));
  const numbers = new Map();
  const inOrder = largest.map(({ key }) => key).sort((one, other) => order.indexOf(one) - order.indexOf(other));
  for (const key of inOrder.filter((each) => free.has(own.get(each)))) {
    if (!free.delete(own.get(key))) continue;
    numbers.set(key, own.get(key));
  }
  for (const key of inOrder.filter((each) => !numbers.has(each))) {
    const [number] = free;
    free.delete(number);
    numbers.set(key, number);
  }
  return numbers;
}

function stacked(parts, count) {
  const named = parts.filter(({ series }) => series !== OTHERS).map(({ name, series, values }) => ({ name: name || say("energy.room.none"), series, values }));
  const rest = parts.filter(({ series }) => series === OTHERS);
  if (!rest.length) return named;
  const values = Array.from({ length: count }, (_, index) => total(rest.map((part) => part.values[index] ?? 0)));
  return [...named, { name: say("energy.others", { count: rest.length }), series: OTHERS, values }];
}

function along(times, { start_s, energy_wh }) {
  const known = new Map(start_s.map((at, index) => [at, energy_wh[index]]));
  return times.map((at) => known.get(at) ?? null);
}

// Where nothing is known, nothing is zero.
function sumOf(totals) {
  const costs = totals.map(({ cost }) => cost).filter((cost) => cost !== null);
  return {
    energy_wh: totals.length ? total(totals.map(({ energy_wh }) => energy_wh)) : null,
    cost: costs.length ? total(costs) : null,
    unpriced_wh: total(totals.map(({ unpriced_wh }) => unpriced_wh)),
  };
}

const total = (amounts) => amounts.reduce((sum, amount) => sum + amount, 0);

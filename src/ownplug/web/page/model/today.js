// What the home and each plug have used today, read again each half minute while somebody looks.

import { get } from "../kit/api.js";
import { isoDay } from "../kit/format.js";
import { makeValue } from "../kit/value.js";

const AGAIN_MS = 30_000;
const PEAKS_MS = 600_000; // asked for less often: the hub looks at each sample of the day

/**
 * @type {import("../kit/value.js").Value<{
 *   day: string, currency: string | null, home: {energy_wh: number, cost: number | null},
 *   plugs: Map<string, {energy_wh: number, cost: number | null}>, peaks: Map<string, {power_w: number, at: string}>,
 *   minutes: {start_s: number[], energy_wh: number[], covered_s: number[]},
 * } | null>}
 */
export const today = makeValue(null);

let peaksOf = { day: "", at: 0, told: null };

/** Keep it read; returns what ends that. */
export function followToday() {
  let isOver = false;
  const read = () => {
    if (document.hidden || isOver) return;
    loadToday().catch(() => {
      peaksOf = { ...peaksOf, at: 0 };
    });
  };
  read();
  const timer = setInterval(read, AGAIN_MS);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

async function loadToday() {
  const day = isoDay(new Date());
  if (day !== peaksOf.day || Date.now() - peaksOf.at > PEAKS_MS) peaksOf = { day, at: Date.now(), told: get("/energy/peaks", { day }) };
  const [totals, peaks, minutes] = await Promise.all([
    get("/energy", { by: "plug", from: day, to: day }),
    peaksOf.told,
    get("/energy/series", { grain: "minute", from: day }),
  ]);
  const { currency } = totals;
  const costs = totals.totals.map(({ cost }) => cost).filter((cost) => cost !== null);
  today.set({
    day,
    currency,
    home: { energy_wh: sum(totals.totals.map((total) => total.energy_wh)), cost: costs.length ? sum(costs) : null },
    plugs: new Map(totals.totals.map((total) => [total.key, total])),
    peaks: new Map(peaks.peaks.map((peak) => [peak.uuid, peak])),
    minutes,
  });
}

const sum = (amounts) => amounts.reduce((all, amount) => all + amount, 0);

// Numbers and moments as people write them, in the page's language and the home's time zone.

import { language, locale, say } from "./text.js";

const UNIT_SPACE = "\u202f"; // narrow, and no line ends there
const MINUS = "\u2212";
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const FINE_BELOW_W = 10;
const WEEK_DAYS = 6;
const LEAST_KWH = 0.00005; // less rounds to nothing

/** What stands where nothing is known. */
export const UNKNOWN = "\u2014";

let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const made = new Map();

/** Show moments in this zone from now on; that of the browser until then. */
export function useZone(name) {
  zone = name || zone;
}

/** The zone in which moments are shown. */
export function zoneName() {
  return zone;
}

/** A number with a fixed count of decimals. */
export function number(value, decimals = 0) {
  return formatter(`n${decimals}`, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .format(value).replace("-", MINUS);
}

/** A figure and its unit, which a component may show differently. @typedef {{figure: string, unit: string}} Quantity */

/** Power: below 10 W with one decimal. @returns {Quantity} */
export function power(watts) {
  if (watts === null || watts === undefined) return { figure: UNKNOWN, unit: "" };
  const shown = Math.abs(watts) < 0.05 ? 0 : watts;
  return { figure: number(shown, shown !== 0 && Math.abs(shown) < FINE_BELOW_W ? 1 : 0), unit: "W" };
}

/** Energy: Wh below 0.1 kWh. @returns {Quantity} */
export function energy(wattHours) {
  if (wattHours === null || wattHours === undefined) return { figure: UNKNOWN, unit: "" };
  const kilo = wattHours / 1000;
  const size = Math.abs(kilo);
  if (size < 0.1) return { figure: number(size < LEAST_KWH ? 0 : wattHours, size >= LEAST_KWH && size < 0.01 ? 1 : 0), unit: "Wh" };
  return { figure: number(kilo, size < 100 ? 2 : 1), unit: "kWh" };
}

/** Volts and amperes. @returns {Quantity} */
export const voltage = (volts) => ({ figure: number(volts, 1), unit: "V" });
export const current = (amperes) => ({ figure: number(amperes, 2), unit: "A" });

/** A quantity in one piece. @param {Quantity} quantity */
export function joined({ figure, unit }) {
  return unit ? `${figure}${UNIT_SPACE}${unit}` : figure;
}

/** Money; what is less than a cent is not nothing. */
export function money(amount, currency) {
  if (amount === null || amount === undefined || !currency) return UNKNOWN;
  const coins = formatter(`m${currency}`, { style: "currency", currency });
  const least = 10 ** -coins.resolvedOptions().maximumFractionDigits;
  if (amount > 0 && amount < least) return `< ${coins.format(least)}`;
  return coins.format(amount).replace("-", MINUS);
}

/** What one kWh costs; prices are finer than coins, down to a millionth. */
export function price(amount, currency) {
  const coins = formatter(`p${currency}`, { style: "currency", currency, maximumFractionDigits: 6 });
  return coins.format(amount).replace("-", MINUS);
}

/** A share of one. */
export const percent = (share) => formatter("p", { style: "percent", maximumFractionDigits: 0 }).format(share);

/** Time of day, "13:10"; with seconds where messages are listed. */
export const clock = (moment) => dated("clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date(moment));
export const exactClock = (moment) =>
  dated("exact", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(date(moment));

/** A moment as one says it: today by the clock, this week with its day, earlier by the date. */
export function moment(when) {
  const at = date(when);
  const days = Math.round((startOfDay(new Date()) - startOfDay(at)) / 1000 / DAY_S);
  if (days === 0) return clock(at);
  if (days > 0 && days <= WEEK_DAYS) return dated("week", { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  return day(at);
}

/** "7 Nov", with the year when it is another. */
export function day(when) {
  const at = date(when);
  const isThisYear = parts(at).year === parts(new Date()).year;
  return dated(`day${isThisYear}`, { day: "numeric", month: "short", ...(isThisYear ? {} : { year: "numeric" }) }).format(at);
}

/** A day with everything one may want to know of it: "Sunday 22 November". */
export const longDay = (when) => dated("long", { weekday: "long", day: "numeric", month: "long" }).format(date(when));
export const month = (when) => dated("month", { month: "long", year: "numeric" }).format(date(when));

/** A stretch of time: "2 min 10 s". */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < MINUTE_S) return say("common.span.s", { s });
  if (s < HOUR_S) return two("min", Math.floor(s / MINUTE_S), "s", s % MINUTE_S);
  if (s < DAY_S) return two("h", Math.floor(s / HOUR_S), "min", Math.floor((s % HOUR_S) / MINUTE_S));
  return two("d", Math.floor(s / DAY_S), "h", Math.floor((s % DAY_S) / HOUR_S));
}

/** The calendar day of a moment in the home's zone, as the API writes it: "2026-11-22". */
export function isoDay(when) {
  const at = parts(date(when));
  return `${at.year}-${at.month}-${at.day}`;
}

/** When a calendar day begins in the home's zone; days of 23 and 25 hours have their own length. @returns {Date} */
export function startOfDay(when) {
  const day_ = typeof when === "string" ? when : isoDay(when);
  const guess = new Date(`${day_}T00:00:00Z`);
  const first = new Date(guess - offset(guess));
  const begin = new Date(guess - offset(first));
  return isoDay(begin) === day_ ? begin : new Date(Math.max(first, begin));
}

/** A calendar day some days later. */
export function addDays(day_, count) {
  const at = new Date(`${day_}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
}

/** The day on which weeks begin where the page's language is spoken: 1 is Monday, 7 Sunday. */
export function firstWeekday() {
  const spoken = new Intl.Locale(locale);
  return (spoken.getWeekInfo?.() ?? spoken.weekInfo ?? { firstDay: 1 }).firstDay;
}

/** A short name of a weekday, 1 Monday to 7 Sunday. */
export const weekday = (n, width = "short") =>
  new Intl.DateTimeFormat(language, { weekday: width, timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, n)));

/** Format a moment as a chart's axis needs it. */
export const formatted = (when, options) => dated(JSON.stringify(options), options).format(date(when));

function two(large, count, small, rest) {
  const first = say(`common.span.${large}`, { [large]: count });
  return rest ? `${first} ${say(`common.span.${small}`, { [small]: rest })}` : first;
}

function offset(at) {
  const p = parts(at);
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at / 1000) * 1000;
}

function parts(at) {
  const found = dated("parts", {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }, "en-CA").formatToParts(at);
  return Object.fromEntries(found.map(({ type, value }) => [type, value]));
}

function date(when) {
  return when instanceof Date ? when : new Date(when);
}

function dated(name, options, spoken = locale) {
  const key = `${zone} ${name}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(spoken, { timeZone: zone, ...options }));
  return made.get(key);
}

function formatter(name, options) {
  if (!made.has(name)) made.set(name, new Intl.NumberFormat(locale, options));
  return made.get(name);
}

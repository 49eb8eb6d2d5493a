// The periods of charts: from when until when each goes, what it is called, which comes before and after.

import { addDays, day, firstWeekday, isoDay, longDay, month, startOfDay } from "../kit/format.js";
import { say } from "../kit/text.js";

export const GRAINS = ["live", "day", "week", "month", "year"];

const DAY = /^\d{4}-\d\d-\d\d$/;
const FIRST_DAY = "2000-01-01"; // before that no plug was made
const WEEK_DAYS = 7;
const LIVE_S = 600;

/**
 * A stretch of whole days, or "live": the last minutes.
 *
 * @typedef {object} Period
 * @property {string} grain one of GRAINS
 * @property {string} first day, "2026-11-22"
 * @property {string} last day, included
 * @property {number} from Unix seconds
 * @property {number} to Unix seconds
 * @property {boolean} isRunning it is not over
 */

/** The period that the query of an address names; today's where it names none. @returns {Period} */
export function periodOf(query, grains = GRAINS, usual = "day") {
  const grain = grains.includes(query.get("grain")) ? query.get("grain") : usual;
  const on = query.get("on") ?? "";
  return makePeriod(grain, isRealDay(on) ? on : isoDay(new Date()));
}

/** The period of a kind that a day belongs to; the future has none. @returns {Period} */
export function makePeriod(grain, on) {
  const today = isoDay(new Date());
  const first = firstDay(grain, on > today ? today : on);
  const after = firstDay(grain, dayAfter(grain, first));
  return {
    grain, first, last: addDays(after, -1), isRunning: today < after,
    from: startOfDay(first) / 1000, to: startOfDay(after) / 1000,
  };
}

/** How an address names a period; one that is running is named by its kind alone, so that it goes on with the time. */
export const queryOf = ({ grain, first, isRunning }) => ({ grain, on: isRunning ? null : first });

/** The period before. */
export const earlier = ({ grain, first }) => makePeriod(grain, addDays(first, -1));

/** The period after; null where that has not begun. */
export const later = ({ grain, last, isRunning }) => (isRunning ? null : makePeriod(grain, addDays(last, 1)));

/** What a period is called: "Sunday 22 November". */
export function periodTitle({ grain, first, last }) {
  const at = startOfDay(first);
  if (grain === "live") return say("common.period.live", { min: LIVE_S / 60 });
  if (grain === "day") return isThisYear(first) ? longDay(at) : say("common.period.day", { day: longDay(at), year: first.slice(0, 4) });
  if (grain === "week") return say("common.period.week", { from: day(at), to: day(startOfDay(last)) });
  return grain === "month" ? month(at) : first.slice(0, 4);
}

/** The window of what is shown live, which ends now. */
export const liveWindow = (now_ms) => ({ from: now_ms / 1000 - LIVE_S, to: now_ms / 1000 });

function firstDay(grain, on) {
  if (grain === "week") return addDays(on, -((weekdayOf(on) - firstWeekday() + WEEK_DAYS) % WEEK_DAYS));
  if (grain === "month") return `${on.slice(0, 7)}-01`;
  return grain === "year" ? `${on.slice(0, 4)}-01-01` : on;
}

// Some day of the period that follows the one that begins with `first`.
const dayAfter = (grain, first) => addDays(first, { week: WEEK_DAYS, month: 31, year: 366 }[grain] ?? 1);

const weekdayOf = (on) => new Date(`${on}T12:00:00Z`).getUTCDay() || WEEK_DAYS;

const isThisYear = (on) => on.slice(0, 4) === isoDay(new Date()).slice(0, 4);

/** Where one lands in a period of another kind: today if it is in the present one, else its first day. */
export const landing = ({ first, isRunning }) => (isRunning ? isoDay(new Date()) : first);

// The 31st of February is none, although a browser reads it as one.
const isRealDay = (text) => DAY.test(text) && text > FIRST_DAY && !Number.isNaN(Date.parse(`${text}T12:00:00Z`)) && addDays(text, 0) === text;

// Timers as sentences, made from what the plug keeps.

import { formatted, isoDay, span, weekday } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { language, say, sayWith } from "../../kit/text.js";

/** As the API names them, in its order. */
export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
export const WEEKDAYS = DAYS.slice(0, 5);
export const WEEKEND = DAYS.slice(5);

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const WEEK_MS = 6 * 86_400_000;

/** "Weekdays at 13:10: on", with the last word strong. */
export function timerSentence({ days, at, turns, repeats }) {
  const words = { days: daysWords(days, repeats), when: whenWords(at), turns: html`<b>${say(`plug.timer.turns.${turns}`)}</b>` };
  return sayWith("plug.timer.says", words);
}

/** "On for more than 4 h: off". */
export const autoOffSentence = ({ after_s, days }) => sayWith(isEveryDay(days) ? "plug.autooff.says" : "plug.autooff.says.days", {
  span: span(after_s), days: daysWords(days, true), turns: html`<b>${say("plug.timer.turns.off")}</b>`,
});

/** When a timer acts next; nothing where it will not. */
export function nextWords({ acts_next_at, enabled }) {
  if (!enabled) return say("plug.timer.off");
  return acts_next_at ? say("plug.timer.next", { time: comingMoment(acts_next_at) }) : say("plug.timer.never");
}

/** What an auto-off does to an outlet that is on now. */
export function autoOffNext({ after_s, enabled }, relay) {
  if (!enabled) return say("plug.timer.off");
  if (!relay?.on) return say("plug.autooff.waits");
  if (!relay.changed_at) return say("plug.autooff.runs");
  const since = new Date(relay.changed_at);
  return say("plug.autooff.next", { since: formatted(since, CLOCK), time: comingMoment(new Date(+since + after_s * 1000)) });
}

/** A short name of a day. @param {string} name as the API has it */
export const dayName = (name, width) => weekday(DAYS.indexOf(name) + 1, width);

const isEveryDay = (days) => days.length === DAYS.length;

function daysWords(days, repeats) {
  const kind = repeats ? "days" : "once";
  if (isEveryDay(days)) return say(`plug.timer.${kind}.every`);
  if (days.join() === WEEKDAYS.join()) return say(`plug.timer.${kind}.weekdays`);
  if (days.join() === WEEKEND.join()) return say(`plug.timer.${kind}.weekend`);
  const names = days.map((day) => dayName(day, days.length === 1 ? "long" : "short"));
  return say(`plug.timer.${kind}.list`, { days: new Intl.ListFormat(language, { type: repeats ? "conjunction" : "disjunction" }).format(names) });
}

function whenWords(at) {
  if (typeof at === "string") return say("plug.timer.when.clock", { time: at });
  const { event, offset_min } = at;
  if (!offset_min) return say(`plug.timer.when.${event}`);
  return say(`plug.timer.when.${event}.${offset_min < 0 ? "before" : "after"}`, { span: span(Math.abs(offset_min) * 60) });
}

function comingMoment(when) {
  const at = new Date(when);
  if (isoDay(at) === isoDay(new Date())) return formatted(at, CLOCK);
  if (at - Date.now() < WEEK_MS) return formatted(at, { weekday: "short", ...CLOCK });
  return formatted(at, { weekday: "short", day: "numeric", month: "short", ...CLOCK });
}

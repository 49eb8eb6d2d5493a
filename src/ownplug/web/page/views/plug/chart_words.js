// What stands below a chart: its grounds and signs in words, and why days were corrected.

import { clock, day, energy, joined, moment, power, price, span, startOfDay } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";

const SHOWN_GAPS = 4;
const DAY_S = 86_400;

/**
 * The legend.
 *
 * @param {object} props
 * @param {import("./readings.js").History} props.of
 * @param {number} [props.limit] watts
 * @param {boolean} [props.isRunning] the last bar is not over
 */
export function ChartKey({ of, limit, isRunning = false }) {
  const { kind, grain, gaps, nights, nightPrice, corrections } = of;
  const filled_wh = filled(corrections);
  return html`
    <figcaption class="key">
      ${nights.length > 0 && html`<span><${Sign} name="night" />${nightPrice ? say("plug.key.night", { price: price(nightPrice.price, nightPrice.currency) }) : say("plug.key.night.some")}</span>`}
      ${gaps.slice(0, SHOWN_GAPS).map((gap) => html`<span key=${gap.from}><${Sign} name="gap" />${gapWords(gap)}</span>`)}
      ${gaps.length > SHOWN_GAPS && html`<span>${say("plug.key.gaps", { count: gaps.length - SHOWN_GAPS })}</span>`}
      ${gaps.length > 0 && filled_wh > 0 && html`<span>${say("plug.key.filled", { energy: joined(energy(filled_wh)) })}</span>`}
      ${kind === "line" && limit && html`<span><${Sign} name="limit" />${say("plug.key.limit", { power: joined(power(limit)) })}</span>`}
      ${kind === "bars" && grain !== "hour" && corrections.length > 0 && html`<span><${Sign} name="corrected" />${say("plug.key.corrected")}</span>`}
      ${kind === "bars" && isRunning && html`<span><${Sign} name="running" />${say(`plug.key.running.${grain}`)}</span>`}
    </figcaption>`;
}

/** Each correction of a period, with its reason. */
export function Corrections({ of }) {
  if (!of.length) return null;
  return html`
    <details class="astable">
      <summary>${say("plug.corrections", { count: of.length })}</summary>
      <ul class="lines">${of.map((each) => html`<li key=${`${each.day}${each.reason}${each.at}`}><div><b>${day(startOfDay(each.day))}</b> ${amounts(each)}<br />
        <span class="q">${say(`plug.correction.${each.reason}`)}${each.uncovered_s > 0 && html` ${say("plug.correction.uncovered", { span: span(each.uncovered_s) })}`}</span></div></li>`)}</ul>
    </details>`;
}

function amounts({ before_wh, after_wh, told_wh }) {
  const [before, after] = [joined(energy(before_wh)), joined(energy(after_wh))];
  if (before !== after) return say("plug.correction.changed", { before, after });
  return told_wh === null ? say("plug.correction.stays", { after }) : say("plug.correction.kept", { after, told: joined(energy(told_wh)) });
}

const filled = (corrections) => corrections.filter(({ reason }) => reason === "gap").reduce((sum, { before_wh, after_wh }) => sum + after_wh - before_wh, 0);

function gapWords({ from, to, availability, reason }) {
  const times = { from: endWords(from, to), to: endWords(to, from) };
  if (availability === "offline") return reason ? say("plug.key.gap.away", { ...times, reason }) : say("plug.key.gap.silent", times);
  return say(availability === "unknown" ? "plug.key.gap.hub" : "plug.key.gap.unread", times);
}

// By the clock, with the day where the gap is no matter of one.
const endWords = (at, other) => (Math.abs(other - at) < DAY_S ? clock(at * 1000) : moment(at * 1000));

const SIGNS = {
  night: html`<rect class="night" width="14" height="14" />`,
  gap: html`<path class="gap" d="M-1 7 7-1M-1 14 14-1M4 15 15 4M10 15l5-5" />`,
  limit: html`<path class="limit" d="M0 7h5M9 7h5" />`,
  corrected: html`<path class="corrected" d="M7 1.5 12.5 7 7 12.5 1.5 7z" />`,
  running: html`<rect class="running" x="1" y="1" width="12" height="12" />`,
};

const Sign = ({ name }) => html`<svg class="sign" viewBox="0 0 14 14" aria-hidden="true">${SIGNS[name]}</svg>`;

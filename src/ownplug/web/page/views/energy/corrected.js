// Which days of which plugs were put right, and where it is said why.

import { get } from "../../kit/api.js";
import { day, startOfDay } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { plugPath } from "../../model/plugs.js";

const MOST_PLUGS = 24; // each is a question of its own
const MOST_CORRECTIONS = 200; // of a plug, the newest

/** @typedef {{of: string, isAsked: boolean, days: {uuid: string, name: string, day: string}[]}} Corrected */

/**
 * The corrections of a period that changed what was used.
 *
 * @param {import("../../model/plugs.js").PlugValue[]} plugs
 * @param {import("../../model/periods.js").Period} period
 * @returns {Promise<Corrected>}
 */
export async function readCorrected(plugs, period) {
  const of = `${period.grain} ${period.first}`;
  if (plugs.length > MOST_PLUGS) return { of, isAsked: false, days: [] };
  const found = await Promise.all(plugs.map((plug) => correctedOf(plug.get(), period)));
  return { of, isAsked: true, days: found.flat().sort((one, other) => one.day.localeCompare(other.day)) };
}

/** The bars of a chart in which they are. @returns {{at: number}[]} */
export function marksOf({ days }, grain) {
  if (grain === "hour") return [];
  const begins = days.map((each) => startOfDay(grain === "month" ? `${each.day.slice(0, 7)}-01` : each.day) / 1000);
  return [...new Set(begins)].map((at) => ({ at }));
}

/** Each with a link to the history of its plug, which says why. @param {{of: Corrected | null}} props */
export function Corrected({ of }) {
  if (!of) return null;
  if (!of.isAsked) return html`<p class="small q users-note">${say("energy.corrected.many", { count: MOST_PLUGS })}</p>`;
  if (!of.days.length) return null;
  return html`
    <details class="astable">
      <summary>${say("energy.corrected", { count: of.days.length })}</summary>
      <ul class="lines">${of.days.map((each) => html`<li key=${each.uuid + each.day}>
        <a href=${`${plugPath(each.uuid, "history")}?grain=day&on=${each.day}`}>${say("energy.corrected.day", { plug: each.name, day: day(startOfDay(each.day)) })}</a></li>`)}</ul>
    </details>`;
}

async function correctedOf({ uuid, name }, { first, last }) {
  const { corrections } = await get(`/plugs/${uuid}/energy/corrections`, { limit: MOST_CORRECTIONS });
  const changed = corrections.filter((each) => each.day >= first && each.day <= last && each.before_wh !== each.after_wh);
  return [...new Set(changed.map((each) => each.day))].map((on) => ({ uuid, name, day: on }));
}

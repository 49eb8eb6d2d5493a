// When a plug did not answer, and why.

import { address, get } from "../../kit/api.js";
import { moment, span } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { spanned } from "./readings.js";

const ASKED = 100;
const SHOWN = 20;

/** The newest absences of a plug, and its energy as a file. @param {{plug: any}} props */
export function AwayPanel({ plug }) {
  const read = useRead(() => get(`/plugs/${plug.uuid}/availability`, { limit: ASKED }), [plug.uuid, plug.availability]);
  const away = spanned(read.value?.spans ?? []).filter(({ availability }) => availability !== "online").slice(0, SHOWN);
  return html`
    <section class="panel pad" aria-labelledby="away-title">
      <div class="head"><h2 id="away-title">${say("plug.absences")}</h2>
        <a class="b" href=${address("/energy/table.csv", { plug: plug.uuid, grain: "day", from: plug.registered_at.slice(0, 10) })} download=${`${plug.name}.csv`}>${say("plug.csv")}</a></div>
      ${read.problem && html`<${Failure} problem=${read.problem} again=${read.again} />`}
      ${!read.value && !read.problem && html`<${Loading} what=${say("plug.absences.loading")} />`}
      ${read.value && !away.length && html`<p class="q">${say("plug.absences.none")}</p>`}
      <ul class="lines">${away.map((each) => html`<li key=${each.from}><div>${words(each)}<br /><small class="q">${why(each)}</small></div></li>`)}</ul>
    </section>`;
}

function words({ from, to, lasts }) {
  const begin = moment(from * 1000);
  return lasts ? say("plug.absence.lasts", { from: begin }) : say("plug.absence", { from: begin, to: moment(to * 1000), span: span(to - from) });
}

const why = ({ availability, reason }) => (availability === "unknown" ? say("plug.absence.hub") : reason || say("plug.absence.silent"));

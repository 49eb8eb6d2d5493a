// Broker: where plugs and programs connect, what they need for it, and who was turned away.

import { get } from "../../kit/api.js";
import { moment } from "../../kit/format.js";
import { html, useState } from "../../kit/html.js";
import { say, sayWith } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { home } from "../../model/home.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { Addresses } from "./addresses.js";
import { CloudPrograms } from "./cloud.js";
import { fingerprint } from "./fingerprint.js";

const FIRST_REFUSALS = 10;
const LOOK_AGAIN_MS = 10_000;
const LISTENERS = ["mqtts", "mqtts_also", "mqtts_legacy", "mqtt"];

/** The section. */
export default function Broker() {
  const own = useValue(home);
  return html`
    ${own ? html`<${Listening} own=${own} /><${Programs} own=${own} /><${CloudPrograms} own=${own} />` : html`<${Loading} what=${say("settings.broker.loading")} />`}
    <${Refusals} />`;
}

const Listening = ({ own }) => html`
  <section class="panel pad tight"><h2>${say("settings.broker.listens")}</h2>
    <dl class="facts">${LISTENERS.map((each) => html`
      <dt>${say(`settings.broker.${each}`)}</dt><dd><${Addresses} of=${[own[each]].flat().filter(Boolean)} /></dd>`)}</dl>
    <p class="small q">${sayWith("settings.broker.change", { file: html`<code>ownplug.toml</code>` })}</p></section>`;

function Programs({ own }) {
  const [host, port] = hostAndPort(own.mqtts || own.mqtt);
  const print = useRead(() => fingerprint(own.ca), [own.ca]);
  return html`
    <section class="tight"><h2>${say("settings.broker.programs")}</h2><p class="text">${say("settings.broker.programs.text")}</p>
      <dl class="facts panel pad">
        <dt>${say("settings.broker.host")}</dt><dd><code>${host}</code></dd>
        <dt>${say("settings.broker.port")}</dt><dd><code>${port}</code></dd>
        <dt>${say("settings.broker.user")}</dt><dd>${sayWith("settings.broker.user.text", { people: html`<a href="/settings/people">${say("settings.section.people")}</a>` })}</dd>
        ${own.mqtts && own.ca && html`
          <dt>${say("settings.broker.ca")}</dt><dd><a href="/ca.crt" download="ownplug-ca.crt">${say("settings.broker.ca.get")}</a>
            <div class="small q">${say("settings.broker.ca.print")}</div>
            <div class="small mono">${print.value ? breakable(print.value) : html`<span class="q">${sayWith("settings.broker.ca.shown", { command: html`<code>ownplug config ca</code>` })}</span>`}</div></dd>`}
      </dl></section>`;
}

function Refusals() {
  const found = useRead(() => get("/refusals"), [], LOOK_AGAIN_MS);
  const [isAll, showAll] = useState(false);
  if (found.problem) return html`<${Failure} problem=${found.problem} title=${say("settings.refused.failed")} again=${found.again} />`;
  const all = [...(found.value?.refusals ?? [])].reverse();
  const shown = isAll ? all : all.slice(0, FIRST_REFUSALS);
  return html`
    <section class="tight"><h2>${say("settings.refused")}</h2>
      ${!found.value && html`<${Loading} what=${say("settings.refused.loading")} />`}
      ${found.value && !all.length && html`<p class="q">${say("settings.refused.none")}</p>`}
      ${all.length > 0 && html`<div class="panel pad wide"><table>
        <thead><tr><th scope="col">${say("settings.refused.at")}</th><th scope="col">${say("settings.refused.who")}</th><th scope="col">${say("settings.refused.why")}</th></tr></thead>
        <tbody>${shown.map((each, index) => html`<tr key=${`${each.at} ${index}`}><td class="num">${moment(each.at)}</td>
          <td>${each.address}${each.mac && html`<div class="small q">${say("settings.refused.plug", { mac: each.mac })}</div>`}</td>
          <td>${say(`settings.refused.${each.cause}`)}<div class="small q" lang="en">${each.detail}</div></td></tr>`)}</tbody></table></div>`}
      ${all.length > shown.length && html`<button type="button" class="b" onClick=${() => showAll(true)}>${say("settings.refused.more", { count: all.length - shown.length })}</button>`}
    </section>`;
}

// A line may end after a colon, and what is copied has none more.
const breakable = (print) => print.split(":").map((byte, index) => html`${index > 0 && html`:<wbr />`}${byte}`);

function hostAndPort(where) {
  const at = where.lastIndexOf(":");
  return [where.slice(0, at), where.slice(at + 1)];
}

// Which plug it is, how it is, and its switch.

import { joined, number, power, span } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { eachTenSeconds } from "../../kit/ticker.js";
import { useValue } from "../../kit/value.js";
import { allowAgain, isOn } from "../../model/plugs.js";
import { may } from "../../model/session.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { PlugSwitch, Sentence } from "../../parts/plug_row.js";
import { Failure } from "../../parts/states.js";

const SECOND_MS = 1000;

/** @param {{plug: any}} props */
export function Head({ plug }) {
  const on = isOn(plug);
  const isAway = plug.availability !== "online";
  return html`
    <header class="plughead">
      <div>
        <p class="crumb"><a href="/">${say("plug.crumb.home")}</a>${plug.room && ` · ${plug.room}`}</p>
        <h1>${plug.name}</h1>
        <div class="state"><${Sentence} plug=${plug} />${!isAway && html`<p class="q">${wayWords(plug)}</p>`}</div>
      </div>
      <div class="onoff">${!isAway && on !== null && html`<span class=${on ? "acc" : "q"} aria-hidden="true">${say(on ? "plug.on" : "plug.off")}</span>`}<${PlugSwitch} plug=${plug} large /></div>
    </header>
    ${isAway && html`<${Away} plug=${plug} />`}
    ${plug.tripped && html`<${Tripped} plug=${plug} />`}`;
}

function wayWords({ link, answers_in_s }) {
  if (!link) return "\u00a0";
  const way = say(`plug.way.${link}`);
  return answers_in_s === null ? say("plug.answers", { way }) : say("plug.answers.in", { way, span: duration(answers_in_s) });
}

const duration = (seconds) => (seconds < 1 ? say("plug.ms", { ms: Math.max(1, Math.round(seconds * SECOND_MS)) }) : say("common.span.s", { s: number(seconds, 1) }));

// What next, when it does not answer: the sentence above has said since when and why.
function Away({ plug }) {
  useValue(eachTenSeconds);
  const minutes = plug.since ? Math.floor((Date.now() - new Date(plug.since)) / 60_000) : 0;
  return html`<div class="trouble mild note">
    ${minutes > 0 && html`<p><b>${say("plug.away.for", { span: span(minutes * 60) })}</b></p>`}
    <p>${say("plug.away.next")}</p></div>`;
}

// What the limit is, and the way on; the sentence above has said when it acted.
function Tripped({ plug }) {
  const allow = useDeed();
  const { limit } = plug.safeguards;
  return html`<div class="trouble mild note" role="group" aria-label=${say("plug.fact.limit")}>
    <p>${limit ? say("plug.tripped", { limit: joined(power(limit.power_w)), span: span(limit.for_s) }) : say("plug.tripped.gone")}</p>
    ${allow.problem && html`<${Failure} problem=${allow.problem} />`}
    ${may("switch") && html`<div class="row"><${DeedButton} kind="pri" isBusy=${allow.isBusy} deed=${() => allow.run(() => allowAgain(plug.uuid))}>${say("plug.allow")}<//></div>`}
  </div>`;
}

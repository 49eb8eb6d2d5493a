// The nine stages of a pairing: what is done, what is under way, where it stopped.

import { number, span } from "../../kit/format.js";
import { html, useRef } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { eachSecond } from "../../kit/ticker.js";
import { useValue } from "../../kit/value.js";
import { Icon } from "../../parts/icon.js";
import { evidence } from "./facts.js";

const FINE_BELOW_S = 60;
const LEAST_S = 0.05;
const WAITED_FOR = new Set(["join", "reach", "secure", "sign-in", "talk"]); // while the hub's patience runs

/**
 * @param {object} props
 * @param {any[]} props.stages as the hub tells them
 * @param {string} [props.began] when the run began
 * @param {number} [props.timeout] seconds that the plug may take once it was told
 * @param {any} [props.children] what belongs to the stage that failed
 */
export const Stepper = ({ stages, began, timeout, children }) => html`
  <ol class="steps">
    ${stages.map((stage, index) => html`<${Stage} key=${stage.code} stage=${stage} number=${index + 1} began=${began} timeout=${timeout}>
      ${stage.state === "failed" && children}<//>`)}
  </ol>`;

function Stage({ stage, number: position, began, timeout, children }) {
  const { code, state } = stage;
  const found = evidence(stage.facts);
  return html`
    <li class=${state} aria-current=${state === "running" ? "step" : undefined}>
      <span class="dot" aria-hidden="true">${state === "done" ? html`<${Icon} name="done" />` : state === "failed" ? html`<${Icon} name="failed" />` : position}</span>
      <h3>${say(`take.stage.${code}`)}<span class="unseen">, ${say(`take.stage.${state}`)}</span></h3>
      <${Took} stage=${stage} began=${began} timeout=${timeout} />
      ${(found || children) && html`<div class="more">
        ${found && html`<p class="q small">${found}</p>`}${children}</div>`}
    </li>`;
}

function Took({ stage: { code, state, began_after_s, ended_after_s }, began, timeout }) {
  const now = useValue(eachSecond);
  const first = useRef(0);
  if (state === "running") {
    first.current ||= now;
    const seconds = runningFor(now, first.current, began && Date.parse(began) + began_after_s * 1000, timeout);
    return html`<span class="took">${timeout && WAITED_FOR.has(code) ? say("take.took.limit", { s: seconds, limit: span(timeout) }) : say("common.span.s", { s: seconds })}</span>`;
  }
  if (ended_after_s === null) return html`<span class="took"></span>`;
  if (began_after_s === null) return html`<span class="took">${state === "done" ? say("take.took.with") : ""}</span>`;
  const seconds = ended_after_s - began_after_s;
  if (seconds < LEAST_S) return html`<span class="took"></span>`; // only its end was seen
  return html`<span class="took">${seconds < FINE_BELOW_S ? say("common.span.s", { s: number(seconds, 1) }) : span(seconds)}</span>`;
}

// By the hub's clock, which is the browser's too, or nearly so; else since this page saw it.
function runningFor(now, seenAt, beganAt, limit = 600) {
  const seen = Math.round((now - seenAt) / 1000);
  const told = beganAt ? Math.round((now - beganAt) / 1000) : seen;
  return told >= seen && told <= limit + seen ? told : seen;
}

/** The position of the stage that failed, from 1; 0 where none did. */
export const stoppedAt = (stages) => stages.findIndex(({ state }) => state === "failed") + 1;

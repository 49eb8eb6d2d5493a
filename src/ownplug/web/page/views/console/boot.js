// A start, phase by phase: what the plug does from the first byte on, and why it started.

import { get, post } from "../../kit/api.js";
import { moment } from "../../kit/format.js";
import { html, useMemo } from "../../kit/html.js";
import { hasText, say } from "../../kit/text.js";
import { DeedButton } from "../../parts/busy.js";
import { Icon } from "../../parts/icon.js";
import { useRead } from "../../parts/read.js";
import { Failure } from "../../parts/states.js";
import { at, JobState, useJob } from "./job.js";
import { lastStage } from "./talk.js";

const PHASES = ["brom", "bootloader", "startup", "firmware"];

/** @param {{port: string, talk: ReturnType<typeof import("./talk.js").useTalk>}} props */
export function Boot({ port, talk }) {
  const work = useJob(port, "start");
  const isRunning = work.job?.state === "running";
  const { value, problem, again } = useRead(() => get(at(port, "boot")), [port, work.job?.state, lastStage(talk.lines)]);
  const start = value?.start;
  const began = isRunning ? work.job.began_at : "";
  const seen = useMemo(() => seenPhases(talk.lines, began), [talk.lines, began]);
  const phases = isRunning ? seen : start?.phases ?? seen;
  return html`
    <section class="stack">
      <p class="text">${say("console.boot.text")}</p>
      <div class="row">
        <${DeedButton} kind="pri" isBusy=${isRunning} deed=${() => work.begin(() => post(at(port, "boot"), { reboot: true }))}>${say("console.boot.reboot")}<//>
        <${DeedButton} isBusy=${isRunning} deed=${() => work.begin(() => post(at(port, "boot"), { reboot: false }))}>${say("console.boot.wait")}<//>
      </div>
      <${JobState} state=${work} failed=${say("console.boot.failed")} />
      <ol class="panel phases">${PHASES.map((phase) => html`<${Phase} key=${phase} phase=${phase} isSeen=${phases.includes(phase)} isNow=${isRunning && phases.at(-1) === phase} />`)}</ol>
      ${!isRunning && start && html`<${Told} start=${start} />`}
      ${!isRunning && value && !start && html`<p class="q">${say("console.boot.none")}</p>`}
      ${problem && html`<${Failure} problem=${problem} title=${say("console.boot.failed")} again=${again} />`}
    </section>`;
}

function Phase({ phase, isSeen, isNow }) {
  const state = isNow ? "now" : isSeen ? "seen" : "unseen";
  return html`<li data-state=${state}><span class="mark-of">${isSeen && !isNow ? html`<${Icon} name="done" small />` : html`<i></i>`}</span>
    <div><b>${say(`console.phase.${phase}`)}</b><p class="small q">${say(`console.phase.${phase}.text`)}</p></div>
    <span class="small q">${say(`console.phase.is.${state}`)}</span></li>`;
}

function Told({ start }) {
  const reason = `console.reason.${start.reset_reason}`;
  const rows = [
    ["at", moment(start.at)],
    ["reason", start.reset_reason && (hasText(reason) ? say(reason) : start.reset_reason)],
    ["stage", start.stage && say(`console.stage.${start.stage}`)],
    ["light", start.stage && say(`console.light.${start.stage}`)],
    ["network", start.own_network === null ? null : say(start.own_network ? "console.boot.network.own" : "console.boot.network.home")],
    ["platform", start.platform],
    ["mac", start.mac],
    ["rules", start.timers === null ? null : say("console.boot.rules.of", { timers: start.timers, auto_offs: start.auto_offs ?? 0 })],
    ["damaged", start.damaged ? say("console.boot.damaged.of", { count: start.damaged }) : null],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
  return html`<dl class="told panel pad">${rows.map(([name, value]) => html`<div key=${name}><dt>${say(`console.boot.${name}`)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function seenPhases(lines, began) {
  const found = [];
  for (const line of lines) {
    if (!line.phase || new Date(line.at) < new Date(began)) continue;
    if (line.phase === PHASES[0]) found.length = 0;
    found.push(line.phase);
  }
  return found;
}

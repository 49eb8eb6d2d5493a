// The light: what it says, and how to make it say something else.

import { get, post, put } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Ask } from "../../parts/dialog.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { Tabs } from "../../parts/tabs.js";
import { at, JobState, useJob } from "./job.js";
import { lastStage } from "./talk.js";

const COLOURS = ["green", "red"];
const STATES = ["on", "quick", "slow", "off"];

/** @param {{port: string, talk: ReturnType<typeof import("./talk.js").useTalk>}} props */
export function Led({ port, talk }) {
  const { value, problem, again } = useRead(() => get(at(port, "led")), [port, lastStage(talk.lines), talk.state]);
  if (problem) return html`<${Failure} problem=${problem} title=${say("console.led.failed")} again=${again} />`;
  if (!value) return html`<${Loading} what=${say("console.led.loading")} />`;
  return html`
    <div class="two">
      <section class="stack">
        <div class="lampbox"><${Lamp} stage=${value.stage} />
          <div><h2>${value.stage ? say(`console.light.${value.stage}`) : say("console.led.unknown")}</h2>
            <p class="q">${value.stage ? say(`console.stage.${value.stage}`) : say("console.led.unknown.text")}</p></div></div>
        <${Meanings} meanings=${value.meanings} now=${value.stage} />
        <${Factory} port=${port} />
      </section>
      <${Drive} port=${port} isOpen=${talk.state === "open"} />
    </div>`;
}

/** The light as it looks in a stage; words beside it say the same. */
const Lamp = ({ stage, small }) => html`<svg class=${`console-lamp ${small ? "sm" : ""}`} data-stage=${stage ?? "unknown"} viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" /></svg>`;

const Meanings = ({ meanings, now }) => html`
  <div class="panel pad"><h2>${say("console.led.meanings")}</h2>
    <ul class="meanings">${meanings.map(({ stage }) => html`
      <li key=${stage} aria-current=${stage === now ? "true" : undefined}><${Lamp} stage=${stage} small />
        <span>${say(`console.light.${stage}`)}</span><span class="q">${say(`console.stage.${stage}`)}</span></li>`)}</ul></div>`;

function Factory({ port }) {
  const work = useJob(port, "leave-factory");
  const [asks, setAsks] = useState(false);
  const done = work.job?.result;
  return html`
    <div class="panel pad tight"><h2>${say("console.factory.title")}</h2>
      <p class="text">${say("console.factory.text")}</p>
      <${DeedButton} isBusy=${work.job?.state === "running"} deed=${() => setAsks(true)}>${say("console.factory.do")}<//>
      <${JobState} state=${work} failed=${say("console.factory.failed")}>
        <p role="status">${done && say(done.was_in_factory_mode ? "console.factory.done" : "console.factory.never")}</p>
      <//>
      ${asks && html`<${Ask} title=${say("console.factory.ask")} verb=${say("console.factory.do")} keep=${say("common.cancel")}
        act=${() => work.begin(() => post(at(port, "leave-factory"), {}))} onClose=${() => setAsks(false)}><p>${say("console.factory.lost")}</p><//>`}
    </div>`;
}

function Drive({ port, isOpen }) {
  const [colour, setColour] = useState("green");
  const [state, setState] = useState("on");
  const { isBusy, problem, run } = useDeed();
  return html`
    <section class="panel pad tight"><h2>${say("console.drive.title")}</h2>
      <p class="q">${say("console.drive.text")}</p>
      <div class="head"><${Tabs} label=${say("console.drive.colour")} options=${COLOURS.map((each) => [each, say(`console.drive.${each}`)])} value=${colour} onChoose=${setColour} /></div>
      <div class="head"><${Tabs} label=${say("console.drive.state")} options=${STATES.map((each) => [each, say(`console.drive.${each}`)])} value=${state} onChoose=${setState} /></div>
      <div class="row"><${DeedButton} kind="pri" isBusy=${isBusy || !isOpen} deed=${() => run(() => put(at(port, "led"), { colour, state }))}>${say("console.drive.do")}<//></div>
      ${problem && html`<${Failure} problem=${problem} title=${say("console.led.failed")} />`}
    </section>`;
}

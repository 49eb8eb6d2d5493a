// Many plugs on their way home: one at a time in full, the others beside it.

import { get, post } from "../../kit/api.js";
import { html } from "../../kit/html.js";
import { goQuery } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Icon } from "../../parts/icon.js";
import { Failure, Loading } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";
import { Diagnosis } from "./diagnosis.js";
import { Light, lightOf } from "./light.js";
import { Lead } from "./one_run.js";
import { ROOT, useRun } from "./runs.js";
import { Stepper, stoppedAt } from "./stepper.js";

/** The run of a list. @param {{id: string, line: string | null}} props `line`: by its name, the one that is shown in full */
export function ListRun({ id, line }) {
  useTitle(say("take.list.title"));
  const path = `/pairings/batches/${encodeURIComponent(id)}`;
  const { value: run, problem, again } = useRun(() => get(path), [id]);
  const bar = html`<div class="bar"><h1>${say("take.list.title")}</h1><span class="q">${run && say(`take.state.${run.state}`)}</span><a class="q end" href=${ROOT}>${say("take.ways")}</a></div>`;
  if (!run && problem) return html`${bar}<${Failure} problem=${problem} title=${say("take.run.unknown")} again=${again} />`;
  if (!run) return html`${bar}<${Loading} what=${say("take.run.reading")} />`;
  const resume = async (changes) => {
    await post(`${path}/resume`, changes);
    await again();
  };
  const shown = run.lines.find(({ name }) => name === line) ?? current(run.lines);
  const home = run.lines.filter(({ state }) => state === "home").length;
  return html`${bar}
    <p class="lead" role="status"><b>${say("take.list.home", { home, count: run.lines.length })}</b> ${run.state === "running" && !shown.stages.length && say("take.list.looking")}</p>
    ${run.reason && html`<div class="trouble mild"><p>${run.reason} ${run.hint}</p></div>`}
    <div class="two">
      <section class="panel pad" aria-label=${say("take.steps")}><h2>${shown.name}</h2>
        ${shown.stages.length ? html`
          <${Lead} run=${shown} />
          <${Stepper} stages=${shown.stages}>${shown.failure && html`<${Diagnosis} failure=${shown.failure} again=${resume} url=${shown.url} />`}<//>`
          : html`<p class="q">${say(`take.line.${shown.state}`)}</p>${shown.failure && html`<p class="bad">${shown.failure.message}</p>`}`}
      </section>
      <aside class="stack">
        <section class="panel pad"><h2>${say("take.list.all")}</h2><ul class="lines">
          ${run.lines.map((each) => html`<${Line} key=${each.name} line=${each} isShown=${each === shown} />`)}</ul></section>
        ${shown.stages.length > 0 && html`<${Light} shows=${lightOf(shown.stages, shown.failure)} />`}
        <${Deeds} run=${run} path=${path} resume=${resume} again=${again} />
      </aside>
    </div>`;
}

function Line({ line: { name, room, state, stages }, isShown }) {
  const kind = { home: "acc", failed: "bad" }[state] ?? "q";
  const where = state === "failed" && stages.length ? say("take.line.stopped", { step: stoppedAt(stages) }) : say(`take.line.${state}`);
  return html`<li><span><button type="button" class="pick" aria-current=${isShown ? "true" : undefined} onClick=${() => goQuery({ line: name })}>${name}</button>${room && html` <span class="q small">${room}</span>`}</span>
    <span class=${`num ${kind}`}>${["home", "failed"].includes(state) && html`<${Icon} name=${state === "home" ? "done" : "failed"} small />`} ${where}</span></li>`;
}

function Deeds({ run, path, resume, again }) {
  const { isBusy, problem, run: attempt } = useDeed();
  const stop = () => attempt(async () => {
    await post(`${path}/stop`);
    await again();
  });
  return html`
    ${problem && html`<${Failure} problem=${problem} />`}
    <div class="row">
      ${run.state === "running" && html`<${DeedButton} isBusy=${isBusy} deed=${stop}>${say("take.list.stop")}<//>`}
      ${run.state === "stopped" && html`<${DeedButton} kind="pri" isBusy=${isBusy} deed=${() => attempt(() => resume({}))}>${say("take.list.resume")}<//>`}
      ${run.state === "done" && html`<a class="b pri" href="/">${say("take.list.done")}</a>`}
    </div>`;
}

// The one that is on its way; else who needs somebody, else whose turn is next.
const current = (lines) => ["told", "failed", "waiting"].map((wanted) => lines.find(({ state }) => state === wanted)).find(Boolean) ?? lines[0];

// Giving a backup back: what it would write, a word, and how far it is.

import { post } from "../../kit/api.js";
import { html, useEffect, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Ask } from "../../parts/dialog.js";
import { Failure } from "../../parts/states.js";
import { at, JobState, useJob } from "./job.js";
import { Differences } from "./values.js";

const OPTIONS = ["partial", "reset", "calibration", "identity", "any_plug"];

/** @param {{port: string, file: {name: string, text: string}, differs: boolean, onWritten: () => void}} props */
export function Restore({ port, file, differs, onWritten }) {
  const [options, setOptions] = useState({});
  const [plan, setPlan] = useState(null);
  const [asks, setAsks] = useState(false);
  const { isBusy, problem, run } = useDeed();
  const work = useJob(port, "restore");
  const isRunning = work.job?.state === "running";
  const isDone = work.job?.state === "done";
  useEffect(() => {
    if (isDone) onWritten();
  }, [isDone]);
  if (!differs && !work.job) return null;
  const look = () => run(async () => setPlan((await post(at(port, "settings/restore"), { file: file.text, ...options })).plan));
  const choose = (name) => (event) => {
    setOptions({ ...options, [name]: event.target.checked });
    setPlan(null);
  };
  const begin = async () => {
    const { job } = await post(at(port, "settings/restore"), { file: file.text, ...options, dry_run: false, confirm: plan.word });
    setPlan(null);
    await work.begin(async () => job);
  };
  return html`
    <section class="panel pad tight"><h2>${say("console.restore.title")}</h2>
      ${differs && !isRunning && html`
        <p class="text">${say("console.restore.text")}</p>
        <div class="checks">${OPTIONS.map((name) => html`
          <label class="check" key=${name}><input type="checkbox" checked=${Boolean(options[name])} onChange=${choose(name)} />
            <span>${say(`console.restore.${name}`)}<small>${say(`console.restore.${name}.text`)}</small></span></label>`)}</div>
        <div class="row"><${DeedButton} isBusy=${isBusy} deed=${look}>${say("console.restore.look")}<//></div>`}
      ${problem && html`<${Failure} problem=${problem} title=${say("console.restore.impossible")} />`}
      ${plan && html`<${Plan} plan=${plan} partial=${options.partial} onGo=${() => setAsks(true)} />`}
      <${JobState} state=${work} failed=${say("console.restore.failed")}><${Result} result=${work.job?.result} /><//>
      ${asks && plan && html`
        <${Ask} title=${say("console.restore.ask", { file: file.name })} verb=${say("console.restore.do")} keep=${say("common.cancel")} typed=${plan.word} act=${begin} onClose=${() => setAsks(false)}>
          <p>${say("console.restore.lost", { count: plan.changes.length })}</p>
          ${plan.resets.length > 0 && html`<p>${say("console.restore.resets", { groups: plan.resets.join(", ") })}</p>`}
          <p>${say("console.restore.stays")}</p>
        <//>`}
    </section>`;
}

function Plan({ plan, partial, onGo }) {
  const isEmpty = !plan.changes.length && !plan.resets.length;
  return html`
    ${plan.resets.length > 0 && html`<p>${say("console.restore.resets", { groups: plan.resets.join(", ") })}</p>`}
    ${plan.changes.length > 0 && html`<h3>${say("console.restore.changes", { count: plan.changes.length })}</h3><${Differences} rows=${plan.changes} />`}
    ${plan.left.length > 0 && html`<h3>${say("console.restore.left", { count: plan.left.length })}</h3><${Differences} rows=${plan.left} why=${reason} />`}
    ${isEmpty && html`<p>${say("console.restore.nothing")}</p>`}
    ${!plan.is_whole && !partial && html`<p class="warn">${say("console.restore.not-whole")}</p>`}
    ${!isEmpty && (plan.is_whole || partial) && html`<div class="row"><button type="button" class="b danger" onClick=${onGo}>${say("console.restore.do")}</button></div>`}`;
}

const reason = ({ why_left: why, loses }) => say(`console.why.${why}`, { loses });

function Result({ result }) {
  if (!result) return null;
  return html`
    <p role="status">${result.written.length || result.resets.length ? say("console.restore.done", { count: result.written.length }) : say("console.restore.already")}</p>
    ${result.moved.length > 0 && html`<p class="q">${say("console.restore.moved", { keys: result.moved.join(", ") })}</p>`}`;
}

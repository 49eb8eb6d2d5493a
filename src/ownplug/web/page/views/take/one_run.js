// One plug on its way home.

import { get, patch, post, remove } from "../../kit/api.js";
import { html, useEffect, useState } from "../../kit/html.js";
import { go } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { loadPlugs, plugOf, plugPath, plugs, takePlug } from "../../model/plugs.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Ask } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";
import { Failure, Loading } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";
import { Diagnosis } from "./diagnosis.js";
import { Light, lightOf } from "./light.js";
import { onePath, ROOT, tailOf, useRun } from "./runs.js";
import { Stepper, stoppedAt } from "./stepper.js";

/** The run of one plug. @param {{id: string}} props */
export function OneRun({ id }) {
  useTitle(say("take.title"));
  const { value: run, problem, again } = useRun(() => get(`/pairings/${encodeURIComponent(id)}`), [id]);
  const bar = html`<div class="bar"><h1>${say("take.title")}</h1><span class="q">${run && (run.uuid ? say("take.plug", { tail: tailOf(run.uuid) }) : run.port || run.url)}</span>
    <a class="q end" href=${ROOT}>${say("take.ways")}</a></div>`;
  if (!run && problem) return html`${bar}<${Failure} problem=${problem} title=${say("take.run.unknown")} again=${again} />`;
  if (!run) return html`${bar}<${Loading} what=${say("take.run.reading")} />`;
  const repeat = async (changes) => go(onePath((await post(`/pairings/${encodeURIComponent(id)}/again`, changes)).id));
  return html`${bar}
    <div class="two">
      <section class="panel pad" aria-label=${say("take.steps")}>
        <${Lead} run=${run} />
        <${Stepper} stages=${run.stages} began=${run.began_at} timeout=${run.timeout_s}>
          ${run.failure && html`<${Diagnosis} failure=${run.failure} again=${repeat} url=${run.url} />`}<//>
      </section>
      <aside class=${run.state === "done" ? "stack next" : "stack"}>
        ${run.state === "done" && html`<${AtHome} run=${run} />`}
        <${Light} shows=${lightOf(run.stages, run.failure)} />
        ${run.state === "running" && html`<${GiveUp} id=${id} />`}
      </aside>
    </div>`;
}

/** What one wants to know first. */
export function Lead({ run: { state, stages, failure } }) {
  const total = stages.length;
  if (state === "done" || state === "home") return html`<p class="lead" role="status"><b class="acc"><${Icon} name="done" small /> ${say("take.lead.done")}</b> ${say("take.lead.done.text")}</p>`;
  if (failure) {
    return html`<p class="lead"><b>${say("take.lead.stopped", { step: stoppedAt(stages), total })}</b> ${say(`take.undo.${undoOf(failure)}`)}</p>`;
  }
  const step = stages.findIndex((stage) => stage.state === "running") + 1;
  return html`<p class="lead"><b>${say("take.lead.running", { step, total })}</b> ${say("take.lead.running.text")}</p>`;
}

const BEFORE_TOLD = new Set(["find", "identify", "tell"]);

const undoOf = ({ needs_reset, stage }) => (needs_reset ? "reset" : BEFORE_TOLD.has(stage) ? "untold" : "back");

function AtHome({ run }) {
  const all = useValue(plugs);
  useEffect(() => {
    loadPlugs();
  }, []);
  const plug = plugOf(run.uuid)?.get();
  return html`
    <section class="panel pad tight"><h2>${say("take.home")}</h2>
      ${run.remark && html`<p class="warn">${run.remark}</p>`}
      ${plug ? html`<${NameIt} key=${plug.uuid} plug=${plug} rooms=${[...new Set(all.map((each) => each.get().room).filter(Boolean))]} />` : html`<${Loading} what=${say("take.home.reading")} />`}
    </section>`;
}

function NameIt({ plug, rooms }) {
  const [name, setName] = useState(plug.name);
  const [room, setRoom] = useState(plug.room);
  const { isBusy, problem, run } = useDeed();
  const save = async (event) => {
    event.preventDefault();
    const told = await run(() => patch(`/plugs/${plug.uuid}`, { name, room }));
    if (!told) return;
    takePlug(told);
    go(plugPath(plug.uuid));
  };
  return html`
    <form class="tight" onSubmit=${save}>
      <label class="field"><span>${say("take.home.name")}</span><input name="plug-name" autocomplete="off" required maxlength="200" value=${name} onInput=${(event) => setName(event.target.value)} /></label>
      <label class="field"><span>${say("take.home.room")}</span><input name="room" autocomplete="off" list="rooms" maxlength="200" value=${room} onInput=${(event) => setRoom(event.target.value)} />
        <small>${say("take.home.room.hint")}</small></label>
      <datalist id="rooms">${rooms.map((each) => html`<option key=${each} value=${each}></option>`)}</datalist>
      ${problem && html`<${Failure} problem=${problem} title=${say("take.home.failed")} />`}
      <div class="row"><${DeedButton} kind="pri" isBusy=${isBusy}>${say("take.home.go")}<//><a href="/take-home?by=wifi">${say("take.home.next")}</a></div>
    </form>`;
}

function GiveUp({ id }) {
  const [isAsking, ask] = useState(false);
  const act = async () => {
    await remove(`/pairings/${encodeURIComponent(id)}`);
    go(ROOT);
  };
  return html`
    <div><button type="button" class="b" onClick=${() => ask(true)}>${say("take.giveup")}</button></div>
    ${isAsking && html`<${Ask} title=${say("take.giveup.title")} verb=${say("take.giveup")} keep=${say("take.giveup.keep")} act=${act} onClose=${() => ask(false)}>
      <p>${say("take.giveup.text")}</p><//>`}`;
}

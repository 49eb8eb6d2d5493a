import { get } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { startPlugs } from "./laboratory.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Dialog } from "../../parts/dialog.js";
import { useRead } from "../../parts/read.js";
import { Failure } from "../../parts/states.js";

const USUAL = "mss310";
const MOST = 20;

/** Which virtual plugs shall be started. */
export function StartDialog({ onClose, onStarted }) {
  const models = useRead(() => get("/lab/models"), []);
  const { isBusy, problem, run } = useDeed();
  const [wish, setWish] = useState({ name: "", model: USUAL, count: 1, take_home: true });
  const change = (part) => setWish({ ...wish, ...part });
  const submit = async (event) => {
    event.preventDefault();
    const plugs = await run(() => startPlugs(wish));
    if (!plugs) return;
    onClose();
    onStarted(plugs);
  };
  return html`
    <${Dialog} title=${say("lab.start.title")} onClose=${onClose}>
      <form onSubmit=${submit}>
        <label class="field"><span>${say("lab.start.name")}</span>
          <input value=${wish.name} maxlength="200" autocomplete="off" onInput=${(event) => change({ name: event.target.value })} /></label>
        <label class="field"><span>${say("lab.start.model")}</span>
          <select value=${wish.model} onChange=${(event) => change({ model: event.target.value })}>
            <option value=${USUAL}>${say("lab.start.usual")}</option>
            ${models.value?.models.map((model) => html`<option key=${model.name} value=${model.name}>${model.name}</option>`)}
          </select><small>${models.value?.models.find(({ name }) => name === wish.model)?.about ?? say("lab.start.usual.about")}</small></label>
        <label class="field"><span>${say("lab.start.count")}</span>
          <input type="number" min="1" max=${MOST} required value=${wish.count} onInput=${(event) => change({ count: event.target.valueAsNumber || 1 })} /></label>
        <label class="check"><input type="checkbox" checked=${wish.take_home} onChange=${(event) => change({ take_home: event.target.checked })} />
          <span>${say("lab.start.home")}<small>${say("lab.start.home.what")}</small></span></label>
        ${problem && html`<${Failure} title=${say("lab.start.failed")} problem=${problem} />`}
        <div class="row"><button type="button" class="b" onClick=${onClose}>${say("common.cancel")}</button>
          <${DeedButton} kind="pri" isBusy=${isBusy}>${say(isBusy ? "lab.starting" : "lab.start.verb")}<//></div>
      </form>
    <//>`;
}

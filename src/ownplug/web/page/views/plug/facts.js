// What there is to say about a plug, each thing changed where it stands.

import { get, patch, put, remove } from "../../kit/api.js";
import { joined, moment, percent, power, span } from "../../kit/format.js";
import { html, useState } from "../../kit/html.js";
import { go } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { plugPath, takePlug } from "../../model/plugs.js";
import { may } from "../../model/session.js";
import { Ask } from "../../parts/dialog.js";
import { useRead } from "../../parts/read.js";
import { toast } from "../../parts/toast.js";
import { AfterPowerLossForm, LimitForm, NameForm, RoomForm } from "./fact_forms.js";
import { Fact, TurnButton } from "./fact.js";
import { Firmware } from "./firmware.js";

const GOOD_PERCENT = 60;
const FAIR_PERCENT = 35;

/** @param {{plug: any, isWhole?: boolean}} props `isWhole`: with what only the curious want to know */
export function Facts({ plug, isWhole = false }) {
  const [isAsking, setAsking] = useState(false);
  const guard = async (changes) => takePlug(await patch(`/plugs/${plug.uuid}/safeguards`, changes));
  const rename = async (changes) => takePlug(await patch(`/plugs/${plug.uuid}`, changes));
  const { limit, after_power_loss, never_off } = plug.safeguards;
  const form = (Form, act) => may("admin") && ((onClose) => html`<${Form} plug=${plug} act=${act} onClose=${onClose} />`);
  return html`
    <section class="panel pad" aria-labelledby="facts-title">
      <div class="head"><h2 id="facts-title">${say("plug.facts")}</h2></div>
      <dl class="facts">
        <${Fact} name=${say("plug.fact.name")} value=${plug.name} form=${form(NameForm, rename)} />
        <${Fact} name=${say("plug.fact.room")} value=${plug.room || say("plug.fact.room.none")} form=${form(RoomForm, rename)} />
        <${Fact} name=${say("plug.fact.limit")} value=${limit ? say("plug.fact.limit.is", { power: joined(power(limit.power_w)), span: span(limit.for_s) }) : say("plug.fact.none")} form=${form(LimitForm, guard)} />
        <${Fact} name=${say("plug.fact.after")} value=${say(`plug.fact.after.${after_power_loss}`)} form=${form(AfterPowerLossForm, guard)} />
        <${Fact} name=${say("plug.fact.lock")} value=${say(never_off ? "plug.fact.lock.on" : "plug.fact.lock.off")}
          button=${may("admin") && html`<${TurnButton} on=${never_off} words="plug.fact.lock" act=${(on) => guard({ never_off: on })} />`} />
        <${Light} plug=${plug} />
        <${Fact} name=${say("plug.fact.signal")} value=${plug.signal === null ? say("plug.fact.unknown") : say(`plug.fact.signal.${signalWord(plug.signal)}`, { percent: percent(plug.signal / 100) })} />
        <${Firmware} plug=${plug} />
        ${isWhole && html`<${Technical} plug=${plug} />`}
      </dl>
      <div class="row ends">
        ${may("admin") && html`<button type="button" class="b danger" onClick=${() => setAsking(true)}>${say("plug.forget")}</button>`}
        ${!isWhole && html`<a href=${plugPath(plug.uuid, "setup")}>${say("plug.facts.all")}</a>`}
      </div>
      ${isAsking && html`<${Forget} plug=${plug} onClose=${() => setAsking(false)} />`}
    </section>`;
}

const signalWord = (signal) => (signal >= GOOD_PERCENT ? "good" : signal >= FAIR_PERCENT ? "fair" : "weak");

// The plug itself is asked, so that what an app or its own rule did is seen.
function Light({ plug }) {
  const isThere = plug.availability === "online";
  const read = useRead(() => (isThere ? get(`/plugs/${plug.uuid}/light`) : null), [plug.uuid, isThere]);
  const known = read.value && isThere;
  const act = async (on) => read.set(await put(`/plugs/${plug.uuid}/light`, { on }));
  return html`<${Fact} name=${say("plug.fact.light")} value=${known ? say(read.value.on ? "plug.fact.light.on" : "plug.fact.light.off") : read.problem ? read.problem.detail || say("common.failure.away") : say(isThere ? "plug.fact.asking" : "plug.fact.unknown")}
    button=${known && may("switch") && html`<${TurnButton} on=${read.value.on} words="plug.fact.light" act=${act} />`} />`;
}

function Technical({ plug }) {
  const rows = [
    ["way", plug.link && say(`plug.fact.way.${plug.link}`)],
    ["address", plug.address],
    ["came", moment(plug.registered_at)],
    ["zone", plug.timezone],
    ["model", say("plug.fact.model.is", { model: plug.model, type: plug.sub_type, hardware: plug.hardware })],
    ["mac", plug.mac],
    ["uuid", plug.uuid],
  ];
  return rows.map(([name, value]) => html`<${Fact} key=${name} name=${say(`plug.fact.${name}`)} value=${value ? html`<span class="mono">${value}</span>` : say("plug.fact.unknown")} />`);
}

function Forget({ plug, onClose }) {
  const act = async () => {
    await remove(`/plugs/${plug.uuid}`);
    go("/");
    toast(say("plug.forget.done", { plug: plug.name }));
  };
  return html`
    <${Ask} title=${say("plug.forget.title", { plug: plug.name })} verb=${say("plug.forget.verb", { plug: plug.name })} act=${act} onClose=${onClose}>
      <p>${say("plug.forget.lost")}</p><p>${say("plug.forget.stays")}</p><p>${say("plug.forget.again")}</p>
    <//>`;
}

// The forms in which a plug's name, room, limit and what it does after a loss of power are changed.

import { html, useId, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { plugs } from "../../model/plugs.js";
import { FactForm } from "./fact.js";

const LONGEST_NAME = 200;
const MOST_W = 10_000;
const MOST_S = 3600;
const USUAL_W = 2300;
const USUAL_S = 10;
const AFTER = ["keep", "on", "off"];

/** @typedef {{plug: any, act: (changes: object) => Promise<any>, onClose: () => void}} FormProps */

/** @param {FormProps} props */
export function NameForm({ plug, act, onClose }) {
  const [name, setName] = useState(plug.name);
  return html`<${FactForm} save=${() => act({ name: name.trim() })} onClose=${onClose}>
    <label class="field"><span class="unseen">${say("plug.fact.name")}</span><input required maxlength=${LONGEST_NAME} autocomplete="off" value=${name} onInput=${({ target }) => setName(target.value)} /></label><//>`;
}

/** The rooms that exist are suggested. @param {FormProps} props */
export function RoomForm({ plug, act, onClose }) {
  const [room, setRoom] = useState(plug.room);
  const id = useId();
  const rooms = [...new Set(plugs.get().map((each) => each.get().room).filter(Boolean))].sort((one, other) => one.localeCompare(other));
  return html`<${FactForm} save=${() => act({ room: room.trim() })} onClose=${onClose}>
    <label class="field"><span class="unseen">${say("plug.fact.room")}</span><input list=${id} maxlength=${LONGEST_NAME} autocomplete="off" value=${room} onInput=${({ target }) => setRoom(target.value)} />
      <small>${say("plug.fact.room.note")}</small></label>
    <datalist id=${id}>${rooms.map((each) => html`<option key=${each} value=${each}></option>`)}</datalist><//>`;
}

/** Watts for seconds; no watts, no limit. @param {FormProps} props */
export function LimitForm({ plug, act, onClose }) {
  const { limit } = plug.safeguards;
  const [watts, setWatts] = useState(String(limit?.power_w ?? USUAL_W));
  const [seconds, setSeconds] = useState(String(limit?.for_s ?? USUAL_S));
  const wanted = watts === "" ? null : { power_w: Number(watts), for_s: Number(seconds) };
  return html`<${FactForm} save=${() => act({ limit: wanted })} onClose=${onClose}>
    <div class="row fields">
      <label class="field"><span>${say("plug.fact.limit.watts")}</span><input type="number" min="1" max=${MOST_W} step="any" value=${watts} onInput=${({ target }) => setWatts(target.value)} /></label>
      <label class="field"><span>${say("plug.fact.limit.seconds")}</span><input type="number" min="0" max=${MOST_S} step="any" required=${watts !== ""} value=${seconds} onInput=${({ target }) => setSeconds(target.value)} /></label>
    </div>
    <small class="hint">${say("plug.fact.limit.note")}</small><//>`;
}

/** @param {FormProps} props */
export function AfterPowerLossForm({ plug, act, onClose }) {
  const [after, setAfter] = useState(plug.safeguards.after_power_loss);
  return html`<${FactForm} save=${() => act({ after_power_loss: after })} onClose=${onClose}>
    <label class="field"><span class="unseen">${say("plug.fact.after")}</span><select value=${after} onChange=${({ target }) => setAfter(target.value)}>
      ${AFTER.map((each) => html`<option key=${each} value=${each}>${say(`plug.fact.after.${each}`)}</option>`)}</select></label><//>`;
}

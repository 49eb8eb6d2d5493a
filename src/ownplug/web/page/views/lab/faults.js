// What is made to go wrong with a virtual plug.

import { get } from "../../kit/api.js";
import { html, useRef, useState } from "../../kit/html.js";
import { hasText, say } from "../../kit/text.js";
import { setFaults } from "./laboratory.js";
import { useDeed } from "../../parts/busy.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";

const COMMON = ["no-bind", "loss", "no-clock", "late-day"];
const SHARE = 100; // a share of one is shown as a percentage

export function Faults({ plug }) {
  const { value, problem, again } = useRead(() => get("/lab/faults"), []);
  const deed = useDeed();
  const [areAllShown, showAll] = useState(false);
  const [wanted, setWanted] = useState(null); // until the plug has it
  const newest = useRef(null); // the same, for who ticks again before it is drawn
  const isSending = useRef(false);
  const on = wanted ?? new Map(plug.faults.map((text) => text.split("=")));
  const choose = async (name, amount) => {
    const next = new Map(newest.current ?? on);
    if (amount === null) next.delete(name);
    else next.set(name, amount);
    newest.current = next;
    setWanted(next);
    if (isSending.current) return; // who sends now sends this, too
    isSending.current = true;
    let sent = null;
    while (sent !== newest.current) {
      sent = newest.current;
      await deed.run(() => setFaults(plug.id, [...sent].map(([each, size]) => `${each}=${size}`)));
    }
    isSending.current = false;
    newest.current = null;
    setWanted(null);
  };
  const faults = value?.faults ?? [];
  const shown = areAllShown ? faults : inFront(faults).filter(({ name }) => COMMON.includes(name) || on.has(name));
  return html`
    <section class="panel pad faults" aria-label=${say("lab.faults.title")}>
      <div class="head"><h2>${say("lab.faults.title")}</h2>
        ${value && html`<span class="small q" role="status">${say("lab.faults.on", { on: on.size, all: faults.length })}</span>`}</div>
      ${problem && html`<${Failure} title=${say("lab.faults.failed")} problem=${problem} again=${again} />`}
      ${!value && !problem && html`<${Loading} what=${say("lab.faults.loading")} />`}
      <div class="checks">${shown.map((fault) => html`<${Row} key=${fault.name} fault=${fault} amount=${on.get(fault.name)} choose=${choose} />`)}</div>
      ${deed.problem && html`<${Failure} problem=${deed.problem} />`}
      ${value && html`<button type="button" class="b quiet" aria-expanded=${String(areAllShown)} onClick=${() => showAll(!areAllShown)}>
        ${areAllShown ? say("lab.faults.fewer") : say("lab.faults.all", { all: faults.length })}</button>`}
    </section>`;
}

function Row({ fault, amount, choose }) {
  const { name, usual, takes_value: takesValue } = fault;
  const isOn = amount !== undefined;
  const tick = (event) => choose(name, event.target.checked ? usual : null);
  return html`
    <div class="fault">
      <label class="check"><input type="checkbox" checked=${isOn} onChange=${tick} />
        <span>${words(fault, "name")}<small>${words(fault, "what")}</small></span></label>
      ${isOn && takesValue && html`<${Amount} fault=${fault} amount=${Number(amount)} choose=${choose} />`}
    </div>`;
}

function Amount({ fault, amount, choose }) {
  const factor = fault.highest === 1 ? SHARE : 1;
  const change = (event) => {
    const wanted = event.target.valueAsNumber / factor;
    if (wanted >= fault.lowest && wanted <= fault.highest) choose(fault.name, wanted);
    else event.target.value = amount * factor;
  };
  return html`
    <label class="amount"><input type="number" min=${fault.lowest * factor} max=${fault.highest * factor} step="any" value=${amount * factor}
      aria-label=${words(fault, "name")} onChange=${change} /><span class="q">${say(`lab.fault.${fault.name}.unit`)}</span></label>`;
}

const inFront = (faults) => [...faults].sort((one, other) => place(one) - place(other));

const place = ({ name }) => (COMMON.includes(name) ? COMMON.indexOf(name) : COMMON.length);

/** A fault that this page does not know yet is told in the hub's words. */
function words(fault, part) {
  const key = `lab.fault.${fault.name}.${part}`;
  if (hasText(key)) return say(key);
  return part === "name" ? fault.name : fault.about;
}

// One virtual plug: what a hand does to it, what is plugged in, what goes over its wires, what is wrong with it.

import { current, joined, power, voltage } from "../../kit/format.js";
import { html, useEffect, useRef, useState } from "../../kit/html.js";
import { go } from "../../kit/router.js";
import { say, sayWith } from "../../kit/text.js";
import { plugPath } from "../../model/plugs.js";
import { plugIn, press, reboot, setLoad, takeHome, throwAway, unplug } from "./laboratory.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Ask } from "../../parts/dialog.js";
import { Failure } from "../../parts/states.js";
import { DrawnPlug } from "./drawn.js";
import { Faults } from "./faults.js";
import { lampWords, loadWords } from "./words.js";
import { TakingHome } from "./taking_home.js";
import { Wires } from "./wires.js";

const HOLD_S = 5;
const SHORT_S = 0.2;
const MOST_W = 3600;
const STEP_W = 10;
const SETTLED_MS = 250;
const APPLIANCES = { fridge: "fridge", washer: "washer", heater: "fan-heater" }; // by their places in the sentence

export function Bench({ plug }) {
  const { isBusy, problem, run } = useDeed();
  const [isAsked, setAsked] = useState(false);
  const seen = lampWords(plug);
  const isOut = !plug.plugged_in;
  const [model, firmware] = plug.model.split("@");
  return html`
    <div class="bench">
      <section class="panel pad stack" aria-label=${say("lab.plug")}>
        <div><h2>${model.toUpperCase()}</h2><p class="small q">${say("lab.firmware", { firmware })}</p><p class="small q"><${Home} plug=${plug} /></p></div>
        <${DrawnPlug} plug=${plug} label=${seen} onPress=${(seconds) => run(() => press(plug.id, seconds))} />
        <p class="small q lamp-says"><span role="status">${seen}</span><br />${meterWords(plug)}</p>
        <div class="lab-deeds">
          <${DeedButton} kind="pri" deed=${() => run(() => press(plug.id, SHORT_S))} isBusy=${isBusy} disabled=${isBusy || isOut}>${say("lab.press")}<//>
          <${DeedButton} deed=${() => run(() => press(plug.id, HOLD_S))} isBusy=${isBusy} disabled=${isBusy || isOut}>${say("lab.hold")}<//>
          ${isOut
            ? html`<${DeedButton} deed=${() => run(() => plugIn(plug.id))} isBusy=${isBusy}>${say("lab.plug-in")}<//>`
            : html`<${DeedButton} deed=${() => run(() => unplug(plug.id))} isBusy=${isBusy}>${say("lab.unplug")}<//>`}
        </div>
        ${problem && html`<${Failure} problem=${problem} />`}
        <${TakingHome} plug=${plug} take=${() => run(() => takeHome(plug.id))} isBusy=${isBusy} />
        <${LoadChoice} plug=${plug} run=${run} />
        <${Facts} plug=${plug} />
        <div class="row rest">
          <${DeedButton} kind="quiet" deed=${() => run(() => reboot(plug.id))} isBusy=${isBusy} disabled=${isBusy || isOut}>${say("lab.reboot")}<//>
          <button type="button" class="b quiet" onClick=${() => setAsked(true)}>${say("lab.throw.verb")}</button>
        </div>
      </section>
      <div class="stack">
        <${Wires} plug=${plug} />
        <${Faults} plug=${plug} />
      </div>
    </div>
    ${isAsked && html`<${ThrowAway} plug=${plug} onClose=${() => setAsked(false)} />`}`;
}

function Home({ plug }) {
  if (plug.taking_home === "running") return say("lab.home.soon");
  if (plug.home === "this-hub") return sayWith("lab.home.this-hub", { link: html`<a href=${plugPath(plug.uuid)}>${say("lab.home.link")}</a>` });
  return say(`lab.home.${plug.home}`);
}

function meterWords(plug) {
  if (!plug.plugged_in) return say("lab.meter.out");
  if (plug.power_w === null) return say("lab.meter.timeless");
  return [power(plug.power_w), voltage(plug.voltage_v), current(plug.current_a)].map(joined).join(" · ");
}

function LoadChoice({ plug, run }) {
  const [wished, setWished] = useState(null);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const shown = wished ?? plug.load;
  const watts = Number(shown) || 0;
  const choose = async (load) => {
    clearTimeout(timer.current);
    setWished(load);
    await run(() => setLoad(plug.id, load));
    setWished((now) => (now === load ? null : now));
  };
  const appliance = (load) => html`
    <button type="button" class="inline" aria-pressed=${String(shown === load)} onClick=${() => choose(load)}>${say(`lab.load.${load}`)}</button>`;
  const slide = (event) => {
    const load = event.target.value;
    setWished(load);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => choose(load), SETTLED_MS);
  };
  return html`
    <div>
      <label for="load">${sayWith("lab.load", { load: html`<b>${loadWords(shown)}</b>` })}</label>
      <input type="range" id="load" min="0" max=${MOST_W} step=${STEP_W} value=${watts} aria-valuetext=${loadWords(shown)} onInput=${slide} />
      <p class="small q">${sayWith("lab.load.like", Object.fromEntries(Object.entries(APPLIANCES).map(([place, load]) => [place, appliance(load)])))}</p>
    </div>`;
}

function Facts({ plug }) {
  return html`
    <details class="addresses"><summary>${say("lab.fact.title")}</summary><dl class="facts small">
      ${plug.relays.length > 1 && html`<dt>${say("lab.fact.outlets")}</dt><dd>${plug.relays.map(({ channel, on }) => html`<span class="outlet" key=${channel}>${channel}: ${say(on ? "lab.fact.on" : "lab.fact.off")}</span> `)}</dd>`}
      <dt>HTTP</dt><dd class="mono">${plug.url}</dd>
      ${plug.server && html`<dt>MQTT</dt><dd class="mono">${plug.server}</dd>`}
      ${plug.tty && html`<dt>${say("lab.fact.serial")}</dt><dd class="mono">${plug.tty}</dd>`}
      <dt>MAC</dt><dd class="mono">${plug.mac}</dd>
    </dl></details>`;
}

function ThrowAway({ plug, onClose }) {
  const isKnown = plug.home === "this-hub";
  const [forgets, setForgets] = useState(isKnown);
  const act = async () => {
    await throwAway(plug.id, forgets);
    go("/lab");
  };
  return html`
    <${Ask} title=${say("lab.throw.title", { name: plug.name })} verb=${say("lab.throw.verb")} act=${act} onClose=${onClose}>
      <p>${say("lab.throw.text")}</p>
      ${isKnown && html`<label class="check"><input type="checkbox" checked=${forgets} onChange=${(event) => setForgets(event.target.checked)} />
        <span>${say("lab.throw.forget")}<small>${say("lab.throw.forget.what")}</small></span></label>`}
    <//>`;
}

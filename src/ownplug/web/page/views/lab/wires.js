// What goes over the wires of a virtual plug, as it goes.

import { saveBlob } from "../../kit/api.js";
import { exactClock } from "../../kit/format.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { wires } from "./laboratory.js";
import { Log } from "../../parts/log.js";
import { Tabs } from "../../parts/tabs.js";

const VENDOR = /^Appliance\./;
const LONGEST = 400; // characters that are shown; all of them are saved

export function Wires({ plug }) {
  const now = useValue(wires);
  const [wire, setWire] = useState("all");
  const [held, setHeld] = useState(null); // what was there when somebody said Pause
  const { lines, dropped } = held ?? now;
  const shown = wire === "all" ? lines : lines.filter((line) => line.wire === wire);
  const save = () => saveBlob(new Blob([shown.map(asText).join("")], { type: "text/plain" }), `${plug.id}-wires.txt`);
  const tabs = [["all", say("lab.wires.all")], ["mqtt", "MQTT"], ["http", "HTTP"], ["serial", say("lab.wires.serial")]];
  return html`
    <section class="panel pad wires" aria-label=${say("lab.wires.title")}>
      <div class="head"><h2>${say("lab.wires.title")}</h2><${Tabs} label=${say("lab.wires.which")} options=${tabs} value=${wire} onChoose=${setWire} /></div>
      ${shown.length === 0 && html`<p class="small q">${say("lab.wires.quiet")}</p>`}
      <${Log} label=${say("lab.wires.title")} lines=${shown} dropped=${dropped} draw=${Line} actions=${html`
        ${held && html`<span class="small q">${say("lab.wires.held", { count: now.count - held.count })}</span>`}
        <button type="button" class="b quiet" aria-pressed=${String(held !== null)} onClick=${() => setHeld(held ? null : now)}>${say(held ? "common.log.go" : "common.log.pause")}</button>
        <button type="button" class="b quiet" onClick=${save}>${say("common.log.save")}</button>`} />
    </section>`;
}

const Line = (line) => html`
  <div key=${line.number} data-wire=${line.wire}>
    <span class="q">${time(line.at)}</span><span>${line.wire}</span>
    <span class=${line.direction === "from-plug" ? "acc" : undefined}>${way(line)}</span>
    <span class=${line.method === "ERROR" ? "m bad" : "m"}>${cut(words(line))}</span>
  </div>`;

const way = ({ wire, direction }) => say(`lab.way.${wire}.${direction}`);

const time = (at) => `${exactClock(at)}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;

function words(line) {
  if (!line.method) return line.line;
  const payload = line.payload && Object.keys(line.payload).length ? ` ${JSON.stringify(line.payload)}` : "";
  return `${line.method} ${line.namespace.replace(VENDOR, "")}${payload}`;
}

const cut = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

const asText = (line) => `${line.at} ${line.wire} ${line.direction} ${words(line)}\n`;

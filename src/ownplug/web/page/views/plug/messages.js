// What hub and plug say to each other, for the curious; secrets are masked by the hub.

import { get, saveBlob } from "../../kit/api.js";
import { formatted } from "../../kit/format.js";
import { html, useEffect, useMemo, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { may } from "../../model/session.js";
import { KEPT_LINES, Log } from "../../parts/log.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { RequestForm } from "./request_form.js";

const AGAIN_MS = 2000;
const ASKED = 400;
const READINGS = "Appliance.Control.Electricity";
const SHORT = 120; // characters of a payload that is not opened
const EXACT = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" };

/** @param {{plug: any}} props */
export function Messages({ plug }) {
  const [isPaused, setPaused] = useState(false);
  const [hidesReadings, setHidesReadings] = useState(true);
  const read = useRead(() => get(`/plugs/${plug.uuid}/messages`, { limit: ASKED }), [plug.uuid, isPaused], isPaused ? undefined : AGAIN_MS);
  const lines = useKept(isPaused ? null : read.value);
  const shown = useMemo(() => (hidesReadings ? lines.filter(({ namespace }) => namespace !== READINGS) : lines), [lines, hidesReadings]);
  return html`
    <section class="panel pad" aria-labelledby="messages-title">
      <div class="head"><h2 id="messages-title">${say("plug.messages")}</h2>
        <label class="check"><input type="checkbox" checked=${hidesReadings} onChange=${({ target }) => setHidesReadings(target.checked)} /><span>${say("plug.messages.hide")}</span></label></div>
      <p class="q text intro">${say("plug.messages.note")}</p>
      ${read.problem && html`<${Failure} problem=${read.problem} again=${read.again} />`}
      ${!read.value && !read.problem ? html`<${Loading} what=${say("plug.messages.loading")} />` : html`<${Log} label=${say("plug.messages")} lines=${shown} draw=${drawn} actions=${html`
        <button type="button" class="b" aria-pressed=${String(isPaused)} onClick=${() => setPaused(!isPaused)}>${say(isPaused ? "common.log.go" : "common.log.pause")}</button>
        <button type="button" class="b" onClick=${() => save(plug, shown)}>${say("common.log.save")}</button>`} />`}
    </section>
    ${may("admin") && html`<${RequestForm} plug=${plug} />`}`;
}

function drawn(line) {
  const payload = line.payload === null ? say("plug.messages.long") : JSON.stringify(line.payload);
  const isShort = payload.length <= SHORT;
  const what = html`<b>${line.namespace.replace(/^Appliance\./, "")}</b>`;
  return html`<div key=${line.key} class=${`message ${line.direction}${line.method === "ERROR" ? " bad" : ""}`}>
    <span class="q">${formatted(line.at, EXACT)}</span><span class="way">${say(`plug.messages.${line.direction}`)}</span><span>${line.method}</span>
    ${isShort ? html`<span class="m">${what} ${payload}</span>` : html`<details class="m"><summary>${what} ${payload.slice(0, SHORT)} …</summary><pre>${JSON.stringify(line.payload, null, 2)}</pre></details>`}</div>`;
}

// The hub keeps the last ones only; what was seen here stays.
function useKept(told) {
  const [kept, setKept] = useState([]);
  useEffect(() => {
    if (!told) return;
    setKept((before) => {
      const known = new Set(before.map(({ key }) => key));
      const fresh = keyed(told.messages.toReversed()).filter(({ key }) => !known.has(key));
      return fresh.length ? [...before, ...fresh].slice(-KEPT_LINES) : before;
    });
  }, [told]);
  return kept;
}

const keyed = (messages) => messages.map((message) => ({ ...message, key: `${message.at} ${message.direction} ${message.method} ${message.namespace}` }));

function save(plug, lines) {
  const text = lines.map(({ key: _, ...message }) => JSON.stringify(message)).join("\n");
  saveBlob(new Blob([`${text}\n`], { type: "application/x-ndjson" }), `${plug.name}-messages.jsonl`);
}

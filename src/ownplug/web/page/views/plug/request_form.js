// A question in the plug's own language; it changes nothing.

import { post } from "../../kit/api.js";
import { html, useId, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";

const KNOWN = ["System.All", "System.Ability", "System.Debug", "System.DNDMode", "System.Runtime", "System.Time", "Control.ConsumptionX", "Control.Electricity", "Control.TimerX", "Digest.TimerX"];

/** @param {{plug: any}} props */
export function RequestForm({ plug }) {
  const [namespace, setNamespace] = useState("Appliance.System.All");
  const [payload, setPayload] = useState("{}");
  const [reply, setReply] = useState(null);
  const deed = useDeed();
  const id = useId();
  const parsed = parse(payload);
  const ask = async (event) => {
    event.preventDefault();
    setReply(await deed.run(() => post(`/plugs/${plug.uuid}/request`, { method: "GET", namespace: namespace.trim(), payload: parsed })) ?? null);
  };
  return html`
    <section class="panel pad" aria-labelledby="request-title">
      <div class="head"><h2 id="request-title">${say("plug.request")}</h2></div>
      <form class="inplace" onSubmit=${ask}>
        <label class="field"><span>${say("plug.request.namespace")}</span><input list=${id} required spellcheck=${false} autocomplete="off" value=${namespace} onInput=${({ target }) => setNamespace(target.value)} /></label>
        <datalist id=${id}>${KNOWN.map((each) => html`<option key=${each} value=${`Appliance.${each}`}></option>`)}</datalist>
        <label class="field"><span>${say("plug.request.payload")}</span><textarea class="short" spellcheck=${false} aria-invalid=${String(!parsed)} value=${payload} onInput=${({ target }) => setPayload(target.value)}></textarea>
          ${!parsed && html`<small class="bad">${say("plug.request.payload.wrong")}</small>`}</label>
        ${deed.problem && html`<${Failure} problem=${deed.problem} />`}
        <div class="row"><${DeedButton} isBusy=${deed.isBusy || !parsed || plug.availability !== "online"}>${say("plug.request.ask")}<//></div>
      </form>
      ${reply && html`<div class="wide reply" tabindex="0" role="region" aria-label=${say("plug.request.reply")}><pre>${`${reply.method} ${reply.namespace}\n${JSON.stringify(reply.payload, null, 2)}`}</pre></div>`}
    </section>`;
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

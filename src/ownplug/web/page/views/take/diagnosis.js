// Why a run stopped: what happened, what was seen, what to do, and the button that does it.

import { post } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { hasText, say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";
import { withGaps } from "./facts.js";
import { NetworkFields, NO_NETWORK } from "./network.js";

const NETWORK_CAUSES = new Set(["wifi-password", "wifi-absent"]);

/**
 * @param {object} props
 * @param {any} props.failure as the hub tells it
 * @param {(changes: {ssid?: string, password?: string}) => Promise<any>} props.again begins anew
 * @param {string} [props.url] where the plug answers, to be asked what it hears
 */
export function Diagnosis({ failure, again, url }) {
  const { code, message, hint, facts, stage } = failure;
  const known = hasText(`take.cause.${code}`);
  const shown = facts.filter((fact) => hasText(`take.seen.${fact.code}`) && (fact.code !== "knows-time" || stage === "reach"));
  return html`
    <div class="trouble" role="alert">
      <p><b>${known ? say(`take.cause.${code}`) : withGaps(message)}</b></p>
      ${known && html`<p class="small q" lang="en">${withGaps(message)}</p>`}
      ${shown.length > 0 && html`<dl class="ev">${shown.map((fact) => html`<dt key=${`${fact.code}-name`}>${say(`take.seen.${fact.code}`)}</dt><dd key=${fact.code}>${valueOf(fact)}</dd>`)}</dl>`}
      <p>${known ? say(`take.cause.${code}.next`) : hint}</p>
      ${failure.needs_reset && html`<p>${say("take.reset")}</p>`}
      ${NETWORK_CAUSES.has(code) ? html`<${OtherNetwork} code=${code} again=${again} url=${url} />` : html`<${Again} again=${again} />`}
      <p class="small q">${say("take.diagnosis")} <code>${code}</code></p>
    </div>`;
}

function Again({ again }) {
  const { isBusy, problem, run } = useDeed();
  return html`${problem && html`<${Failure} problem=${problem} />`}
    <div class="row"><${DeedButton} kind="pri" isBusy=${isBusy} deed=${() => run(() => again({}))}>${say("common.again")}<//></div>`;
}

function OtherNetwork({ code, again, url }) {
  const [network, setNetwork] = useState(NO_NETWORK);
  const [isOther, setOther] = useState(code === "wifi-absent");
  const [heard, setHeard] = useState(undefined);
  const { isBusy, problem, run } = useDeed();
  const look = () => run(async () => setHeard((await post("/pairings/look", { url })).networks));
  const submit = async (event) => {
    event.preventDefault();
    const { ssid, password } = network;
    await run(() => again(isOther ? { ssid, password } : { password }));
  };
  return html`
    <form class="tight" onSubmit=${submit}>
      ${isOther ? html`<${NetworkFields} value=${network} onChange=${setNetwork} heard=${heard} />`
        : html`<label class="field"><span>${say("take.network.password")}</span>
            <input type="password" name="wifi-password" autocomplete="off" maxlength="64" value=${network.password} onInput=${(event) => setNetwork({ ...network, password: event.target.value })} /></label>`}
      ${problem && html`<${Failure} problem=${problem} />`}
      <div class="row">
        <${DeedButton} kind="pri" isBusy=${isBusy}>${say("common.again")}<//>
        ${!isOther && html`<button type="button" class="b" onClick=${() => setOther(true)}>${say("take.network.choose")}</button>`}
        ${isOther && url && html`<${DeedButton} isBusy=${isBusy} deed=${look}>${say("take.network.look")}<//>`}
      </div>
    </form>`;
}

const valueOf = ({ code, value }) => (hasText(`take.seen.${code}.${value}`) ? say(`take.seen.${code}.${value}`) : value);

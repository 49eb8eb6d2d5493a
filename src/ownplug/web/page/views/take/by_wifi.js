import { get, post } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { go } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";
import { NetworkFields, NO_NETWORK } from "./network.js";
import { onePath } from "./runs.js";

const OWN_ADDRESS = "http://10.10.10.1"; // of every plug in pairing mode, in its own Wi-Fi
const BY_ADDRESS = "";

/** A plug in pairing mode, by its own Wi-Fi or by where it answers. */
export function ByWifi() {
  useTitle(say("take.way.wifi"));
  const nearby = useRead(() => get("/pairings/nearby"), []);
  const [joined, setJoined] = useState(BY_ADDRESS);
  return html`
    <div class="bar"><h1>${say("take.way.wifi")}</h1><a class="q end" href="/take-home">${say("take.ways")}</a></div>
    <div class="two">
      <div class="stack">
        <section class="panel pad tight"><h2>${say("take.wifi.where")}</h2>
          <p>${say("take.wifi.button")}</p>
          <${Nearby} nearby=${nearby} joined=${joined} onChoose=${setJoined} />
        </section>
        ${joined === BY_ADDRESS ? html`<${ByAddress} />` : html`<${Order} key=${joined} more=${{ join_ssid: joined }} />`}
      </div>
      <aside class="panel pad tight"><h2>${say("take.wifi.what")}</h2><p>${say("take.wifi.what.text")}</p><p class="q">${say("take.wifi.what.proof")}</p></aside>
    </div>`;
}

function Nearby({ nearby: { value, problem, isReading, again }, joined, onChoose }) {
  const choice = (ssid, name, note) => html`<label class="check" key=${ssid}>
    <input type="radio" name="joined" checked=${joined === ssid} onChange=${() => onChoose(ssid)} /><span>${name}<small>${note}</small></span></label>`;
  return html`
    <fieldset class="checks"><legend class="unseen">${say("take.wifi.where")}</legend>
      ${value?.networks.map((ssid) => choice(ssid, ssid, say("take.wifi.join")))}
      ${choice(BY_ADDRESS, say("take.wifi.address"), say("take.wifi.address.text"))}
    </fieldset>
    ${problem ? html`<${Failure} problem=${problem} again=${again} />`
      : isReading ? html`<p class="q" role="status">${say("take.wifi.listening")}</p>`
      : html`<div class="row"><span class="small q">${heardOf(value)}</span><button type="button" class="b quiet" onClick=${again}>${say("take.wifi.again")}</button></div>`}`;
}

function heardOf({ can_join, networks, reason, hint }) {
  if (!can_join) return say("take.wifi.cannot", { reason });
  return reason ? `${reason} ${hint}` : say("take.wifi.heard", { count: networks.length });
}

function ByAddress() {
  const [url, setUrl] = useState(OWN_ADDRESS);
  const [found, setFound] = useState(null);
  const { isBusy, problem, run, forget } = useDeed();
  const look = async (event) => {
    event.preventDefault();
    setFound(null);
    setFound(await run(() => post("/pairings/look", { url })) ?? null);
  };
  const type = (event) => {
    setUrl(event.target.value);
    setFound(null);
    forget();
  };
  return html`
    <form class="panel pad tight" onSubmit=${look}><h2>${say("take.look")}</h2>
      <label class="field"><span>${say("take.look.url")}</span>
        <input type="url" name="url" required value=${url} spellcheck=${false} onInput=${type} /><small>${say("take.look.hint")}</small></label>
      ${problem && html`<${Failure} problem=${problem} title=${say("take.look.failed")} />`}
      ${isBusy && html`<${Loading} what=${say("take.look.busy")} />`}
      ${found && html`<p role="status">${say("take.look.found", { model: found.model.toUpperCase(), uuid: found.uuid })}</p>`}
      <div class="row"><${DeedButton} isBusy=${isBusy} kind=${found ? "" : "pri"}>${say("take.look.go")}<//></div>
    </form>
    ${found && html`<${Order} key=${found.uuid} heard=${found.networks} more=${{ url }} />`}`;
}

/** What a plug shall be told; it begins the run. @param {{heard?: any[], more: object}} props */
export function Order({ heard, more }) {
  const [network, setNetwork] = useState(NO_NETWORK);
  const [switches, setSwitches] = useState(true);
  const { isBusy, problem, run } = useDeed();
  const begin = async (event) => {
    event.preventDefault();
    const begun = await run(() => post("/pairings", { ...network, switches, ...more }));
    if (begun) go(onePath(begun.id));
  };
  return html`
    <form class="panel pad tight" onSubmit=${begin}><h2>${say("take.network")}</h2>
      <${NetworkFields} value=${network} onChange=${setNetwork} heard=${heard} />
      <label class="check"><input type="checkbox" checked=${switches} onChange=${(event) => setSwitches(event.target.checked)} />
        <span>${say("take.switches")}<small>${say("take.switches.text")}</small></span></label>
      ${problem && html`<${Failure} problem=${problem} title=${say("take.begin.failed")} />`}
      <div class="row"><${DeedButton} isBusy=${isBusy} kind="pri">${say("take.begin")}<//></div>
    </form>`;
}

import { post } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { go } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";
import { NetworkFields, NO_NETWORK } from "./network.js";
import { listPath } from "./runs.js";

const FIELDS = ["name", "room", "mac"];
const ADDRESS = /^https?:\/\//;
const ANY = new Set(["any", "*"]);

/** Many plugs, one after the other, as they come into reach. */
export function ByList() {
  useTitle(say("take.way.list"));
  const [text, setText] = useState("");
  const [network, setNetwork] = useState(NO_NETWORK);
  const [joins, setJoins] = useState(true);
  const { isBusy, problem, run } = useDeed();
  const lines = linesOf(text);
  const begin = async (event) => {
    event.preventDefault();
    const begun = await run(() => post("/pairings/batches", { plugs: lines, joins, ...network }));
    if (begun) go(listPath(begun.id));
  };
  return html`
    <div class="bar"><h1>${say("take.way.list")}</h1><a class="q end" href="/take-home">${say("take.ways")}</a></div>
    <div class="two">
      <form class="panel pad tight" onSubmit=${begin}>
        <label class="field"><span>${say("take.list.plugs")}</span>
          <textarea name="plugs" required spellcheck=${false} placeholder=${say("take.list.example")} value=${text} onInput=${(event) => setText(event.target.value)}></textarea>
          <small>${say("take.list.hint")}</small><small>${say("take.list.count", { count: lines.length })}</small></label>
        <label class="check"><input type="checkbox" checked=${joins} onChange=${(event) => setJoins(event.target.checked)} />
          <span>${say("take.list.joins")}<small>${say("take.list.joins.text")}</small></span></label>
        <${NetworkFields} value=${network} onChange=${setNetwork} />
        ${problem && html`<${Failure} problem=${problem} title=${say("take.begin.failed")} />`}
        <div class="row"><${DeedButton} isBusy=${isBusy} kind="pri">${say("take.list.begin")}<//></div>
      </form>
      <aside class="panel pad tight"><h2>${say("take.list.what")}</h2><p>${say("take.list.what.text")}</p></aside>
    </div>`;
}

/** A plug for each line: name, room, and a MAC or an address, between commas or semicolons. */
function linesOf(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
    const [name, room, which = ""] = line.split(/[;,\t]/).map((field) => field.trim());
    const place = ADDRESS.test(which) ? { url: which } : { mac: ANY.has(which.toLowerCase()) ? "" : which };
    return { name, room: room ?? "", ...place };
  }).filter((line, index) => index > 0 || !isHeader(line));
}

const isHeader = ({ name, room }) => name.toLowerCase() === FIELDS[0] && room.toLowerCase() === FIELDS[1];

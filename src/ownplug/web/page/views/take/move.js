// Plugs to another server: said which and where to, then followed.

import { get, post, remove } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { go } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { plugs } from "../../model/plugs.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Ask } from "../../parts/dialog.js";
import { Failure, Loading } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";
import { movePath, ROOT, useRun } from "./runs.js";

const PATH = "/moves/current";

/** Which plugs shall go where. */
export function Move() {
  useTitle(say("take.way.move"));
  const all = useValue(plugs);
  const [chosen, setChosen] = useState(new Set());
  const [wish, setWish] = useState({ server: "mqtts://", key: "", user_id: "" });
  const { isBusy, problem, run } = useDeed();
  const change = (name) => (event) => setWish({ ...wish, [name]: event.target.value });
  const toggle = (uuid) => {
    const next = new Set(chosen);
    if (!next.delete(uuid)) next.add(uuid);
    setChosen(next);
  };
  const begin = async (event) => {
    event.preventDefault();
    const { server, key, user_id } = wish;
    const begun = await run(() => post("/moves", { plugs: [...chosen], servers: [server.trim()], key: key || null, user_id: user_id || null }));
    if (begun) go(movePath);
  };
  return html`
    <div class="bar"><h1>${say("take.way.move")}</h1><a class="q end" href=${ROOT}>${say("take.ways")}</a></div>
    <div class="two">
      <form class="panel pad tight" onSubmit=${begin}>
        <fieldset class="checks"><legend class="field">${say("take.move.which")}</legend>
          ${all.map((plug) => plug.get()).map(({ uuid, name, room }) => html`<label class="check" key=${uuid}>
            <input type="checkbox" checked=${chosen.has(uuid)} onChange=${() => toggle(uuid)} /><span>${name}<small>${room}</small></span></label>`)}
          ${!all.length && html`<p class="q">${say("take.move.nobody")}</p>`}</fieldset>
        <label class="field"><span>${say("take.move.server")}</span><input name="server" required spellcheck=${false} value=${wish.server} onInput=${change("server")} /><small>${say("take.move.server.hint")}</small></label>
        <label class="field"><span>${say("take.move.user")}</span><input name="user-id" autocomplete="off" maxlength="64" value=${wish.user_id} onInput=${change("user_id")} /></label>
        <label class="field"><span>${say("take.move.key")}</span><input type="password" name="key" autocomplete="off" maxlength="32" value=${wish.key} onInput=${change("key")} /><small>${say("take.move.key.hint")}</small></label>
        ${problem && html`<${Failure} problem=${problem} title=${say("take.begin.failed")}>${problem.code === "conflict" && html`<p><a href=${movePath}>${say("take.move.earlier")}</a></p>`}<//>`}
        <div class="row"><button class="b pri" disabled=${isBusy || !chosen.size} aria-busy=${String(isBusy)}>${say("take.move.begin", { count: chosen.size })}</button></div>
      </form>
      <aside class="panel pad tight"><h2>${say("take.move.what")}</h2><p>${say("take.move.what.text")}</p><p class="q">${say("take.move.what.back")}</p></aside>
    </div>`;
}

/** The move that there is. */
export function MoveRun() {
  useTitle(say("take.move.title"));
  const { value: move, problem, again } = useRun(async () => (await get("/moves")).moves[0] ?? { state: "none", plugs: [] }, []);
  const bar = html`<div class="bar"><h1>${say("take.move.title")}</h1><span class="q">${move && move.servers?.join(", ")}</span><a class="q end" href=${ROOT}>${say("take.ways")}</a></div>`;
  if (!move && problem) return html`${bar}<${Failure} problem=${problem} again=${again} />`;
  if (!move) return html`${bar}<${Loading} what=${say("take.run.reading")} />`;
  if (move.state === "none") return html`${bar}<p>${say("take.move.none")}</p>`;
  const moved = move.plugs.filter(({ state }) => state === "moved").length;
  return html`${bar}
    <p class="lead" role="status"><b>${say(`take.move.state.${move.state}`)}</b> ${say("take.move.moved", { moved, count: move.plugs.length })}</p>
    ${move.reason && html`<div class="trouble" role="alert"><p>${move.reason} ${move.hint}</p><p class="small q">${say("take.diagnosis")} <code>${move.code}</code></p></div>`}
    <section class="panel pad wide"><table>
      <thead><tr><th>${say("take.move.plug")}</th><th>${say("take.move.where")}</th><th class="hide-s">${say("take.move.address")}</th></tr></thead>
      <tbody>${move.plugs.map(({ uuid, name, state, why, address }) => html`<tr key=${uuid}><th scope="row">${name || uuid}</th>
        <td><span class=${{ moved: "acc", told: "warn", kept: "warn", returned: "warn" }[state] ?? "q"}>${say(`take.move.is.${state}`)}</span>${why && html`<br /><small class="q">${why}</small>`}</td>
        <td class="mono hide-s">${address}</td></tr>`)}</tbody></table></section>
    <${Deeds} move=${move} again=${again} />`;
}

function Deeds({ move, again }) {
  const { isBusy, problem, run } = useDeed();
  const [isAsking, ask] = useState(false);
  const doing = (what) => () => run(async () => {
    await post(`${PATH}/${what}`);
    await again();
  });
  const giveUp = async () => {
    await remove(PATH);
    go(ROOT);
  };
  return html`
    ${problem && html`<${Failure} problem=${problem} />`}
    <div class="row take-deeds">
      ${["running", "looking"].includes(move.state) && html`<${DeedButton} isBusy=${isBusy} deed=${doing("stop")}>${say("take.move.stop")}<//>`}
      ${move.can_resume && html`<${DeedButton} kind="pri" isBusy=${isBusy} deed=${doing("resume")}>${say("take.move.resume")}<//>
        <button type="button" class="b danger" onClick=${() => ask(true)}>${say("take.move.giveup")}</button>`}
    </div>
    ${isAsking && html`<${Ask} title=${say("take.move.giveup.title")} verb=${say("take.move.giveup")} act=${giveUp} onClose=${() => ask(false)}><p>${say("take.move.giveup.text")}</p><//>`}`;
}

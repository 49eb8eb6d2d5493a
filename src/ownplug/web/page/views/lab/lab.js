// Virtual plugs: all of them, or one on its bench.

import { joined, power } from "../../kit/format.js";
import { html, useEffect, useState } from "../../kit/html.js";
import { go } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { benches, followLab, labState, loadLab, startPlugs } from "./laboratory.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Empty, Failure, Loading } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";
import { Bench } from "./bench.js";
import { Lamp } from "./drawn.js";
import { lampWords, loadWords } from "./words.js";
import { StartDialog } from "./start.js";

export default function Lab({ place }) {
  const id = place.parts[1];
  const all = useValue(benches);
  const state = useValue(labState);
  const [isStarting, setStarting] = useState(false);
  const one = id && all.find((plug) => plug.id.endsWith(id) || String(plug.number) === id);
  const isRead = state === "ready"; // before, nobody knows whose wires to listen to
  useEffect(() => {
    loadLab();
  }, []);
  useEffect(() => (isRead ? followLab(one?.id) : undefined), [isRead, one?.id]);
  useTitle(one ? one.name : say("lab.title"));
  return html`
    ${id && html`<p class="crumb"><a href="/lab">${say("lab.title")}</a></p>`}
    <div class="bar"><h1>${one ? one.name : say("lab.title")}</h1><span class="q">${say("lab.lead")}</span>
      ${state === "ready" && all.length > 0 && html`<button type="button" class="b end" onClick=${() => setStarting(true)}>${say("lab.another")}</button>`}</div>
    ${state === "loading" ? html`<${Loading} what=${say("lab.loading")} />`
    : state !== "ready" ? html`<${Failure} title=${say("lab.failed")} problem=${state} again=${loadLab} />`
    : one ? html`<${Bench} key=${one.id} plug=${one} />`
    : id ? html`<${Empty} title=${say("lab.missing.title")} actions=${html`<a class="b" href="/lab">${say("lab.missing.back")}</a>`}>${say("lab.missing.text")}<//>`
    : all.length ? html`<${List} all=${all} />`
    : html`<${Nothing} onStart=${() => setStarting(true)} />`}
    ${isStarting && html`<${StartDialog} onClose=${() => setStarting(false)} onStarted=${(plugs) => go(plugs.length === 1 ? `/lab/${plugs[0].id}` : "/lab")} />`}`;
}

function Nothing({ onStart }) {
  const { isBusy, problem, run } = useDeed();
  const begin = () => run(async () => {
    const [plug] = await startPlugs({ name: say("lab.start.first"), take_home: true });
    go(`/lab/${plug.id}`);
  });
  return html`
    <${Empty} title=${say("lab.none.title")} actions=${html`
      <${DeedButton} kind="pri" deed=${begin} isBusy=${isBusy}>${say(isBusy ? "lab.starting" : "lab.none.home")}<//>
      <button type="button" class="b" onClick=${onStart}>${say("lab.none.start")}</button>`}>${say("lab.none.text")}<//>
    ${problem && html`<${Failure} title=${say("lab.start.failed")} problem=${problem} />`}`;
}

const List = ({ all }) => html`
  <ul class="panel benches" aria-label=${say("lab.title")}>
    ${all.map((plug) => html`
      <li key=${plug.id}>
        <${Lamp} lamp=${plug.lamp} />
        <span class="what"><a href=${`/lab/${plug.id}`}>${plug.name}</a><small class="q">${lampWords(plug)}</small></span>
        <span class="q load">${loadWords(plug.load)}</span>
        <b class="num r">${joined(power(plug.power_w))}</b>
      </li>`)}
  </ul>`;

// Tokens: what programs show instead of a password.

import { get, post, remove } from "../../kit/api.js";
import { day } from "../../kit/format.js";
import { html, useEffect, useRef, useState } from "../../kit/html.js";
import { say, sayWith } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Choice } from "../../parts/choice.js";
import { Copyable } from "../../parts/copyable.js";
import { Ask } from "../../parts/dialog.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { toast } from "../../parts/toast.js";

const SCOPES = ["read", "switch", "admin"];
const LONGEST_NAME = 60;

/** The section. */
export default function Tokens() {
  const found = useRead(() => get("/tokens"), []);
  const [made, setMade] = useState(null);
  return html`
    <p class="text">${sayWith("settings.tokens.text", { header: html`<code>Authorization: Bearer TOKEN</code>` })}</p>
    ${found.problem && html`<${Failure} problem=${found.problem} title=${say("settings.tokens.failed")} again=${found.again} />`}
    ${!found.value && !found.problem && html`<${Loading} what=${say("settings.tokens.loading")} />`}
    ${found.value && (found.value.tokens.length
      ? html`<ul class="panel rows">${found.value.tokens.map((token) => html`<${Token} key=${token.id} token=${token} onGone=${found.again} />`)}</ul>`
      : html`<p class="q">${say("settings.tokens.none")}</p>`)}
    ${made ? html`<${Made} token=${made} onClose=${() => setMade(null)} />` : html`<${Maker} onMade=${(token) => (setMade(token), found.again())} />`}`;
}

function Token({ token, onGone }) {
  const [isAsked, ask] = useState(false);
  const revoke = async () => {
    await remove(`/tokens/${encodeURIComponent(token.id)}`);
    toast(say("settings.tokens.gone", { name: token.name }));
    onGone();
  };
  return html`<li>
    <div class="person"><div><b>${token.name}</b><div class="small q">${say(`settings.scope.${token.scope}`)} · ${say("settings.tokens.made", { day: day(token.made_at) })}</div></div>
      <button type="button" class="b danger" aria-label=${say("settings.tokens.revoke", { name: token.name })} onClick=${() => ask(true)}>${say("settings.tokens.revoke.short")}</button></div>
    ${isAsked && html`<${Ask} title=${say("settings.tokens.ask.title", { name: token.name })} verb=${say("settings.tokens.revoke", { name: token.name })} act=${revoke} onClose=${() => ask(false)}>
      ${say("settings.tokens.ask.text")}<//>`}</li>`;
}

function Made({ token, onClose }) {
  const box = useRef(null);
  useEffect(() => box.current.focus(), []);
  return html`
    <section class="panel pad tight" ref=${box} tabindex="-1" aria-label=${say("settings.tokens.once.title", { name: token.name })}>
      <h2>${say("settings.tokens.once.title", { name: token.name })}</h2>
      <p>${say("settings.tokens.once.text")}</p>
      <${Copyable} label=${say("settings.tokens.once.label")} text=${token.token} />
      <button type="button" class="b" onClick=${onClose}>${say("settings.tokens.once.kept")}</button>
    </section>`;
}

function Maker({ onMade }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState("read");
  const { isBusy, problem, run } = useDeed();
  const submit = async (event) => {
    event.preventDefault();
    const token = await run(() => post("/tokens", { name: name.trim(), scope }));
    if (token) onMade(token);
  };
  return html`
    <form class="panel pad stack" onSubmit=${submit}>
      <h2>${say("settings.tokens.new")}</h2>
      <label class="field narrowed"><span>${say("settings.tokens.name")}</span><input required maxlength=${LONGEST_NAME} autocomplete="off" spellcheck=${false} value=${name} onInput=${(event) => setName(event.target.value)} />
        <small>${say("settings.tokens.name.form")}</small></label>
      <${Choice} label=${say("settings.tokens.may")} value=${scope} onChoose=${setScope} options=${SCOPES.map((each) => [each, say(`settings.scope.${each}`), say(`settings.scope.${each}.means`)])} />
      ${problem && html`<${Failure} problem=${problem} title=${say("settings.tokens.unmade")} />`}
      <${DeedButton} kind="pri" isBusy=${isBusy}>${say("settings.tokens.make")}<//>
    </form>`;
}

import { html, useEffect, useRef, useState } from "../kit/html.js";
import { say } from "../kit/text.js";
import { session, setUp } from "../model/session.js";
import { DeedButton, useDeed } from "../parts/busy.js";
import { Failure } from "../parts/states.js";
import { useTitle } from "../parts/title.js";

const SHORTEST_PASSWORD = 8;

// The code is in the fragment, so that it reaches no log; and it is gone from the address at once.
const code = location.pathname === "/welcome" ? location.hash.slice(1) : "";
if (code) history.replaceState(null, "", "/welcome");

/** The first account of a home, and then the first plug. */
export default function Welcome() {
  useTitle(say("door.welcome.title"));
  const [isIn, setIn] = useState(Boolean(session.get()));
  return isIn ? html`<${WhatNow} />` : html`<${Account} onDone=${() => setIn(true)} />`;
}

function Account({ onDone }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { isBusy, problem, run } = useDeed();
  const first = useRef(null);
  useEffect(() => first.current?.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    await run(async () => {
      await setUp(code, name, password);
      onDone();
    });
  };
  if (!code) {
    return html`<div class="stack"><h1>${say("door.welcome.title")}</h1><p>${say("door.welcome.nocode")}</p>
      <a class="b pri" href="/login">${say("door.login.title")}</a></div>`;
  }
  return html`
    <form class="panel pad stack" onSubmit=${submit}>
      <div><h1>${say("door.welcome.title")}</h1><p class="q">${say("door.welcome.text")}</p></div>
      <label class="field"><span>${say("door.name")}</span><input ref=${first} name="username" autocomplete="username" autocapitalize="none" spellcheck=${false} required value=${name} onInput=${(event) => setName(event.target.value)} /></label>
      <label class="field"><span>${say("door.password")}</span><input type="password" name="password" autocomplete="new-password" required minlength=${SHORTEST_PASSWORD} value=${password} onInput=${(event) => setPassword(event.target.value)} />
        <small>${say("door.welcome.password", { count: SHORTEST_PASSWORD })}</small></label>
      ${problem && html`<${Failure} problem=${problem} />`}
      <${DeedButton} kind="pri" isBusy=${isBusy}>${say("door.welcome.go")}<//>
    </form>`;
}

const WhatNow = () => html`
  <div class="stack">
    <div><h1>${say("door.first.title")}</h1><p class="q">${say("door.first.text")}</p></div>
    <div class="panel pad tight"><h2>${say("door.first.real.title")}</h2><p>${say("door.first.real.text")}</p><a class="b pri" href="/take-home">${say("door.first.real.go")}</a></div>
    <div class="panel pad tight"><h2>${say("door.first.virtual.title")}</h2><p>${say("door.first.virtual.text")}</p><a class="b" href="/lab">${say("door.first.virtual.go")}</a></div>
    <p><a href="/">${say("door.first.skip")}</a></p>
  </div>`;

import { html, useEffect, useRef, useState } from "../kit/html.js";
import { say } from "../kit/text.js";
import { may, session, setUp } from "../model/session.js";
import { DeedButton, useDeed } from "../parts/busy.js";
import { Password } from "../parts/password.js";
import { useTitle } from "../parts/title.js";
import { DoorProblem } from "./door/words.js";

const SHORTEST_PASSWORD = 8;

// The code is in the fragment, so that it reaches no log; and it is gone from the address at once.
const code = location.pathname === "/welcome" ? location.hash.slice(1) : "";
if (code) history.replaceState(null, "", "/welcome");

/** The first account of a home, and then the first plug. */
export default function Welcome() {
  const [isIn, setIn] = useState(Boolean(session.get()));
  useTitle(say(isIn ? "door.first.title" : "door.welcome.title"));
  if (isIn) return html`<${WhatNow} />`;
  return code ? html`<${Account} onDone=${() => setIn(true)} />` : html`<${NoCode} />`;
}

const NoCode = () => html`
  <div class="stack"><h1>${say("door.welcome.title")}</h1><p>${say("door.welcome.nocode")}</p>
    <a class="b" href="/login">${say("door.login.title")}</a></div>`;

function Account({ onDone }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { isBusy, problem, run } = useDeed();
  const first = useRef(null);
  useEffect(() => first.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    await run(async () => {
      await setUp(code, name, password);
      onDone();
    });
  };
  const isOver = problem?.code === "forbidden" || problem?.code === "conflict";
  return html`
    <form class="panel pad stack" onSubmit=${submit}>
      <div class="tight"><h1>${say("door.welcome.title")}</h1><p class="q">${say("door.welcome.text")}</p></div>
      <label class="field"><span>${say("door.name")}</span><input ref=${first} name="username" autocomplete="username" autocapitalize="none" spellcheck=${false} required value=${name} onInput=${(event) => setName(event.target.value)} />
        <small>${say("door.welcome.name")}</small></label>
      <${Password} label=${say("door.password")} complete="new-password" least=${SHORTEST_PASSWORD} value=${password} onInput=${setPassword}
        note=${say("door.welcome.password", { count: SHORTEST_PASSWORD })} />
      ${problem && html`<${DoorProblem} problem=${problem} door="door.welcome.problem">
        ${isOver && html`<p><a href="/login">${say("door.login.title")}</a></p>`}<//>`}
      <${DeedButton} kind="pri" isBusy=${isBusy}>${say("door.welcome.go")}<//>
    </form>`;
}

function WhatNow() {
  const title = useRef(null);
  useEffect(() => title.current.focus(), []);
  return html`
    <div class="stack">
      <div><h1 ref=${title} tabindex="-1">${say("door.first.title")}</h1><p class="q">${say(may("admin") ? "door.first.text" : "door.first.guest")}</p></div>
      ${may("admin") && html`
        <div class="panel pad tight"><h2>${say("door.first.real.title")}</h2><p>${say("door.first.real.text")}</p><a class="b pri" href="/take-home">${say("door.first.real.go")}</a></div>
        <div class="panel pad tight"><h2>${say("door.first.virtual.title")}</h2><p>${say("door.first.virtual.text")}</p><a class="b" href="/lab">${say("door.first.virtual.go")}</a></div>`}
      <p><a href="/">${say("door.first.skip")}</a></p>
    </div>`;
}

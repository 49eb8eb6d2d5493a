import { html, useEffect, useRef, useState } from "../kit/html.js";
import { go } from "../kit/router.js";
import { say } from "../kit/text.js";
import { signIn } from "../model/session.js";
import { DeedButton, useDeed } from "../parts/busy.js";
import { Password } from "../parts/password.js";
import { useTitle } from "../parts/title.js";
import { DoorProblem } from "./door/words.js";

/** Where one signs in, and returns to where one was. */
export default function Login({ place }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { isBusy, problem, run } = useDeed();
  const first = useRef(null);
  const second = useRef(null);
  useTitle(say("door.login.title"));
  useEffect(() => first.current.focus(), []);
  useEffect(() => problem?.status === 401 && second.current.select(), [problem]);
  const submit = async (event) => {
    event.preventDefault();
    await run(async () => {
      await signIn(name, password);
      go(inside(place.query.get("next")), { replacing: true });
    });
  };
  return html`
    <form class="panel pad stack" onSubmit=${submit}>
      <div class="tight"><h1>${say("door.login.title")}</h1>
        ${place.query.has("ended") && html`<p role="status">${say("door.login.ended")}</p>`}
        ${place.query.has("left") && html`<p role="status">${say("door.login.left")}</p>`}</div>
      <label class="field"><span>${say("door.name")}</span><input ref=${first} name="username" autocomplete="username" autocapitalize="none" spellcheck=${false} required value=${name} onInput=${(event) => setName(event.target.value)} /></label>
      <${Password} label=${say("door.password")} complete="current-password" field=${second} value=${password} onInput=${setPassword} />
      ${problem && html`<${DoorProblem} problem=${problem} door="door.login.problem" />`}
      <${DeedButton} kind="pri" isBusy=${isBusy}>${say("door.login.go")}<//>
      <p class="small q">${say("door.login.forgot")} <a href="/trust">${say("door.trust.link")}</a></p>
    </form>`;
}

// Only a path of this page: an address of elsewhere is nobody's way back.
const inside = (next) => (next && /^\/(?![/\\])/.test(next) && !next.startsWith("/login") ? next : "/");

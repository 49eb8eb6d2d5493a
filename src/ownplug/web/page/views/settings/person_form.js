import { patch, post } from "../../kit/api.js";
import { html, useEffect, useRef, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Choice } from "../../parts/choice.js";
import { Password } from "../../parts/password.js";
import { Failure } from "../../parts/states.js";
import { PersonPrograms } from "./person_programs.js";

const SHORTEST_PASSWORD = 8;
const SCOPES = ["read", "switch", "admin", "none"];

/** Somebody new, or what somebody may do. @param {{user?: any, users: any[], onDone: (words: string) => void, onClose: () => void}} props */
export function PersonForm({ user, users, onDone, onClose }) {
  const [name, setName] = useState(user?.name ?? "");
  const [password, setPassword] = useState("");
  const [scope, setScope] = useState(user ? user.scope ?? "none" : "switch");
  const [read, setRead] = useState(lines(user?.read));
  const [write, setWrite] = useState(lines(user?.write));
  const [app_plugs, setAppPlugs] = useState(user?.app_plugs ?? null);
  const { isBusy, problem, run } = useDeed();
  const first = useRef(null);
  useEffect(() => first.current.querySelector("input:not(:disabled), summary").focus(), []);
  const isTaken = !user && users.some((each) => each.name === name.trim());
  const isLast = user?.scope === "admin" && users.filter((each) => each.scope === "admin").length === 1;
  const submit = async (event) => {
    event.preventDefault();
    if (isTaken) return;
    const rights = { read: filters(read), write: filters(write), scope: scope === "none" ? null : scope, app_plugs };
    const isDone = await run(async () => {
      if (user && !password) await patch(`/users/${encodeURIComponent(user.name)}`, rights);
      else await post("/users", { name: name.trim(), password, ...rights });
      return true;
    });
    if (isDone) onDone(say(user ? "settings.person.changed" : "settings.person.added", { name: name.trim() }));
  };
  return html`
    <form class="stack" ref=${first} onSubmit=${submit}>
      <h3>${user ? say("settings.people.edit", { name: user.name }) : say("settings.people.add")}</h3>
      ${!user && html`<label class="field narrowed"><span>${say("settings.person.name")}</span>
        <input required maxlength="254" autocomplete="off" autocapitalize="none" spellcheck=${false} aria-invalid=${isTaken ? "true" : undefined} value=${name} onInput=${(event) => setName(event.target.value)} />
        <small role="status" class=${isTaken ? "bad" : ""}>${isTaken ? say("settings.person.taken") : say("settings.person.name.form")}</small></label>`}
      <${Choice} label=${say("settings.person.may")} value=${scope} onChoose=${setScope} why=${isLast ? say("settings.people.last") : undefined}
        options=${SCOPES.map((each) => [each, say(`settings.scope.${each}`), say(`settings.scope.${each}.means`)])} />
      <${Password} label=${say(user ? "settings.person.password.new" : "settings.person.password")} complete="new-password" required=${!user} least=${SHORTEST_PASSWORD} value=${password} onInput=${setPassword}
        note=${say(user ? "settings.person.password.stays" : "settings.person.password.least", { count: SHORTEST_PASSWORD })} />
      <${PersonPrograms} scope=${scope} seen=${app_plugs} onChoose=${setAppPlugs} />
      <details open=${Boolean(read || write || scope === "none")}><summary>${say("settings.person.topics")}</summary>
        <div class="tight">
          <p class="small q">${say("settings.person.topics.text")}</p>
          <label class="field"><span>${say("settings.person.topics.read")}</span><textarea spellcheck=${false} value=${read} onInput=${(event) => setRead(event.target.value)}></textarea></label>
          <label class="field"><span>${say("settings.person.topics.write")}</span><textarea spellcheck=${false} value=${write} onInput=${(event) => setWrite(event.target.value)}></textarea></label>
        </div></details>
      ${problem && html`<${Failure} problem=${problem} title=${say("settings.person.failed")} />`}
      <div class="row"><${DeedButton} kind="pri" isBusy=${isBusy}>${say(user ? "common.save" : "settings.person.add")}<//>
        <button type="button" class="b" onClick=${onClose}>${say("common.cancel")}</button></div>
    </form>`;
}

const lines = (topics = []) => topics.join("\n");
const filters = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

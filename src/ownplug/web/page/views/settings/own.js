import { put } from "../../kit/api.js";
import { html, useEffect, useRef, useState } from "../../kit/html.js";
import { go } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { session, signOut } from "../../model/session.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Password } from "../../parts/password.js";
import { Failure } from "../../parts/states.js";
import { toast } from "../../parts/toast.js";

const SHORTEST_PASSWORD = 8;

/** Who is signed in here: the own password, and the way out. */
export function Own() {
  const who = useValue(session);
  const [isChanging, setChanging] = useState(false);
  const { isBusy, problem, run } = useDeed();
  const leave = () => run(async () => {
    await signOut();
    go("/login?left=1");
  });
  return html`
    <section class="panel pad tight">
      <div class="person"><div><h2>${who?.name}</h2><p class="q">${say(`settings.scope.${who?.scope ?? "none"}`)}</p></div>
        <div class="row">
          ${!isChanging && html`<button type="button" class="b" onClick=${() => setChanging(true)}>${say("settings.own.password")}</button>`}
          <${DeedButton} deed=${leave} isBusy=${isBusy}>${say("settings.own.leave")}<//>
        </div></div>
      ${problem && html`<${Failure} problem=${problem} again=${leave} />`}
      ${isChanging && html`<${NewPassword} onClose=${() => setChanging(false)} />`}
    </section>`;
}

function NewPassword({ onClose }) {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const { isBusy, problem, run } = useDeed();
  const first = useRef(null);
  useEffect(() => first.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    const isDone = await run(async () => Boolean(await put("/session/password", { old, new: fresh })));
    if (!isDone) return;
    onClose();
    toast(say("settings.own.changed"));
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <input hidden readonly autocomplete="username" value=${session.get()?.name} />
      <${Password} label=${say("settings.own.old")} complete="current-password" field=${first} value=${old} onInput=${setOld} wrong=${problem?.status === 401 ? say("settings.own.wrong") : ""} />
      <${Password} label=${say("settings.own.new")} complete="new-password" least=${SHORTEST_PASSWORD} value=${fresh} onInput=${setFresh} note=${say("settings.own.note", { count: SHORTEST_PASSWORD })} />
      ${problem && problem.status !== 401 && html`<${Failure} problem=${problem} />`}
      <div class="row"><${DeedButton} kind="pri" isBusy=${isBusy}>${say("settings.own.password")}<//>
        <button type="button" class="b" onClick=${onClose}>${say("common.cancel")}</button></div>
    </form>`;
}

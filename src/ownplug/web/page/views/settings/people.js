// People: who signs in, what each may do, and one's own password.

import { get, remove } from "../../kit/api.js";
import { html, useRef, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { may, recall, session } from "../../model/session.js";
import { Ask } from "../../parts/dialog.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { toast } from "../../parts/toast.js";
import { Own } from "./own.js";
import { PersonForm } from "./person_form.js";
import { admitsPrograms } from "./person_programs.js";

/** The section. */
export default () => html`<${Own} />${may("admin") ? html`<${Everybody} />` : html`<p class="q">${say("settings.people.guest")}</p>`}`;

function Everybody() {
  const people = useRead(() => get("/users"), []);
  const [edited, edit] = useState(null); // a name, "" for somebody new, null for nobody
  const adder = useRef(null);
  const done = async (words) => {
    close();
    toast(words);
    await people.again();
    await recall(); // one's own rights may be others now
  };
  const close = () => {
    edit(null);
    requestAnimationFrame(() => adder.current?.focus());
  };
  if (!people.value) {
    return people.problem
      ? html`<${Failure} problem=${people.problem} title=${say("settings.people.failed")} again=${people.again} />`
      : html`<${Loading} what=${say("settings.people.loading")} />`;
  }
  const { users } = people.value;
  return html`
    <section class="tight">
      <h2>${say("settings.people.all")}</h2>
      ${people.problem && html`<${Failure} problem=${people.problem} again=${people.again} />`}
      ${!users.length && html`<p class="q">${say("settings.people.none")}</p>`}
      ${users.length > 0 && html`<ul class="panel rows">${users.map((user) => html`<li key=${user.name}>${edited === user.name
        ? html`<${PersonForm} user=${user} users=${users} onDone=${done} onClose=${close} />`
        : html`<${Person} user=${user} users=${users} onEdit=${() => edit(user.name)} onGone=${done} />`}</li>`)}</ul>`}
      ${edited === ""
        ? html`<div class="panel pad"><${PersonForm} users=${users} onDone=${done} onClose=${close} /></div>`
        : html`<button type="button" class="b" ref=${adder} onClick=${() => edit("")}>${say("settings.people.add")}</button>`}
    </section>`;
}

function Person({ user, users, onEdit, onGone }) {
  const [isAsked, ask] = useState(false);
  const isSelf = user.name === session.get()?.name;
  const topics = user.read.length + user.write.length;
  const isShort = user.app_plugs && admitsPrograms(user.scope);
  const gone = async () => {
    await remove(`/users/${encodeURIComponent(user.name)}`);
    onGone(say("settings.people.gone", { name: user.name }));
  };
  return html`
    <div class="person">
      <div><b>${user.name}</b>${isSelf && html` <span class="q">${say("settings.people.self")}</span>`}
        <div class="small q">${say(`settings.scope.${user.scope ?? "none"}`)}${topics > 0 && ` · ${say("settings.people.topics", { count: topics })}`}${isShort && ` · ${say("settings.people.programs", { count: user.app_plugs.length })}`}</div>
        ${isSelf && html`<div class="small q">${say(isLast(user, users) ? "settings.people.last" : "settings.people.stays")}</div>`}</div>
      <div class="row">
        <button type="button" class="b" aria-label=${say("settings.people.edit", { name: user.name })} onClick=${onEdit}>${say("common.edit")}</button>
        ${!isSelf && html`<button type="button" class="b danger" aria-label=${say("settings.people.remove", { name: user.name })} onClick=${() => ask(true)}>${say("common.delete")}</button>`}
      </div>
    </div>
    ${isAsked && html`<${Ask} title=${say("settings.people.ask.title", { name: user.name })} verb=${say("settings.people.remove", { name: user.name })} act=${gone} onClose=${() => ask(false)}>
      ${say("settings.people.ask.text")}<//>`}`;
}

const isLast = (user, users) => user.scope === "admin" && users.filter(({ scope }) => scope === "admin").length === 1;

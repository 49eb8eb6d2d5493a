import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { home } from "../../model/home.js";
import { loadPlugs, loadState, plugs } from "../../model/plugs.js";
import { Choice } from "../../parts/choice.js";
import { Failure, Loading } from "../../parts/states.js";

const ID_DIGITS = 6;

/** Whether programs that sign in for somebody who may do this are let in. @param {string | null} scope */
export const admitsPrograms = (scope) => scope === "switch" || scope === "admin";

/**
 * Which plugs programs written for the vendor's cloud see with somebody's login. Nothing where they cannot sign in here.
 *
 * @param {object} props
 * @param {string} props.scope what the person may do
 * @param {string[] | null} props.seen uuids; null for every plug
 * @param {(seen: string[] | null) => void} props.onChoose
 */
export function PersonPrograms({ scope, seen, onChoose }) {
  const [before] = useState(seen ?? []);
  const [kept, keep] = useState(before);
  const isServed = Boolean(useValue(home)?.cloud);
  if (!isServed && !seen) return null;
  if (!admitsPrograms(scope)) return html`<p class="small q text">${say("settings.person.programs.shut")}</p>`;
  const choose = (uuids) => {
    keep(uuids);
    onChoose(uuids);
  };
  return html`
    <div class="tight">
      <${Choice} label=${say("settings.person.programs")} value=${seen ? "some" : "every"} onChoose=${(kind) => onChoose(kind === "some" ? kept : null)}
        options=${["every", "some"].map((each) => [each, say(`settings.person.programs.${each}`), say(`settings.person.programs.${each}.means`)])} />
      ${seen && html`<${Plugs} seen=${seen} before=${before} onChoose=${choose} />`}
      <p class="small q text">${say("settings.person.programs.wall")}</p>
    </div>`;
}

function Plugs({ seen, before, onChoose }) {
  const state = useValue(loadState);
  const known = useValue(plugs).map((plug) => plug.get());
  if (typeof state === "object") return html`<${Failure} problem=${state} title=${say("settings.person.programs.failed")} again=${loadPlugs} />`;
  if (state !== "ready") return html`<${Loading} what=${say("settings.person.programs.loading")} />`;
  const forgotten = before.filter((uuid) => known.every((plug) => plug.uuid !== uuid));
  const rows = [...known, ...forgotten.map((uuid) => ({ uuid, name: say("settings.person.programs.forgotten", { id: uuid.slice(-ID_DIGITS) }) }))];
  const toggle = (uuid) => onChoose(seen.includes(uuid) ? seen.filter((each) => each !== uuid) : [...seen, uuid]);
  return html`
    <fieldset class="checks within"><legend class="unseen">${say("settings.person.programs.which")}</legend>
      ${rows.map(({ uuid, name, room }) => html`<label class="check" key=${uuid}>
        <input type="checkbox" checked=${seen.includes(uuid)} onChange=${() => toggle(uuid)} /><span>${name}${room && html`<small>${room}</small>`}</span></label>`)}
    </fieldset>
    ${!seen.length && html`<p class="small warn" role="status">${say("settings.person.programs.none")}</p>`}`;
}

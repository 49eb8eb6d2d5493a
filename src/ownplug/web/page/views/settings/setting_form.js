import { html, useEffect, useId, useState } from "../../kit/html.js";
import { hasText, say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";

const MASKED = "***";

/** One setting that can be changed here. @param {{setting: any, onChange: (name: string, value: any) => Promise<void>, onShow: () => void}} props */
export function SettingForm({ setting, onChange, onShow }) {
  const present = setting.needs_restart ? setting.waiting : setting.value;
  const isMasked = present === MASKED;
  const kept = isMasked ? "" : String(present ?? "");
  const [text, setText] = useState(kept);
  const { isBusy, problem, run } = useDeed();
  const id = useId();
  const isNumber = typeof setting.default === "number";
  // Somebody else's change shows, unless a refusal speaks of what was typed here.
  useEffect(() => {
    if (!problem) setText(kept);
  }, [kept]);
  const isChanged = text !== kept;
  const submit = (event) => {
    event.preventDefault();
    run(() => onChange(setting.name, isNumber ? Number(text) : text.trim()));
  };
  const reset = () => run(async () => {
    await onChange(setting.name, null);
    setText(String(setting.default ?? ""));
  });
  return html`
    <form class="setting" onSubmit=${submit}>
      <div><label for=${id}><b>${settingName(setting.name)}</b></label> <code class="small q">${setting.name}</code>
        <p class="small q" id=${`${id}-means`}><${Meaning} setting=${setting} /></p></div>
      <div class="row">
        <input id=${id} aria-describedby=${`${id}-means ${id}-felt`} type=${isNumber ? "number" : "text"} step="any" required=${isNumber} spellcheck=${false}
          placeholder=${isMasked ? "•••" : undefined} aria-invalid=${problem ? "true" : undefined} value=${text} onInput=${(event) => setText(event.target.value)} />
        ${isMasked && html`<button type="button" class="b quiet" onClick=${onShow}>${say("settings.hub.show")}</button>`}
        <${DeedButton} kind=${isChanged ? "pri" : ""} isBusy=${isBusy || !isChanged} aria-label=${say("settings.hub.save", { setting: settingName(setting.name) })}>${say("common.save")}<//>
        ${!isDefault(setting) && html`<button type="button" class="b quiet" aria-label=${say("settings.hub.reset", { setting: settingName(setting.name) })} onClick=${reset}>${say("settings.hub.reset.short", { value: shown(setting.default) })}</button>`}
      </div>
      <p class="small q" id=${`${id}-felt`}>${say(`settings.effect.${setting.effect}`)} ${!setting.needs_restart && source(setting)}
        ${setting.needs_restart && html` <b class="warn">${say("settings.hub.waiting", { now: shown(setting.value), then: shown(setting.waiting) })}</b>`}</p>
      ${problem && html`<${Failure} problem=${problem}>${problem.status === 412 && html`<p>${say("settings.hub.stale")}</p>`}<//>`}
    </form>`;
}

/** One that is shown only: the file, an option or a variable has it. @param {{setting: any}} props */
export const FixedSetting = ({ setting }) => html`
  <div class="setting fixed"><div><b>${settingName(setting.name)}</b> ${settingName(setting.name) !== setting.name && html`<code class="small q">${setting.name}</code>`}
    <p class="small q"><${Meaning} setting=${setting} /></p></div>
    <div class="value"><code>${shown(setting.value)}</code><div class="small q">${source(setting)}</div></div></div>`;

/** What a setting is called. */
export const settingName = (name) => (hasText(`settings.name.${name}`) ? say(`settings.name.${name}`) : name);

/** Whether an option or a variable gave it, so that nothing else counts. */
export const isGiven = ({ source: from }) => from === "option" || from.startsWith("$");

// The hub tells what its settings mean in English; those that can be changed here have words of the page's own.
function Meaning({ setting }) {
  const key = `settings.means.${setting.name}`;
  return hasText(key) ? say(key) : html`<span lang="en">${setting.meaning}</span>`;
}

function source({ source: from }) {
  if (from === "default" || from === "option") return say(`settings.source.${from}`);
  if (from === "this machine") return say("settings.source.machine");
  return from.startsWith("$") ? say("settings.source.variable", { name: from }) : say("settings.source.file", { file: from });
}

const isDefault = ({ source: from, needs_restart: waits }) => !waits && (from === "default" || from === "this machine");

function shown(value) {
  if (value === null || value === "") return say("settings.value.empty");
  if (Array.isArray(value)) return value.length ? value.join(", ") : say("settings.value.empty");
  if (typeof value === "boolean") return say(value ? "settings.value.yes" : "settings.value.no");
  return value === MASKED ? "•••" : String(value);
}

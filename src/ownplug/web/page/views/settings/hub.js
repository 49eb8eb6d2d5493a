// The hub's settings: those that can be changed here, and those of the file.

import { get, patch } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { say, sayWith } from "../../kit/text.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { toast } from "../../parts/toast.js";
import { FixedSetting, isGiven, settingName, SettingForm } from "./setting_form.js";

/** The section. */
export default function HubSettings() {
  const [areSecretsShown, showSecrets] = useState(false);
  const found = useRead(() => get("/settings", { show_secrets: areSecretsShown || undefined }), [areSecretsShown]);
  // Told by the field beside it; what somebody else has changed meanwhile is read at once.
  const change = async (name, value) => {
    try {
      found.set(await patch("/settings", { changes: { [name]: value } }, { edition: found.value.edition }));
    } catch (problem) {
      if (problem.status === 412) await found.again();
      throw problem;
    }
    showSecrets(false);
    toast(say("settings.hub.saved", { setting: settingName(name) }));
  };
  if (!found.value) {
    return found.problem
      ? html`<${Failure} problem=${found.problem} title=${say("settings.hub.failed")} again=${found.again} />`
      : html`<${Loading} what=${say("settings.hub.loading")} />`;
  }
  const { settings } = found.value;
  const open = settings.filter((each) => each.changeable).sort((one, other) => isOfBroker(one) - isOfBroker(other));
  return html`
    ${found.problem && html`<${Failure} problem=${found.problem} title=${say("settings.hub.failed")} again=${found.again} />`}
    <p class="text">${sayWith("settings.hub.text", { file: html`<code>ownplug.toml</code>` })}</p>
    <ul class="panel rows">${open.map((setting) => html`<li key=${setting.name}>${isGiven(setting)
      ? html`<${FixedSetting} setting=${setting} />`
      : html`<${SettingForm} setting=${setting} onChange=${change} onShow=${() => showSecrets(true)} />`}</li>`)}</ul>
    <section class="tight"><h2>${say("settings.hub.fixed")}</h2>
      <p class="text">${sayWith("settings.hub.fixed.text", { file: html`<code>ownplug.toml</code>` })}</p>
      ${sections(settings).map(([section, members]) => html`
        <details key=${section} class="panel group"><summary>${say("settings.hub.group", { section, count: members.length })}</summary>
          <ul class="rows">${members.map((setting) => html`<li key=${setting.name}><${FixedSetting} setting=${setting} /></li>`)}</ul></details>`)}
    </section>`;
}

// What people come for is said first.
const isOfBroker = ({ name }) => name.startsWith("broker.");

function sections(settings) {
  const found = new Map();
  for (const setting of settings) {
    const section = setting.name.split(".")[0];
    if (!setting.changeable) found.set(section, [...(found.get(section) ?? []), setting]);
  }
  return [...found];
}

// Where programs written for the vendor's cloud sign in and find MQTT, or how that is switched on.

import { html } from "../../kit/html.js";
import { say, sayWith } from "../../kit/text.js";
import { Addresses } from "./addresses.js";

const PAGE = "docs/cloud.md";

/** @param {{own: any}} props the document of the home */
export function CloudPrograms({ own }) {
  const page = html`<code>${PAGE}</code>`;
  return html`
    <section class="tight"><h2>${say("settings.cloud")}</h2>
      ${own.cloud ? html`<${Served} own=${own} page=${page} />` : html`
        <p class="text">${sayWith("settings.cloud.off", { option: html`<code>--cloud</code>`, setting: html`<code>cloud.listen</code>`, file: html`<code>ownplug.toml</code>`, page })}</p>`}
    </section>`;
}

function Served({ own, page }) {
  const people = html`<a href="/settings/people">${say("settings.section.people")}</a>`;
  return html`
    <p class="text">${sayWith("settings.cloud.text", { page })}</p>
    <dl class="facts panel pad">
      <dt>${say("settings.cloud.address")}</dt><dd><${Addresses} of=${[own.cloud]} /></dd>
      <dt>${say("settings.cloud.mqtt")}</dt><dd>${own.mqtts_also.length
        ? html`<${Addresses} of=${own.mqtts_also} />`
        : html`<span class="warn">${sayWith("settings.cloud.mqtt.none", { option: html`<code>--mqtts-also</code>` })}</span>`}</dd>
      <dt>${say("settings.broker.user")}</dt><dd>${sayWith("settings.cloud.user", { people })}</dd></dl>`;
}

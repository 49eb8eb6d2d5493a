import { html } from "../kit/html.js";
import { say, sayWith } from "../kit/text.js";
import { useTitle } from "../parts/title.js";

const DEVICES = { ios: 3, android: 3, macos: 2, windows: 2, firefox: 1 };

/** How a phone or computer learns to trust the home's own CA. */
export default function Trust() {
  useTitle(say("door.trust.title"));
  return html`
    <div class="stack text">
      <div class="tight"><h1>${say("door.trust.title")}</h1><p>${say("door.trust.why")}</p></div>
      <a class="b pri" href="/ca.crt">${say("door.trust.get")}</a>
      <p>${sayWith("door.trust.compare", { before: html`<b>${say("door.trust.before")}</b>`, run: html`<code>ownplug hub run</code>`, ca: html`<code>ownplug config ca</code>` })}</p>
      ${Object.entries(DEVICES).map(([device, steps]) => html`
        <section class="tight" key=${device}><h2>${say(`door.trust.${device}`)}</h2>
          <ol class="lines">${Array.from({ length: steps }, (_, index) => html`<li>${say(`door.trust.${device}.${index + 1}`)}</li>`)}</ol></section>`)}
      <section class="tight"><h2>${say("door.trust.power.title")}</h2><p>${sayWith("door.trust.power", { key: html`<code>tls/ca.key</code>` })}</p></section>
      <p><a href="/login">${say("door.back")}</a></p>
    </div>`;
}

import { html } from "../kit/html.js";
import { say, sayWith } from "../kit/text.js";
import { session } from "../model/session.js";
import { useTitle } from "../parts/title.js";

const DEVICES = { ios: 3, android: 3, macos: 2, windows: 2, firefox: 1 };

/** How a phone or computer learns to trust the home's own CA. */
export default function Trust() {
  useTitle(say("door.trust.title"));
  const own = ownDevice();
  const order = Object.keys(DEVICES).sort((one, other) => (other === own) - (one === own));
  return html`
    <div class="stack text">
      <div class="tight"><h1>${say("door.trust.title")}</h1><p>${say("door.trust.why")}</p></div>
      <a class="b pri" href="/ca.crt">${say("door.trust.get")}</a>
      <p>${sayWith("door.trust.compare", { before: html`<b>${say("door.trust.before")}</b>`, run: html`<code>ownplug hub run</code>`, ca: html`<code>ownplug config ca</code>` })}</p>
      <div class="panel devices">${order.map((device) => html`<${Device} key=${device} name=${device} isOwn=${device === own} />`)}</div>
      <section class="tight"><h2>${say("door.trust.power.title")}</h2><p>${sayWith("door.trust.power", { key: html`<code>tls/ca.key</code>` })}</p></section>
      <p>${session.get() ? html`<a href="/">${say("common.nav.home")}</a>` : html`<a href="/login">${say("door.login.title")}</a>`}</p>
    </div>`;
}

const Device = ({ name, isOwn }) => html`
  <details open=${isOwn}><summary>${say(`door.trust.${name}`)}${isOwn && html` <span class="small q">${say("door.trust.own")}</span>`}</summary>
    <ol>${Array.from({ length: DEVICES[name] }, (_, index) => html`<li key=${index}>${say(`door.trust.${name}.${index + 1}`)}</li>`)}</ol></details>`;

// What the browser says of itself: its own steps come first. A guess that is wrong costs a press.
function ownDevice() {
  const said = navigator.userAgent;
  if (/iPhone|iPad/.test(said) || (/Macintosh/.test(said) && navigator.maxTouchPoints > 1)) return "ios";
  if (/Android/.test(said)) return "android";
  if (/Firefox/.test(said)) return "firefox";
  if (/Macintosh/.test(said)) return "macos";
  return /Windows/.test(said) ? "windows" : "";
}

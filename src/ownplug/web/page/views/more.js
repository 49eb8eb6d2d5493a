import { html } from "../kit/html.js";
import { say } from "../kit/text.js";
import { may, session, signOut } from "../model/session.js";
import { go } from "../kit/router.js";
import { useTitle } from "../parts/title.js";

/** On a phone: what the bar has no room for. */
export default function More() {
  useTitle(say("common.nav.more"));
  const leave = async () => {
    await signOut();
    go("/login");
  };
  return html`
    <h1>${say("common.nav.more")}</h1>
    <ul class="panel pad lines stack">
      ${may("admin") && html`<li><a href="/console">${say("common.nav.console")}</a></li>`}
      <li><a href="/settings">${say("common.nav.settings")}</a></li>
      <li><span>${say("home.more.who", { name: session.get()?.name ?? "" })}</span><button type="button" class="b" onClick=${leave}>${say("home.more.leave")}</button></li>
    </ul>`;
}

import { html } from "../kit/html.js";
import { go } from "../kit/router.js";
import { say } from "../kit/text.js";
import { may, session, signOut } from "../model/session.js";
import { DeedButton, useDeed } from "../parts/busy.js";
import { Icon } from "../parts/icon.js";
import { Failure } from "../parts/states.js";
import { useTitle } from "../parts/title.js";

/** On a phone: what the bar has no room for. */
export default function More() {
  useTitle(say("common.nav.more"));
  const { isBusy, problem, run } = useDeed();
  const leave = () => run(async () => {
    await signOut();
    go("/login?left=1");
  });
  return html`
    <div class="stack">
      <h1>${say("common.nav.more")}</h1>
      <ul class="panel doors">
        ${may("admin") && html`<li><a href="/console"><${Icon} name="console" />${say("common.nav.console")}</a></li>`}
        <li><a href="/settings"><${Icon} name="settings" />${say("common.nav.settings")}</a></li>
        <li><a href="/trust"><${Icon} name="lock" />${say("home.more.trust")}</a></li>
      </ul>
      <div class="row"><span>${say("home.more.who", { name: session.get()?.name ?? "" })}</span>
        <${DeedButton} deed=${leave} isBusy=${isBusy}>${say("home.more.leave")}<//></div>
      ${problem && html`<${Failure} problem=${problem} again=${leave} />`}
    </div>`;
}

import { html } from "../kit/html.js";
import { say } from "../kit/text.js";
import { useTitle } from "../parts/title.js";

/** An address of no view. */
export default function Missing() {
  useTitle(say("home.missing.title"));
  return html`<div class="empty"><h1>${say("home.missing.title")}</h1><p class="q">${say("home.missing.text")}</p>
    <a class="b pri" href="/">${say("common.nav.home")}</a></div>`;
}

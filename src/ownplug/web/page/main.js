// Where the page begins: who is there, which view, what stands around it.

import { sessionEnded } from "./kit/api.js";
import { html, render } from "./kit/html.js";
import { startInstall } from "./kit/install.js";
import { startKeys } from "./kit/keys.js";
import { startLive, stopLive } from "./kit/live.js";
import { go, here, startRouter } from "./kit/router.js";
import { language, loadText } from "./kit/text.js";
import { session, recall } from "./model/session.js";
import { Page } from "./frame.js";

const OPEN_DOORS = new Set(["/login", "/welcome", "/trust", "/ca"]);

document.documentElement.lang = language;
startRouter();
startKeys();
startInstall();

session.listen((who) => {
  if (who) startLive();
  else stopLive();
});
sessionEnded.listen((hasEnded) => {
  if (!hasEnded) return;
  const { path, query } = here();
  session.set(null);
  if (!OPEN_DOORS.has(path)) go(`/login?ended=1&next=${encodeURIComponent(path + (query.size ? `?${query}` : ""))}`, { replacing: true });
});

const [, away] = await Promise.all([loadText("common"), recall().catch((problem) => problem)]);
if (!session.get() && !OPEN_DOORS.has(here().path) && !away) {
  const wanted = location.pathname + location.search;
  go(wanted === "/" ? "/login" : `/login?next=${encodeURIComponent(wanted)}`, { replacing: true });
}
render(html`<${Page} away=${away} />`, document.getElementById("page"));

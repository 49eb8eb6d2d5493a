// What stands around each view: the rail or bar, the hub's state, confirmations, the list of keys.

import { html, useEffect, useRef, useState } from "./kit/html.js";
import { exactClock, span } from "./kit/format.js";
import { areKeysOn, bindKeys } from "./kit/keys.js";
import { reach, tryNow } from "./kit/live.js";
import { go, usePlace } from "./kit/router.js";
import { loadText, say } from "./kit/text.js";
import { turnTheme } from "./kit/theme.js";
import { eachSecond } from "./kit/ticker.js";
import { useValue } from "./kit/value.js";
import { home, loadHome } from "./model/home.js";
import { followPlugs, loadPlugs, plugs } from "./model/plugs.js";
import { may, session } from "./model/session.js";
import { Dialog } from "./parts/dialog.js";
import { Icon } from "./parts/icon.js";
import { Failure, Loading } from "./parts/states.js";
import { Toast } from "./parts/toast.js";

const BACK_SHOWN_MS = 6000;
const FRESH_MS = 500;

// Each view, and the words that it needs, are loaded when somebody goes there.
const VIEWS = {
  "": ["home", () => import("./views/home.js")],
  login: ["door", () => import("./views/login.js")],
  welcome: ["door", () => import("./views/welcome.js")],
  trust: ["door", () => import("./views/trust.js")],
  ca: ["door", () => import("./views/trust.js")],
  plugs: ["plug", () => import("./views/plug/plug.js")],
  energy: ["energy", () => import("./views/energy/energy.js")],
  "take-home": ["take", () => import("./views/take/take.js")],
  console: ["console", () => import("./views/console/console.js")],
  lab: ["lab", () => import("./views/lab/lab.js")],
  settings: ["settings", () => import("./views/settings/settings.js")],
  more: ["home", () => import("./views/more.js")],
};
const DOORS = new Set(["login", "welcome", "trust", "ca"]);

const PLACES = [
  { to: "/", name: "home", at: ["", "plugs"] },
  { to: "/energy", name: "energy", at: ["energy"] },
  { to: "/take-home", name: "take-home", at: ["take-home"], needs: "admin" },
  { to: "/console", name: "console", at: ["console"], needs: "admin", only: "rail-only" },
  { to: "/lab", name: "lab", at: ["lab"], needs: "admin" },
  { to: "/settings", name: "settings", at: ["settings"], only: "rail-only" },
  { to: "/more", name: "more", at: ["more", "settings", "console"], only: "bar-only" },
];

/** All of the page. @param {{away?: import("./kit/api.js").Problem}} props `away`: the hub did not answer at the start */
export function Page({ away }) {
  const who = useValue(session);
  const { parts } = usePlace();
  const name = parts[0] ?? "";
  if (DOORS.has(name)) return html`<main id="main" class="door" tabindex="-1"><${Mark} /><${View} name=${name} /></main><${Toast} />`;
  if (!who) return html`<main id="main" class="door"><${Mark} />${away && html`<${Failure} problem=${away} again=${() => location.reload()} />`}</main>`;
  return html`<${Inside} name=${name} />`;
}

function Inside({ name }) {
  const [areKeysShown, showKeys] = useState(false);
  useEffect(() => {
    const stopFollowing = followPlugs();
    let readAt = 0;
    const read = () => {
      readAt = Date.now();
      loadHome().catch(() => {});
      loadPlugs();
    };
    read();
    // Once the socket is open nothing is lost any more; what happened before may have been.
    const stopReading = reach.listen(({ state }) => state === "here" && Date.now() - readAt > FRESH_MS && read());
    const unbind = bindKeys({
      "g h": () => go("/"), "g e": () => go("/energy"), "g t": () => go("/take-home"), "g c": () => go("/console"),
      "g l": () => go("/lab"), "g s": () => go("/settings"), "?": () => showKeys(true),
    });
    return () => {
      stopFollowing();
      stopReading();
      unbind();
    };
  }, []);
  return html`
    <a class="skip" href="#main">${say("common.skip")}</a>
    <div class="app">
      <header class="side">
        <${Mark} />
        <${Navigation} here=${name} />
        <div class="foot"><b>${say("common.foot.stays")}</b><${HubState} /><${ThemeButton} /></div>
      </header>
      <main id="main" tabindex="-1">
        <div class="top"><${Mark} /><${ThemeButton} /></div>
        <${View} name=${name} />
      </main>
    </div>
    <${Banner} /><${Toast} />
    ${areKeysShown && html`<${Keys} onClose=${() => showKeys(false)} />`}`;
}

const Mark = () => html`<a class="mark" href="/"><${Icon} name="mark" />ownplug</a>`;

const ThemeButton = () => html`
  <button type="button" class="b quiet" onClick=${turnTheme}><${Icon} name="theme" small />${say("common.theme")}</button>`;

function Navigation({ here }) {
  const places = PLACES.filter(({ needs }) => !needs || may(needs));
  return html`
    <nav class="nav" aria-label=${say("common.nav")}><ul>
      ${places.map(({ to, name, at, only }) => html`
        <li key=${to} class=${name === "console" ? `${only} apart` : only}><a href=${to} aria-current=${at.includes(here) ? "page" : undefined}>
          <${Icon} name=${name === "more" ? "settings" : name} />${name === "lab" ? html`<span class="rail-only">${say("common.nav.lab")}</span><span class="bar-only">${say("common.nav.lab.short")}</span>` : html`<span>${say(`common.nav.${name}`)}</span>`}</a></li>`)}
    </ul></nav>`;
}

function HubState() {
  const { state, since } = useValue(reach);
  const all = useValue(plugs);
  const own = useValue(home);
  useValue(eachSecond);
  if (state === "away") return html`<p>${say("common.foot.away")}<br />${say("common.foot.since", { time: exactClock(since) })}</p>`;
  if (!own) return html`<p>${"\u00a0"}<br />${"\u00a0"}</p>`;
  const answering = all.filter((plug) => plug.get().availability === "online").length;
  const minutes = Math.max(1, Math.floor((Date.now() - new Date(own.started_at)) / 60_000));
  return html`<p>${say("common.foot.up", { span: span(minutes * 60) })}<br />${say("common.foot.plugs", { count: all.length, answering })}</p>`;
}

function Banner() {
  const { state, since, triesAt, wasAwayS } = useValue(reach);
  const [isBack, setBack] = useState(false);
  useValue(eachSecond);
  useEffect(() => {
    setBack(state === "here" && wasAwayS !== undefined);
    const timer = setTimeout(() => setBack(false), BACK_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state, since]);
  if (state === "away") {
    const seconds = Math.max(0, Math.ceil((triesAt - Date.now()) / 1000));
    return html`<div class="banner" role="status"><${Icon} name="warning" /><div><b>${say("common.away.title")}</b>${" "}
      ${say("common.away.text", { time: exactClock(since) })}${" "}<span aria-live="off">${say("common.away.trying", { s: seconds })}</span>${" "}
      <button type="button" class="b quiet" onClick=${tryNow}>${say("common.away.now")}</button></div></div>`;
  }
  return html`<div role="status">${isBack && html`<div class="banner good"><${Icon} name="done" /><div><b>${say("common.back.title")}</b>${" "}
    ${say("common.back.text", { span: span(wasAwayS) })}</div></div>`}</div>`;
}

function View({ name }) {
  const place = usePlace();
  const [loaded, setLoaded] = useState({ name: null });
  const isFirst = useRef(true);
  useEffect(() => {
    let isWanted = true;
    const [area, load] = VIEWS[name] ?? ["home", () => import("./views/missing.js")];
    Promise.all([load(), loadText(area)])
      .then(([module]) => isWanted && setLoaded({ name, module }))
      .catch(() => isWanted && setLoaded({ name, failed: true }));
    return () => {
      isWanted = false;
    };
  }, [name]);
  const isThere = loaded.name === name && loaded.module;
  useEffect(() => {
    if (!isThere) return;
    // After a change of view the focus is at its beginning, and the title says where one is.
    if (!isFirst.current && !document.activeElement?.closest("dialog")) document.getElementById("main").focus({ preventScroll: true });
    if (!isFirst.current) scrollTo(0, 0);
    isFirst.current = false;
  }, [isThere, place.path]);
  if (loaded.name === name && loaded.failed) {
    return html`<div class="trouble" role="alert"><p>${say("common.view.failed")}</p>
      <div class="row"><button type="button" class="b" onClick=${() => location.reload()}>${say("common.view.reload")}</button></div></div>`;
  }
  if (!isThere) return html`<${Loading} what=${say("common.loading.view")} />`;
  return html`<${loaded.module.default} place=${place} />`;
}

function Keys({ onClose }) {
  const rows = ["find", "go", "next", "switch", "open", "chart", "period", "list", "close"];
  return html`<${Dialog} title=${say("common.keys.title")} onClose=${onClose}>
    ${!areKeysOn() && html`<p>${say("common.keys.off")}</p>`}
    <table><tbody>${rows.map((row) => html`<tr key=${row}><th scope="row"><kbd class="mono">${say(`common.keys.${row}.key`)}</kbd></th><td>${say(`common.keys.${row}`)}</td></tr>`)}</tbody></table>
    <div class="row"><button type="button" class="b" onClick=${onClose}>${say("common.close")}</button></div>
  <//>`;
}

// Settings: sections with addresses of their own. On a narrow window the list of them comes first.

import { html, useEffect, useState } from "../../kit/html.js";
import { loadText, say } from "../../kit/text.js";
import { may } from "../../model/session.js";
import { Failure, Loading } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";

const SECTIONS = {
  people: { load: () => import("./people.js") },
  tokens: { load: () => import("./tokens.js"), needs: "admin" },
  tariffs: { load: () => import("./tariffs.js"), area: "tariffs" },
  backup: { load: () => import("./backup.js"), needs: "admin" },
  broker: { load: () => import("./broker.js"), needs: "admin" },
  hub: { load: () => import("./hub.js"), needs: "admin" },
  diagnostics: { load: () => import("./diagnostics.js"), needs: "admin" },
  about: { load: () => import("./about.js") },
};
const FIRST = "people";
const wide = matchMedia("(min-width: 1024px)");

/** The view. */
export default function Settings({ place }) {
  const isWide = useWide();
  const name = place.parts[1] ?? (isWide ? FIRST : "");
  if (!name) return html`<${List} />`;
  return html`
    <div class="settings">
      ${isWide ? html`<${Links} here=${name} />` : html`<p class="crumb"><a href="/settings">${say("settings.title")}</a></p>`}
      <${Section} key=${name} name=${name} place=${place} />
    </div>`;
}

function List() {
  useTitle(say("settings.title"));
  return html`<div class="stack"><h1>${say("settings.title")}</h1><ul class="panel doors">${allowed().map((name) => html`
    <li key=${name}><a href=${`/settings/${name}`}><span>${say(`settings.section.${name}`)}<small>${say(`settings.section.${name}.what`)}</small></span></a></li>`)}</ul></div>`;
}

const Links = ({ here }) => html`
  <nav class="settings-sections" aria-label=${say("settings.title")}><p>${say("settings.title")}</p><ul>${allowed().map((name) => html`
    <li key=${name}><a href=${`/settings/${name}`} aria-current=${name === here ? "page" : undefined}>${say(`settings.section.${name}`)}</a></li>`)}</ul></nav>`;

function Section({ name, place }) {
  const section = SECTIONS[name];
  const title = say(section ? `settings.section.${name}` : "settings.missing.title");
  useTitle(title);
  return html`
    <div class="section stack">
      <h1>${title}</h1>
      ${!section && html`<p>${say("settings.missing.text")}</p>`}
      ${section && (!section.needs || may(section.needs) ? html`<${Loaded} section=${section} place=${place} />` : html`<p>${say("settings.forbidden")}</p>`)}
    </div>`;
}

function Loaded({ section, place }) {
  const [loaded, setLoaded] = useState({});
  const load = () => {
    setLoaded({});
    Promise.all([section.load(), section.area && loadText(section.area)])
      .then(([module]) => setLoaded({ View: module.default }))
      .catch(() => setLoaded({ failed: true }));
  };
  useEffect(load, []);
  if (loaded.failed) return html`<${Failure} problem=${{ isAway: true, code: "away" }} again=${load} />`;
  if (!loaded.View) return html`<${Loading} what=${say("common.loading.view")} />`;
  return html`<${loaded.View} place=${place} />`;
}

const allowed = () => Object.keys(SECTIONS).filter((name) => !SECTIONS[name].needs || may(SECTIONS[name].needs));

function useWide() {
  const [isWide, setWide] = useState(wide.matches);
  useEffect(() => {
    const heard = () => setWide(wide.matches);
    wide.addEventListener("change", heard);
    return () => wide.removeEventListener("change", heard);
  }, []);
  return isWide;
}

// About: the version, what this browser shows and how, whose work is in it.

import { span } from "../../kit/format.js";
import { html, useState } from "../../kit/html.js";
import { install, isInstalled } from "../../kit/install.js";
import { areKeysOn, turnKeys } from "../../kit/keys.js";
import { language, languages, say, sayWith, useLanguage } from "../../kit/text.js";
import { chooseTheme, chosenTheme, themeChanges } from "../../kit/theme.js";
import { eachSecond } from "../../kit/ticker.js";
import { useValue } from "../../kit/value.js";
import { home } from "../../model/home.js";
import { Tabs } from "../../parts/tabs.js";
import { Libraries } from "./libraries.js";

const THEMES = ["system", "light", "dark"];

/** The section. */
export default () => html`<${Version} /><${Browser} /><${Install} /><${Libraries} />`;

function Version() {
  const own = useValue(home);
  useValue(eachSecond);
  const up_s = own && (Date.now() - new Date(own.started_at)) / 1000;
  return html`<section class="panel pad tight"><dl class="facts">
    <dt>ownplug</dt><dd>${own?.version ?? "\u00a0"}</dd>
    <dt>${say("settings.figures.up")}</dt><dd>${own ? span(Math.max(1, up_s > 60 ? Math.floor(up_s / 60) * 60 : up_s)) : "\u00a0"}</dd>
    <dt>${say("settings.about.zone")}</dt><dd>${own?.timezone ?? "\u00a0"}</dd>
    <dt>${say("settings.about.licence")}</dt><dd>MIT</dd></dl>
    <p class="small q">${sayWith("settings.about.page", { page: html`<code>docs/page.md</code>` })}</p></section>`;
}

function Browser() {
  useValue(themeChanges);
  const [areOn, setOn] = useState(areKeysOn());
  const turn = (event) => {
    turnKeys(event.target.checked);
    setOn(event.target.checked);
  };
  return html`<section class="tight"><h2>${say("settings.about.browser")}</h2><p class="q">${say("settings.about.browser.text")}</p>
    <div class="panel pad stack">
      <div class="choice"><span>${say("settings.about.language")}</span><${Tabs} label=${say("settings.about.language")} value=${language} onChoose=${useLanguage} options=${languages.map(({ code, name }) => [code, name])} /></div>
      <div class="choice"><span>${say("settings.about.theme")}</span><${Tabs} label=${say("settings.about.theme")} value=${chosenTheme()} onChoose=${chooseTheme} options=${THEMES.map((each) => [each, say(`settings.about.theme.${each}`)])} /></div>
      <label class="check"><input type="checkbox" checked=${areOn} onChange=${turn} /><span>${say("settings.about.keys")}<small>${say("settings.about.keys.text")}</small></span></label>
    </div></section>`;
}

function Install() {
  const offered = useValue(install);
  const way = isInstalled() ? "done" : offered ? "offered" : !isSecureContext ? "insecure" : /iPhone|iPad/.test(navigator.userAgent) ? "ios" : "menu";
  return html`<section class="tight text"><h2>${say("settings.install")}</h2><p>${say(`settings.install.${way}`)}
    ${way === "insecure" && html` <a href="/trust">${say("settings.install.trust")}</a>`}</p>
    ${way === "offered" && html`<button type="button" class="b" onClick=${offered}>${say("settings.install.go")}</button>`}</section>`;
}

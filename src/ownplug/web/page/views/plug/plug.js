// Plug: what does this one do? Its reading, what it used, its timers, what there is to say about it.

import { html, useEffect } from "../../kit/html.js";
import { bindKeys } from "../../kit/keys.js";
import { watch } from "../../kit/live.js";
import { go, here } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { useValue } from "../../kit/value.js";
import { findPlug, loadPlugs, loadState, plugPath, plugs } from "../../model/plugs.js";
import { followToday } from "../../model/today.js";
import { Failure, Loading } from "../../parts/states.js";
import { LinkTabs } from "../../parts/tabs.js";
import { useTitle } from "../../parts/title.js";
import { AwayPanel } from "./away.js";
import { Facts } from "./facts.js";
import { Head } from "./head.js";
import { HistoryPanel, MonthPanel } from "./history.js";
import { Messages } from "./messages.js";
import { Reading } from "./reading.js";
import { Timers } from "./timers.js";

const SECTIONS = ["", "history", "timers", "setup", "messages"];


/** The view. @param {{place: import("../../kit/router.js").Place}} props */
export default function PlugView({ place }) {
  const [, id = "", section = ""] = place.parts;
  const state = useValue(loadState);
  useValue(plugs);
  useEffect(() => bindKeys({ j: step(1), k: step(-1), " ": pressUnlessFocused }), []);
  const plug = findPlug(id);
  if (plug && SECTIONS.includes(section)) return html`<${Shown} key=${plug.get().uuid} value=${plug} section=${section} query=${place.query} />`;
  if (typeof state === "object") return html`<${Failure} problem=${state} title=${say("home.failed")} again=${loadPlugs} />`;
  return state === "ready" ? html`<${Unknown} id=${id} isSection=${Boolean(plug)} />` : html`<${Loading} what=${say("plug.loading")} />`;
}

function Unknown({ id, isSection }) {
  useTitle(say("plug.missing.title"));
  return html`<div class="empty"><h1>${say("plug.missing.title")}</h1><p class="q">${isSection ? say("home.missing.text") : say("plug.missing.text", { id })}</p>
    <div class="row"><a class="b pri" href=${isSection ? plugPath(findPlug(id).get().uuid) : "/"}>${say(isSection ? "plug.missing.back" : "plug.missing.home")}</a></div></div>`;
}

function Shown({ value, section, query }) {
  const plug = useValue(value);
  const { uuid } = plug;
  useTitle(section ? say(`plug.title.${section}`, { plug: plug.name }) : plug.name);
  useEffect(followToday, []);
  useEffect(() => watch("plug", [uuid]), [uuid]);
  const links = SECTIONS.map((each) => [plugPath(uuid, each), say(`plug.section.${each || "all"}`)]);
  return html`
    <${Head} plug=${plug} />
    <div class="plug-sections"><${LinkTabs} label=${say("plug.sections", { plug: plug.name })} links=${links} here=${plugPath(uuid, section)} /></div>
    <div class="stack"><${Section} section=${section} plug=${plug} query=${query} /></div>`;
}

function Section({ section, plug, query }) {
  switch (section) {
    case "history": return html`<${HistoryPanel} plug=${plug} query=${query} /><${AwayPanel} plug=${plug} />`;
    case "timers": return html`<${Timers} plug=${plug} />`;
    case "setup": return html`<${Facts} plug=${plug} isWhole=${true} />`;
    case "messages": return html`<${Messages} plug=${plug} />`;
    default: return html`
      <${Reading} plug=${plug} />
      <${HistoryPanel} plug=${plug} query=${query} />
      ${query.get("grain") !== "month" && html`<${MonthPanel} plug=${plug} />`}
      <div class="two"><${Timers} plug=${plug} /><${Facts} plug=${plug} /></div>`;
  }
}

// The plug that stands after or before this one at home, in the same section. Asks for the address when it is pressed:
// somebody who presses fast is a plug ahead of what is drawn.
const step = (by) => () => {
  const [, id = "", section = ""] = here().parts;
  const plug = findPlug(id);
  const all = plugs.get();
  const next = plug && all[all.indexOf(plug) + by];
  if (next) go(plugPath(next.get().uuid, section));
};

// Space belongs to what has the focus; where nothing has it, to the switch of the plug that is drawn.
const pressUnlessFocused = ({ target }) => {
  const focused = target.closest?.("a, button, summary");
  if (focused) focused.click();
  else if (!target.closest?.("[tabindex='0']")) document.querySelector(".plughead .sw:enabled")?.click();
};

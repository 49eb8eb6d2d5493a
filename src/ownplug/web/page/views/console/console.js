// Console: a plug with its case open, at a serial port of the hub's machine.

import { get } from "../../kit/api.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { may } from "../../model/session.js";
import { Icon } from "../../parts/icon.js";
import { useRead } from "../../parts/read.js";
import { Empty, Failure, Loading } from "../../parts/states.js";
import { LinkTabs } from "../../parts/tabs.js";
import { useTitle } from "../../parts/title.js";
import { Boot } from "./boot.js";
import { Led } from "./led.js";
import { Settings } from "./settings.js";
import { useTalk } from "./talk.js";
import { Terminal } from "./terminal.js";

const LOOK_MS = 5000; // an adapter that is plugged in shows up by itself
const SECTIONS = { "": Terminal, settings: Settings, boot: Boot, led: Led };

/** The view. @param {{place: import("../../kit/router.js").Place}} props */
export default function Console({ place }) {
  const [, port, section = ""] = place.parts;
  const { value, problem, again } = useRead(async () => (may("admin") ? get("/console/ports") : null), [port], LOOK_MS);
  const found = value?.ports.find((each) => each.id === port);
  useTitle(port ? `${say(`console.tab.${section in SECTIONS && section ? section : "terminal"}`)} · ${found?.name ?? port}` : say("console.title"));
  if (!may("admin")) return html`<h1>${say("console.title")}</h1><p class="q">${say("console.guest")}</p>`;
  if (problem && !value) return html`<${Failure} problem=${problem} title=${say("console.ports.failed")} again=${again} />`;
  if (!value) return html`<h1>${say("console.title")}</h1><${Loading} what=${say("console.ports.loading")} />`;
  if (!port) return html`<${Ports} ports=${value.ports} />`;
  return html`<${Port} key=${port} id=${port} port=${found} section=${section} />`;
}

function Ports({ ports }) {
  if (!ports.length) {
    return html`<h1 class="unseen">${say("console.title")}</h1>
      <${Empty} title=${say("console.none.title")} actions=${html`<a class="b" href="/lab">${say("console.none.virtual")}</a>`}>
        ${say("console.none.text")}
      <//><${HowTo} />`;
  }
  return html`
    <div class="bar"><h1>${say("console.title")}</h1></div>
    <p class="text">${say("console.ports.text")}</p>
    <ul class="panel ports">${ports.map((port) => html`
      <li key=${port.id}><a href=${`/console/${port.id}`}><b class="mono">${port.name}</b>
        <span class="q">${port.description || say("console.port.plain")} · ${say(`console.origin.${port.origin}`)}</span>
        <span class="small q">${stateOf(port)}</span></a></li>`)}</ul>
    <${HowTo} />`;
}

const HowTo = () => html`
  <section class="howto"><h2>${say("console.how.title")}</h2>
    <ol class="text">${["open", "wires", "plug", "config"].map((step) => html`<li key=${step}>${say(`console.how.${step}`)}</li>`)}</ol>
    <${Mains} /></section>`;

/** What counts as long as the case is open. */
export const Mains = () => html`<p class="mains warn"><${Icon} name="warning" small /> ${say("console.mains")}</p>`;

function stateOf({ job, is_open: isOpen }) {
  if (job) return say(`console.job.${job}`);
  return say(isOpen ? "console.port.open" : "console.port.closed");
}

function Port({ id, port, section }) {
  const talk = useTalk(id);
  const name = port?.name ?? id;
  const base = `/console/${encodeURIComponent(id)}`;
  const links = Object.keys(SECTIONS).map((each) => [each ? `${base}/${each}` : base, say(`console.tab.${each || "terminal"}`)]);
  const Section = SECTIONS[section] ?? Terminal;
  return html`
    <p class="crumb"><a href="/console">${say("console.title")}</a></p>
    <div class="bar"><h1 class="portname">${name}</h1></div>
    <div class="head"><${LinkTabs} label=${say("console.sections")} links=${links} here=${section ? `${base}/${section}` : base} /></div>
    <${Mains} />
    ${talk.state === "ended" && html`<${Failure} problem=${talk.why} title=${say("console.ended")} again=${talk.again} />`}
    <${Section} port=${id} talk=${talk} />`;
}

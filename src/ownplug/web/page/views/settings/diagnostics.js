// Diagnostics: whether the hub can do its work, figures for people, and a report for others.

import { get, saveBlob } from "../../kit/api.js";
import { moment, number, span } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { hasText, say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Icon } from "../../parts/icon.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";

const LOOK_AGAIN_MS = 10_000;
const LAST_WARNINGS = 20;

/** The section. */
export default function Diagnostics() {
  const found = useRead(async () => ({ ready: await readiness(), report: await get("/diagnostics") }), [], LOOK_AGAIN_MS);
  if (!found.value) {
    return found.problem
      ? html`<${Failure} problem=${found.problem} title=${say("settings.diagnostics.failed")} again=${found.again} />`
      : html`<${Loading} what=${say("settings.diagnostics.loading")} />`;
  }
  const { ready, report } = found.value;
  return html`
    ${found.problem && html`<${Failure} problem=${found.problem} title=${say("settings.diagnostics.failed")} again=${found.again} />`}
    <${Ready} obstacle=${ready} />
    <${Figures} report=${report} />
    <${Warnings} warnings=${report.warnings} />
    <${Report} />
    <section class="tight text"><h2>${say("settings.diagnostics.programs")}</h2>
      <ul class="lines">
        <li><span>${say("settings.diagnostics.metrics")}</span><a href="/metrics" target="_blank" rel="noopener">/metrics</a></li>
        <li><span>${say("settings.diagnostics.api")}</span><a href="/api/v1/openapi.json">/api/v1/openapi.json</a></li>
      </ul></section>`;
}

function Ready({ obstacle }) {
  if (!obstacle) return html`<p class="acc"><${Icon} name="done" small /> ${say("settings.ready")}</p>`;
  const key = `settings.ready.${obstacle.code}`;
  return html`<div class="trouble" role="alert"><p>${hasText(key) ? say(key) : `${obstacle.detail} ${obstacle.hint}`}</p></div>`;
}

function Figures({ report }) {
  const { counts, mqtt } = report;
  const refusals = counts.refusals.tls + counts.refusals.login;
  const rows = [
    ["up", span(report.uptime_s)],
    ["plugs", say("settings.figures.plugs.of", { online: counts.online, count: counts.plugs })],
    ["clients", number(mqtt["clients/connected"] ?? 0)],
    ["messages", say("settings.figures.messages.of", { received: number(mqtt["messages/received"] ?? 0), sent: number(mqtt["messages/sent"] ?? 0) })],
    ["dropped", number(mqtt["publish/messages/dropped"] ?? 0)],
    ["refusals", number(refusals)],
    ["missed", number(counts.events_missed)],
    ["writes", number(counts.database_writes_failed)],
    ["versions", `ownplug ${report.versions.ownplug}, Python ${report.versions.python}, ${report.versions.system} ${report.versions.release}`],
  ];
  return html`<section class="panel pad tight"><h2>${say("settings.figures")}</h2>
    <dl class="facts">${rows.map(([name, value]) => html`<dt>${say(`settings.figures.${name}`)}</dt><dd>${value}</dd>`)}</dl></section>`;
}

function Warnings({ warnings }) {
  const last = warnings.slice(-LAST_WARNINGS).reverse();
  return html`<section class="tight"><h2>${say("settings.warnings")}</h2>
    ${!last.length && html`<p class="q">${say("settings.warnings.none")}</p>`}
    ${last.length > 0 && html`<ul class="panel rows" lang="en">${last.map((each, index) => html`<li key=${index}><span class="q num">${moment(each.at)}</span> ${each.text}</li>`)}</ul>`}</section>`;
}

function Report() {
  const { isBusy, problem, run } = useDeed();
  const save = () => run(async () => {
    const report = await get("/diagnostics");
    saveBlob(new Blob([JSON.stringify(report, null, 2)], { type: "application/json" }), "ownplug-report.json");
  });
  return html`<section class="tight"><h2>${say("settings.report")}</h2><p class="text">${say("settings.report.text")}</p>
    <${DeedButton} deed=${save} isBusy=${isBusy}>${say("settings.report.save")}<//>
    ${problem && html`<${Failure} problem=${problem} again=${save} />`}</section>`;
}

// What stands in the way; null where nothing does. It is asked beside the API: a watchdog needs no login.
async function readiness() {
  const reply = await fetch("/readyz").catch(() => null);
  return reply?.ok ? null : (await reply?.json().catch(() => null)) ?? { code: "away", detail: say("common.failure.away"), hint: "" };
}

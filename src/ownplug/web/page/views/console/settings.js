// What the plug keeps: every setting, searched, kept in a file, compared with one.

import { get, post, saveFile } from "../../kit/api.js";
import { html, useMemo, useState } from "../../kit/html.js";
import { goQuery, usePlace } from "../../kit/router.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { at } from "./job.js";
import { Restore } from "./restore.js";
import { Differences, Shown } from "./values.js";

const LONGEST_FILE = 60_000; // characters, as the hub takes them

/** @param {{port: string}} props */
export function Settings({ port }) {
  const [file, setFile] = useState(null);
  const [written, setWritten] = useState(0);
  const { value, problem, isReading, again } = useRead(() => get(at(port, "settings")), [port, written]);
  if (problem && !value) return html`<${Failure} problem=${problem} title=${say("console.settings.failed")} again=${again} />`;
  if (!value) return html`<${Loading} what=${say("console.settings.loading")} />`;
  return html`
    <section class="stack">
      <p class="text">${say("console.settings.text")}</p>
      <${Files} port=${port} file=${file} setFile=${setFile} isReading=${isReading} again=${again} />
      ${problem && html`<${Failure} problem=${problem} title=${say("console.settings.failed")} />`}
      ${file && html`<${Compared} key=${file.key} port=${port} file=${file} written=${written} onWritten=${() => setWritten(written + 1)} />`}
      ${!file && html`<${Table} settings=${value.settings} />`}
    </section>`;
}

function Files({ port, file, setFile, isReading, again }) {
  const { isBusy, problem, run } = useDeed();
  const take = (event) => {
    const [chosen] = event.target.files;
    event.target.value = "";
    if (chosen) run(async () => setFile({ key: Date.now(), name: chosen.name, text: await readFile(chosen) }));
  };
  return html`
    <div class="row">
      <${DeedButton} isBusy=${isBusy} deed=${() => run(() => saveFile(at(port, "settings/backup"), {}, `plug-settings-${port}.json`))}>${say("console.settings.keep")}<//>
      <label class="b filebutton">${say("console.settings.compare")}<input class="unseen" type="file" accept=".json,application/json" onChange=${take} /></label>
      ${file ? html`<button type="button" class="b quiet" onClick=${() => setFile(null)}>${say("console.settings.all")}</button>`
        : html`<${DeedButton} kind="quiet" isBusy=${isReading} deed=${again}>${say("console.settings.again")}<//>`}
    </div>
    <p class="small q">${say("console.settings.keep.text")}</p>
    ${problem && html`<${Failure} problem=${problem} title=${say("console.settings.file.failed")} />`}`;
}

async function readFile(chosen) {
  const text = await chosen.text();
  if (text.length <= LONGEST_FILE) return text;
  throw Object.assign(new Error(), { code: "too-long", detail: say("console.settings.file.long"), hint: "" });
}

function Table({ settings }) {
  const text = usePlace().query.get("find") ?? "";
  const shown = useMemo(() => settings.filter((each) => fits(each, text)), [settings, text]);
  return html`
    <label class="field find"><span>${say("console.settings.find")}</span>
      <input type="search" value=${text} onInput=${(event) => goQuery({ find: event.target.value })} /></label>
    <p class="small q" role="status">${say("console.settings.count", { count: shown.length, of: settings.length })}</p>
    ${shown.length > 0 && html`
      <table class="console-kept"><thead><tr><th>${say("console.settings.key")}</th><th>${say("console.settings.value")}</th><th>${say("console.settings.meaning")}</th></tr></thead>
        <tbody>${shown.map((each) => html`<tr key=${each.key}><th scope="row" class="mono">${each.key}</th>
          <td class="mono"><${Shown} value=${each.value} /></td><td class="q">${each.meaning}</td></tr>`)}</tbody></table>`}`;
}

function fits({ key, value, meaning }, text) {
  const wanted = text.trim().toLowerCase();
  return !wanted || [key, value ?? "", meaning].some((each) => each.toLowerCase().includes(wanted));
}

function Compared({ port, file, written, onWritten }) {
  const { value, problem, again } = useRead(() => post(at(port, "settings/difference"), { file: file.text }), [port, file, written]);
  if (problem) return html`<${Failure} problem=${problem} title=${say("console.compare.failed", { file: file.name })} again=${again} />`;
  if (!value) return html`<${Loading} what=${say("console.compare.loading", { file: file.name })} />`;
  const rows = value.differences;
  return html`
    <h2>${rows.length ? say("console.compare.title", { file: file.name, count: rows.length }) : say("console.compare.equal", { file: file.name })}</h2>
    ${rows.length > 0 && html`<${Differences} rows=${rows} />`}
    <${Restore} port=${port} file=${file} differs=${rows.length > 0} onWritten=${onWritten} />`;
}

// The terminal: what the plug prints, and a line to type on.

import { Problem, saveBlob } from "../../kit/api.js";
import { exactClock } from "../../kit/format.js";
import { html, useEffect, useMemo, useRef, useState } from "../../kit/html.js";
import { hasText, say } from "../../kit/text.js";
import { Ask } from "../../parts/dialog.js";
import { Log } from "../../parts/log.js";

const SILENT = new Set(["prompt"]); // the line that one types on stands for it
/** @param {{port: string, talk: ReturnType<typeof import("./talk.js").useTalk>}} props */
export function Terminal({ port, talk }) {
  const [frozen, setFrozen] = useState(null);
  const [danger, setDanger] = useState(null);
  const isPaused = frozen !== null;
  const lines = useMemo(() => (frozen ?? talk.lines).filter(isShown), [frozen, talk.lines]);
  const run = async (command) => {
    const answer = await talk.run(command);
    if (answer.type === "danger") setDanger({ ...answer, typed: command });
  };
  return html`
    <section class="term" onKeyDown=${giveFocusBack}>
      <${Log} label=${say("console.log")} lines=${lines} dropped=${talk.dropped} draw=${drawLine} actions=${html`
        <button type="button" class="b" aria-pressed=${String(isPaused)} onClick=${() => setFrozen(isPaused ? null : talk.lines)}>${say(isPaused ? "common.log.go" : "common.log.pause")}</button>
        <button type="button" class="b" disabled=${!talk.lines.length} onClick=${() => save(talk.lines, port)}>${say("common.log.save")}</button>`} />
      <${Typing} run=${run} isOpen=${talk.state === "open"} />
      ${danger && html`<${Danger} danger=${danger} run=${talk.run} onClose=${() => setDanger(null)} />`}
    </section>`;
}

/** A line on which commands are typed; the arrows bring earlier ones back. */
function Typing({ run, isOpen }) {
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const field = useRef(null);
  const typed = useRef([]);
  const at = useRef(0);
  useEffect(() => isOpen && field.current.focus({ preventScroll: true }), [isOpen]);
  const send = async (event) => {
    event.preventDefault();
    const command = text.trim();
    if (!command || isBusy) return;
    if (!isSecret(command)) typed.current = [...typed.current.filter((each) => each !== command), command];
    at.current = typed.current.length;
    setText("");
    setBusy(true);
    await run(command);
    setBusy(false);
  };
  const recall = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    at.current = Math.max(0, Math.min(typed.current.length, at.current + step));
    setText(typed.current[at.current] ?? "");
  };
  return html`
    <form class="type" onSubmit=${send}>
      <label class="mono" for="console-line"><span aria-hidden="true">$</span><span class="unseen">${say("console.type")}</span></label>
      <input id="console-line" ref=${field} class="mono" type="text" autocomplete="off" autocapitalize="off" spellcheck=${false} maxlength="256"
        placeholder=${say("console.type.example")} value=${text} disabled=${!isOpen} onInput=${(event) => setText(event.target.value)} onKeyDown=${recall} />
      <button class="b pri" disabled=${!isOpen || isBusy} aria-busy=${String(isBusy)}>${say("console.send")}</button>
      <p class="small q hint" role="status">${say(isBusy ? "console.working" : isOpen ? "console.keys" : "console.opening")}</p>
    </form>`;
}

function Danger({ danger, run, onClose }) {
  const key = `console.danger.${danger.risk}`;
  const act = async () => {
    const answer = await run(danger.typed, danger.word);
    if (answer.type === "failure" && answer.code !== "closed") throw new Problem({ code: answer.code, detail: answer.message, hint: answer.hint });
  };
  return html`
    <${Ask} title=${say("console.danger.title", { command: danger.command })} verb=${say("console.danger.do", { command: danger.command })}
      keep=${say("common.cancel")} typed=${danger.word} act=${act} onClose=${onClose}>
      <p>${hasText(key) ? say(key) : danger.says}</p>
    <//>`;
}

const isShown = ({ kind, text }) => !SILENT.has(kind) && text !== "";

// What is typed with a secret in it is not brought back by an arrow.
const isSecret = (command) => command.startsWith("config write");

function drawLine(line) {
  const word = line.level === "error" || line.kind === "failure" ? "ERROR " : "";
  const look = word ? "bad" : line.level === "warning" ? "warn" : line.kind === "typed" ? "said" : line.kind === "text" ? "" : "q";
  return html`<div key=${line.id} class=${look} data-kind=${line.kind}><span class="q">${exactClock(line.at)}</span>
    <span class="q">${say(`console.kind.${line.kind}`)}</span><span class="m">${line.kind === "typed" ? "$ " : ""}${word}${line.text}</span></div>`;
}

function save(lines, port) {
  const text = lines.filter(isShown).map(({ at, kind, text }) => `${at} ${kind} ${text}`).join("\n");
  saveBlob(new Blob([`${text}\n`], { type: "text/plain" }), `console-${port}.txt`);
}

function giveFocusBack(event) {
  if (!(event.ctrlKey && event.key === "]")) return;
  event.preventDefault();
  document.getElementById("main").focus();
}

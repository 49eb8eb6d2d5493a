// The terminal's WebSocket: everything that the plug prints, and answers to what is typed.

import { useEffect, useMemo, useRef, useState } from "../../kit/html.js";
import { address } from "../../kit/api.js";
import { reach } from "../../kit/live.js";
import { KEPT_LINES } from "../../parts/log.js";

/**
 * One line of the console.
 *
 * @typedef {{id: number, at: string, kind: string, text: string, level?: string, phase?: string, reset_reason?: string,
 *   stage?: string}} ConsoleLine
 */

/** A talk before anything was said. */
const NOTHING = { state: "opening", why: null, lines: [], dropped: 0 };

/**
 * Talk with the plug at a port for as long as the component is shown.
 *
 * @param {string} port
 * @returns {{state: "opening"|"open"|"ended", why: any, lines: ConsoleLine[], dropped: number,
 *   run: (command: string, word?: string) => Promise<any>, again: () => void}}
 */
export function useTalk(port) {
  const [told, setTold] = useState(NOTHING);
  const [turn, setTurn] = useState(0);
  const wire = useRef(null);
  useEffect(() => {
    setTold((before) => ({ ...NOTHING, lines: before.lines, dropped: before.dropped }));
    wire.current = new Wire(port, setTold);
    return () => wire.current.close();
  }, [port, turn]);
  const isCut = Boolean(told.why?.isAway) || told.why?.code === "closed"; // the hub went, without a word or with one
  useEffect(() => {
    if (!isCut) return undefined;
    return reach.listen(({ state }) => state === "here" && setTurn((count) => count + 1)); // the hub is back
  }, [isCut]);
  return useMemo(() => ({
    ...told,
    run: (command, word) => wire.current.run(command, word),
    again: () => setTurn((count) => count + 1),
  }), [told]);
}

/** Which line told last how far the plug has come: another number, other news. */
export function lastStage(lines) {
  for (let index = lines.length - 1; index >= 0; index -= 1) if (lines[index].stage) return lines[index].id;
  return 0;
}

let lastLine = 0;

class Wire {
  constructor(port, setTold) {
    this.setTold = setTold;
    this.waiting = new Map(); // what was typed, until its answer comes
    this.fresh = [];
    this.count = 0;
    this.isDrawing = false;
    const path = address(`/console/ports/${encodeURIComponent(port)}/session`);
    this.socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${path}`);
    this.socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    this.socket.onclose = () => this.end({ code: "away" });
  }

  /** Type a command; its answer, or the danger that wants a word, or a failure as `{type: "failure"}`. */
  run(command, word = "") {
    this.count += 1;
    const id = String(this.count);
    if (this.socket.readyState !== WebSocket.OPEN) return Promise.resolve({ type: "failure", code: "closed", message: "", hint: "" });
    this.socket.send(JSON.stringify({ type: "run", command, confirm: word, id }));
    return new Promise((answered) => this.waiting.set(id, answered));
  }

  close() {
    this.socket.onclose = null;
    this.socket.onmessage = null;
    this.socket.close();
    this.answerAll();
  }

  take(message) {
    switch (message.type) {
      case "open": return this.setTold((before) => ({ ...before, state: "open" }));
      case "line": return this.add(message);
      case "missed": return this.setTold((before) => ({ ...before, dropped: before.dropped + message.count }));
      case "ended": return this.end(message);
      default: return this.answer(message);
    }
  }

  answer(message) {
    this.waiting.get(message.id)?.(message);
    this.waiting.delete(message.id);
    if (message.type === "failure") this.add({ at: new Date().toISOString(), kind: "failure", text: `${message.message} ${message.hint}`.trim() });
  }

  // A start prints a hundred lines at once: one drawing for all that came since the last frame.
  add(line) {
    lastLine += 1;
    this.fresh.push({ ...line, id: lastLine });
    if (this.isDrawing) return;
    this.isDrawing = true;
    setTimeout(() => this.draw(), 30);
  }

  draw() {
    this.isDrawing = false;
    const fresh = this.fresh;
    this.fresh = [];
    this.setTold((before) => {
      const all = [...before.lines, ...fresh];
      const over = Math.max(0, all.length - KEPT_LINES);
      return { ...before, lines: over ? all.slice(over) : all, dropped: before.dropped + over };
    });
  }

  end({ code, message = "", hint = "" }) {
    this.socket.onclose = null;
    this.setTold((before) => ({ ...before, state: "ended", why: { code, detail: message, hint, isAway: code === "away" } }));
    this.answerAll();
  }

  answerAll() {
    for (const answered of this.waiting.values()) answered({ type: "failure", code: "closed", message: "", hint: "" });
    this.waiting.clear();
  }
}

// What happens at the hub, told over one WebSocket that comes back by itself.

import { makeValue } from "./value.js";

const FIRST_WAIT_S = 1;
const LONGEST_WAIT_S = 15;
const SILENT_S = 20; // a hub that does not open the socket by then is away
const FRAME_BUDGET_MS = 6;
const HIDDEN_MS = 1000; // a page that is not seen draws no frames

/**
 * How the hub is reached: "new" before the first answer, "here", or "away" since a moment and tried again at another.
 *
 * @type {import("./value.js").Value<{state: "new"|"here"|"away", since: number, triesAt: number, wasAwayS?: number}>}
 */
export const reach = makeValue({ state: "new", since: Date.now(), triesAt: 0 });

const listeners = new Set();
const watchers = new Map();
let socket = null;
let timer = 0;
let wait_s = FIRST_WAIT_S;
let queue = [];
let isDrawing = false;
let isWanted = false;

/** Hear each event of the hub; returns what ends it. */
export function onEvent(heard) {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

/** Have plugs read each second until the returned function is called; `who` asks once. */
export function watch(who, uuids) {
  watchers.set(who, uuids);
  tellWatched();
  return () => {
    watchers.delete(who);
    tellWatched();
  };
}

/** Begin to listen. */
export function startLive() {
  isWanted = true;
  connect();
  addEventListener("online", tryNow);
  document.addEventListener("visibilitychange", tellWatched);
}

/** Stop listening: nobody is signed in any more. */
export function stopLive() {
  isWanted = false;
  clearTimeout(timer);
  socket?.close();
  socket = null;
  reach.set({ state: "new", since: Date.now(), triesAt: 0 });
}

/** Try again at once. */
export function tryNow() {
  if (!isWanted || reach.get().state === "here") return;
  wait_s = FIRST_WAIT_S;
  connect();
}

function connect() {
  clearTimeout(timer);
  socket?.close();
  const mine = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/events`);
  socket = mine;
  const patience = setTimeout(() => mine.close(), SILENT_S * 1000);
  mine.onopen = () => {
    clearTimeout(patience);
    wait_s = FIRST_WAIT_S;
    const { state, since } = reach.get();
    reach.set({ state: "here", since: Date.now(), triesAt: 0, wasAwayS: state === "away" ? (Date.now() - since) / 1000 : undefined });
    tellWatched();
  };
  mine.onmessage = ({ data }) => take(JSON.parse(data));
  mine.onclose = () => {
    clearTimeout(patience);
    if (socket !== mine || !isWanted) return;
    const { state, since } = reach.get();
    reach.set({ state: "away", since: state === "away" ? since : Date.now(), triesAt: Date.now() + wait_s * 1000 });
    timer = setTimeout(connect, wait_s * 1000);
    wait_s = Math.min(wait_s * 2, LONGEST_WAIT_S);
  };
}

function tellWatched() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const uuids = document.hidden ? [] : [...new Set([...watchers.values()].flat())];
  socket.send(JSON.stringify({ watch: uuids.slice(0, 50) }));
}

function take(event) {
  queue.push(event);
  if (isDrawing) return;
  isDrawing = true;
  schedule();
}

function schedule() {
  if (document.hidden) setTimeout(drain, HIDDEN_MS);
  else requestAnimationFrame(drain);
}

// As many as fit a frame: two hundred plugs that are read at once must not hold up a finger.
function drain() {
  const began = performance.now();
  let done = 0;
  while (done < queue.length && (document.hidden || performance.now() - began < FRAME_BUDGET_MS)) {
    for (const heard of listeners) heard(queue[done]);
    done += 1;
  }
  queue = queue.slice(done);
  isDrawing = queue.length > 0;
  if (isDrawing) schedule();
}

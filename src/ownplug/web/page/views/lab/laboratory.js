// The laboratory: virtual plugs that run beside the hub, and what goes over the wires of the one that is looked at.

import { get, post, put, remove } from "../../kit/api.js";
import { makeValue } from "../../kit/value.js";
import { KEPT_LINES } from "../../parts/log.js";

const AGAIN_MS = 2000;
const NO_SUCH_PLUG = 1008;

/** The virtual plugs in the order in which they were started. @type {import("../../kit/value.js").Value<any[]>} */
export const benches = makeValue([]);

/** "loading", "ready", or why the laboratory cannot be read. */
export const labState = makeValue("loading");

/**
 * What went over the wires lately, the oldest first, each with a number that counts from the first on; how much was lost.
 *
 * @type {import("../../kit/value.js").Value<{lines: any[], dropped: number, count: number}>}
 */
export const wires = makeValue({ lines: [], dropped: 0, count: 0 });

/** Read all plugs anew. */
export async function loadLab() {
  try {
    benches.set((await get("/lab/plugs")).plugs);
    labState.set("ready");
  } catch (problem) {
    if (labState.get() !== "ready") labState.set(problem);
  }
}

/**
 * Keep the plugs true, and listen to the wires of one.
 *
 * @param {string} [watched] the id of that one
 * @returns {() => void} ends it
 */
export function followLab(watched) {
  let isOver = false;
  let timer = 0;
  let socket = null;
  let frame = 0;
  let waiting = [];
  const draw = () => {
    frame = 0;
    const events = waiting;
    waiting = [];
    hear(events);
  };
  const connect = () => {
    const query = watched ? `?plug=${encodeURIComponent(watched)}` : "";
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/lab/events${query}`);
    socket.onopen = loadLab;
    socket.onmessage = ({ data }) => {
      waiting.push(JSON.parse(data));
      frame ||= requestAnimationFrame(draw);
    };
    socket.onclose = ({ code }) => {
      if (isOver) return;
      if (code === NO_SUCH_PLUG) loadLab();
      else timer = setTimeout(connect, AGAIN_MS);
    };
  };
  wires.set({ lines: [], dropped: 0, count: 0 });
  connect();
  return () => {
    isOver = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    socket.onmessage = null;
    // A browser complains of a socket that is closed before it was open.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  };
}

/** Start plugs. @param {{model?: string, load?: string, name?: string, count?: number, take_home?: boolean}} wish */
export async function startPlugs(wish) {
  const { plugs } = await post("/lab/plugs", wish);
  plugs.forEach(place);
  return plugs;
}

/** End a plug for good. */
export async function throwAway(id, forget) {
  await remove(`/lab/plugs/${id}?forget=${forget}`);
  benches.set(benches.get().filter((plug) => plug.id !== id));
}

export const press = (id, seconds) => taken(post(`/lab/plugs/${id}/press`, { seconds }));
export const setLoad = (id, load) => taken(put(`/lab/plugs/${id}/load`, { load }));
export const setFaults = (id, faults) => taken(put(`/lab/plugs/${id}/faults`, { faults }));
export const unplug = (id) => taken(post(`/lab/plugs/${id}/unplug`));
export const plugIn = (id) => taken(post(`/lab/plugs/${id}/plug-in`));
export const reboot = (id) => taken(post(`/lab/plugs/${id}/reboot`));
export const takeHome = (id) => taken(post(`/lab/plugs/${id}/take-home`));

async function taken(answer) {
  place(await answer);
}

function place(plug) {
  const others = benches.get().filter(({ id }) => id !== plug.id);
  benches.set([...others, plug].sort((one, other) => one.number - other.number));
}

function hear(events) {
  const { lines, dropped, count } = wires.get();
  const fresh = [];
  let lost = 0;
  for (const event of events) {
    if (event.event === "plug") place(event.plug);
    else if (event.event === "gone") benches.set(benches.get().filter(({ id }) => id !== event.id));
    else if (event.event === "missed") lost += event.count;
    else fresh.push({ ...event, number: count + fresh.length });
  }
  if (!fresh.length && !lost) return;
  const all = [...lines, ...fresh];
  const tooMany = Math.max(0, all.length - KEPT_LINES);
  wires.set({ lines: tooMany ? all.slice(tooMany) : all, dropped: dropped + lost + tooMany, count: count + fresh.length });
}

// All plugs of the home, each a value of its own: what it last said, what is wished of it, what went wrong.

import { get, post, put } from "../kit/api.js";
import { onEvent } from "../kit/live.js";
import { makeValue } from "../kit/value.js";

const WISH_S = 5;
const SHORTEST_ID = 6;

/**
 * A plug as the API shows it, and with it what the page knows:
 *  - `wish`: {on, at} while one waits for the plug,
 *  - `failure`: {on, detail, hint, code} of the last wish, until the next,
 *  - `heardAt`: when the page last heard of it, Unix time in milliseconds.
 *
 * @typedef {import("../kit/value.js").Value<any>} PlugValue
 */

/** "new", "loading", "ready", or the Problem why they could not be read. */
export const loadState = makeValue("new");

/** In the order in which they came; changes when one comes, goes, or is called something else. @type {import("../kit/value.js").Value<PlugValue[]>} */
export const plugs = makeValue([]);

const known = new Map();
const wishes = new Map();

/** Read all plugs; also after the hub was away. */
export async function loadPlugs() {
  if (loadState.get() !== "ready") loadState.set("loading");
  try {
    const told = await get("/plugs");
    const kept = new Set(told.plugs.map(({ uuid }) => uuid));
    for (const uuid of known.keys()) if (!kept.has(uuid)) known.delete(uuid);
    for (const plug of told.plugs) place(plug);
    plugs.set([...known.values()]);
    loadState.set("ready");
  } catch (problem) {
    if (loadState.get() !== "ready") loadState.set(problem);
  }
}

/** Find a plug by the last digits of its uuid, as they stand in addresses. @returns {PlugValue | undefined} */
export function findPlug(id) {
  const found = [...known.values()].filter((plug) => plug.get().uuid.endsWith(id));
  return found.length === 1 ? found[0] : undefined;
}

/** The plug of a uuid. @returns {PlugValue | undefined} */
export const plugOf = (uuid) => known.get(uuid);

/** The shortest end of its uuid that no other plug has. */
export function plugId(uuid) {
  let length = SHORTEST_ID;
  const others = [...known.keys()].filter((other) => other !== uuid);
  while (length < uuid.length && others.some((other) => other.endsWith(uuid.slice(-length)))) length += 2;
  return uuid.slice(-length);
}

/** The address of its view. */
export const plugPath = (uuid, section = "") => `/plugs/${plugId(uuid)}${section ? `/${section}` : ""}`;

/** Take over what the hub said of a plug, such as the answer to a change. */
export function takePlug(told) {
  const isNew = !known.has(told.uuid);
  const before = known.get(told.uuid)?.get();
  place(told);
  if (isNew || before.name !== told.name || before.room !== told.room) plugs.set([...known.values()]);
}

/** Read one plug anew. */
export async function refreshPlug(uuid) {
  takePlug(await get(`/plugs/${uuid}`));
}

/** What is so: whether the relay is on as the plug last said; null where it never said. */
export const isOn = (plug, channel = 0) => plug.relays.find((relay) => relay.channel === channel)?.on ?? null;

/**
 * Wish that a relay be on or off. A second press while one waits takes the wish back. The truth stays what the plug says.
 *
 * @returns {Promise<"done" | "withdrawn" | "failed">}
 */
export async function wishPlug(uuid, on, channel = 0) {
  const value = known.get(uuid);
  const waiting = wishes.get(uuid);
  if (waiting) {
    waiting.abort();
    return "withdrawn";
  }
  const wish = new AbortController();
  wishes.set(uuid, wish);
  change(value, { wish: { on, at: Date.now() }, failure: null });
  try {
    const expires_at = new Date(Date.now() + WISH_S * 1000).toISOString();
    const relay = await put(`/plugs/${uuid}/relays/${channel}`, { on, expires_at }, { signal: wish.signal });
    change(value, { ...withRelay(value.get(), relay), wish: null });
    return "done";
  } catch (problem) {
    if (problem.name === "AbortError") {
      change(value, { wish: null });
      return "withdrawn";
    }
    change(value, { wish: null, failure: { on, code: problem.code, detail: problem.detail, hint: problem.hint } });
    return "failed";
  } finally {
    wishes.delete(uuid);
  }
}

/** Let a plug be switched on again that its limit had switched off. */
export async function allowAgain(uuid) {
  takePlug(await post(`/plugs/${uuid}/allow`));
}

/** Keep all of this true while the page is open; returns what ends it. */
export const followPlugs = () => onEvent(hear);

function hear(event) {
  if (event.event === "missed" || event.event === "plug-registered") {
    loadPlugs();
    return;
  }
  const value = known.get(event.uuid);
  if (!value) return;
  switch (event.event) {
    case "power-read":
      change(value, { reading: event.reading, heardAt: Date.now() });
      break;
    case "relay-switched": {
      const { channel, on, at } = event;
      const wish = value.get().wish;
      change(value, { ...withRelay(value.get(), { channel, on, changed_at: at }), wish: wish?.on === on ? null : wish, heardAt: Date.now() });
      break;
    }
    case "plug-forgotten":
      known.delete(event.uuid);
      plugs.set([...known.values()]);
      break;
    case "timers-changed": case "firmware-progress": case "command-refused":
      break;
    default: // it came, went, is called something else, was stopped by its limit: the hub says how it is now
      refreshPlug(event.uuid).catch(() => {});
  }
}

function place(told) {
  const value = known.get(told.uuid);
  if (value) change(value, told);
  else known.set(told.uuid, makeValue({ wish: null, failure: null, ...told, heardAt: Date.now() }));
}

function change(value, changes) {
  value.set({ ...value.get(), ...changes });
}

function withRelay(plug, relay) {
  const relays = plug.relays.filter(({ channel }) => channel !== relay.channel);
  return { relays: [...relays, relay].sort((one, other) => one.channel - other.channel) };
}

// The hub's public API. What goes wrong is a `Problem` with the hub's own words.

import { makeValue } from "./value.js";

const ROOT = "/api/v1";
const DOORS = ["/session", "/setup"]; // where a wrong password is no end of a session

/** Whether the last question found a session that has ended: the frame shows the door then. */
export const sessionEnded = makeValue(false);

/**
 * Why something could not be done. `code` is the hub's name for it; "away" is ours for a hub that does not answer.
 * `wait_s`: after how many seconds it may be tried again, where the hub says so.
 */
export class Problem extends Error {
  constructor({ code, detail = "", hint = "", status = 0, wait_s = null }) {
    super(detail);
    Object.assign(this, { code, detail, hint, status, wait_s });
  }

  /** Whether the hub did not answer at all. */
  get isAway() {
    return this.code === "away";
  }
}

/**
 * Ask the hub.
 *
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {object} [how]
 * @param {any} [how.body] sent as JSON
 * @param {Record<string, any>} [how.query] lists give a name several times; null and undefined leave it out
 * @param {string} [how.edition] the ETag that was seen
 * @param {AbortSignal} [how.signal]
 * @returns {Promise<any>} the document; its ETag as the hidden property `edition`
 */
export async function ask(method, path, { body, query, edition, signal } = {}) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (edition) headers["if-match"] = edition;
  const reply = await reached(address(path, query), {
    method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!reply.ok) throw await problem(reply);
  if (reply.status === 204 || reply.headers.get("content-length") === "0") return null;
  const told = await reply.json().catch(() => null);
  const tag = reply.headers.get("etag");
  if (tag && told) Object.defineProperty(told, "edition", { value: tag });
  return told;
}

export const get = (path, query, how) => ask("GET", path, { query, ...how });
export const post = (path, body = {}, how) => ask("POST", path, { body, ...how });
export const put = (path, body, how) => ask("PUT", path, { body, ...how });
export const patch = (path, body, how) => ask("PATCH", path, { body, ...how });
export const remove = (path, how) => ask("DELETE", path, how);

/** The address of something that is opened or saved by a link. */
export function address(path, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined) search.append(name, each);
    }
  }
  const text = search.toString();
  return `${ROOT}${path}${text ? `?${text}` : ""}`;
}

/** Ask for a file by POST and give it to the browser to save. */
export async function saveFile(path, body, name) {
  const reply = await reached(address(path), {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
  if (!reply.ok) throw await problem(reply);
  const blob = await reply.blob().catch(() => {
    throw new Problem({ code: "away" }); // it broke off: half a file is none
  });
  saveBlob(blob, name);
}

/** Give something to the browser to save. */
export function saveBlob(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function reached(url, request) {
  try {
    return await fetch(url, { credentials: "same-origin", ...request });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ code: "away" });
  }
}

async function problem(reply) {
  const told = await reply.json().catch(() => ({}));
  if (reply.status === 401 && !isSigningIn(reply.url)) sessionEnded.set(true);
  return new Problem({
    code: told.code ?? `http-${reply.status}`, detail: told.detail ?? reply.statusText, hint: told.hint, status: reply.status,
    wait_s: Number(reply.headers.get("retry-after")) || null,
  });
}

function isSigningIn(url) {
  return DOORS.some((door) => new URL(url).pathname.startsWith(`${ROOT}${door}`));
}

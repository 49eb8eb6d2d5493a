// Who uses the page, and what that person may do.

import { get, post, remove, sessionEnded } from "../kit/api.js";
import { makeValue } from "../kit/value.js";

const RANKS = ["read", "switch", "admin"];
const KEPT = "ownplug.signed-in"; // the cookie itself cannot be seen from here

/** @type {import("../kit/value.js").Value<{name: string, scope: string, is_person: boolean} | null>} */
export const session = makeValue(null);

/** Whether the person may do what a scope is for: "read", "switch" or "admin". */
export function may(scope) {
  const own = session.get()?.scope;
  return own !== undefined && RANKS.indexOf(own) >= RANKS.indexOf(scope);
}

/** Find out who is signed in; nobody is no error. */
export async function recall() {
  if (!localStorage.getItem(KEPT)) return;
  try {
    enter(await get("/session"));
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    localStorage.removeItem(KEPT);
  }
}

/** Let a person in. */
export const signIn = async (name, password) => enter(await post("/session", { name, password }));

/** Make the first account of a home, by the code of the link that the hub printed. */
export const setUp = async (code, name, password) => enter(await post("/setup", { code, name, password }));

/** End the session in this browser. */
export async function signOut() {
  await remove("/session");
  localStorage.removeItem(KEPT);
  session.set(null);
}

function enter(who) {
  sessionEnded.set(false);
  localStorage.setItem(KEPT, "yes");
  session.set(who);
}

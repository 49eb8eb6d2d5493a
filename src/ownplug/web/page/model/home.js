// The home: its zone, its money, its hub.

import { get } from "../kit/api.js";
import { useZone } from "../kit/format.js";
import { makeValue } from "../kit/value.js";

/** The document of the home, once it was read. */
export const home = makeValue(null);

/** Read it. */
export async function loadHome() {
  const told = await get("/home");
  useZone(told.timezone);
  home.set(told);
}

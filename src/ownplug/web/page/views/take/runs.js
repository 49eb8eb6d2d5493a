// What the views of runs share: their addresses, and how often they are asked.

import { useEffect, useState } from "../../kit/html.js";
import { useRead } from "../../parts/read.js";

export const LIST = "list-";
export const MOVE = "move";
export const ROOT = "/take-home";

/** How often a run that is under way is read. */
const EVERY_MS = 700;

export const onePath = (id) => `${ROOT}/${id}`;
export const listPath = (id) => `${ROOT}/${LIST}${id}`;
export const movePath = `${ROOT}/${MOVE}`;

/** Read a run again and again until it is over. @param {() => Promise<any>} read @param {any[]} on */
export function useRun(read, on) {
  const [isOver, setOver] = useState(false);
  const run = useRead(read, [...on, isOver], isOver ? undefined : EVERY_MS);
  const state = run.value?.state;
  useEffect(() => setOver(Boolean(state) && !["running", "looking"].includes(state)), [state]);
  return run;
}

/** The end of a uuid, as it stands on the plug's label. */
export const tailOf = (uuid) => `${uuid.slice(-4, -2)}:${uuid.slice(-2)}`.toUpperCase();

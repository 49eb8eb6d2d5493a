// A value that tells when it changed.

import { useLayoutEffect, useState } from "./html.js";

/**
 * @template T
 * @typedef {object} Value
 * @property {() => T} get
 * @property {(next: T) => void} set
 * @property {(heard: (now: T) => void) => () => void} listen returns what ends it
 */

/**
 * @template T
 * @param {T} now
 * @returns {Value<T>}
 */
export function makeValue(now) {
  const listeners = new Set();
  return {
    get: () => now,
    set(next) {
      if (Object.is(next, now)) return;
      now = next;
      for (const heard of [...listeners]) heard(now);
    },
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
}

/**
 * Show a value in a component: it is drawn anew when the value changes.
 *
 * @template T
 * @param {Value<T>} value
 * @returns {T}
 */
export function useValue(value) {
  const [, redraw] = useState(0);
  const shown = value.get();
  useLayoutEffect(() => {
    const again = () => redraw((count) => count + 1);
    if (!Object.is(shown, value.get())) again(); // it changed between drawing and listening
    return value.listen(again);
  }, [value]);
  return shown;
}

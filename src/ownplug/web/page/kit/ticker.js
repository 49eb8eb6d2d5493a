// The time, for what shows an age: one timer for all of the page.

import { makeValue } from "./value.js";

/** Unix time in milliseconds, each second and each ten seconds. */
export const eachSecond = makeValue(Date.now());
export const eachTenSeconds = makeValue(Date.now());

let count = 0;
setInterval(() => {
  if (document.hidden) return;
  count += 1;
  eachSecond.set(Date.now());
  if (count % 10 === 0) eachTenSeconds.set(Date.now());
}, 1000);

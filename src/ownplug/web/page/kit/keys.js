// Keys of the whole page. Single letters sleep in fields and in the console, and can be turned off.

const KEPT = "ownplug.keys";
const PREFIX_MS = 1200;

const bound = new Map();
let prefix = "";
let timer = 0;

/** Whether single letters do something in this browser. */
export const areKeysOn = () => localStorage.getItem(KEPT) !== "off";

/** Turn single letters on or off in this browser. */
export const turnKeys = (on) => localStorage.setItem(KEPT, on ? "on" : "off");

/** Bind keys, such as `{"/": find, "g h": home}`; returns what unbinds them. */
export function bindKeys(map) {
  const entries = Object.entries(map);
  for (const [keys, deed] of entries) bound.set(keys, deed);
  return () => {
    for (const [keys, deed] of entries) if (bound.get(keys) === deed) bound.delete(keys);
  };
}

/** Begin to listen. */
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !areKeysOn() || isTaken(event.target)) return;
    const keys = prefix ? `${prefix} ${event.key}` : event.key;
    forgetPrefix();
    const deed = bound.get(keys);
    if (deed) {
      event.preventDefault();
      deed(event);
    } else if ([...bound.keys()].some((each) => each.startsWith(`${keys} `))) {
      prefix = keys;
      timer = setTimeout(forgetPrefix, PREFIX_MS);
    }
  });
}

function forgetPrefix() {
  clearTimeout(timer);
  prefix = "";
}

function isTaken(target) {
  return target.closest?.("input, textarea, select, dialog, [contenteditable], [data-keys=own]");
}

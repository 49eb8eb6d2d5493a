// What a virtual plug is and does, in words.

import { joined, power } from "../../kit/format.js";
import { hasText, say } from "../../kit/text.js";

/** What its light says, as one who stands before it would. */
export function lampWords(plug) {
  if (plug.state !== "online") return say(`lab.says.${plug.state}`);
  if (!plug.relays.some(({ on }) => on)) return say("lab.says.online.off");
  return say(plug.lamp.manner === "off" ? "lab.says.online.dark" : "lab.says.online.on");
}

/** What is plugged in: watts, or an appliance. */
export function loadWords(load) {
  const [kind, watts] = load.split(":");
  if (hasText(`lab.load.${kind}`)) return say(`lab.load.${kind}`, { power: watts ? joined(power(Number(watts))) : "" });
  return joined(power(Number(load)));
}

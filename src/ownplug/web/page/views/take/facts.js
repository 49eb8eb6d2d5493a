// What the hub found in a stage, in the page's words. The hub's own sentence stands where it says something else.

import { joined, number } from "../../kit/format.js";
import { say } from "../../kit/text.js";

const MASK = /'?\*\*\*'?/g; // what the hub keeps to itself
const UNSAID = new Set(["time"]); // nobody waits for that

// By the code of the step: what its sentence looks like, and which words that gives.
const READINGS = {
  scan: [
    [/ at (\d+) %$/, ([, percent]) => say("take.fact.scan", { percent })],
    [/is not in its scan/, () => say("take.fact.scan.absent")],
  ],
  server: [
    [/^(\S+), (.+), certificate/, ([, server, tls]) => say("take.fact.server", { server, tls })],
    [/^(\S+) cannot be tried/, ([, server]) => say("take.fact.server.untried", { server })],
  ],
  key: [[/.+/, ([server]) => say("take.fact.key", { server })]],
  wifi: [
    [/without an answer/, () => say("take.fact.wifi.unanswered")],
    [/.+/, () => say("take.fact.wifi")],
  ],
  connect: [[/^from (\S+)$/, ([, address]) => say("take.fact.connect", { address })]],
  clock: [[/.+/, () => say("take.fact.clock")]],
  bind: [[/.+/, () => say("take.fact.bind")]],
  meter: [[/.+/, () => say("take.fact.meter")]],
  online: [[/.+/, () => say("take.fact.online")]],
  switch: [
    [/as it was; ([\d.]+) W at ([\d.]+) V$/, ([, watts, volts]) => say("take.fact.switch", {
      power: joined({ figure: number(Number(watts), 1), unit: "W" }), voltage: joined({ figure: number(Number(volts), 1), unit: "V" }),
    })],
  ],
};

/** One line of evidence; empty where there is none. @param {{code: string, value: string}[]} facts */
export const evidence = (facts) => facts.filter(({ code }) => !UNSAID.has(code)).map(read).join(" · ");

/** A sentence of the hub, with a gap where it keeps something to itself. */
export const withGaps = (sentence) => sentence.replaceAll(MASK, "“…”");

function read({ code, value }) {
  for (const [pattern, words] of READINGS[code] ?? []) {
    const found = pattern.exec(value);
    if (found) return words(found);
  }
  return withGaps(value);
}

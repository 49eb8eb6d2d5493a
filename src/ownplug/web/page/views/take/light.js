// The plug's own light, as it should look now. What it shows stands in docs/console.md and the hub's texts.

import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";

const PAIRING = new Set(["find", "identify", "tell"]);
const SEARCHING = new Set(["join", "reach", "secure", "sign-in", "talk"]);
const GONE_BACK = new Set(["wifi-password", "wifi-absent", "wrong-key"]);

/** How the light looks: "pairing", "searching" or "home". */
export function lightOf(stages, failure) {
  const now = stages.find(({ state }) => state === "failed" || state === "running")?.code;
  if (failure && GONE_BACK.has(failure.code)) return "pairing";
  if (PAIRING.has(now)) return "pairing";
  return SEARCHING.has(now) ? "searching" : "home";
}

/** @param {{shows: "pairing" | "searching" | "home"}} props */
export const Light = ({ shows }) => html`
  <section class="panel pad"><h2>${say("take.light")}</h2>
    <div class="take-lamp">
      <svg viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
        <rect class="body" x="4" y="4" width="56" height="56" rx="12" /><circle class=${`led ${shows}`} cx="32" cy="32" r="9" /></svg>
      <p><b>${say(`take.light.${shows}`)}</b> <span class="q">${say(`take.light.${shows}.text`)}</span></p>
    </div>
  </section>`;

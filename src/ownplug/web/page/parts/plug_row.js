// One plug in a list: name and sentence, scale, watts, energy and cost, switch.

import { energy, joined, moment, money, power } from "../kit/format.js";
import { html, useEffect, useState } from "../kit/html.js";
import { say } from "../kit/text.js";
import { eachTenSeconds } from "../kit/ticker.js";
import { useValue } from "../kit/value.js";
import { isOn, plugPath, wishPlug } from "../model/plugs.js";
import { may } from "../model/session.js";
import { today } from "../model/today.js";
import { Icon } from "./icon.js";
import { Quantity } from "./quantity.js";
import { Scale } from "./scale.js";
import { Switch } from "./switch.js";
import { toast } from "./toast.js";

const OLD_MS = 90_000; // three times as long as the hub waits between two readings
const SAID_AFTER_MS = 250; // a wish that is fulfilled sooner needs no words
const SLOW_S = 1.5;

/** @param {{plug: import("../model/plugs.js").PlugValue, isChosen?: boolean}} props */
export function PlugRow({ plug, isChosen = false }) {
  const now = useValue(plug);
  const used = useValue(today)?.plugs.get(now.uuid);
  const peak = Math.max(useValue(today)?.peaks.get(now.uuid)?.power_w ?? 0, wattsOf(now) ?? 0);
  useValue(eachTenSeconds);
  const isAway = now.availability !== "online";
  const watts = wattsOf(now);
  return html`
    <li class=${`plug${isChosen ? " chosen" : ""}`} id=${`plug-${now.uuid}`} data-old=${String(isOld(now))}>
      <div class="a"><a class="name" href=${plugPath(now.uuid)}>${now.name}</a><${Sentence} plug=${now} /></div>
      <div class="sc"><${Scale} watts=${watts} highest=${peak} limit=${now.safeguards.limit?.power_w} /></div>
      <div class=${`w${isAway || isOld(now) ? " old" : ""}`}><${Quantity} of=${power(watts)} old=${isOld(now)} why=${say("common.w.unknown", { reason: now.reason })} /></div>
      <div class=${`d${isAway ? " old" : ""}`}>${used ? joined(energy(used.energy_wh)) : "\u00a0"}${isAway && now.since ? html`<small>${say("common.until", { time: moment(now.since) })}</small>` : html`<${Cost} used=${used} />`}</div>
      <${PlugSwitch} plug=${now} />
    </li>`;
}

/** The switch of a plug, with its wish. @param {{plug: any, large?: boolean}} props */
export function PlugSwitch({ plug, large = false }) {
  const isAway = plug.availability !== "online";
  return html`<${Switch} name=${plug.name} on=${isOn(plug)} wish=${plug.wish} locked=${plug.safeguards.never_off} large=${large}
    disabled=${isAway || !may("switch") || isOn(plug) === null} onWish=${() => press(plug)} />`;
}

/** Wish the other state, and confirm it when the plug has; a second press takes the wish back. */
export async function press(plug) {
  const on = plug.wish ? plug.wish.on : !isOn(plug);
  if ((await wishPlug(plug.uuid, on)) === "done") {
    toast(say(on ? "common.switched.on" : "common.switched.off", { plug: plug.name }), () => wishPlug(plug.uuid, !on));
  }
}

/** What happened, why, what next: one sentence, for which two lines are kept free. @param {{plug: any}} props */
export function Sentence({ plug }) {
  const isLate = useLate(plug.wish?.at);
  const { kind, icon, words, again } = sentence(plug, isLate);
  return html`<div class=${`say ${kind}`} role=${kind === "bad" ? "alert" : undefined}>${icon && html`<${Icon} name=${icon} small />${" "}`}${words}
    ${again && html`${" "}<button type="button" class="b quiet" onClick=${() => wishPlug(plug.uuid, again.on)}>${say("common.say.again")}</button>`}</div>`;
}

/** Watts now: nothing where it is off, null where it is not known. */
export function wattsOf(plug) {
  if (plug.availability !== "online" || !plug.reading) return null;
  return isOn(plug) === false ? 0 : plug.reading.power_w;
}

/** Whether the last reading is too old to be called "now". */
export const isOld = (plug) => plug.availability === "online" && Boolean(plug.reading) && Date.now() - new Date(plug.reading.at) > OLD_MS;

function sentence(plug, isLate) {
  const on = isOn(plug);
  if (plug.availability !== "online") return away(plug);
  if (plug.wish && isLate) return { kind: "acc", words: say(plug.wish.on ? "common.say.wish.on" : "common.say.wish.off") };
  if (plug.failure) return { kind: "bad", words: say(on ? "common.say.failed.on" : "common.say.failed.off", plug.failure), again: plug.failure };
  if (plug.tripped) return { kind: "warn", icon: "warning", words: say("common.say.limit", { time: moment(plug.tripped.at), power: joined(power(plug.tripped.power_w)) }) };
  if (plug.safeguards.never_off && on) return { kind: "", words: say("common.say.locked") };
  if (on === null) return { kind: "", words: say("common.say.silent") };
  if (plug.answers_in_s > SLOW_S) return { kind: "", words: say("common.say.slow", { s: plug.answers_in_s.toFixed(1) }) };
  const since = plug.relays[0].changed_at;
  const key = on ? "common.say.on" : "common.say.off";
  return { kind: "", words: since ? say(key, { time: moment(since) }) : say(`${key}.unknown`) };
}

function away(plug) {
  const words = plug.since && plug.availability === "offline" ? say("common.say.away", { time: moment(plug.since), reason: plug.reason }) : say("common.say.away.never");
  return { kind: "warn", icon: "away", words };
}

function useLate(at) {
  const [late, setLate] = useState(null);
  useEffect(() => {
    if (!at) return undefined;
    const timer = setTimeout(() => setLate(at), SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [at]);
  return at !== undefined && late === at;
}

function Cost({ used }) {
  const currency = today.get()?.currency;
  return currency && html`<small>${used ? money(used.cost, currency) : "\u00a0"}</small>`;
}

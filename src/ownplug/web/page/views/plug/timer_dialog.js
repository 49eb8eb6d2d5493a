// A timer as people think of it: when, on which days, once or each week, on or off.

import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { useDeed } from "../../parts/busy.js";
import { Dialog } from "../../parts/dialog.js";
import { Tabs } from "../../parts/tabs.js";
import { DaysField } from "./days_field.js";
import { RuleButtons } from "./rule_buttons.js";
import { DAYS } from "./timer_words.js";

const LONGEST_NAME = 64;
const MOST_MIN = 1440;

/** @param {{plug: any, timer?: any, deeds: any, onClose: () => void}} props without a timer a new one is made */
export function TimerDialog({ plug, timer, deeds, onClose }) {
  const [form, setForm] = useState(() => formOf(timer));
  const deed = useDeed();
  const change = (changes) => setForm({ ...form, ...changes });
  const save = async (event) => {
    event.preventDefault();
    const done = await deed.run(async () => {
      await deeds.save("timers", timer, bodyOf(form));
      return true;
    });
    if (done) onClose();
  };
  return html`
    <${Dialog} title=${timer ? say("plug.timer.change") : say("plug.timer.new", { plug: plug.name })} onClose=${onClose}>
      <form onSubmit=${save}>
        <div><b class="label">${say("plug.timer.does")}</b>
          <${Tabs} label=${say("plug.timer.does")} options=${["on", "off"].map((turns) => [turns, say(`plug.timer.does.${turns}`)])} value=${form.turns} onChoose=${(turns) => change({ turns })} /></div>
        <div><b class="label">${say("plug.timer.when")}</b>
          <${Tabs} label=${say("plug.timer.when")} options=${["clock", "sunrise", "sunset"].map((kind) => [kind, say(`plug.timer.kind.${kind}`)])} value=${form.kind} onChoose=${(kind) => change({ kind })} /></div>
        ${form.kind === "clock" ? html`<label class="field"><span>${say("plug.timer.time")}</span><input type="time" required value=${form.time} onInput=${({ target }) => change({ time: target.value })} /></label>`
          : html`<${SunFields} form=${form} change=${change} />`}
        <${DaysField} days=${form.days} onChange=${(days) => change({ days })} />
        <div><b class="label">${say("plug.timer.repeats")}</b>
          <${Tabs} label=${say("plug.timer.repeats")} options=${[["week", say("plug.timer.repeats.week")], ["once", say("plug.timer.repeats.once")]]} value=${form.repeats ? "week" : "once"} onChoose=${(how) => change({ repeats: how === "week" })} />
          ${!form.repeats && html`<small class="hint">${say("plug.timer.repeats.once.note")}</small>`}</div>
        <label class="field"><span>${say("plug.timer.name")}</span><input autocomplete="off" maxlength=${LONGEST_NAME} value=${form.name} onInput=${({ target }) => change({ name: target.value })} /><small>${say("plug.timer.name.note")}</small></label>
        <${RuleButtons} deed=${deed} onClose=${onClose} drop=${timer && (() => deeds.drop("timers", timer))} />
      </form>
    <//>`;
}

function SunFields({ form, change }) {
  return html`<div class="row fields">
    <label class="field"><span>${say("plug.timer.minutes")}</span><input type="number" min="0" max=${MOST_MIN} step="1" required value=${form.minutes} onInput=${({ target }) => change({ minutes: target.value })} /></label>
    <div><b class="label">${say("plug.timer.side")}</b>
      <${Tabs} label=${say("plug.timer.side")} options=${["before", "after"].map((side) => [side, say(`plug.timer.side.${side}`)])} value=${form.side} onChoose=${(side) => change({ side })} /></div>
  </div>`;
}

function formOf(timer) {
  const { at = "18:00", turns = "on", days = DAYS, repeats = true, name = "", enabled = true, channel = 0 } = timer ?? {};
  const rest = { turns, days, repeats, name, enabled, channel };
  if (typeof at === "string") return { ...rest, kind: "clock", time: at, minutes: "0", side: "before" };
  return { ...rest, kind: at.event, time: "18:00", minutes: String(Math.abs(at.offset_min)), side: at.offset_min > 0 ? "after" : "before" };
}

function bodyOf({ kind, time, minutes, side, turns, days, repeats, name, enabled, channel }) {
  const at = kind === "clock" ? time : { event: kind, offset_min: Number(minutes) * (side === "before" ? -1 : 1) || 0 };
  return { at, turns, days, repeats, name: name.trim(), enabled, channel };
}

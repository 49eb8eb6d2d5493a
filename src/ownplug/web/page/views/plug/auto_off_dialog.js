// An auto-off: how long an outlet may stay on, whoever turned it on.

import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { useDeed } from "../../parts/busy.js";
import { Dialog } from "../../parts/dialog.js";
import { DaysField } from "./days_field.js";
import { RuleButtons } from "./rule_buttons.js";
import { DAYS } from "./timer_words.js";

const MINUTE_S = 60;
const HOUR_S = 3600;
const MOST_HOURS = 24;
const USUAL_S = HOUR_S;
const LONGEST_NAME = 64;

/** @param {{plug: any, autoOff?: any, deeds: any, onClose: () => void}} props without one a new one is made */
export function AutoOffDialog({ plug, autoOff, deeds, onClose }) {
  const [form, setForm] = useState(() => formOf(autoOff));
  const deed = useDeed();
  const change = (changes) => setForm({ ...form, ...changes });
  const save = async (event) => {
    event.preventDefault();
    const done = await deed.run(async () => {
      await deeds.save("auto-offs", autoOff, bodyOf(form));
      return true;
    });
    if (done) onClose();
  };
  const number = (name, most) => html`<label class="field"><span>${say(`plug.autooff.${name}`)}</span>
    <input type="number" min="0" max=${most} step="1" required value=${form[name]} onInput=${({ target }) => change({ [name]: target.value })} /></label>`;
  return html`
    <${Dialog} title=${autoOff ? say("plug.autooff.change") : say("plug.autooff.new", { plug: plug.name })} onClose=${onClose}>
      <form onSubmit=${save}>
        <p class="text q">${say("plug.autooff.note")}</p>
        <div class="row fields">${number("hours", MOST_HOURS)}${number("minutes", 59)}${number("seconds", 59)}</div>
        <${DaysField} days=${form.days} onChange=${(days) => change({ days })} />
        <label class="field"><span>${say("plug.timer.name")}</span><input autocomplete="off" maxlength=${LONGEST_NAME} value=${form.name} onInput=${({ target }) => change({ name: target.value })} /><small>${say("plug.timer.name.note")}</small></label>
        <${RuleButtons} deed=${deed} onClose=${onClose} isReady=${secondsOf(form) > 0} drop=${autoOff && (() => deeds.drop("auto-offs", autoOff))} />
      </form>
    <//>`;
}

function formOf(autoOff) {
  const { after_s = USUAL_S, days = DAYS, name = "", enabled = true, channel = 0 } = autoOff ?? {};
  return {
    hours: String(Math.floor(after_s / HOUR_S)), minutes: String(Math.floor((after_s % HOUR_S) / MINUTE_S)), seconds: String(after_s % MINUTE_S),
    days, name, enabled, channel,
  };
}

const secondsOf = ({ hours, minutes, seconds }) => Number(hours) * HOUR_S + Number(minutes) * MINUTE_S + Number(seconds);

const bodyOf = (form) => ({ after_s: secondsOf(form), days: form.days, name: form.name.trim(), enabled: form.enabled, channel: form.channel });

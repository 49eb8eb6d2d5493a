// On which days of the week: seven toggles, and the three choices that most people want.

import { firstWeekday } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DAYS, dayName, WEEKDAYS, WEEKEND } from "./timer_words.js";

const CHOICES = [["every", DAYS], ["weekdays", WEEKDAYS], ["weekend", WEEKEND]];

/** @param {{days: string[], onChange: (days: string[]) => void}} props at least one day stays chosen */
export function DaysField({ days, onChange }) {
  const first = firstWeekday() - 1;
  const inOrder = [...DAYS.slice(first), ...DAYS.slice(0, first)];
  const turn = (day) => {
    const left = days.includes(day) ? days.filter((each) => each !== day) : DAYS.filter((each) => each === day || days.includes(each));
    if (left.length) onChange(left);
  };
  return html`
    <fieldset><legend class="field">${say("plug.timer.days")}</legend>
      <div class="tabs week">${inOrder.map((day) => html`<button type="button" key=${day} aria-pressed=${String(days.includes(day))} title=${dayName(day, "long")} onClick=${() => turn(day)}>${dayName(day, "short")}</button>`)}</div>
      <div class="quick">${CHOICES.map(([name, chosen]) => html`<button type="button" class="b quiet" key=${name} onClick=${() => onChange(chosen)}>${say(`plug.timer.days.${name}`)}</button>`)}</div>
    </fieldset>`;
}

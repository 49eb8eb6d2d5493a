import { html, useEffect, useRef, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";
import { toast } from "../../parts/toast.js";

/**
 * One thing that is known of a plug.
 *
 * @param {object} props
 * @param {string} props.name
 * @param {any} props.value
 * @param {((onClose: () => void) => any) | false} [props.form] draws what changes it, in its place
 * @param {any} [props.button] changes it at once
 */
export function Fact({ name, value, form, button }) {
  const [isOpen, setOpen] = useState(false);
  const opener = useRef(null);
  const close = () => {
    setOpen(false);
    setTimeout(() => opener.current?.focus()); // once it is drawn again
  };
  return html`
    <dt>${name}</dt>
    <dd>${isOpen ? form(close) : html`<div class="fact"><span>${value}</span>
      ${form && html`<button type="button" class="b quiet" ref=${opener} aria-label=${say("plug.fact.change", { name })} onClick=${() => setOpen(true)}>${say("common.edit")}</button>`}${button}</div>`}</dd>`;
}

/**
 * The form of a fact: saves, or leaves it as it is; Esc does, too.
 *
 * @param {object} props
 * @param {() => Promise<any>} props.save
 * @param {() => void} props.onClose
 */
export function FactForm({ save, onClose, children }) {
  const deed = useDeed();
  const box = useRef(null);
  useEffect(() => box.current.querySelector("input, select")?.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    const done = await deed.run(async () => {
      await save();
      return true;
    });
    if (done) onClose();
  };
  return html`
    <form ref=${box} class="inplace" onSubmit=${submit} onKeyDown=${({ key }) => key === "Escape" && onClose()}>
      ${children}
      ${deed.problem && html`<${Failure} problem=${deed.problem} />`}
      <div class="row"><${DeedButton} kind="pri" isBusy=${deed.isBusy}>${say("common.save")}<//><button type="button" class="b" onClick=${onClose}>${say("common.cancel")}</button></div>
    </form>`;
}

/**
 * A button that turns something on or off at once, and back.
 *
 * @param {object} props
 * @param {boolean} props.on
 * @param {string} props.words the beginning of its keys: WORDS.turn.on, WORDS.turn.off, WORDS.turned.on, WORDS.turned.off
 * @param {(on: boolean) => Promise<any>} props.act
 */
export function TurnButton({ on, words, act }) {
  const deed = useDeed();
  const turn = () => deed.run(async () => {
    await act(!on);
    toast(say(`${words}.turned.${on ? "off" : "on"}`), () => deed.run(() => act(on)));
  });
  return html`<button type="button" class="b quiet" disabled=${deed.isBusy} aria-busy=${String(deed.isBusy)} onClick=${turn}>${say(`${words}.turn.${on ? "off" : "on"}`)}</button>
    ${deed.problem && html`<${Failure} problem=${deed.problem} />`}`;
}

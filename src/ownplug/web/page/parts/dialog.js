import { html, useEffect, useId, useRef, useState } from "../kit/html.js";
import { say } from "../kit/text.js";
import { Failure } from "./states.js";

/** A dialog that is open as long as it is drawn; Esc and a press beside it close it. */
export function Dialog({ title, onClose, children }) {
  const box = useRef(null);
  const id = useId();
  useEffect(() => {
    box.current.showModal();
  }, []);
  return html`
    <dialog ref=${box} aria-labelledby=${id} onClose=${onClose} onClick=${(event) => event.target === box.current && box.current.close()}>
      <div class="tight"><h2 id=${id}>${title}</h2>${children}</div>
    </dialog>`;
}

/**
 * Ask before what cannot be undone: names the thing, what is lost, what stays. The focus is on the safe button.
 *
 * @param {object} props
 * @param {string} props.title a question
 * @param {string} props.verb of the other button, "Forget Dishwasher"
 * @param {string} [props.keep] of the safe one
 * @param {string} [props.typed] a word that has to be typed first, where flash or keys are at stake
 * @param {() => Promise<any>} props.act
 * @param {() => void} props.onClose
 */
export function Ask({ title, verb, keep = say("common.keep"), typed, act, onClose, children }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [word, setWord] = useState("");
  const safe = useRef(null);
  useEffect(() => safe.current.focus(), []);
  const run = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
      onClose();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <div class="text">${children}</div>
      ${typed && html`
        <label class="field"><span>${say("common.type", { word: typed })}</span>
          <input autocomplete="off" spellcheck=${false} value=${word} onInput=${(event) => setWord(event.target.value)} /></label>`}
      ${problem && html`<${Failure} problem=${problem} />`}
      <div class="row">
        <button type="button" class="b" ref=${safe} onClick=${onClose}>${keep}</button>
        <button type="button" class="b danger" disabled=${isBusy || (typed && word.trim() !== typed)} aria-busy=${String(isBusy)} onClick=${run}>${verb}</button>
      </div>
    <//>`;
}

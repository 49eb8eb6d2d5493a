import { html, useId } from "../kit/html.js";

/**
 * One of a few, each with a sentence that says what it means.
 *
 * @param {object} props
 * @param {string} props.label what is chosen
 * @param {[string, string, string?][]} props.options value, words, and what they mean
 * @param {string} props.value
 * @param {(value: string) => void} props.onChoose
 * @param {string} [props.why] the choice is fixed, and this is why
 */
export function Choice({ label, options, value, onChoose, why }) {
  const name = useId();
  return html`
    <fieldset class="checks" disabled=${Boolean(why)}>
      <legend class="field">${label}</legend>
      ${options.map(([each, words, meaning]) => html`
        <label class="check" key=${each}><input type="radio" name=${name} value=${each} checked=${each === value} onChange=${() => onChoose(each)} />
          <span>${words}${meaning && html`<small>${meaning}</small>`}</span></label>`)}
      ${why && html`<p class="small q">${why}</p>`}
    </fieldset>`;
}

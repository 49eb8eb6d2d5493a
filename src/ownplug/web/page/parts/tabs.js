import { html } from "../kit/html.js";

/**
 * One of a few, shown side by side.
 *
 * @param {object} props
 * @param {string} props.label what is chosen
 * @param {[string, string][]} props.options value and word
 * @param {string} props.value
 * @param {(value: string) => void} props.onChoose
 */
export const Tabs = ({ label, options, value, onChoose }) => html`
  <div class="tabs" role="group" aria-label=${label}>
    ${options.map(([each, word]) => html`
      <button type="button" key=${each} aria-pressed=${String(each === value)} onClick=${() => onChoose(each)}>${word}</button>`)}
  </div>`;

/** Views that belong together, each with its own address. @param {{label: string, links: [string, string][], here: string}} props */
export const LinkTabs = ({ label, links, here }) => html`
  <nav class="tabs" aria-label=${label}>
    ${links.map(([to, word]) => html`<a key=${to} href=${to} aria-current=${to === here ? "page" : undefined}>${word}</a>`)}
  </nav>`;

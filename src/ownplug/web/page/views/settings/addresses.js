import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";

/** Where something listens, an address a line; a long one breaks before its port. @param {{of: string[]}} props */
export const Addresses = ({ of }) => (of.length
  ? of.map((each) => html`<div key=${each}><${Address} of=${each} /></div>`)
  : html`<span class="q">${say("settings.broker.off")}</span>`);

function Address({ of }) {
  const at = of.lastIndexOf(":");
  return html`<code>${of.slice(0, at)}<wbr />${of.slice(at)}</code>`;
}

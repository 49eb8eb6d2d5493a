import { joined, UNKNOWN } from "../kit/format.js";
import { html } from "../kit/html.js";

/**
 * A figure with its unit. What is not known is a dash, and says why to those who cannot see it.
 *
 * @param {{of: import("../kit/format.js").Quantity, why?: string, old?: boolean}} props
 */
export function Quantity({ of, why, old = false }) {
  if (of.figure === UNKNOWN) return html`<span class="old" aria-label=${why} role=${why ? "img" : undefined}>${UNKNOWN}</span>`;
  return html`<span class=${old ? "old" : undefined}>${of.figure}${of.unit && html`\u202f<span class="u">${of.unit}</span>`}</span>`;
}

/** The same as plain text, for names and labels. */
export { joined };

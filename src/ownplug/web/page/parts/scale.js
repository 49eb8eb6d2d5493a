import { joined, power } from "../kit/format.js";
import { html } from "../kit/html.js";
import { say } from "../kit/text.js";

const HIGHEST_W = 4000;
const DECADES = Math.log10(HIGHEST_W);
const TOP = 12;
const NEAR_PERCENT = 2; // a triangle so close to the needle says nothing more
const NAMES = [[1, "1 W", "start"], [10, "10", "middle"], [100, "100", "middle"], [1000, "1 kW", "middle"]];

const TICKS = [0, 1, 2, 3].flatMap((decade) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => ({ watts: digit * 10 ** decade, digit })))
  .filter(({ watts }) => watts <= HIGHEST_W);

const place = (watts) => Math.max(0, Math.min(100, (100 * Math.log10(Math.max(1, watts))) / DECADES));
const percent = (watts) => `${place(watts).toFixed(2)}%`;

/**
 * Watts on a logarithmic scale from 1 W to 4 kW, so that 2 W of standby and a kettle can both be read.
 *
 * @param {object} props
 * @param {number | null} props.watts now; null where it is not known
 * @param {number} [props.highest] of today
 * @param {number} [props.limit]
 * @param {boolean} [props.named] with figures below
 */
export function Scale({ watts, highest, limit, named = false }) {
  const isFar = highest && Math.abs(place(highest) - place(watts || 1)) > NEAR_PERCENT;
  const label = watts === null ? say("common.scale.unknown") : say("common.scale.label", { power: joined(power(watts)) });
  return html`
    <svg class=${named ? "scale named" : "scale"} role="img" aria-label=${label}>
      <${Ticks} />
      <rect class="rail" x="0" width="100%" y=${TOP - 1} height="5" />
      ${watts > 0 && html`<rect class="fill" x="0" y=${TOP - 1} height="5" width=${percent(watts)} />`}
      ${isFar && html`<svg class="hi" x=${percent(highest)} y="0" width="1" height="12"><path d="M-4.5 3h9L0 9.5z" /></svg>`}
      ${limit && html`<line class="lim" x1=${percent(limit)} x2=${percent(limit)} y1=${TOP - 3} y2=${TOP + 6} />`}
      ${watts > 0 && html`<line class="nd" x1=${percent(watts)} x2=${percent(watts)} y1=${TOP - 9} y2=${TOP + 11} />`}
      ${named && html`<${Names} y=${TOP + 26} />`}
    </svg>`;
}

/** The figures of the scale alone, as the head of a column. */
export const ScaleNames = () => html`<svg class="names" aria-hidden="true"><${Names} y=${11} /></svg>`;

const Names = ({ y }) => NAMES.map(([watts, name, anchor]) => html`<text x=${percent(watts)} y=${y} text-anchor=${anchor}>${name}</text>`);

// Drawn once: the same element each time tells the library that nothing changed.
const drawnTicks = html`<g>${TICKS.map(({ watts, digit }) => html`
  <line class=${digit === 1 ? "T" : "t"} x1=${percent(watts)} x2=${percent(watts)} y1=${TOP + 4}
    y2=${TOP + (digit === 1 ? 12 : digit === 5 ? 9.5 : 8)} />`)}</g>`;

const Ticks = () => drawnTicks;

// A plug as it looks from the front, with its light and its button.

import { html, useEffect, useRef, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";

const SHORT_S = 0.2;
const LONGEST_S = 60;
const COUNTED_S = 1; // from then on one sees how long the button is held

/** The light alone. @param {{lamp: {colours: string[], manner: string}}} props */
export const Lamp = ({ lamp }) => html`
  <svg class="lab-lamp" viewBox="0 0 20 20" aria-hidden="true"><${Light} lamp=${lamp} x=${10} y=${10} r=${6} /></svg>`;

/**
 * The plug. Its button is held as long as a finger is on it.
 *
 * @param {object} props
 * @param {any} props.plug
 * @param {string} props.label what can be seen
 * @param {(seconds: number) => void} props.onPress
 */
export function DrawnPlug({ plug, label, onPress }) {
  const [heldS, setHeld] = useState(null);
  const began = useRef(0);
  const down = (event) => {
    if (event.button) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    began.current = performance.now();
    setHeld(0);
  };
  const up = () => {
    if (heldS === null) return;
    setHeld(null);
    onPress(Math.min(LONGEST_S, Math.max(SHORT_S, (performance.now() - began.current) / 1000)));
  };
  const typed = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!event.repeat) onPress(SHORT_S);
  };
  useEffect(() => {
    if (heldS === null) return undefined;
    const timer = setInterval(() => setHeld((performance.now() - began.current) / 1000), 200);
    return () => clearInterval(timer);
  }, [heldS === null]);
  const isOn = plug.relays.some(({ on }) => on);
  return html`
    <svg class="drawn" viewBox="20 4 180 204" role="group" aria-label=${label} data-on=${String(isOn)}>
      <rect class="body" x="24" y="8" width="172" height="196" rx="34" />
      <circle class="hole" cx="110" cy="92" r="62" />
      <circle class="pin" cx="88" cy="92" r="6" /><circle class="pin" cx="132" cy="92" r="6" />
      <path class="clip" d="M110 30v12M110 142v12" />
      <${Light} lamp=${plug.lamp} x=${78} y=${180} r=${6} />
      <g class="button" role="button" tabindex="0" aria-label=${say("lab.press")} aria-disabled=${String(!plug.plugged_in)}
        onPointerDown=${down} onPointerUp=${up} onPointerCancel=${() => setHeld(null)} onKeyDown=${typed}>
        <circle class="around" cx="110" cy="180" r="20" /><circle class="knob" cx="110" cy="180" r=${heldS === null ? 13 : 11} />
      </g>
      ${heldS >= COUNTED_S && html`<text x="140" y="184">${say("lab.held", { s: Math.floor(heldS) })}</text>`}
    </svg>`;
}

const Light = ({ lamp, x, y, r }) => html`
  <circle class="led" cx=${x} cy=${y} r=${r} data-colour=${lamp.colours.join(" ") || "off"} data-manner=${lamp.manner} />`;

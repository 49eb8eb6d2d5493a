import { html } from "../kit/html.js";
import { say } from "../kit/text.js";
import { Icon } from "./icon.js";

/**
 * A switch that never lies: the knob is what the plug last said, the ring what is wished.
 *
 * @param {object} props
 * @param {string} props.name of the plug
 * @param {boolean | null} props.on the truth; null where it is not known
 * @param {{on: boolean} | null} [props.wish]
 * @param {boolean} [props.locked] nothing may switch it off
 * @param {boolean} [props.disabled]
 * @param {boolean} [props.large]
 * @param {(on: boolean) => void} props.onWish called with what is wished; while one waits, a press takes it back
 */
export function Switch({ name, on, wish = null, locked = false, disabled = false, large = false, onWish }) {
  const isFixed = locked && on === true;
  return html`
    <button type="button" role="switch" class=${`sw${isFixed ? " locked" : ""}${large ? " large" : ""}`}
      aria-checked=${String(on === true)} aria-label=${name} aria-busy=${wish ? "true" : undefined}
      data-wish=${wish ? (wish.on ? "on" : "off") : undefined}
      title=${isFixed ? say("common.switch.locked") : undefined}
      disabled=${disabled || isFixed} onClick=${() => onWish(!on)}>
      <i></i><b></b>${isFixed && html`<${Icon} name="lock" />`}
    </button>`;
}

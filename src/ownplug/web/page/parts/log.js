// Messages and console lines: follows the end until one scrolls up.

import { html, useLayoutEffect, useRef, useState } from "../kit/html.js";
import { say } from "../kit/text.js";

const NEAR_PX = 24;

/** How many lines a page keeps. */
export const KEPT_LINES = 2000;

/**
 * @param {object} props
 * @param {string} props.label
 * @param {any[]} props.lines the oldest first; only the last ones are kept by whoever gives them
 * @param {(line: any, index: number) => any} props.draw a `<div key=…>` with its columns
 * @param {number} [props.dropped] how many were lost
 * @param {any} [props.actions] buttons below
 */
export function Log({ label, lines, draw, dropped = 0, actions }) {
  const box = useRef(null);
  const [follows, setFollows] = useState(true);
  const [seen, setSeen] = useState(lines.length);
  useLayoutEffect(() => {
    if (follows) {
      box.current.scrollTop = box.current.scrollHeight;
      setSeen(lines.length);
    }
  }, [lines, follows]);
  const scrolled = () => setFollows(box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight < NEAR_PX);
  const fresh = Math.max(0, lines.length - seen);
  return html`
    <div>
      <div class="log" ref=${box} tabindex="0" role="log" aria-live="off" aria-label=${label} onScroll=${scrolled}>${lines.map(draw)}</div>
      <div class="row" style=${{ marginTop: "12px", justifyContent: "space-between" }}>
        <span class="small q">${follows ? say("common.log.follows") : html`<button type="button" class="b quiet" onClick=${() => setFollows(true)}>${say("common.log.fresh", { count: fresh })}</button>`}
          ${" "}${say("common.log.kept", { count: lines.length })} ${dropped ? say("common.log.dropped", { count: dropped }) : say("common.log.whole")}</span>
        <span class="row">${actions}</span>
      </div>
    </div>`;
}

import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";

/**
 * What ends the dialog of a rule: keep it in the plug, leave all as it is, take it out.
 *
 * @param {object} props
 * @param {ReturnType<typeof import("../../parts/busy.js").useDeed>} props.deed
 * @param {() => void} props.onClose
 * @param {boolean} [props.isReady] it can be kept
 * @param {() => Promise<any>} [props.drop] it is in the plug already, and can be removed
 */
export function RuleButtons({ deed, onClose, isReady = true, drop }) {
  const remove = async () => {
    const done = await deed.run(async () => {
      await drop();
      return true;
    });
    if (done) onClose();
  };
  return html`
    ${deed.problem && html`<${Failure} problem=${deed.problem} title=${say("plug.timer.failed")} />`}
    <div class="row"><${DeedButton} kind="pri" isBusy=${deed.isBusy || !isReady}>${say("plug.timer.save")}<//>
      <button type="button" class="b" onClick=${onClose}>${say("common.cancel")}</button>
      ${drop && html`<button type="button" class="b danger" disabled=${deed.isBusy} onClick=${remove}>${say("common.delete")}</button>`}</div>`;
}

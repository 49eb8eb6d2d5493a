// Backup: the whole home in one file.

import { saveFile } from "../../kit/api.js";
import { isoDay } from "../../kit/format.js";
import { html, useState } from "../../kit/html.js";
import { say, sayWith } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Choice } from "../../parts/choice.js";
import { Password } from "../../parts/password.js";
import { Failure } from "../../parts/states.js";
import { toast } from "../../parts/toast.js";

const SHORTEST_PASSPHRASE = 10;

/** The section. */
export default () => html`
  <p class="text">${say("settings.backup.text")}</p>
  <${Maker} />
  <section class="tight text"><h2>${say("settings.backup.restore")}</h2>
    <p>${say("settings.backup.restore.text")}</p>
    <p><code>ownplug hub restore ${fileName()}</code></p>
    <p class="small q">${sayWith("settings.backup.restore.more", { page: html`<code>docs/backup.md</code>` })}</p></section>`;

function Maker() {
  const [kind, setKind] = useState("whole");
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [isJudged, judge] = useState(false);
  const { isBusy, problem, run } = useDeed();
  const isWhole = kind === "whole";
  const isDifferent = isWhole && passphrase !== again;
  const submit = async (event) => {
    event.preventDefault();
    judge(true);
    if (isDifferent) return;
    const isDone = await run(async () => {
      await saveFile("/backup", isWhole ? { passphrase } : { without_secrets: true }, fileName());
      return true;
    });
    if (!isDone) return;
    setPassphrase("");
    setAgain("");
    judge(false);
    toast(say("settings.backup.done", { file: fileName() }));
  };
  return html`
    <form class="panel pad stack" onSubmit=${submit}>
      <${Choice} label=${say("settings.backup.kind")} value=${kind} onChoose=${setKind}
        options=${["whole", "bare"].map((each) => [each, say(`settings.backup.${each}`), say(`settings.backup.${each}.means`)])} />
      ${isWhole && html`
        <${Password} label=${say("settings.backup.passphrase")} complete="off" least=${SHORTEST_PASSPHRASE} value=${passphrase} onInput=${setPassphrase} note=${say("settings.backup.passphrase.note", { count: SHORTEST_PASSPHRASE })} />
        <${Password} label=${say("settings.backup.again")} complete="off" value=${again} onInput=${setAgain} wrong=${isJudged && isDifferent ? say("settings.backup.different") : ""} />`}
      ${problem && html`<${Failure} problem=${problem} title=${say("settings.backup.failed")} />`}
      <div class="row"><${DeedButton} kind="pri" isBusy=${isBusy}>${say("settings.backup.make")}<//>
        ${isBusy && html`<span class="q" role="status">${say("settings.backup.busy")}</span>`}</div>
    </form>`;
}

const fileName = () => `ownplug-${isoDay(new Date())}.ownplug`;

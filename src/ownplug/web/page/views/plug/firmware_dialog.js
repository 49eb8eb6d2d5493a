// Another firmware for a plug: an image that somebody has, and the word of that person that it is for this plug.

import { address, Problem } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Dialog } from "../../parts/dialog.js";
import { Failure } from "../../parts/states.js";

const MD5 = "[0-9a-fA-F]{32}";

/** @param {{plug: any, root: string, onBegun: (firmware: any) => void, onClose: () => void}} props */
export function FirmwareDialog({ plug, root, onBegun, onClose }) {
  const [form, setForm] = useState({ file: null, model: "", hardware: "", md5: "", confirm: "", virtual: false });
  const deed = useDeed();
  const field = (name) => (event) => setForm({ ...form, [name]: event.target.value });
  const begin = async (event) => {
    event.preventDefault();
    const begun = await deed.run(() => give(root, form));
    if (!begun) return;
    onBegun(begun);
    onClose();
  };
  const text = (name, rest) => html`<label class="field"><span>${say(`plug.firmware.${name}`)}</span><input autocomplete="off" spellcheck=${false} value=${form[name]} onInput=${field(name)} ...${rest} />
    <small>${say(`plug.firmware.${name}.note`, { model: plug.model, hardware: plug.hardware })}</small></label>`;
  return html`
    <${Dialog} title=${say("plug.firmware.title", { plug: plug.name })} onClose=${onClose}>
      <form onSubmit=${begin}>
        <p class="text">${say("plug.firmware.danger")}</p>
        <label class="field"><span>${say("plug.firmware.file")}</span><input type="file" required onChange=${({ target }) => setForm({ ...form, file: target.files[0] })} /></label>
        <div class="row fields">${text("model", { required: true })}${text("hardware", { required: true })}</div>
        ${text("md5", { pattern: MD5 })}
        <label class="check"><input type="checkbox" checked=${form.virtual} onChange=${({ target }) => setForm({ ...form, virtual: target.checked })} /><span>${say("plug.firmware.virtual")}</span></label>
        <label class="field"><span>${say("common.type", { word: plug.name })}</span><input required autocomplete="off" spellcheck=${false} value=${form.confirm} onInput=${field("confirm")} /></label>
        ${deed.problem && html`<${Failure} problem=${deed.problem} title=${say("plug.firmware.refused")} />`}
        <div class="row"><button type="button" class="b" onClick=${onClose}>${say("plug.firmware.keep", { firmware: plug.firmware })}</button>
          <${DeedButton} kind="danger" isBusy=${deed.isBusy || form.confirm.trim() !== plug.name}>${say("plug.firmware.begin")}<//></div>
      </form>
    <//>`;
}

async function give(root, { file, model, hardware, md5, confirm, virtual }) {
  const query = { model: model.trim(), hardware: hardware.trim(), confirm: confirm.trim(), md5: md5.trim() || null, virtual };
  const reply = await fetch(address(root, query), { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file }).catch(() => null);
  const told = await reply?.json().catch(() => ({}));
  if (!reply?.ok) throw new Problem({ code: "away", ...told, status: reply?.status ?? 0 });
  return told;
}

// Which firmware a plug has, how far its upgrade is, and the door to another one.

import { get, remove } from "../../kit/api.js";
import { joined, number } from "../../kit/format.js";
import { html, useEffect, useState } from "../../kit/html.js";
import { onEvent } from "../../kit/live.js";
import { say } from "../../kit/text.js";
import { may } from "../../model/session.js";
import { useRead } from "../../parts/read.js";
import { Fact } from "./fact.js";
import { FirmwareDialog } from "./firmware_dialog.js";

const OVER = ["done", "failed"];

/** @param {{plug: any}} props */
export function Firmware({ plug }) {
  const root = `/plugs/${plug.uuid}/firmware`;
  const read = useRead(() => get(root), [plug.uuid, plug.firmware]);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => onEvent(({ event, uuid }) => event === "firmware-progress" && uuid === plug.uuid && read.again()), [read.again]);
  const upgrade = read.value?.upgrade;
  const isUnderWay = upgrade && !OVER.includes(upgrade.state);
  const value = html`${plug.firmware || say("plug.fact.unknown")}${upgrade && html`<${Upgrade} upgrade=${upgrade} forget=${() => remove(root).then(read.again)} />`}`;
  return html`<${Fact} name=${say("plug.fact.firmware")} value=${value}
    button=${may("admin") && !isUnderWay && plug.availability === "online" && html`<button type="button" class="b quiet" aria-label=${say("plug.firmware.change")} onClick=${() => setOpen(true)}>${say("common.edit")}</button>`} />
    ${isOpen && html`<${FirmwareDialog} plug=${plug} root=${root} onBegun=${read.set} onClose=${() => setOpen(false)} />`}`;
}

function Upgrade({ upgrade, forget }) {
  const { state, percent, before, after, failure } = upgrade;
  if (state === "failed") {
    return html`<div class="trouble"><p>${say("plug.firmware.failed", { reason: failure.message })} ${failure.hint}</p>
      ${may("admin") && html`<div class="row"><button type="button" class="b" onClick=${forget}>${say("plug.firmware.forget")}</button></div>`}</div>`;
  }
  if (state === "done") return html`<br /><small class="q">${say("plug.firmware.done", { before, after })}</small>`;
  const size = joined({ figure: number(upgrade.size_bytes / 1024), unit: "KiB" });
  return html`<div role="status"><progress max="100" value=${percent}></progress><small class="q">${say(`plug.firmware.${state}`, { percent, size })} ${say("plug.firmware.power")}</small></div>`;
}

import { get } from "../../kit/api.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton } from "../../parts/busy.js";
import { useRead } from "../../parts/read.js";

const LOOK_MS = 1000;

/** How a plug that is not at home here comes there. */
export function TakingHome({ plug, take, isBusy }) {
  if (plug.taking_home === "waiting") return html`<p role="status">${say("lab.taking.waiting")}</p>`;
  return html`
    ${plug.taking_home === "begun" && plug.pairing && html`<${Pairing} key=${plug.pairing} id=${plug.pairing} />`}
    ${plug.taking_home === "refused" && html`<p class="bad" role="alert">${say("lab.taking.refused")}</p>`}
    ${plug.state === "pairing" && html`
      <div class="tight"><${DeedButton} deed=${take} isBusy=${isBusy}>${say("lab.taking.take")}<//>
        <p class="small q">${say("lab.taking.or")}</p></div>`}`;
}

function Pairing({ id }) {
  const { value } = useRead(() => get(`/pairings/${id}`), [id], LOOK_MS);
  if (value?.state === "running") return html`<p role="status">${say("lab.taking.running")}</p>`;
  if (value?.state !== "failed") return null;
  return html`
    <div class="trouble" role="alert"><b>${say("lab.taking.failed")}</b><p>${value.failure.message} ${value.failure.hint}</p>
      <p class="small q">${say("common.failure.code")} <code>${value.failure.code}</code></p></div>`;
}

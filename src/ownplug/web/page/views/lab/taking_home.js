import { get } from "../../kit/api.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton } from "../../parts/busy.js";
import { useRead } from "../../parts/read.js";

/** How a plug that waits to be taken home comes home here, or why it did not. */
export function TakingHome({ plug, take, isBusy }) {
  if (plug.taking_home === "waiting" || plug.taking_home === "running") return html`<p role="status">${say(`lab.taking.${plug.taking_home}`)}</p>`;
  if (plug.state === "online") return null;
  return html`
    ${plug.taking_home === "failed" && html`<${FailedPairing} key=${plug.pairing} id=${plug.pairing} />`}
    ${plug.taking_home === "refused" && html`<p class="bad" role="alert">${say("lab.taking.refused")}</p>`}
    ${plug.state === "pairing" && html`
      <div class="tight"><${DeedButton} deed=${take} isBusy=${isBusy}>${say("lab.taking.take")}<//>
        <p class="small q">${say("lab.taking.or")}</p></div>`}`;
}

function FailedPairing({ id }) {
  const { value } = useRead(() => get(`/pairings/${id}`), [id]);
  if (!value?.failure) return null;
  return html`
    <div class="trouble" role="alert"><b>${say("lab.taking.failed")}</b><p>${value.failure.message} ${value.failure.hint}</p>
      <p class="small q">${say("common.failure.code")} <code>${value.failure.code}</code></p></div>`;
}

// What stands where values will be: nothing yet, on its way, or failed.

import { saveBlob } from "../kit/api.js";
import { html, useEffect, useState } from "../kit/html.js";
import { say } from "../kit/text.js";

const SLOW_MS = 3000;

/** What will be here, and the one or two ways to fill it. */
export const Empty = ({ title, children, actions }) => html`
  <div class="empty"><h2>${title}</h2><p class="q">${children}</p>${actions && html`<div class="row">${actions}</div>`}</div>`;

/** Words that name what is read; after three seconds, why it takes long. */
export function Loading({ what, children }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return html`<div><p class="q" role="status">${what}${isSlow && html` ${say("common.loading.slow")}`}</p>${children}</div>`;
}

/**
 * Why something failed, in the hub's own words, and what to do next.
 *
 * @param {object} props
 * @param {import("../kit/api.js").Problem} props.problem
 * @param {string} [props.title] what could not be done
 * @param {() => void} [props.again]
 */
export function Failure({ problem, title, again, children }) {
  return html`
    <div class="trouble" role="alert">
      ${title && html`<b>${title}</b>`}
      <p>${problem.isAway ? say("common.failure.away") : problem.detail} ${problem.hint}</p>
      ${children}
      <div class="row">
        ${again && html`<button type="button" class="b" onClick=${again}>${say("common.again")}</button>`}
        <span class="small q">${say("common.failure.code")} <code>${problem.code}</code></span>
        ${!problem.isAway && html`<button type="button" class="b quiet" onClick=${() => saveReport(problem)}>${say("common.failure.report")}</button>`}
      </div>
    </div>`;
}

async function saveReport(problem) {
  const reply = await fetch("/api/v1/diagnostics");
  const hub = reply.ok ? await reply.json() : null;
  const report = { problem: { code: problem.code, detail: problem.detail, status: problem.status }, path: location.pathname, hub };
  saveBlob(new Blob([JSON.stringify(report, null, 2)], { type: "application/json" }), "ownplug-report.json");
}

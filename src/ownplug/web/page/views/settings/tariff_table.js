// Prices by the hour, out of a CSV table.

import { Problem } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";
import { toast } from "../../parts/toast.js";

/** @param {{currency: string | null, onMade: () => void}} props */
export function PriceTable({ currency, onMade }) {
  const [file, setFile] = useState(null);
  const [own, setOwn] = useState("EUR");
  const { isBusy, problem, run } = useDeed();
  const submit = async (event) => {
    event.preventDefault();
    const extent = await run(() => send(file, currency ?? own.trim().toUpperCase()));
    if (!extent) return;
    toast(say("tariffs.table.taken", { count: extent.count }));
    onMade();
  };
  return html`
    <form class="panel pad stack" onSubmit=${submit}>
      <h2>${say("tariffs.table")}</h2>
      <p class="q text">${say("tariffs.table.text")}</p>
      <label class="field"><span>${say("tariffs.table.file")}</span><input type="file" accept=".csv,text/csv" required onChange=${(event) => setFile(event.target.files[0] ?? null)} /></label>
      ${!currency && html`<label class="field narrowed"><span>${say("tariffs.field.currency")}</span><input required maxlength="3" value=${own} onInput=${(event) => setOwn(event.target.value)} /></label>`}
      ${problem && html`<${Failure} problem=${problem} title=${say("tariffs.table.refused")} />`}
      <${DeedButton} isBusy=${isBusy || !file}>${say("tariffs.table.go")}<//>
    </form>`;
}

async function send(file, currency) {
  const reply = await fetch(`/api/v1/tariffs/prices?currency=${encodeURIComponent(currency)}`, {
    method: "PUT", headers: { "content-type": "text/csv" }, body: file, credentials: "same-origin",
  }).catch(() => {
    throw new Problem({ code: "away" });
  });
  const told = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Problem({ ...told, status: reply.status });
  return told;
}

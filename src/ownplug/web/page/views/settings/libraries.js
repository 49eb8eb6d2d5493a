import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { useRead } from "../../parts/read.js";

const FOLDER = new URL("../../vendor/", import.meta.url);

/** Other people's work that this page loads, with its licences. */
export function Libraries() {
  const found = useRead(async () => (await fetch(new URL("libraries.json", FOLDER))).json(), []);
  return html`<section class="tight"><h2>${say("settings.libraries")}</h2><p class="text q">${say("settings.libraries.text")}</p>
    ${Object.entries(found.value ?? {}).map(([name, { version }]) => html`<${Licence} key=${name} name=${name} version=${version} />`)}</section>`;
}

function Licence({ name, version }) {
  const [text, setText] = useState("");
  const load = async (event) => {
    if (event.target.open && !text) setText(await (await fetch(new URL(`${name}.LICENSE`, FOLDER))).text());
  };
  return html`<details class="panel group" onToggle=${load}><summary>${name} ${version}</summary><pre lang="en">${text}</pre></details>`;
}

import { html } from "../../kit/html.js";

/** What a kilowatt-hour costs. */
export default () => html`<p class="q">…</p>`;

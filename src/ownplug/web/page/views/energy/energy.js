import { html } from "../../kit/html.js";
export default () => html`<p>soon</p>`;

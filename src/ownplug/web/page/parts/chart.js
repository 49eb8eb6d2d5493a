import { html } from "../kit/html.js";
export const Chart = (props) => html`<div class="chart" style=${{ minHeight: `${props.height + 18}px` }}></div>`;

import { html, useEffect, useState } from "../kit/html.js";

/** A chart whose place is there at once, and whose program comes when all else is drawn. */
export function LazyChart(props) {
  const [Chart, setChart] = useState(null);
  useEffect(() => {
    let isWanted = true;
    import("./chart.js").then((module) => isWanted && setChart(() => module.Chart));
    return () => {
      isWanted = false;
    };
  }, []);
  return Chart ? html`<${Chart} ...${props} />` : html`<div class="chart" style=${{ minHeight: `${props.height + 24}px` }}></div>`;
}

import { html, useEffect, useState } from "../kit/html.js";
import { reach } from "../kit/live.js";

/** A chart whose place is there at once, and whose program comes when all else is drawn. */
export function LazyChart(props) {
  const [Chart, setChart] = useState(null);
  useEffect(() => {
    if (Chart) return undefined;
    let isWanted = true;
    const load = () => import("./chart.js").then((module) => isWanted && setChart(() => module.Chart), () => {});
    load();
    const end = reach.listen(({ state }) => state === "here" && load()); // the hub may have been away at the first try
    return () => {
      isWanted = false;
      end();
    };
  }, [Chart]);
  return Chart ? html`<${Chart} ...${props} />` : html`<div class="chart" style=${{ minHeight: `${props.height + 24}px` }}></div>`;
}

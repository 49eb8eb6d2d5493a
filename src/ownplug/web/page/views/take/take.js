// Take home: choose a way, then follow the run, which has an address of its own.

import { html } from "../../kit/html.js";
import { may } from "../../model/session.js";
import { Empty } from "../../parts/states.js";
import { say } from "../../kit/text.js";
import { ByList } from "./by_list.js";
import { ByPort } from "./by_port.js";
import { ByWifi } from "./by_wifi.js";
import { Choose } from "./choose.js";
import { ListRun } from "./list_run.js";
import { Move, MoveRun } from "./move.js";
import { OneRun } from "./one_run.js";
import { LIST, MOVE } from "./runs.js";

const WAYS = { wifi: ByWifi, port: ByPort, list: ByList, move: Move };

/** The view. @param {{place: import("../../kit/router.js").Place}} props */
export default function TakeHome({ place }) {
  if (!may("admin")) return html`<${Empty} title=${say("take.title")}>${say("take.guest")}<//>`;
  const [, run] = place.parts;
  if (run === MOVE) return html`<${MoveRun} />`;
  if (run?.startsWith(LIST)) return html`<${ListRun} key=${run} id=${run.slice(LIST.length)} line=${place.query.get("line")} />`;
  if (run) return html`<${OneRun} key=${run} id=${run} />`;
  const Way = WAYS[place.query.get("by")] ?? Choose;
  return html`<${Way} />`;
}

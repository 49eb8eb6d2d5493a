import { get } from "../../kit/api.js";
import { moment } from "../../kit/format.js";
import { html } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { useRead } from "../../parts/read.js";
import { Failure } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";
import { listPath, movePath, onePath, tailOf } from "./runs.js";

const WAYS = ["wifi", "port", "list", "move"];
const SHOWN = 8; // runs of late

/** By which way: each says what it needs. */
export function Choose() {
  useTitle(say("take.title"));
  return html`
    <div class="bar"><h1>${say("take.title")}</h1></div>
    <div class="two">
      <ul class="panel ways">
        ${WAYS.map((way) => html`<${Way} key=${way} to=${`/take-home?by=${way}`} way=${way} />`)}
        <${Way} to="/lab" way="virtual" />
      </ul>
      <${Runs} />
    </div>`;
}

const Way = ({ to, way }) => html`<li><a href=${to}>${say(`take.way.${way}`)}</a><p class="q">${say(`take.way.${way}.text`)}</p></li>`;

function Runs() {
  const { value, problem, again } = useRead(readRuns, []);
  if (problem) return html`<${Failure} problem=${problem} title=${say("take.runs.failed")} again=${again} />`;
  if (!value?.length) return null;
  return html`
    <section class="panel pad"><h2>${say("take.runs")}</h2><ul class="lines">
      ${value.slice(0, SHOWN).map(({ path, name, state, began_at }) => html`<li key=${path}><a href=${path}>${name}</a>
        <span class="q">${say(`take.state.${state}`)}${began_at && `, ${moment(began_at)}`}</span></li>`)}
    </ul></section>`;
}

async function readRuns() {
  const [{ pairings }, { batches }, { moves }] = await Promise.all([get("/pairings"), get("/pairings/batches"), get("/moves")]);
  const runs = [
    ...pairings.map((run) => ({ ...run, path: onePath(run.id), name: run.uuid ? say("take.plug", { tail: tailOf(run.uuid) }) : run.port || run.url })),
    ...batches.map((run) => ({ ...run, path: listPath(run.id), name: say("take.list", { count: run.lines.length }) })),
  ].sort((one, other) => other.began_at.localeCompare(one.began_at));
  return [...moves.map((run) => ({ ...run, path: movePath, name: say("take.move", { count: run.plugs.length }) })), ...runs];
}

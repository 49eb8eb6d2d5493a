// Who used what, as a table that can be sorted and saved.

import { address } from "../../kit/api.js";
import { UNKNOWN } from "../../kit/format.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { plugPath } from "../../model/plugs.js";
import { Tabs } from "../../parts/tabs.js";
import { Change, costWords, kilowattHours } from "./figures.js";

const COLUMNS = ["name", "energy_wh", "cost", "change"];
const FINE = { day: "hour", week: "day", month: "day", year: "month" };

/** The table, the choice between plugs and rooms, and the files. */
export function Users({ use, period, by, onBy }) {
  const [order, setOrder] = useState({ by: "energy_wh", isRising: false });
  const users = use.users.map((user) => ({ ...user, change: user.before_wh === null ? null : user.energy_wh - user.before_wh }));
  const sorted = [...users].sort(compare(order));
  const most = Math.max(1, ...users.flatMap(({ energy_wh, before_wh }) => [energy_wh, before_wh ?? 0]));
  const files = { from: period.first, to: period.last, grain: FINE[period.grain] };
  const turn = (column) => setOrder({ by: column, isRising: order.by === column ? !order.isRising : column === "name" });
  return html`
    <section class="panel pad" aria-labelledby="energy-users">
      <div class="head"><h2 id="energy-users">${say("energy.users")}</h2><div class="row">
        <${Tabs} label=${say("energy.by")} value=${by} options=${[["plug", say("energy.by.plug")], ["room", say("energy.by.room")]]} onChoose=${onBy} />
        <a class="b" download="energy.csv" href=${address("/energy/table.csv", files)}>${say("energy.csv")}</a>
        <a class="b" download="energy.json" href=${address("/energy/table", files)}>${say("energy.json")}</a></div></div>
      <div class="wide users" tabindex="0" role="region" aria-label=${say("energy.table")}><table>
        <thead><tr>${COLUMNS.map((column) => html`<${Head} key=${column} column=${column} by=${by} order=${order} onTurn=${turn} />`)}</tr></thead>
        <tbody>${sorted.map((user) => html`<${User} key=${user.key} user=${user} by=${by} most=${most} currency=${use.currency} />`)}</tbody>
      </table></div>
      ${!sorted.length && html`<p class="q">${say("energy.nothing")}</p>`}
      <p class="small q users-note">${say("energy.note")}</p>
    </section>`;
}

function Head({ column, by, order, onTurn }) {
  const sorted = order.by === column ? (order.isRising ? "ascending" : "descending") : undefined;
  const word = column === "name" ? say(`energy.by.${by}`) : say(`energy.column.${column}`);
  const head = html`<th scope="col" class=${column === "name" ? "" : "r"} aria-sort=${sorted}><button type="button" onClick=${() => onTurn(column)}>${word}${sorted && (order.isRising ? " ↑" : " ↓")}</button></th>`;
  return column === "name" ? html`${head}<td class="hide-s"></td>` : head;
}

function User({ user, by, most, currency }) {
  const { key, name, series, energy_wh, before_wh, change } = user;
  const percent = (wh) => `${(100 * wh) / most}%`;
  return html`
    <tr>
      <th scope="row"><span class="user"><span class="sq" data-series=${series}></span>${by === "plug" ? html`<a href=${plugPath(key, "history")}>${name}</a>` : html`<span>${name}</span>`}</span></th>
      <td class="hide-s share"><svg class="meter" aria-hidden="true"><rect width=${percent(energy_wh)} height="10" data-series=${series} />
        ${before_wh !== null && html`<line x1=${percent(before_wh)} x2=${percent(before_wh)} y1="-3" y2="13" />`}</svg></td>
      <td class="r">${kilowattHours(energy_wh)}</td>
      <td class="r">${currency ? costWords(user, currency) : UNKNOWN}</td>
      <td class="r q"><${Change} wh=${change} /></td>
    </tr>`;
}

function compare({ by, isRising }) {
  const sign = isRising ? 1 : -1;
  return (one, other) => {
    if (by === "name") return sign * one.name.localeCompare(other.name);
    return sign * ((one[by] ?? -Infinity) - (other[by] ?? -Infinity)) || one.name.localeCompare(other.name);
  };
}

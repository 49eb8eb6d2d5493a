// Home: is all well? Switch it.

import { power, energy, joined, money, moment, isoDay, startOfDay } from "../kit/format.js";
import { html, useEffect, useMemo, useRef, useState } from "../kit/html.js";
import { bindKeys } from "../kit/keys.js";
import { watch } from "../kit/live.js";
import { go } from "../kit/router.js";
import { say, sayWith } from "../kit/text.js";
import { eachSecond } from "../kit/ticker.js";
import { useValue } from "../kit/value.js";
import { loadPlugs, loadState, plugPath, plugs } from "../model/plugs.js";
import { may } from "../model/session.js";
import { followToday, today } from "../model/today.js";
import { Icon } from "../parts/icon.js";
import { PlugRow, press, wattsOf } from "../parts/plug_row.js";
import { LazyChart } from "../parts/lazy_chart.js";
import { Quantity } from "../parts/quantity.js";
import { ScaleNames } from "../parts/scale.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { useTitle } from "../parts/title.js";

const NAMED_AWAY = 4; // plugs that do not answer; the others are counted
const PLACEHOLDERS = [38, 24, 30, 42, 26, 34];
const FIND_FROM = 9; // plugs; fewer are found by looking
const CHART_PX = 150;

/** The view. */
export default function Home() {
  const state = useValue(loadState);
  const all = useValue(plugs);
  useTitle("");
  useEffect(followToday, []);
  if (state === "ready") return all.length ? html`<${Full} all=${all} />` : html`<${Nobody} />`;
  if (typeof state === "object") return html`<${Failure} problem=${state} title=${say("home.failed")} again=${loadPlugs} />`;
  return html`
    <h1 class="unseen">${say("home.title")}</h1>
    <${Loading} what=${say("home.loading")}>
      <ul class="panel">${PLACEHOLDERS.map((width) => html`<li class="plug"><div class="a"><span class="ph" style=${{ width: `${width}%` }}></span></div><div class="sc"><span class="ph"></span></div></li>`)}</ul>
    <//>`;
}

const Nobody = () => html`
  <${Empty} title=${say("home.empty.title")}
    actions=${may("admin") && html`<a class="b pri" href="/take-home">${say("home.empty.real")}</a><a class="b" href="/lab">${say("home.empty.virtual")}</a>`}>
    ${may("admin") ? say("home.empty.text") : say("home.empty.guest")}
  <//>`;

function Full({ all }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(null);
  const field = useRef(null);
  const rooms = useMemo(() => byRoom(all, text), [all, text]);
  const shown = rooms.flatMap(([, members]) => members);
  useEffect(() => watch("home", all.map((plug) => plug.get().uuid)), [all]);
  useEffect(() => {
    const step = (by) => () => {
      const at = shown.findIndex((plug) => plug.get().uuid === chosen);
      const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
      if (!next) return;
      setChosen(next.get().uuid);
      document.getElementById(`plug-${next.get().uuid}`)?.scrollIntoView({ block: "nearest" });
    };
    const withChosen = (deed) => (event) => {
      const focused = event.target.closest?.("a, button, summary");
      const plug = shown.find((each) => each.get().uuid === chosen);
      if (plug && !focused) deed(plug.get());
      else focused?.click();
    };
    return bindKeys({
      "/": () => field.current?.focus(),
      j: step(1), k: step(-1),
      " ": withChosen(press), Enter: withChosen((plug) => go(plugPath(plug.uuid))),
    });
  });
  return html`
    <h1 class="unseen">${say("home.title")}</h1>
    <${Now} all=${all} />
    <${Attention} all=${all} />
    ${all.length >= FIND_FROM && html`
      <label class="field" style=${{ maxWidth: "320px", marginBottom: "20px" }}><span class="unseen">${say("home.find")}</span>
        <input type="search" ref=${field} placeholder=${say("home.find")} value=${text} onInput=${(event) => setText(event.target.value)} /></label>`}
    ${rooms.map(([room, members]) => html`<${Room} key=${room} name=${room} members=${members} chosen=${chosen} />`)}
    ${!rooms.length && html`<p class="q">${say("home.find.none", { text })}</p>`}
    <p class="small q">${say("home.legend")}</p>`;
}

function Room({ name, members, chosen }) {
  return html`
    <section class="room">
      <div class="cols"><div class="rs"><h2>${name || say("home.room.none")}</h2><${RoomSum} members=${members} kind="sum" /></div>
        <${ScaleNames} /><${RoomSum} members=${members} kind="now" /><${RoomSum} members=${members} kind="today" /><span></span></div>
      <ul class="panel">${members.map((plug) => html`<${PlugRow} key=${plug.get().uuid} plug=${plug} isChosen=${plug.get().uuid === chosen} />`)}</ul>
    </section>`;
}

function RoomSum({ members, kind }) {
  useValue(eachSecond);
  const used = useValue(today);
  const watts = wattsOfAll(members);
  const wh = used && members.reduce((sum, plug) => sum + (used.plugs.get(plug.get().uuid)?.energy_wh ?? 0), 0);
  const words = { power: joined(power(watts)), energy: joined(energy(wh)) };
  return html`<small class=${kind === "sum" ? "sum" : "r h"}>${say(`home.room.${kind}`, words)}</small>`;
}

function Now({ all }) {
  useValue(eachSecond);
  const used = useValue(today);
  return html`
    <section class="now" aria-label=${say("home.whole")}>
      <div><small class="q">${say("home.now")}</small><div class="big"><${Quantity} of=${power(wattsOfAll(all))} why=${say("home.now.unknown")} /></div>
        <dl class="kv"><div><dt>${say("home.today")}</dt><dd class="mid"><${Quantity} of=${energy(used?.home.energy_wh)} /></dd></div>
          ${(!used || used.currency) && html`<div><dt>${say("home.cost")}</dt><dd class="mid">${money(used?.home.cost, used?.currency)}</dd></div>`}</dl></div>
      <${DayChart} used=${used} />
    </section>`;
}

function DayChart({ used }) {
  const columns = useMemo(() => used && powerOfMinutes(used.minutes), [used?.minutes]);
  const begin = startOfDay(used?.day ?? isoDay(new Date())) / 1000;
  const end = startOfDay(nextDay(begin)) / 1000;
  return html`<${LazyChart} kind="line" height=${CHART_PX} label=${say("home.chart")} unit="W" from=${begin} to=${end} grain="minute"
    series=${[{ name: say("home.whole"), series: 1, values: columns?.watts ?? [] }]} times=${columns?.times ?? []} quantity=${power} hasTable=${false} />`;
}

function Attention({ all }) {
  useValue(loadState);
  const [, redraw] = useState(0);
  useEffect(() => {
    const ends = all.map((plug) => plug.listen(() => redraw(needing(all).join())));
    return () => ends.forEach((end) => end());
  }, [all]);
  const tripped = all.map((plug) => plug.get()).filter((plug) => plug.tripped);
  const away = all.map((plug) => plug.get()).filter((plug) => plug.availability === "offline");
  if (!tripped.length && !away.length) return null;
  return html`
    <ul class="notice" aria-label=${say("home.attention")}>
      ${tripped.map((plug) => html`<li key=${plug.uuid}><span class="warn"><${Icon} name="warning" /></span><span>${sayWith("home.attention.limit", { plug: link(plug), time: moment(plug.tripped.at) })}</span></li>`)}
      ${away.slice(0, NAMED_AWAY).map((plug) => html`<li key=${plug.uuid}><span class="warn"><${Icon} name="away" /></span><span>${sayWith("home.attention.away", { plug: link(plug), time: plug.since ? moment(plug.since) : "?" })}
        ${" "}<span class="q">${say("home.attention.away.fill")}</span></span></li>`)}
      ${away.length > NAMED_AWAY && html`<li><span class="q">${say("home.attention.more", { count: away.length - NAMED_AWAY })}</span></li>`}
    </ul>`;
}

const link = (plug) => html`<a href=${plugPath(plug.uuid)}>${plug.name}</a>`;

const needing = (all) => all.map((plug) => plug.get()).map(({ tripped, availability, since }) => `${Boolean(tripped)}${availability}${since}`);

function wattsOfAll(members) {
  const known = members.map((plug) => wattsOf(plug.get())).filter((watts) => watts !== null);
  return known.length ? known.reduce((sum, watts) => sum + watts, 0) : null;
}

function byRoom(all, text) {
  const wanted = text.trim().toLocaleLowerCase();
  const rooms = new Map();
  for (const plug of all) {
    const { name, room } = plug.get();
    if (wanted && !`${name} ${room}`.toLocaleLowerCase().includes(wanted)) continue;
    rooms.set(room, [...(rooms.get(room) ?? []), plug]);
  }
  return [...rooms].sort(([one], [other]) => (one === "") - (other === "") || one.localeCompare(other));
}

// A minute that runs has seen a part of its seconds only: it waits until it is over.
function powerOfMinutes({ start_s, energy_wh }) {
  const now = Date.now() / 1000;
  const whole = start_s.findIndex((start) => start + 60 > now);
  const count = whole < 0 ? start_s.length : whole;
  return { times: start_s.slice(0, count), watts: energy_wh.slice(0, count).map((wh) => wh * 60) };
}

const nextDay = (begin_s) => isoDay(new Date((begin_s + 26 * 3600) * 1000));

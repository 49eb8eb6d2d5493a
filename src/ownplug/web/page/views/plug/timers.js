// The timers and auto-offs that the plug keeps and follows by itself.

import { get, post, put, remove } from "../../kit/api.js";
import { html, useEffect, useState } from "../../kit/html.js";
import { onEvent } from "../../kit/live.js";
import { say } from "../../kit/text.js";
import { may } from "../../model/session.js";
import { useDeed } from "../../parts/busy.js";
import { Icon } from "../../parts/icon.js";
import { useRead } from "../../parts/read.js";
import { Failure, Loading } from "../../parts/states.js";
import { Switch } from "../../parts/switch.js";
import { toast } from "../../parts/toast.js";
import { AutoOffDialog } from "./auto_off_dialog.js";
import { TimerDialog } from "./timer_dialog.js";
import { autoOffNext, autoOffSentence, nextWords, timerSentence } from "./timer_words.js";

const READ_ONLY = ["id", "acts_next_at", "summary", "warning"];

/** @param {{plug: any}} props */
export function Timers({ plug }) {
  const isAway = plug.availability !== "online";
  const root = `/plugs/${plug.uuid}`;
  const read = useRead(() => (isAway ? null : readRules(root)), [plug.uuid, isAway]);
  const [opened, setOpened] = useState(null); // {kind, rule?}
  useEffect(() => onEvent(({ event, uuid }) => event === "timers-changed" && uuid === plug.uuid && read.again()), [read.again]);
  const deeds = {
    save: (kind, rule, body) => (rule ? put(`${root}/${kind}/${rule.id}`, body) : post(`${root}/${kind}`, body)).then(read.again),
    drop: async (kind, rule) => {
      await remove(`${root}/${kind}/${rule.id}`);
      toast(say("plug.timer.removed"), () => post(`${root}/${kind}`, bodyOf(rule)).finally(read.again));
      await read.again();
    },
    dropUnread: ({ kind, id }) => remove(`${root}/${kind}/${id}`).then(read.again),
    open: (kind, rule) => setOpened({ kind, rule }),
  };
  const close = () => setOpened(null);
  return html`
    <section class="panel pad" aria-labelledby="timers-title">
      <div class="head"><h2 id="timers-title">${say("plug.timers")}</h2>
        ${may("switch") && !isAway && html`<div class="row"><button type="button" class="b" onClick=${() => deeds.open("timers")}>${say("plug.timer.add")}</button>
          <button type="button" class="b" onClick=${() => deeds.open("auto-offs")}>${say("plug.autooff.add")}</button></div>`}</div>
      ${isAway ? html`<p class="q">${say("plug.timers.away")}</p>` : html`<${Rules} plug=${plug} read=${read} deeds=${deeds} />`}
      <p class="small q plug-kept">${say("plug.timers.kept")}</p>
      ${opened?.kind === "timers" && html`<${TimerDialog} plug=${plug} timer=${opened.rule} deeds=${deeds} onClose=${close} />`}
      ${opened?.kind === "auto-offs" && html`<${AutoOffDialog} plug=${plug} autoOff=${opened.rule} deeds=${deeds} onClose=${close} />`}
    </section>`;
}

function Rules({ plug, read, deeds }) {
  if (!read.value) return read.problem ? html`<${Failure} problem=${read.problem} title=${say("plug.timers.failed")} again=${read.again} />` : html`<${Loading} what=${say("plug.timers.loading")} />`;
  const { timers, autoOffs, unread } = read.value;
  if (!timers.length && !autoOffs.length && !unread.length) return html`<p class="q">${say("plug.timers.none")}</p>`;
  return html`
    ${read.problem && html`<${Failure} problem=${read.problem} again=${read.again} />`}
    <ul class="lines rules">
      ${timers.map((timer) => html`<${Rule} key=${timer.id} kind="timers" rule=${timer} says=${timerSentence(timer)} next=${nextWords(timer)} deeds=${deeds} />`)}
      ${autoOffs.map((rule) => html`<${Rule} key=${rule.id} kind="auto-offs" rule=${rule} says=${autoOffSentence(rule)} deeds=${deeds}
        next=${autoOffNext(rule, plug.relays.find(({ channel }) => channel === rule.channel))} />`)}
      ${unread.map((rule) => html`<${Unread} key=${rule.id} rule=${rule} deeds=${deeds} />`)}
    </ul>`;
}

function Rule({ kind, rule, says, next, deeds }) {
  const [wish, setWish] = useState(null);
  const [problem, setProblem] = useState(null);
  const turn = async (enabled) => {
    setWish({ on: enabled });
    setProblem(null);
    await deeds.save(kind, rule, { ...bodyOf(rule), enabled }).catch(setProblem);
    setWish(null);
  };
  return html`
    <li><div class="what">${says}${rule.name && html` <span class="q">· ${rule.name}</span>`}<br /><small class="q">${next}</small>
      ${rule.warning && html`<p class="small warn"><${Icon} name="warning" small /> ${rule.warning}</p>`}
      ${problem && html`<${Failure} problem=${problem} />`}</div>
      ${may("switch") && html`<div class="acts"><button type="button" class="b quiet" onClick=${() => deeds.open(kind, rule)}>${say("common.edit")}</button>
        <${Switch} name=${say("plug.timer.enabled", { id: rule.name || rule.id.slice(0, 4) })} on=${rule.enabled} wish=${wish} onWish=${turn} /></div>`}</li>`;
}

// What the hub does not understand, such as a rule that an app made, can be removed all the same.
function Unread({ rule, deeds }) {
  const dropping = useDeed();
  return html`
    <li><div class="what">${say("plug.timer.unread")} ${rule.name && html`<span class="q">· ${rule.name}</span>`}<br /><small class="q">${rule.reason}</small>
      ${dropping.problem && html`<${Failure} problem=${dropping.problem} />`}</div>
      ${may("switch") && html`<button type="button" class="b quiet" disabled=${dropping.isBusy} onClick=${() => dropping.run(() => deeds.dropUnread(rule))}>${say("common.delete")}</button>`}</li>`;
}

async function readRules(root) {
  const [timers, autoOffs] = await Promise.all([get(`${root}/timers`), get(`${root}/auto-offs`)]);
  const unread = [...timers.unread.map((rule) => ({ ...rule, kind: "timers" })), ...autoOffs.unread.map((rule) => ({ ...rule, kind: "auto-offs" }))];
  return { timers: timers.timers, autoOffs: autoOffs.auto_offs, unread };
}

const bodyOf = (rule) => Object.fromEntries(Object.entries(rule).filter(([name]) => !READ_ONLY.includes(name)));

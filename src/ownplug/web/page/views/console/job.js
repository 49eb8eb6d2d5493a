// A longer job on a port: begun here or elsewhere, followed to its end.

import { get, remove } from "../../kit/api.js";
import { html, useCallback, useEffect, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { DeedButton, useDeed } from "../../parts/busy.js";
import { Failure } from "../../parts/states.js";

const LOOK_MS = 400;

/** The address of something at a port. */
export const at = (port, what) => `/console/ports/${encodeURIComponent(port)}/${what}`;

/**
 * The job of a port, while it runs and when it has ended.
 *
 * @param {string} port
 * @param {string} kind others are not told
 * @returns {{job: any, problem: any, begin: (deed: () => Promise<any>) => Promise<void>, end: () => Promise<void>}}
 */
export function useJob(port, kind) {
  const [job, setJob] = useState(null);
  const { problem, run } = useDeed();
  const isRunning = job?.state === "running";
  useEffect(() => {
    let isWanted = true;
    const look = async () => {
      const told = await get(at(port, "job")).catch(() => null); // the frame says when the hub is away
      const found = told?.job?.kind === kind ? told.job : null;
      // One that was begun in another browser is followed; one that is long over is no news.
      if (isWanted && told && (isRunning || found?.state === "running")) setJob(found);
    };
    if (!isRunning) look();
    const timer = isRunning ? setInterval(look, LOOK_MS) : 0;
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [port, kind, isRunning]);
  const begin = useCallback((deed) => run(async () => setJob(await deed())), [port]);
  const end = useCallback(() => run(async () => {
    await remove(at(port, "job"));
    setJob(null);
  }), [port]);
  return { job, problem, begin, end };
}

/** How far a job is, and why it failed. @param {{state: ReturnType<typeof useJob>, failed: string, children?: any}} props */
export function JobState({ state, failed, children }) {
  const { job, problem, end } = state;
  if (problem) return html`<${Failure} problem=${problem} title=${failed} />`;
  if (!job) return null;
  if (job.state === "failed") return html`<${Failure} problem=${{ ...job.failure, detail: job.failure.message }} title=${failed} />`;
  if (job.state === "done") return children ?? null;
  return html`
    <div class="job" role="status"><p>${say(`console.job.${job.kind}`)} ${job.what && html`<span class="mono small">${job.what}</span>`}</p>
      ${job.of > 0 && html`<progress max=${job.of} value=${job.done}>${say("console.job.steps", { done: job.done, of: job.of })}</progress>`}
      ${job.breaks > 0 && html`<p class="small q">${say("console.job.breaks", { count: job.breaks })}</p>`}
      <${DeedButton} deed=${end}>${say("console.job.end")}<//></div>`;
}

// What went wrong at a door, in the page's own language: nobody is signed in who could save a report.

import { span } from "../../kit/format.js";
import { html, useEffect, useState } from "../../kit/html.js";
import { hasText, say } from "../../kit/text.js";

/**
 * Why one was not let in.
 *
 * @param {object} props
 * @param {import("../../kit/api.js").Problem} props.problem
 * @param {string} props.door the beginning of the keys of its words, such as "door.login.problem"
 */
export function DoorProblem({ problem, door, children }) {
  const left_s = useCountdown(problem);
  const key = problem.isAway ? "door.problem.away" : `${door}.${problem.code}`;
  const words = left_s ? say("door.problem.wait", { span: span(left_s) }) : hasText(key) ? say(key) : `${problem.detail} ${problem.hint ?? ""}`;
  return html`<div class="trouble" role="alert"><p>${words}</p>${children}</div>`;
}

/** Seconds until it may be tried again; 0 when it may. */
function useCountdown(problem) {
  const [left_s, setLeft] = useState(problem.wait_s ?? 0);
  useEffect(() => {
    const ends = Date.now() + (problem.wait_s ?? 0) * 1000;
    const show = () => setLeft(Math.max(0, Math.ceil((ends - Date.now()) / 1000)));
    show();
    const timer = setInterval(show, 1000);
    return () => clearInterval(timer);
  }, [problem]);
  return left_s;
}

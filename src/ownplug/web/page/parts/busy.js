import { html, useState } from "../kit/html.js";

/** What is under way: `run` does something once at a time and keeps why it failed. */
export function useDeed() {
  const [state, setState] = useState({ isBusy: false, problem: null });
  const run = async (deed) => {
    setState({ isBusy: true, problem: null });
    try {
      const result = await deed();
      setState({ isBusy: false, problem: null });
      return result;
    } catch (problem) {
      setState({ isBusy: false, problem });
      return undefined;
    }
  };
  return { ...state, run, forget: () => setState({ isBusy: false, problem: null }) };
}

/** A button that cannot be pressed again while what it began is under way. */
export const DeedButton = ({ deed, isBusy, kind = "", children, ...rest }) => html`
  <button type=${deed ? "button" : "submit"} class=${`b ${kind}`} disabled=${isBusy} aria-busy=${String(Boolean(isBusy))} onClick=${deed} ...${rest}>${children}</button>`;

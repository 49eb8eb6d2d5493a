import { useCallback, useEffect, useRef, useState } from "../kit/html.js";

/**
 * Read something from the hub for as long as the component is shown.
 *
 * @template T
 * @param {() => Promise<T>} read
 * @param {any[]} on what it depends on: it is read again when one of these changes, the old values stay meanwhile
 * @param {number} [everyMs] and again so often, while the page is seen
 * @returns {{value: T | null, problem: any, isReading: boolean, again: () => Promise<void>, set: (value: T) => void}}
 */
export function useRead(read, on, everyMs) {
  const [state, setState] = useState({ value: null, problem: null, isReading: true });
  const turn = useRef(0);
  const again = useCallback(async () => {
    const mine = ++turn.current;
    setState((before) => ({ ...before, isReading: true }));
    try {
      const value = await read();
      if (mine === turn.current) setState({ value, problem: null, isReading: false });
    } catch (problem) {
      if (mine === turn.current) setState((before) => ({ ...before, problem, isReading: false }));
    }
  }, on);
  useEffect(() => {
    again();
    const timer = everyMs ? setInterval(() => !document.hidden && again(), everyMs) : 0;
    return () => {
      turn.current += 1;
      clearInterval(timer);
    };
  }, [again]);
  return { ...state, again, set: (value) => setState({ value, problem: null, isReading: false }) };
}

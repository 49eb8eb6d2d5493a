// The address of the page: each view has one that can be kept, reloaded and sent.

import { makeValue, useValue } from "./value.js";

/** @typedef {{path: string, parts: string[], query: URLSearchParams}} Place */

const place = makeValue(read());

/** Where the page is. @returns {Place} */
export const here = () => place.get();

/** Where the page is, in a component. @returns {Place} */
export const usePlace = () => useValue(place);

/** Be told of each change of place. */
export const onMove = (heard) => place.listen(heard);

/** Go to another view, as a link does. */
export function go(to, { replacing = false } = {}) {
  history[replacing ? "replaceState" : "pushState"](null, "", to);
  place.set(read());
}

/** Change the query of the present view; null takes a name out. The view stays where it is scrolled to. */
export function goQuery(changes, { replacing = true } = {}) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(`${location.pathname}${text ? `?${text}` : ""}`, { replacing });
}

/** Let links within the page change the view, and the browser's own buttons too. */
export function startRouter() {
  addEventListener("popstate", () => place.set(read()));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.target || link.hasAttribute("download") || link.pathname.startsWith("/api/") || link.pathname === "/ca.crt") return;
    if (link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}

function read() {
  return {
    path: location.pathname,
    parts: location.pathname.split("/").filter(Boolean).map(decodeURIComponent),
    query: new URLSearchParams(location.search),
  };
}

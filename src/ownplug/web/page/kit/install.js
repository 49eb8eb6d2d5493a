// A browser that can install the page says so once, soon after the start: it is kept until somebody asks for it.

import { makeValue } from "./value.js";

/** Asks the person and installs the page; null where this browser does not offer it, or has done it. */
export const install = makeValue(null);

/** Begin to listen. */
export function startInstall() {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // nothing pops up by itself
    install.set(() => {
      install.set(null);
      return event.prompt();
    });
  });
  addEventListener("appinstalled", () => install.set(null));
}

/** Whether the page runs as an installed one now. */
export const isInstalled = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

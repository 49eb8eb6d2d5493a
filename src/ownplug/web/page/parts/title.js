import { useEffect } from "../kit/html.js";

/** Give the view a title, in the window and for those who hear it. */
export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · ownplug` : "ownplug";
  }, [title]);
}

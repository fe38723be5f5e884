// The page's own line icons, for the eye alone: the text beside each says what it is.

import { svg } from "./dom.js";

const PATHS = {
  accounts: "M3 7h18v12H3z M3 11h18 M7 15h4",
  transfer: "M4 9h14 M14 5l4 4-4 4 M20 15H6 M10 11l-4 4 4 4",
  limits: "M4 18a8 8 0 1 1 16 0 M12 18l4-6 M4 18h2 M18 18h2",
  loss: "M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6z M12 8v5 M12 16v.5",
  logout: "M10 4H5v16h5 M14 8l4 4-4 4 M18 12H9",
  done: "M5 12.5l4.5 4.5L19 7.5",
  refused: "M7 7l10 10 M17 7L7 17",
  unknown: "M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1 1-1.1 1.8 M12 16.5v.3 M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18",
  wait: "M12 6v6l4 2 M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18",
  warning: "M12 4l9 16H3z M12 10v4 M12 17v.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

/** The icon called `name`, as large as the text around it. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}

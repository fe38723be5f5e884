// The transfer that was confirmed and whose end is not known yet, kept in this tab through reloads and logins until
// it is.

import { customer } from "./session.js";

const KEPT = "tellerline.pending";

/** Keeps what was confirmed, before it is sent. */
export function keep(key, transfer, summary) {
  sessionStorage.setItem(KEPT, JSON.stringify({ customer: customer(), key, transfer, summary }));
}

/** What was kept of whoever is logged in, or null; what is somebody else's is dropped. */
export function interrupted() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (kept && kept.customer !== customer()) {
    forget();
    return null;
  }
  return kept;
}

/** Its end is known, or the customer dropped it. */
export function forget() {
  sessionStorage.removeItem(KEPT);
}

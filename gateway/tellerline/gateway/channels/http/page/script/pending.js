// What this tab keeps through a login: the transfer that was confirmed and whose end is not known yet, until it is; and
// the one that was being filled in when the session ended, for the same customer's next login.

import { customer } from "./session.js";

const KEPT = "tellerline.pending";
const DRAFT = "tellerline.draft";

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

/** Keeps what `owner`, whose session is over, had filled in. */
export function keepDraft(owner, draft) {
  sessionStorage.setItem(DRAFT, JSON.stringify({ customer: owner, draft }));
}

/** What was kept so of whoever is logged in, or null; nothing is kept any more, whoever it was. */
export function takeDraft() {
  const kept = JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");
  sessionStorage.removeItem(DRAFT);
  return kept?.customer === customer() ? kept.draft : null;
}

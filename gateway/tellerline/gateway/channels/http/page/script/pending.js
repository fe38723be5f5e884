// What this tab keeps through a login: the transfer that was confirmed and whose end is not known yet, until it is; and
// the one that was being filled in when the session ended, for the same customer's next login, if it comes soon.

import { customer } from "./session.js";

const KEPT = "tellerline.pending";
const DRAFT = "tellerline.draft";
/** So long a draft waits, by the page's clock. */
const WAITS = 15 * 60_000;

/** Keeps what was confirmed, before it is sent. */
export function keep(key, transfer, summary) {
  sessionStorage.setItem(KEPT, JSON.stringify({ customer: customer(), key, transfer, summary }));
}

/**
 * What was kept of whoever is logged in, or null; since a log-out without `transfer` and `summary`. What is somebody
 * else's is dropped.
 */
export function interrupted() {
  const kept = read(KEPT);
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
  sessionStorage.setItem(DRAFT, JSON.stringify({ customer: owner, until: Date.now() + WAITS, draft }));
}

/** Has the draft that waits here, if any, taken out when its time is over; at once where it is. */
export function letDraftExpire() {
  const left = (read(DRAFT)?.until ?? Infinity) - Date.now();
  if (left <= 0) sessionStorage.removeItem(DRAFT);
  else if (left < Infinity) setTimeout(letDraftExpire, left);
}

/** What was kept so of whoever is logged in, or null; nothing is kept any more, whoever it was. */
export function takeDraft() {
  const kept = read(DRAFT);
  sessionStorage.removeItem(DRAFT);
  return kept?.customer === customer() && kept.until > Date.now() ? kept.draft : null;
}

/** At a log-out: of a transfer whose end is not known only whose it is, and the number to ask for it by. */
export function depart() {
  sessionStorage.removeItem(DRAFT);
  const kept = read(KEPT);
  if (kept) sessionStorage.setItem(KEPT, JSON.stringify({ customer: kept.customer, key: kept.key }));
}

function read(name) {
  return JSON.parse(sessionStorage.getItem(name) ?? "null");
}

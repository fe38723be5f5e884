// What a customer can ask of the bank: one function for each, named as the contract names it.

import { dayParts } from "./dates.js";
import { ask, customer } from "./session.js";

const PAGE = 200;

/** Every registered account, by sequence number. */
export async function listAccounts() {
  return pages(`/${customer()}/accounts`, "accounts", {});
}

/** The balance of an account, from its host, now. */
export function getBalance(account) {
  return ask("GET", `/${account}/balance`);
}

/**
 * Entries booked between two days, oldest first, with the balances before and after: `{entries, opening, closing,
 * more}`.
 * At most `most` of them; `more` says that there are others, later ones.
 */
export async function listStatementEntries(account, first, last, { most = 2000, signal } = {}) {
  const query = { ...flatDay("startDate", first), ...flatDay("endDate", last) };
  let entries = [];
  let pageToken = "";
  let opening;
  let closing;
  do {
    const reply = await ask("GET", `/${account}/statementEntries?${search({ ...query, pageToken })}`, { signal });
    entries = entries.concat(reply.statementEntries ?? []);
    opening ??= reply.openingAmount;
    closing = reply.closingAmount;
    pageToken = reply.nextPageToken ?? "";
  } while (pageToken && entries.length < most);
  return { entries, opening, closing, more: pageToken !== "" };
}

/** Sends a transfer under `key`; the same key again asks what has become of it. */
export function createTransfer(transfer, key) {
  return ask("POST", "/transfers", { body: transfer, key });
}

/** A transfer as it stands, by the key under which it was sent. */
export function lookUpTransfer(key) {
  return ask("GET", `/transfers:lookUp?${search({ originalChannelSerial: key })}`);
}

/** The limits of an account, with the bank's ceilings. */
export function getLimits(account) {
  return ask("GET", `/${account}/limits`);
}

/** Sets the limits of an account; `key` is a number of its own for this wish. */
export function updateLimits(account, limits, key) {
  const updateMask = Object.keys(limits).join(",");
  return ask("PATCH", `/${account}/limits?${search({ updateMask })}`, { body: limits, key });
}

/** Reports an account, card or passbook as lost, under `key`. */
export function reportLoss(account, kind, key) {
  return ask("POST", `/${account}:reportLoss`, { body: { kind }, key });
}

/** The newest loss report of an account. */
export function getLossReport(account) {
  return ask("GET", `/${account}/lossReport`);
}

/** The customer's newest transactions through every channel. */
export async function listTransactions(pageSize) {
  const reply = await ask("GET", `/${customer()}/transactions?${search({ pageSize })}`);
  return reply.transactions ?? [];
}

async function pages(path, field, query) {
  let all = [];
  let pageToken = "";
  do {
    const reply = await ask("GET", `${path}?${search({ ...query, pageToken })}`);
    all = all.concat(reply[field] ?? []);
    pageToken = reply.nextPageToken ?? "";
  } while (pageToken);
  return all;
}

function search({ pageToken, ...query }) {
  if (pageToken === undefined) return new URLSearchParams(query);
  return new URLSearchParams({ ...query, pageSize: PAGE, ...(pageToken && { pageToken }) });
}

function flatDay(name, iso) {
  return Object.fromEntries(Object.entries(dayParts(iso)).map(([part, value]) => [`${name}.${part}`, value]));
}

// The customer's newest transactions through every channel, as the bank tells of them.

import { listTransactions } from "./bank.js";
import { moment } from "./dates.js";
import { announce, h, put } from "./dom.js";
import { known, say } from "./language.js";
import { fromJson, written } from "./money.js";
import { NoAnswer, Refused, SessionOver } from "./http.js";
import { problemNotice } from "./parts.js";

const SHOWN = 8;
const TONES = {
  TRANSACTION_STATE_DONE: "good",
  TRANSACTION_STATE_PENDING: "calm",
  TRANSACTION_STATE_QUEUED: "calm",
  TRANSACTION_STATE_IN_DOUBT: "doubt",
  TRANSACTION_STATE_MANUAL: "doubt",
};

export class Activity {
  #transactions = new Map();
  #place = null;
  #problem = null;
  #loaded = false;
  #connected = null;
  #sign = null;

  /** Asks for those of the past; what was told meanwhile is newer. */
  async load() {
    try {
      for (const old of await listTransactions(SHOWN)) {
        if (!this.#transactions.has(old.name)) this.#transactions.set(old.name, old);
      }
      this.#problem = null;
    } catch (error) {
      if (error instanceof SessionOver) return;
      if (!(error instanceof Refused || error instanceof NoAnswer)) throw error;
      this.#problem = error;
    }
    this.#loaded = true;
    this.#show();
  }

  /** Takes what the bank tells of one transaction. */
  hear(transaction) {
    const before = this.#transactions.get(transaction.name);
    this.#transactions.set(transaction.name, transaction);
    if (before?.transaction?.state === transaction.transaction?.state) return;
    this.#show();
    if (this.#loaded) announce(say("activity.changed", { what: what(transaction), state: state(transaction) }));
  }

  /** Whether the bank is heard. */
  connect(connected) {
    this.#connected = connected;
    this.#showSign();
  }

  /** The list, which goes on changing while it is on the page. */
  draw() {
    this.#place = h("div", {});
    this.#sign = h("span", {});
    this.#show();
    this.#showSign();
    return h(
      "section",
      { class: "card activity", "aria-labelledby": "activity-title" },
      h("h2", { id: "activity-title" }, say("activity.title"), " ", this.#sign),
      this.#place,
    );
  }

  #showSign() {
    if (!this.#sign || this.#connected === null) return;
    this.#sign.className = this.#connected ? "live" : "live cut";
    this.#sign.textContent = say(this.#connected ? "activity.live" : "activity.cut");
  }

  #show() {
    if (!this.#place) return;
    const newest = [...this.#transactions.values()].sort((a, b) => (at(a) < at(b) ? 1 : -1)).slice(0, SHOWN);
    if (newest.length > 0) put(this.#place, h("ol", { class: "events" }, ...newest.map(row)));
    else if (this.#problem)
      put(
        this.#place,
        problemNotice(this.#problem, () => this.load()),
      );
    else put(this.#place, h("p", { class: "quiet-text" }, say(this.#loaded ? "activity.none" : "loading")));
  }
}

function row(transaction) {
  const { amount, channel, maskedAccountNumber, transaction: info } = transaction;
  const tone = TONES[info.state] ?? "plain";
  const ending = maskedAccountNumber && say("activity.ending", { digits: maskedAccountNumber.slice(-4) });
  const where = [channel && say(`channel.${channel}`), ending, at(transaction) && moment(at(transaction))];
  return h(
    "li",
    {},
    h("span", { class: "event-what" }, what(transaction)),
    h("span", { class: "event-amount" }, amount ? written(fromJson(amount)) : ""),
    h("span", { class: "event-where" }, where.filter(Boolean).join(" · ")),
    h("span", { class: `chip ${tone}` }, state(transaction)),
  );
}

function what({ operation }) {
  const key = `operation.${operation}`;
  return known(key)
    ? say(key)
    : operation
        .split(".")
        .pop()
        .replace(/([a-z])([A-Z])/g, "$1 $2");
}

function state({ transaction }) {
  return say(`state.${transaction.state}`);
}

function at({ transaction }) {
  return transaction.acceptTime ?? "";
}

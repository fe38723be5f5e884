// The customer's accounts with their balances, and what happened lately.

import { getBalance, listAccounts } from "../bank.js";
import { moment } from "../dates.js";
import { h, put } from "../dom.js";
import { NoAnswer, Refused, SessionOver } from "../http.js";
import { say } from "../language.js";
import { HOME_CURRENCY, fromJson, written } from "../money.js";
import { amount, asked, heading, notice, problemNotice, sequence } from "../parts.js";

const LOST = "ACCOUNT_REPORTED_LOST";

export function accountsScreen(app) {
  const balances = new Map();
  let accounts;

  const load = async () => {
    accounts ??= await listAccounts();
    return accounts;
  };

  const draw = () =>
    h(
      "div",
      { class: "columns" },
      h("div", {}, heading(say("accounts.title")), asked(h("div", {}), load, drawAccounts)),
      app.activity.draw(),
    );

  const drawAccounts = (found) => {
    if (found.length === 0) return notice("calm", "", h("p", {}, say("accounts.none")));
    const total = h("section", { class: "total", "aria-live": "off" });
    const showTotal = () => put(total, drawTotal(found, balances));
    showTotal();
    const cards = found.map((account) => accountCard(account, balances, showTotal));
    return h("div", {}, total, h("ul", { class: "accounts" }, ...cards));
  };

  return { draw };
}

function drawTotal(accounts, balances) {
  const home = accounts.filter((account) => account.currencyCode === HOME_CURRENCY);
  const told = home.map((account) => balances.get(account.name)).filter((balance) => balance?.availableAmount);
  const nanos = told.reduce((sum, { availableAmount }) => sum + fromJson(availableAmount).nanos, 0n);
  const missing = home.filter((account) => balances.get(account.name) instanceof Error).length;
  const waiting = home.some((account) => !balances.has(account.name));
  const partial = missing > 0 && !waiting;
  const unknown = waiting && told.length === 0;
  return [
    h("h2", { class: "total-title" }, say("accounts.total")),
    h("p", { class: "total-figure" }, unknown ? "…" : amount({ currency: HOME_CURRENCY, nanos })),
    h(
      "p",
      { class: "total-note" },
      say("accounts.total.of", { count: home.length }),
      partial && " · ",
      partial && say("accounts.total.partial", { count: missing }),
    ),
  ];
}

function accountCard(account, balances, told) {
  const balance = h("div", { class: "balance" });
  const id = `account-${sequence(account)}`;
  const link = (href, key) =>
    h("a", { href, id: `${key.replace(".", "-")}-${sequence(account)}`, "aria-describedby": id }, say(key));
  const transfer =
    account.currencyCode === HOME_CURRENCY && link(`#/transfer/${sequence(account)}`, "accounts.transfer");
  askBalance(account, balance, balances, () => {
    if (transfer && balances.get(account.name).code === LOST) transfer.remove();
    told();
  });
  return h(
    "li",
    { class: "card account" },
    h(
      "div",
      { class: "account-head" },
      h(
        "h3",
        { id },
        h("span", { class: "kind" }, say(`kind.${account.kind}`)),
        " ",
        h("span", { class: "number" }, account.maskedNumber),
      ),
      h("p", { class: "account-sequence" }, say("account.sequence", { sequence: sequence(account) })),
    ),
    balance,
    h("p", { class: "account-actions" }, link(`#/statement/${sequence(account)}`, "accounts.statement"), transfer),
  );
}

async function askBalance(account, place, balances, told) {
  const known = balances.get(account.name);
  put(place, known && !(known instanceof Error) ? drawBalance(known) : h("p", { class: "skeleton" }, say("loading")));
  try {
    balances.set(account.name, await getBalance(account.name));
    put(place, drawBalance(balances.get(account.name)));
  } catch (error) {
    if (error instanceof SessionOver) return;
    if (!(error instanceof Refused || error instanceof NoAnswer)) throw error;
    balances.set(account.name, error);
    const again = () => askBalance(account, place, balances, told);
    if (error.code === LOST) {
      put(
        place,
        h("p", {}, h("span", { class: "chip bad" }, say("accounts.lost"))),
        h("p", { class: "quiet-text" }, error.message),
      );
    } else put(place, problemNotice(error, again));
  }
  told();
}

function drawBalance({ availableAmount, ledgerAmount, lastKnown, readTime }) {
  return [
    h(
      "p",
      { class: "available" },
      h("span", { class: "word" }, say("accounts.available")),
      amount(fromJson(availableAmount)),
    ),
    h("p", { class: "ledger" }, h("span", { class: "word" }, say("accounts.ledger")), written(fromJson(ledgerAmount))),
    lastKnown && h("p", { class: "chip calm" }, say("accounts.last_known", { at: moment(readTime) })),
  ].filter(Boolean);
}

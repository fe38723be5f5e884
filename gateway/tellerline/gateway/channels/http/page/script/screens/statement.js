// What was booked on an account: a stretch of days, searched and paged here, with a chart of it.

import { listAccounts, listStatementEntries } from "../bank.js";
import { chart } from "../chart.js";
import { bankDay, isoDay } from "../dates.js";
import { h } from "../dom.js";
import { say } from "../language.js";
import { fromJson, written } from "../money.js";
import { asked, blank, heading, notice, sequence, withAccountMeant } from "../parts.js";
import { drawEntries } from "./statement_entries.js";
import { drawFilter } from "./statement_filter.js";

export function statementScreen(app, argument) {
  const asking = { account: null, first: bankDay(-29), last: bankDay() };
  const view = { words: "", page: 1 };
  let accounts;
  let shown = null;
  let cancel = new AbortController();

  const load = async () => {
    accounts ??= await listAccounts();
    asking.account ??= accounts.find((account) => sequence(account) === argument) ?? accounts[0];
    return accounts;
  };

  const question = async () => {
    const { account, first, last } = asking;
    shown ??= await listStatementEntries(account.name, first, bookedUntil(last), { signal: cancel.signal });
    return shown;
  };

  const drawAll = (found) => {
    if (found.length === 0) return notice("calm", "", h("p", {}, say("accounts.none")));
    const result = h("div", { class: "result" });
    const show = () => asked(result, question, (statement) => drawStatement(statement, asking, view));
    const restart = () => {
      cancel.abort();
      cancel = new AbortController();
      shown = null;
      view.page = 1;
    };
    const changed = () => {
      restart();
      show();
    };
    const mistaken = () => {
      restart();
      blank(result);
    };
    show();
    const filter = drawFilter(asking, found, { changed, mistaken });
    return h("div", {}, withAccountMeant(found, argument, filter), result);
  };

  const draw = () => h("div", {}, heading(say("statement.title")), asked(h("div", {}), load, drawAll));

  return { draw, leave: () => cancel.abort() };
}

/** The accounting date until which entries count as booked until `last`: from cut-over on, today's are tomorrow's. */
function bookedUntil(last) {
  return last === bankDay() ? bankDay(1) : last;
}

function drawStatement(statement, { first, last }, view) {
  const { entries, more } = statement;
  const end = lastTold(entries, first, last);
  return [
    more && notice("doubt", "", h("p", {}, say("statement.more", { count: entries.length }))),
    h("div", { class: "card overview" }, sums(statement), entries.length > 0 && chart(statement, first, end)),
    drawEntries(entries, view, { first, last: end }),
  ];
}

/** The last day of which `entries` tell: days to come are not known, but for what cut-over has put there. */
function lastTold(entries, first, last) {
  const today = bankDay();
  const known = last > today && first <= today ? today : last;
  const newest = entries.length > 0 ? isoDay(entries.at(-1).bookingDate) : known;
  return newest > known ? newest : known;
}

function sums({ entries, closing }) {
  const total = (keep) =>
    entries
      .map((entry) => fromJson(entry.amount).nanos)
      .filter(keep)
      .reduce((a, b) => a + b, 0n);
  const { currencyCode: currency } = closing;
  const pair = (key, money) => h("div", {}, h("dt", {}, say(key)), h("dd", {}, written(money)));
  return h(
    "dl",
    { class: "sums" },
    pair("statement.in", { currency, nanos: total((nanos) => nanos > 0n) }),
    pair("statement.out", { currency, nanos: -total((nanos) => nanos < 0n) }),
    pair("statement.closing", fromJson(closing)),
  );
}

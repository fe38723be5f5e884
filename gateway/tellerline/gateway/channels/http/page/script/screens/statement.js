// What was booked on an account: a stretch of days, searched and paged here, with a chart of it.

import { listAccounts, listStatementEntries } from "../bank.js";
import { chart } from "../chart.js";
import { bankDay, isoDay, longDay, shortDay } from "../dates.js";
import { announce, h, put } from "../dom.js";
import { known, say } from "../language.js";
import { figure, fromJson, written } from "../money.js";
import { accountSelect, asked, choice, correct, field, heading, notice, sequence } from "../parts.js";

const PER_PAGE = 20;
const SPANS = [7, 30, 90];

export function statementScreen(app, argument) {
  const asking = { account: null, first: bankDay(-29), last: bankDay() };
  let accounts;
  let words = "";
  let page = 1;
  let cancel = new AbortController();
  const shown = new Map();

  const load = async () => {
    accounts ??= await listAccounts();
    asking.account ??= accounts.find((account) => sequence(account) === argument) ?? accounts[0];
    return accounts;
  };

  const draw = () => h("div", {}, heading(say("statement.title")), asked(h("div", {}), load, drawAll));

  const drawAll = (found) => {
    if (found.length === 0) return notice("calm", "", h("p", {}, say("accounts.none")));
    const result = h("div", { class: "result" });
    const show = () => {
      cancel.abort();
      cancel = new AbortController();
      asked(result, () => question(cancel.signal), drawStatement);
    };
    const form = drawForm(found, show);
    show();
    return h("div", {}, form, result);
  };

  const question = async (signal) => {
    const { account, first, last } = asking;
    const key = `${account.name} ${first} ${last}`;
    if (!shown.has(key)) shown.set(key, await listStatementEntries(account.name, first, last, { signal }));
    return shown.get(key);
  };

  const drawForm = (found, show) => {
    const account = accountSelect(found, asking.account.name);
    const first = h("input", { type: "date", value: asking.first, required: true, max: bankDay() });
    const last = h("input", { type: "date", value: asking.last, required: true, max: bankDay() });
    const submit = (event) => {
      event.preventDefault();
      const missing = say("statement.day.missing");
      const late = first.value && last.value && last.value < first.value ? say("statement.reversed") : "";
      if (correct([[first, first.value ? "" : missing], [last, last.value ? late : missing]])) return;
      shown.clear();
      asking.account = found.find(({ name }) => name === account.value);
      Object.assign(asking, { first: first.value, last: last.value });
      markSpan();
      page = 1;
      show();
    };
    const form = h("form", { class: "card filter", onsubmit: submit, novalidate: true });
    const spans = choice(say("statement.ranges"), SPANS.map((days) => [days, say("statement.recent", { days })]), null, (days) => {
      first.value = bankDay(1 - days);
      last.value = bankDay();
      form.requestSubmit();
    });
    const markSpan = () =>
      SPANS.forEach((days, index) => {
        const chosen = asking.first === bankDay(1 - days) && asking.last === bankDay();
        spans.children[index].setAttribute("aria-pressed", String(chosen));
      });
    markSpan();
    account.addEventListener("change", () => form.requestSubmit());
    return put(
      form,
      field(say("statement.account"), account),
      field(say("statement.first"), first),
      field(say("statement.last"), last),
      h("button", { type: "submit", class: "main" }, say("statement.show")),
      spans,
    );
  };

  const drawStatement = (statement) => {
    const { first, last } = asking;
    const list = h("div", {});
    const input = h("input", { type: "search", value: words, autocomplete: "off", spellcheck: "false" });
    const showList = (told) => {
      const found = statement.entries.filter(matching(words)).reverse();
      put(list, drawList(found, statement.entries.length, told));
    };
    input.addEventListener("input", () => {
      words = input.value;
      page = 1;
      showList(true);
    });
    const drawList = (found, all, told) => {
      const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
      page = Math.min(page, pages);
      const count = words.trim() ? say("statement.found.of", { count: found.length, all }) : say("statement.found", { count: all });
      if (told) announce(count);
      const turn = (to) => {
        page = to;
        showList(false);
        list.querySelector("table")?.focus();
        announce(say("page.of", { page, pages }));
      };
      if (found.length === 0) {
        return notice("calm", "", h("p", {}, all ? say("statement.none.found", { words: words.trim() }) : say("statement.none")));
      }
      const part = found.slice((page - 1) * PER_PAGE, page * PER_PAGE);
      return [h("p", { class: "count" }, count), entryTable(part, first, last), pages > 1 && pager(page, pages, turn)];
    };
    showList(false);
    return [
      statement.more && notice("doubt", "", h("p", {}, say("statement.more", { count: statement.entries.length }))),
      h("div", { class: "card overview" }, sums(statement), statement.entries.length > 0 && chart(statement, first, last)),
      h("section", { class: "card entries" }, field(say("statement.search"), input, say("statement.search.hint")), list),
    ];
  };

  return { draw, leave: () => cancel.abort() };
}

function matching(words) {
  const wanted = words.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  return (entry) => {
    const money = fromJson(entry.amount);
    const text = [
      movement(entry.kind), entry.kind, entry.counterpartyDisplayName, entry.counterpartyAccount, entry.narrative,
      figure(money), figure(money).replaceAll(",", ""), isoDay(entry.bookingDate), entry.hostSerial,
    ].join(" ").normalize("NFKC").toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
}

function sums({ entries, closing }) {
  const total = (keep) => entries.map((entry) => fromJson(entry.amount).nanos).filter(keep).reduce((a, b) => a + b, 0n);
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

function entryTable(entries, first, last) {
  const head = ["day", "what", "amount", "after"].map((name) => h("th", { scope: "col", role: "columnheader" }, say(`statement.${name}`)));
  return h(
    "table",
    { class: "statement", role: "table", tabindex: "-1" },
    h("caption", { class: "unseen" }, say("statement.table", { first: longDay(first), last: longDay(last) })),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...head)),
    h("tbody", { role: "rowgroup" }, ...entries.map(entryRow)),
  );
}

function entryRow(entry) {
  const day = isoDay(entry.bookingDate);
  const money = fromJson(entry.amount);
  const who = entry.counterpartyDisplayName || entry.counterpartyAccount || "";
  const note = [who && movement(entry.kind), entry.narrative !== movement(entry.kind) && entry.narrative].filter(Boolean).join(" · ");
  const cell = (name, ...children) => h("td", { class: name, role: "cell" }, ...children);
  return h(
    "tr",
    { role: "row" },
    cell("when", h("time", { datetime: day, title: longDay(day) }, shortDay(day))),
    cell("what", h("span", { class: "who" }, who || movement(entry.kind)), note && h("span", { class: "note" }, note)),
    cell(money.nanos < 0n ? "figure out" : "figure in", written(money, { signed: true })),
    cell("figure after", h("span", { class: "after-word" }, say("statement.after")), written(fromJson(entry.balanceAfterAmount))),
  );
}

function movement(kind) {
  const key = `movement.${kind}`;
  return known(key) ? say(key) : kind;
}

function pager(page, pages, turn) {
  const button = (key, to) =>
    h("button", { type: "button", class: "quiet", disabled: to < 1 || to > pages, onclick: () => turn(to) }, say(key));
  return h("div", { class: "pager" }, button("page.before", page - 1), h("p", {}, say("page.of", { page, pages })), button("page.after", page + 1));
}

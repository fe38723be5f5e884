// The entries of a statement: searched by words, shown in pages, the newest first.

import { dayOfSpan, isoDay, longDay } from "../dates.js";
import { announce, h, put } from "../dom.js";
import { known, say } from "../language.js";
import { figure, fromJson, written } from "../money.js";
import { field, notice } from "../parts.js";

const PER_PAGE = 20;

/** `view` is what the reader looks at, `words` and `page`, which it changes; `entries` are the oldest first. */
export function drawEntries(entries, view, days) {
  const list = h("div", {});
  const show = () => {
    const found = entries.filter(matching(view.words)).reverse();
    put(list, drawPage(found, entries.length, view, days, turn));
    return found;
  };
  const turn = (to, pages) => {
    view.page = to;
    show();
    list.querySelector("table").focus();
    announce(say("page.of", { page: to, pages }));
  };
  const search = (event) => {
    Object.assign(view, { words: event.target.value, page: 1 });
    announce(countOf(show(), entries.length, view.words));
  };
  const attributes = { type: "search", value: view.words, autocomplete: "off", spellcheck: "false", oninput: search };
  const input = field(say("statement.search"), h("input", attributes), say("statement.search.hint"));
  show();
  return h("section", { class: "card entries" }, input, list);
}

function drawPage(found, all, view, days, turn) {
  if (found.length === 0) {
    const words = view.words.trim();
    return notice("calm", "", h("p", {}, all ? say("statement.none.found", { words }) : say("statement.none")));
  }
  const pages = Math.ceil(found.length / PER_PAGE);
  const part = found.slice((view.page - 1) * PER_PAGE, view.page * PER_PAGE);
  return [
    h("p", { class: "count" }, countOf(found, all, view.words)),
    entryTable(part, days),
    pages > 1 && pager(view.page, pages, (to) => turn(to, pages)),
  ];
}

function countOf(found, all, words) {
  const count = found.length;
  return words.trim() ? say("statement.found.of", { count, all }) : say("statement.found", { count });
}

function matching(words) {
  const wanted = words.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  return (entry) => {
    const money = fromJson(entry.amount);
    const text = [
      movement(entry.kind),
      entry.kind,
      entry.counterpartyDisplayName,
      entry.counterpartyAccount,
      entry.narrative,
      figure(money),
      figure(money).replaceAll(",", ""),
      isoDay(entry.bookingDate),
      entry.hostSerial,
    ]
      .join(" ")
      .normalize("NFKC")
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
}

function entryTable(entries, { first, last }) {
  const told = dayOfSpan(first, last);
  const head = ["day", "what", "amount", "after"].map((name) =>
    h("th", { scope: "col", role: "columnheader" }, say(`statement.${name}`)),
  );
  return h(
    "table",
    { class: "statement", role: "table", tabindex: "-1" },
    h("caption", { class: "unseen" }, say("statement.table", { first: longDay(first), last: longDay(last) })),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...head)),
    h("tbody", { role: "rowgroup" }, ...entries.map((entry) => entryRow(entry, told))),
  );
}

function entryRow(entry, told) {
  const day = isoDay(entry.bookingDate);
  const money = fromJson(entry.amount);
  const who = entry.counterpartyDisplayName || entry.counterpartyAccount || "";
  const note = [who && movement(entry.kind), entry.narrative !== movement(entry.kind) && entry.narrative]
    .filter(Boolean)
    .join(" · ");
  const cell = (name, ...children) => h("td", { class: name, role: "cell" }, ...children);
  return h(
    "tr",
    { role: "row" },
    cell("when", h("time", { datetime: day, title: longDay(day) }, told(day))),
    cell("what", h("span", { class: "who" }, who || movement(entry.kind)), note && h("span", { class: "note" }, note)),
    cell(money.nanos < 0n ? "figure out" : "figure in", written(money, { signed: true })),
    cell(
      "figure after",
      h("span", { class: "after-word" }, say("statement.after")),
      written(fromJson(entry.balanceAfterAmount)),
    ),
  );
}

function movement(kind) {
  const key = `movement.${kind}`;
  return known(key) ? say(key) : kind;
}

function pager(page, pages, turn) {
  const button = (key, to) =>
    h("button", { type: "button", class: "quiet", disabled: to < 1 || to > pages, onclick: () => turn(to) }, say(key));
  return h(
    "div",
    { class: "pager" },
    button("page.before", page - 1),
    h("p", {}, say("page.of", { page, pages })),
    button("page.after", page + 1),
  );
}

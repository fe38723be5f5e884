// Of which account and which days a statement is wanted.

import { bankDay } from "../dates.js";
import { h, put } from "../dom.js";
import { say } from "../language.js";
import { accountSelect, choice, correct, field } from "../parts.js";

const SPANS = [7, 30, 90];

/**
 * The form of `asking` (`account`, `first`, `last`), which it fills; it calls `changed()` when another is wanted, and
 * `mistaken()` when what stands there cannot be asked for.
 */
export function drawFilter(asking, accounts, { changed, mistaken }) {
  const form = h("form", { class: "card filter", novalidate: true });
  const account = accountSelect(accounts, asking.account.name, { onchange: () => form.requestSubmit() });
  const first = h("input", { type: "date", value: asking.first, required: true, max: bankDay() });
  const last = h("input", { type: "date", value: asking.last, required: true, max: bankDay() });
  const spans = spanChoice((days) => {
    first.value = bankDay(1 - days);
    last.value = bankDay();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (correct(mistakes(first, last))) return mistaken();
    asking.account = accounts.find(({ name }) => name === account.value);
    Object.assign(asking, { first: first.value, last: last.value });
    mark(spans, asking);
    changed();
  });
  mark(spans, asking);
  return put(
    form,
    field(say("statement.account"), account),
    field(say("statement.first"), first),
    field(say("statement.last"), last),
    h("button", { type: "submit", class: "main" }, say("statement.show")),
    spans,
  );
}

function mistakes(first, last) {
  const missing = say("statement.day.missing");
  const late = first.value && last.value < first.value ? say("statement.reversed") : "";
  return [
    [first, first.value ? "" : missing],
    [last, last.value ? late : missing],
  ];
}

function spanChoice(choose) {
  const labels = SPANS.map((days) => [days, say("statement.recent", { days })]);
  return choice(say("statement.ranges"), labels, null, choose);
}

function mark(spans, { first, last }) {
  SPANS.forEach((days, index) => {
    const chosen = first === bankDay(1 - days) && last === bankDay();
    spans.children[index].setAttribute("aria-pressed", String(chosen));
  });
}

// The second step of a transfer: read back, and confirmed once.

import { h } from "../dom.js";
import { say } from "../language.js";
import { fromJson } from "../money.js";
import { amount, facts } from "../parts.js";

export function drawConfirmation(summary, { confirm, change }) {
  const send = h(
    "button",
    {
      type: "button",
      class: "main",
      onclick: () => {
        send.disabled = true;
        confirm();
      },
    },
    say("confirm.send"),
  );
  return h(
    "section",
    { class: "card confirmation" },
    h("h2", {}, say("confirm.title")),
    h("p", { class: "big" }, h("span", { class: "word" }, say("confirm.amount")), amount(fromJson(summary.amount))),
    transferFacts(summary),
    h("p", { class: "hint" }, say("confirm.note")),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", class: "quiet", onclick: change }, say("confirm.change")),
      send,
    ),
  );
}

/** From where to where, and what for. */
export function transferFacts({ from, to, toKind, narrative }) {
  const account = ({ kind, number }) => say("account.numbered", { kind: say(`kind.${kind}`), number });
  const other = toKind !== "own";
  return facts([
    [say("confirm.from"), account(from)],
    [say("confirm.to"), other ? grouped(to.number) : account(to)],
    [say("confirm.bank"), to.bank],
    [say("confirm.name"), other ? to.name || say("confirm.name.unchecked") : ""],
    [say("confirm.narrative"), narrative],
  ]);
}

/** A number in groups of four, as people compare it. */
function grouped(number) {
  return h("span", { class: "number" }, number.replace(/(.{4})(?=.)/g, "$1 "));
}

// The first step of a transfer: what is to go where.

import { h, put } from "../dom.js";
import { say } from "../language.js";
import { figure, readTyped } from "../money.js";
import { accountOption, accountSelect, choice, correct, field } from "../parts.js";

const LONGEST_NARRATIVE = 60;

export function emptyDraft() {
  return {
    from: null,
    to: "own",
    own: "",
    ownAccount: null,
    number: "",
    name: "",
    bank: "",
    typed: "",
    narrative: "",
    money: null,
  };
}

/** The form of `draft`, which it fills as it is typed. `next()` is called once all of it is right. */
export function drawForm(draft, accounts, { balance, next }) {
  const form = h("form", { class: "card", novalidate: true });
  const draw = () => {
    const others = accounts.filter((account) => account !== draft.from);
    const controls = controlsOf(draft, accounts, others);
    const available = h("p", { class: "hint available-now" });
    showBalance(available, draft.from, balance);
    controls.from.addEventListener("change", () => {
      draft.from = accounts.find(({ name }) => name === controls.from.value);
      if (draft.own === draft.from.name) draft.own = "";
      draw();
      form.querySelector("select").focus();
    });
    const kinds = ["own", "person", "bank"].map((to) => [to, say(`transfer.to.${to}`)]);
    put(
      form,
      field(say("transfer.from"), controls.from),
      available,
      h(
        "fieldset",
        {},
        h("legend", {}, say("transfer.to")),
        choice(say("transfer.to"), kinds, draft.to, (to) => {
          draft.to = to;
          draw();
          form.querySelector('fieldset [aria-pressed="true"]').focus();
        }),
        ...destination(draft, controls, others),
      ),
      field(say("transfer.amount", { currency: draft.from.currencyCode }), controls.typed),
      field(say("transfer.narrative"), controls.narrative, say("transfer.narrative.hint")),
      h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, say("transfer.next"))),
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      if (!correct(mistakes(draft, controls, others))) next();
    };
  };
  draw();
  return form;
}

function controlsOf(draft, accounts, others) {
  const text = (name, attributes) =>
    h("input", {
      type: "text",
      value: draft[name],
      autocomplete: "off",
      ...attributes,
      oninput: (event) => {
        draft[name] = event.target.value.trim();
      },
    });
  const own = h(
    "select",
    {
      required: true,
      onchange: (event) => {
        draft.own = event.target.value;
      },
    },
    h("option", { value: "" }, say("transfer.own.choose")),
    ...others.map((account) =>
      h("option", { value: account.name, selected: account.name === draft.own }, accountOption(account)),
    ),
  );
  return {
    from: accountSelect(accounts, draft.from.name),
    own,
    number: text("number", { required: true, inputmode: "numeric", spellcheck: "false" }),
    name: text("name"),
    bank: text("bank", { required: true, inputmode: "numeric" }),
    typed: text("typed", { required: true, inputmode: "decimal", class: "money" }),
    narrative: text("narrative"),
  };
}

function destination(draft, controls, others) {
  if (draft.to === "own") {
    if (others.length === 0) return [h("p", { class: "hint" }, say("transfer.own.none"))];
    return [field(say("transfer.own"), controls.own)];
  }
  return [
    draft.to === "bank" && field(say("transfer.bank"), controls.bank, say("transfer.bank.hint")),
    field(say("transfer.number"), controls.number),
    field(say("transfer.name"), controls.name, say("transfer.name.hint")),
  ];
}

function mistakes(draft, controls, others) {
  draft.number = draft.number.normalize("NFKC").replace(/[\s-]/g, "");
  draft.bank = draft.bank.normalize("NFKC").replace(/\s/g, "");
  draft.ownAccount = others.find(({ name }) => name === draft.own);
  const { money, mistake } = readTyped(draft.typed, draft.from.currencyCode);
  draft.money = money;
  if (money) controls.typed.value = draft.typed = figure(money);
  const found = [
    draft.to === "own" && others.length > 0 && [controls.own, draft.ownAccount ? "" : say("transfer.own.missing")],
    draft.to === "bank" && [controls.bank, /^\d{12}$/.test(draft.bank) ? "" : say("transfer.bank.malformed")],
    draft.to !== "own" && [controls.number, numberMistake(draft.number)],
    [controls.typed, mistake ? say(mistake) : money.nanos === 0n ? say("amount.nothing") : ""],
    [controls.narrative, [...draft.narrative].length > LONGEST_NARRATIVE ? say("transfer.narrative.long") : ""],
  ].filter(Boolean);
  if (draft.to === "own" && others.length === 0) found.push([controls.typed, say("transfer.own.none")]);
  return found;
}

function numberMistake(number) {
  if (!number) return say("transfer.number.missing");
  return /^[0-9A-Za-z]{6,34}$/.test(number) ? "" : say("transfer.number.malformed");
}

async function showBalance(place, account, balance) {
  try {
    place.textContent = say("transfer.available", { amount: await balance(account) });
  } catch {
    place.textContent = "";
  }
}

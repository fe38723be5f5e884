// The first step of a transfer: what is to go where.

import { h, put } from "../dom.js";
import { Refused } from "../http.js";
import { say } from "../language.js";
import { HOME_CURRENCY, figure, readTyped } from "../money.js";
import { accountOption, accountSelect, choice, correct, field, mistaken } from "../parts.js";

const LONGEST = 60;
/** What the bank takes in no text: signs that are not to be seen, and spaces but the two of every keyboard. */
const UNPRINTABLE = /\p{C}|(?![ \u3000])\p{Z}/u;
/** Which field of the form is which of the contract's. */
const FIELDS = {
  debitAccount: "from",
  ownAccount: "own",
  accountNumber: "number",
  displayName: "name",
  bankCode: "bank",
  amount: "typed",
  units: "typed",
  nanos: "typed",
  narrative: "narrative",
};
const WORDS = { own: "transfer.own", typed: "confirm.amount" };
const REASONS = { missing: "field.missing", too_long: "field.too_long", control_character: "text.unprintable" };

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
    checked: false,
    marks: {},
  };
}

/** A draft to go on with: what `keptDraft` made of one, or an empty one. */
export function openDraft(kept) {
  const draft = { ...emptyDraft(), ...kept };
  if (draft.checked) ({ money: draft.money } = readTyped(draft.typed, HOME_CURRENCY));
  return draft;
}

/** A draft in values that can be kept, `""` if nothing was filled in; `confirming`: it had come to its confirmation. */
export function keptDraft({ from, to, own, ownAccount, number, name, bank, typed, narrative }, confirming) {
  const filled = own + number + name + bank + typed + narrative;
  const accounts = confirming
    ? { from: toldOf(from), ownAccount: to === "own" ? toldOf(ownAccount) : null }
    : { from: from && { name: from.name } };
  return filled && { ...accounts, to, own, number, name, bank, typed, narrative, checked: confirming };
}

/** What a confirmation says of an account. */
function toldOf({ name, kind, maskedNumber }) {
  return { name, kind, maskedNumber };
}

/** What the bank said about fields of the form: their names, each with a sentence. */
export function marksOf(problem) {
  const marks = {};
  for (const { pointer = "", reason } of problem.violations ?? []) {
    const name = FIELDS[pointer.split("/").pop()];
    if (name) marks[name] = say(REASONS[reason] ?? "field.wrong");
  }
  return marks;
}

/** The name of a field of `marksOf`, as the reader knows it. */
export function wordOf(name) {
  return say(WORDS[name] ?? `transfer.${name}`);
}

/** The form of `draft`, which it fills as it is typed. `next()` is called once all of it is right. */
export function drawForm(draft, accounts, { balance, next }) {
  const form = h("form", { class: "card", novalidate: true });
  const draw = () => {
    const others = accounts.filter((account) => account !== draft.from);
    const controls = controlsOf(draft, accounts, others);
    form.oninput = form.onchange = () => {
      draft.checked = false;
    };
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
          Object.assign(draft, { to, checked: false });
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
      draft.checked = !correct(mistakes(draft, controls, others));
      if (draft.checked) next();
    };
    for (const [name, text] of Object.entries(draft.marks)) {
      if (form.contains(controls[name])) mistaken(controls[name], text);
    }
    draft.marks = {};
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
    draft.to !== "own" && [controls.name, textMistake(draft.name, "transfer.name.long")],
    [controls.typed, mistake ? say(mistake) : money.nanos === 0n ? say("amount.nothing") : ""],
    [controls.narrative, textMistake(draft.narrative, "transfer.narrative.long")],
  ].filter(Boolean);
  if (draft.to === "own" && others.length === 0) found.push([controls.typed, say("transfer.own.none")]);
  return found;
}

function numberMistake(number) {
  if (!number) return say("transfer.number.missing");
  return /^[0-9A-Za-z]{6,34}$/.test(number) ? "" : say("transfer.number.malformed");
}

function textMistake(text, long) {
  if ([...text].length > LONGEST) return say(long);
  return UNPRINTABLE.test(text) ? say("text.unprintable") : "";
}

async function showBalance(place, account, balance) {
  try {
    place.textContent = say("transfer.available", { amount: await balance(account) });
  } catch (error) {
    place.textContent = error instanceof Refused ? error.message : "";
  }
}

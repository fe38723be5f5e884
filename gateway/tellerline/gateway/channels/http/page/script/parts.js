// Parts that every screen is made of.

import { h, put, unique } from "./dom.js";
import { NoAnswer, Refused, SessionOver } from "./http.js";
import { icon } from "./icons.js";
import { say } from "./language.js";
import { HOME_CURRENCY, figure, symbol, written } from "./money.js";

/** The screen's name, to which the reader is brought when the screen opens. */
export function heading(text, ...beside) {
  return h("div", { class: "heading" }, h("h1", { tabindex: "-1" }, text), ...beside);
}

/** An amount to be read at a glance: the figure large, the symbol small, one text for those who hear it. */
export function amount(money, name = "amount") {
  return h(
    "span",
    { class: name },
    h("span", { class: "unseen" }, written(money)),
    h("span", { "aria-hidden": "true" }, h("span", { class: "symbol" }, symbol(money.currency)), figure(money)),
  );
}

/** `kind` is `calm`, `good`, `doubt` or `bad`. */
export function notice(kind, title, ...rest) {
  const symbols = { calm: "wait", good: "done", doubt: "unknown", bad: "warning" };
  const role = kind === "bad" ? "alert" : "status";
  return h(
    "div",
    { class: `notice ${kind}`, role },
    icon(symbols[kind]),
    h("div", {}, title && h("p", { class: "notice-title" }, title), ...rest),
  );
}

/** Why something did not work, in the reader's language; with `again` a way to ask once more, where that may help. */
export function problemNotice(error, again) {
  const known = error instanceof Refused && error.message;
  const hopeless = error instanceof Refused && error.definite && !error.retryable;
  return notice(
    "bad",
    "",
    h("p", {}, known ? error.message : say("problem.no_answer")),
    again && !hopeless && h("button", { type: "button", class: "quiet", onclick: again }, say("again")),
  );
}

/**
 * A place for what is being asked: shows that it is asked, then what `draw` makes of the answer, or why there is
 * none.
 */
export function asked(place, question, draw) {
  const ask = async () => {
    const turn = {};
    turns.set(place, turn);
    const show = (...children) => turns.get(place) === turn && put(place, ...children);
    show(h("p", { class: "loading" }, say("loading")));
    try {
      show(draw(await question()));
    } catch (error) {
      if (error instanceof SessionOver) return;
      if (!(error instanceof Refused || error instanceof NoAnswer)) throw error;
      show(problemNotice(error, ask));
    }
  };
  ask();
  return place;
}

/** Empties `place`, also of what is still being asked for it. */
export function blank(place) {
  turns.set(place, {});
  put(place);
}

/** The newest question of each place: what an older one finds out is shown no more. */
const turns = new WeakMap();

/** A labelled field. `control` is an input or select; `hint` stands under it; its mistake is shown by `mistaken`. */
export function field(label, control, hint) {
  control.id ||= unique("field");
  const described = [];
  const parts = [h("label", { for: control.id }, label), control];
  if (hint) {
    const id = `${control.id}-hint`;
    described.push(id);
    parts.push(h("p", { class: "hint", id }, hint));
  }
  const mistake = h("p", { class: "mistake", id: `${control.id}-mistake`, hidden: true });
  described.push(mistake.id);
  control.setAttribute("aria-describedby", described.join(" "));
  return h("div", { class: "field" }, ...parts, mistake);
}

/** Says under `control` what is wrong with it, or with an empty text that nothing is. */
export function mistaken(control, text) {
  const place = control.getRootNode().querySelector(`#${control.id}-mistake`);
  place.textContent = text;
  place.hidden = text === "";
  if (text) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/** Shows every mistake of `[control, text]` and goes to the first; whether there was one. */
export function correct(found) {
  for (const [control, text] of found) mistaken(control, text);
  const first = found.find(([, text]) => text !== "");
  first?.[0].focus();
  return first !== undefined;
}

/** A select of accounts, by resource name. */
export function accountSelect(accounts, chosen, attributes = {}) {
  const options = accounts.map((account) =>
    h("option", { value: account.name, selected: account.name === chosen }, accountOption(account)),
  );
  return h("select", attributes, ...options);
}

/** `账户序号`: the last part of an account's name. */
export function sequence(account) {
  return account.name.split("/").pop();
}

/**
 * `form`, and before it, until something is chosen there, that the account meant by the address is not among these.
 */
export function withAccountMeant(accounts, meant, form) {
  if (!meant || accounts.some((account) => sequence(account) === meant)) return form;
  const told = notice("calm", "", h("p", {}, say("account.unknown", { sequence: meant })));
  form.addEventListener("change", () => told.remove(), { once: true });
  return [told, form];
}

/** An account as one line; the currency is told where it is not the bank's own. */
export function accountOption(account) {
  const kind = say(`kind.${account.kind}`);
  const [number, currency] = [account.maskedNumber, account.currencyCode];
  return say(currency === HOME_CURRENCY ? "account.option" : "account.option.foreign", {
    sequence: sequence(account),
    kind,
    number,
    currency,
  });
}

/** Pairs of a word and what it stands for; those without a value are left out. */
export function facts(pairs, name = "facts") {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", { class: name }, ...rows.map(([word, value]) => h("div", {}, h("dt", {}, word), h("dd", {}, value))));
}

/** Buttons of which one is chosen. `choices` are `[value, label]`. */
export function choice(label, choices, chosen, choose) {
  const buttons = choices.map(([value, text]) =>
    h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => choose(value) }, text),
  );
  return h("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
}

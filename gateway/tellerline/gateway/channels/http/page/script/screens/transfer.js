// A transfer: filled in, confirmed, followed until its end is certain.

import { createTransfer, getBalance, listAccounts, lookUpTransfer } from "../bank.js";
import { h } from "../dom.js";
import { Errand } from "../errand.js";
import { say } from "../language.js";
import { HOME_CURRENCY, fromJson, toJson, written } from "../money.js";
import { asked, heading, notice, sequence, withAccountMeant } from "../parts.js";
import { forget, interrupted, keep, keepDraft } from "../pending.js";
import { customer, newKey } from "../session.js";
import { drawConfirmation } from "./transfer_confirm.js";
import { drawForm, emptyDraft, keptDraft, marksOf, openDraft } from "./transfer_form.js";
import { drawOutcome } from "./transfer_outcome.js";

const STEPS = ["fill", "confirm", "result"];

export function transferScreen(app, argument) {
  const owner = customer();
  const draft = openDraft(app.draft);
  const balances = new Map();
  let accounts;
  let step = draft.checked ? "confirm" : "fill";
  let errand = null;
  let summary = null;

  const load = async () => {
    accounts ??= (await listAccounts()).filter((account) => account.currencyCode === HOME_CURRENCY);
    draft.from =
      accounts.find(({ name }) => name === draft.from?.name) ??
      accounts.find((account) => sequence(account) === argument) ??
      accounts[0];
    return accounts;
  };

  const go = (to) => {
    step = to;
    app.redraw();
    app.arrive();
  };

  const confirm = () => {
    if (errand) return;
    const key = newKey();
    const transfer = transferOf(draft);
    summary = summaryOf(draft);
    keep(key, transfer, summary);
    history.replaceState({ step: "result" }, "");
    follow(key, transfer, false);
    go("result");
  };

  const follow = (key, transfer, begun) => {
    const send = (number) => createTransfer(transfer, number);
    const changed = () => {
      if (errand.settled) forget();
      go("result");
    };
    errand = new Errand({ key, begun, send, look: lookUpTransfer, changed });
    step = "result";
    errand.run();
  };

  const next = () => {
    history.pushState({ step: "confirm" }, "");
    go("confirm");
  };

  /** The reader went back or forward: never to a confirmation of what was sent or changed since. */
  const turn = (state) => {
    if (!errand) {
      const to = state?.step === "confirm" && draft.checked ? "confirm" : "fill";
      if (to !== step) go(to);
    } else if (errand.settled && state?.step !== "result") again(errand.stage === "refused");
  };

  /** From a later step to the form, which the history has before it unless the page began here. */
  const back = () => (history.state?.step ? history.back() : turn(null));

  const again = (kept) => {
    errand.leave();
    if (kept) Object.assign(draft, { checked: false, marks: marksOf(errand.problem) });
    else Object.assign(draft, emptyDraft(), { from: draft.from ?? accounts?.[0] });
    errand = null;
    balances.clear();
    go("fill");
  };

  const drop = () => {
    forget();
    history.replaceState(null, "");
    again(false);
  };

  const draw = () => h("div", { class: "narrow" }, heading(say("transfer.title")), steps(step), body());

  const body = () => {
    if (step === "result")
      return drawOutcome(errand, summary, {
        another: back,
        edit: draft.from && back,
        drop,
        send: summary && (() => errand.sendNow()),
      });
    if (step === "confirm") return drawConfirmation(summaryOf(draft), { confirm, change: back });
    return asked(h("div", {}), load, (found) => {
      if (found.length === 0) return notice("calm", "", h("p", {}, say("transfer.foreign")));
      return withAccountMeant(found, argument, drawForm(draft, found, { balance: balanceOf, next }));
    });
  };

  const balanceOf = async (account) => {
    if (!balances.has(account.name)) balances.set(account.name, await getBalance(account.name));
    return written(fromJson(balances.get(account.name).availableAmount));
  };

  app.draft = null;
  history.replaceState(null, "");
  if (step === "confirm") history.pushState({ step }, "");
  const kept = interrupted();
  if (kept) {
    summary = kept.summary ?? null;
    follow(kept.key, kept.transfer, true);
  }

  return {
    draw,
    turn,
    keep: () => {
      const filled = !errand && keptDraft(draft, step === "confirm");
      if (filled) keepDraft(owner, filled);
    },
    leave: () => errand?.leave(),
    hear: (transaction) => errand?.hear(transaction),
  };
}

function steps(current) {
  const at = STEPS.indexOf(current);
  const items = STEPS.map((name, index) =>
    h(
      "li",
      { class: index < at ? "past" : "", "aria-current": index === at ? "step" : null },
      say(`transfer.step.${name}`),
    ),
  );
  return h("ol", { class: "steps", "aria-label": say("transfer.steps") }, ...items);
}

/** As the contract wants it. */
function transferOf({ from, to, own, number, name, bank, money, narrative }) {
  const payee = { accountNumber: number, ...(name && { displayName: name }) };
  const destinations = {
    own: { ownAccount: own },
    person: { registeredPayee: payee },
    bank: { otherBankPayee: { ...payee, bankCode: bank } },
  };
  return { debitAccount: from.name, ...destinations[to], amount: toJson(money), ...(narrative && { narrative }) };
}

/** As the customer reads it back, before and after; in values that can be kept. */
function summaryOf({ from, to, ownAccount, number, name, bank, money, narrative }) {
  const account = ({ kind, maskedNumber }) => ({ kind, number: maskedNumber });
  return {
    from: account(from),
    to: to === "own" ? account(ownAccount) : { number, name, bank: to === "bank" ? bank : "" },
    toKind: to,
    amount: toJson(money),
    narrative,
  };
}

// The third step of a transfer: what became of it, told no sooner and no surer than it is known.

import { fullMoment } from "../dates.js";
import { h } from "../dom.js";
import { say } from "../language.js";
import { fromJson, written } from "../money.js";
import { amount, facts, notice } from "../parts.js";
import { limitSentence } from "../limit_sentence.js";
import { transferFacts } from "./transfer_confirm.js";
import { marksOf, wordOf } from "./transfer_form.js";

const TONES = {
  done: "good",
  refused: "bad",
  undone: "bad",
  unknown: "doubt",
  asking: "doubt",
  paused: "doubt",
  absent: "doubt",
};

/**
 * `edit` is missing where there is no draft to go back to; `summary` and `send` where nothing but the number was kept.
 */
export function drawOutcome(errand, summary, { another, edit, drop, send }) {
  const { stage, reply, problem } = errand;
  const asked = summary?.amount ?? reply?.amount;
  const money = asked && fromJson(asked);
  return h(
    "section",
    { class: `card outcome ${stage}` },
    notice(TONES[stage] ?? "calm", say(`result.${stage}`), ...words(errand, money, summary)),
    money && h("p", { class: "big" }, h("span", { class: "word" }, say("confirm.amount")), amount(money)),
    summary && transferFacts(summary),
    facts(serials(errand), "facts serials"),
    h("div", { class: "actions" }, ...actions(errand, { another, edit, drop, send })),
  );
}

function words({ stage, reply, problem }, money, summary) {
  const manual = reply?.transaction?.state === "TRANSACTION_STATE_MANUAL";
  if (stage === "refused") {
    return [
      h("p", {}, (money && limitSentence(problem, money)) ?? problem.message),
      ...Object.entries(marksOf(problem)).map(([name, why]) =>
        h("p", {}, say("result.field", { field: wordOf(name), why })),
      ),
      h("p", {}, say("result.refused.text")),
    ];
  }
  const texts = {
    sending: "result.sending.text",
    looking: "result.sending.text",
    asking: "result.asking.text",
    unknown: manual ? "result.manual.text" : "result.unknown.text",
    absent: summary ? "result.absent.text" : "result.absent.gone",
  };
  return stage in texts ? [h("p", {}, say(texts[stage]))] : [];
}

function serials({ key, serial, reply, stage }) {
  if (stage === "refused" && !serial) return [];
  return [
    [say("result.balance"), reply?.balanceAfterAmount && written(fromJson(reply.balanceAfterAmount))],
    [say("result.at"), reply?.bookTime && fullMoment(reply.bookTime)],
    [say("result.serial"), serial],
    [say("result.host"), reply?.transaction?.ref?.hostSerial],
    [say("result.number"), serial ? "" : key],
  ];
}

function actions(errand, { another, edit, drop, send }) {
  const button = (key, onclick, name = "quiet") => h("button", { type: "button", class: name, onclick }, say(key));
  const accounts = h("a", { class: "button quiet", href: "#/accounts" }, say("result.accounts"));
  if (errand.stage === "absent") {
    return [button("result.absent.drop", drop), send && button("result.absent.send", send, "main")];
  }
  if (errand.stage === "refused") {
    const limit = errand.problem.code?.startsWith("LIMIT_");
    return [
      accounts,
      limit && h("a", { class: "button quiet", href: "#/limits" }, say("result.limits")),
      edit && button("result.edit", edit, "main"),
    ];
  }
  if (errand.settled) return [accounts, button("result.another", another, "main")];
  return errand.stage === "unknown" ? [accounts, button("result.other", drop)] : [];
}

// The oral loss report: which one, read back with what it means, confirmed, followed until its end is certain.

import { getBalance, getLossReport, listAccounts, reportLoss } from "../bank.js";
import { fullMoment } from "../dates.js";
import { h } from "../dom.js";
import { Errand } from "../errand.js";
import { Refused } from "../http.js";
import { say } from "../language.js";
import { fromJson, written } from "../money.js";
import { asked, correct, facts, heading, mistaken, notice, sequence } from "../parts.js";
import { newKey } from "../session.js";

const TONES = { done: "good", refused: "bad", undone: "bad", unknown: "doubt", asking: "doubt", paused: "doubt" };
const IN_FORCE = new Set(["STATE_IN_FORCE", "STATE_FORMALISED"]);

export function lossScreen(app) {
  let accounts;
  let account = null;
  let step = "which";
  let errand = null;

  const go = (to) => {
    step = to;
    app.redraw();
    app.arrive();
  };

  const load = async () => {
    accounts ??= await Promise.all(
      (await listAccounts()).map(async (each) => ({ ...each, report: await reportOf(each) })),
    );
    return accounts;
  };

  const confirm = () => {
    if (errand) return;
    const changed = () => {
      if (errand.settled) accounts = undefined;
      go("result");
    };
    errand = new Errand({ key: newKey(), send: (key) => reportLoss(account.name, account.kind, key), changed });
    go("result");
    errand.run();
  };

  const back = () => {
    errand = null;
    accounts = undefined;
    go("which");
  };

  const draw = () => {
    const parts = {
      which: () => [
        h("p", { class: "lead" }, say("loss.text")),
        asked(h("div", {}), load, (found) => drawChoice(found, account, choose)),
      ],
      check: () =>
        asked(
          h("div", {}),
          () => balanceOf(account),
          (balance) => drawCheck(account, balance, { confirm, back: () => go("which") }),
        ),
      result: () => drawResult(errand, account, back),
    };
    return h("div", { class: "narrow" }, heading(say("loss.title")), parts[step]());
  };

  const choose = (chosen) => {
    account = chosen;
    go("check");
  };

  return { draw, leave: () => errand?.leave(), hear: (transaction) => errand?.hear(transaction) };
}

async function reportOf(account) {
  try {
    return await getLossReport(account.name);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** The balance to offer before the report; null where the bank does not tell it. */
async function balanceOf(account) {
  try {
    return await getBalance(account.name);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

function drawChoice(accounts, chosen, choose) {
  if (accounts.length === 0) return notice("calm", "", h("p", {}, say("loss.none")));
  const radios = accounts.map((account) =>
    h("input", {
      type: "radio",
      name: "lost",
      value: account.name,
      id: `lost-${sequence(account)}`,
      checked: account.name === chosen?.name,
      disabled: IN_FORCE.has(account.report?.state),
      "aria-describedby": "lost-mistake",
    }),
  );
  const submit = (event) => {
    event.preventDefault();
    const found = accounts.find((_, index) => radios[index].checked);
    if (found) return choose(found);
    const mistake = document.getElementById("lost-mistake");
    mistake.textContent = say("loss.which.missing");
    mistake.hidden = false;
    radios.find((radio) => !radio.disabled)?.focus();
  };
  const row = (account, radio) =>
    h(
      "label",
      { class: "pick", for: radio.id },
      radio,
      h(
        "span",
        { class: "pick-text" },
        h("span", {}, say(`kind.${account.kind}`), " ", h("span", { class: "number" }, account.maskedNumber)),
        h("span", { class: "hint" }, say("account.sequence", { sequence: sequence(account) })),
      ),
      radio.disabled &&
        h(
          "span",
          { class: "chip bad" },
          say("loss.reported"),
          account.report.reportNumber ? ` ${account.report.reportNumber}` : "",
        ),
    );
  return h(
    "form",
    { class: "card", onsubmit: submit, novalidate: true },
    h(
      "fieldset",
      {},
      h("legend", {}, say("loss.which")),
      ...accounts.map((account, index) => row(account, radios[index])),
      h("p", { class: "mistake", id: "lost-mistake", hidden: true }),
    ),
    radios.some((radio) => !radio.disabled) &&
      h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, say("loss.next"))),
  );
}

function drawCheck(account, balance, { confirm, back }) {
  const kind = say(`kind.${account.kind}`);
  const agree = h("input", { type: "checkbox", id: "loss-agree", "aria-describedby": "loss-agree-mistake" });
  agree.addEventListener("change", () => mistaken(agree, ""));
  const send = h(
    "button",
    {
      type: "button",
      class: "main danger",
      onclick: () => {
        if (correct([[agree, agree.checked ? "" : say("loss.agree.missing")]])) return;
        send.disabled = true;
        confirm();
      },
    },
    say("loss.send"),
  );
  return h(
    "section",
    { class: "card confirmation" },
    h("h2", {}, say("loss.check")),
    h(
      "p",
      { class: "big" },
      h("span", { class: "word" }, say("loss.number")),
      h("span", { class: "number" }, `${kind} ${account.maskedNumber}`),
    ),
    balance && facts([[say("loss.balance"), written(fromJson(balance.availableAmount))]]),
    balance && h("p", { class: "hint" }, say("loss.balance.note")),
    h("ul", { class: "effects" }, ...["now", "days", "lift"].map((name) => h("li", {}, say(`loss.effect.${name}`)))),
    h(
      "div",
      { class: "field" },
      h(
        "label",
        { class: "agree", for: "loss-agree" },
        agree,
        h("span", {}, say("loss.agree", { number: account.maskedNumber, kind: kind.toLowerCase() })),
      ),
      h("p", { class: "mistake", id: "loss-agree-mistake", hidden: true }),
    ),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", class: "quiet", onclick: back }, say("loss.back")),
      send,
    ),
  );
}

function drawResult(errand, account, back) {
  const { stage, reply, problem } = errand;
  const report = reply?.lossReport;
  const texts = {
    done: "loss.done.text",
    unknown: "loss.unknown.text",
    queued: "loss.queued.text",
    asking: "result.asking.text",
  };
  const own = ["done", "unknown", "queued", "refused", "undone", "sending"].includes(stage);
  const words = stage === "refused" ? problem.message : stage in texts ? say(texts[stage]) : "";
  return h(
    "section",
    { class: `card outcome ${stage}` },
    notice(TONES[stage] ?? "calm", say(own ? `loss.${stage}` : `result.${stage}`), words && h("p", {}, words)),
    facts([
      [
        say(stage === "done" ? "loss.number.done" : "loss.number"),
        h("span", { class: "number" }, `${say(`kind.${account.kind}`)} ${reply?.maskedNumber ?? account.maskedNumber}`),
      ],
      [say("loss.report"), report?.reportNumber],
      [say("loss.since"), report?.reportTime && fullMoment(report.reportTime)],
      [say("loss.lapse"), report?.lapseTime && fullMoment(report.lapseTime)],
      [say("result.serial"), errand.serial],
    ]),
    stage === "done" &&
      h("ul", { class: "effects" }, ...["days", "lift"].map((name) => h("li", {}, say(`loss.effect.${name}`)))),
    h(
      "div",
      { class: "actions" },
      errand.settled && h("button", { type: "button", class: "quiet", onclick: back }, say("loss.back")),
      (errand.settled || stage === "unknown" || stage === "queued") &&
        h("a", { class: "button quiet", href: "#/accounts" }, say("result.accounts")),
    ),
  );
}

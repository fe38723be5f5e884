// The transfer limits of each account: what is in force, and other values up to the bank's ceilings.

import { getLimits, listAccounts, updateLimits } from "../bank.js";
import { announce, h, put } from "../dom.js";
import { NoAnswer, Refused, SessionOver } from "../http.js";
import { say } from "../language.js";
import { ofMinor } from "../limit_sentence.js";
import { HOME_CURRENCY, figure, fromJson, readTyped, toJson, written } from "../money.js";
import { accountSelect, asked, correct, facts, field, heading, mistaken, notice, problemNotice } from "../parts.js";
import { newKey } from "../session.js";

export function limitsScreen() {
  let accounts;
  let chosen;

  const load = async () => {
    accounts ??= (await listAccounts()).filter((account) => account.currencyCode === HOME_CURRENCY);
    chosen ??= accounts[0];
    return accounts;
  };

  const draw = () =>
    h(
      "div",
      { class: "narrow" },
      heading(say("limits.title")),
      h("p", { class: "lead" }, say("limits.text")),
      asked(h("div", {}), load, drawAll),
    );

  const drawAll = (found) => {
    if (found.length === 0) return notice("calm", "", h("p", {}, say("transfer.foreign")));
    const place = h("div", {});
    const show = () =>
      asked(
        place,
        () => getLimits(chosen.name),
        (limits) => drawLimits(chosen, limits),
      );
    const select = accountSelect(found, chosen.name, {
      onchange: () => {
        chosen = found.find(({ name }) => name === select.value);
        show();
      },
    });
    show();
    return h("div", { class: "card" }, field(say("limits.account"), select), place);
  };

  return { draw };
}

function drawLimits(account, limits) {
  const place = h("div", {});
  const show = (now, said) => {
    const ceilings = ceilingsOf(now);
    const message = h("div", {});
    if (said) put(message, notice("good", "", h("p", {}, said)));
    const inputs = inputsOf(now);
    const save = h("button", { type: "submit", class: "main" }, say("limits.save"));
    const submit = async (event) => {
      event.preventDefault();
      put(message);
      const { wanted, found } = read(now, inputs, account.currencyCode);
      if (correct(found)) return;
      if (Object.keys(wanted).length === 0) return put(message, notice("calm", "", h("p", {}, say("limits.same"))));
      save.disabled = true;
      try {
        show({ ...now, ...(await updateLimits(account.name, wanted, newKey())) }, say("limits.saved"));
        announce(say("limits.saved"));
      } catch (error) {
        refuse(error, inputs, message, account.currencyCode);
      } finally {
        save.disabled = false;
      }
    };
    const hint = (name) => ceilings[name] && say("limits.ceiling", { ceiling: ceilings[name] });
    put(
      place,
      h("h2", {}, say("limits.now")),
      facts([
        [say("limits.single"), written(fromJson(now.singleAmount))],
        [say("limits.daily"), written(fromJson(now.dailyAmount))],
        [say("limits.count"), say("limits.times", { count: now.dailyCount ?? 0 })],
        [say("limits.used"), now.usedAmount && usedOf(now)],
      ]),
      sense(now),
      h(
        "form",
        { onsubmit: submit, novalidate: true },
        ...["single", "daily", "count"].map((name) => field(say(`limits.${name}`), inputs[name], hint(name))),
        message,
        h("div", { class: "actions" }, save),
      ),
    );
  };
  show(limits, "");
  return place;
}

/** What limits come to that bind each other, or leave nothing. */
function sense({ singleAmount, dailyAmount, dailyCount }) {
  const [single, daily] = [fromJson(singleAmount), fromJson(dailyAmount)];
  const text = (key, values) => h("p", { class: "hint" }, say(key, values));
  if (single.nanos === 0n || daily.nanos === 0n || !dailyCount) return text("limits.nothing");
  return single.nanos > daily.nanos && text("limits.single.bound", { daily: written(daily) });
}

function usedOf({ usedAmount, usedCount = 0 }) {
  return say("limits.used.of", { amount: written(fromJson(usedAmount)), count: usedCount });
}

function ceilingsOf({ ceilingSingleAmount, ceilingDailyAmount, ceilingDailyCount }) {
  return {
    single: ceilingSingleAmount && written(fromJson(ceilingSingleAmount)),
    daily: ceilingDailyAmount && written(fromJson(ceilingDailyAmount)),
    count: ceilingDailyCount && say("limits.times", { count: ceilingDailyCount }),
  };
}

function inputsOf({ singleAmount, dailyAmount, dailyCount }) {
  const input = (value, inputmode) =>
    h("input", { type: "text", value, inputmode, autocomplete: "off", class: "money", required: true });
  return {
    single: input(figure(fromJson(singleAmount)), "decimal"),
    daily: input(figure(fromJson(dailyAmount)), "decimal"),
    count: input(String(dailyCount ?? 0), "numeric"),
  };
}

/** What differs from `now`, as the contract wants it, and what is wrong with what was typed. */
function read(now, inputs, currency) {
  const wanted = {};
  const found = [];
  for (const [name, part] of [
    ["single", "singleAmount"],
    ["daily", "dailyAmount"],
  ]) {
    const { money, mistake } = readTyped(inputs[name].value, currency);
    found.push([inputs[name], mistake ? say(mistake) : ""]);
    if (money && money.nanos !== fromJson(now[part]).nanos) wanted[part] = toJson(money);
  }
  const count = inputs.count.value.normalize("NFKC").trim();
  const whole = /^\d{1,9}$/.test(count);
  found.push([inputs.count, whole ? "" : say(/^\d+$/.test(count) ? "count.too_many" : "count.malformed")]);
  if (whole && Number(count) !== (now.dailyCount ?? 0)) wanted.dailyCount = Number(count);
  return { wanted, found };
}

function refuse(error, inputs, message, currency) {
  if (error instanceof SessionOver) return;
  if (!(error instanceof Refused || error instanceof NoAnswer)) throw error;
  const { limit, ceiling } = error.metadata ?? {};
  if (error.code !== "LIMIT_ABOVE_CEILING" || !(limit in inputs)) return void put(message, problemNotice(error));
  const told = limit === "count" ? say("limits.times", { count: ceiling }) : written(ofMinor(ceiling, currency));
  mistaken(inputs[limit], say("limits.above", { ceiling: told }));
  put(message);
  inputs[limit].focus();
}

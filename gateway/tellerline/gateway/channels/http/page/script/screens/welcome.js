// Before the login, and after it.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { say } from "../language.js";
import { notice } from "../parts.js";

const TONES = { over: "doubt", out: "good", alone: "doubt", failed: "bad", unreachable: "bad" };

/**
 * `greeting` is empty, or why the reader is here: `over`, `out`, `alone` (logged out, and the bank does not know),
 * `failed`, `unreachable`; `asking` as long as that is not known.
 */
export function welcome(greeting, logIn) {
  const enter = greeting === "unreachable" ? () => location.reload() : logIn;
  const button = h(
    "button",
    { type: "button", class: "main wide", onclick: enter },
    say(greeting === "unreachable" ? "again" : "welcome.login"),
  );
  return h(
    "div",
    { class: "welcome" },
    h(
      "section",
      { class: "card entrance" },
      h("h1", { tabindex: "-1" }, say("welcome.title")),
      h("p", { class: "lead" }, say("welcome.text")),
      greeting in TONES && notice(TONES[greeting], "", h("p", {}, say(`welcome.${greeting}`))),
      greeting === "asking" ? h("p", { class: "loading", role: "status" }, say("loading")) : button,
    ),
    h(
      "section",
      { class: "care", "aria-labelledby": "care-title" },
      h("h2", { id: "care-title" }, say("welcome.care.title")),
      h(
        "ul",
        {},
        ...["pin", "address", "loss"].map((name) =>
          h("li", {}, icon("check"), h("span", {}, say(`welcome.care.${name}`))),
        ),
      ),
    ),
  );
}

// The frame around every screen: who is logged in, what may be visited, what the bank tells meanwhile.

import { Activity } from "./activity.js";
import { h, put } from "./dom.js";
import { watch } from "./events.js";
import { icon } from "./icons.js";
import { LANGUAGES, language, say, speak } from "./language.js";
import { place, route, visit } from "./router.js";
import { accountsScreen } from "./screens/accounts.js";
import { limitsScreen } from "./screens/limits.js";
import { lossScreen } from "./screens/loss.js";
import { statementScreen } from "./screens/statement.js";
import { transferScreen } from "./screens/transfer.js";
import { welcome } from "./screens/welcome.js";
import { depart, interrupted, letDraftExpire, takeDraft } from "./pending.js";
import * as session from "./session.js";

const SCREENS = {
  accounts: accountsScreen,
  statement: statementScreen,
  transfer: transferScreen,
  limits: limitsScreen,
  loss: lossScreen,
};
const MENU = ["accounts", "transfer", "limits", "loss"];
const FARE = "tellerline.farewell";

export class App {
  activity = new Activity();
  /** Of a transfer that the end of a session came between, for the screen that takes it up. */
  draft = null;
  #root;
  #main = h("main", { id: "main" });
  /** Loaded once, and there also when the connection is not. */
  #mark = h("img", { src: "mark.svg", alt: "", width: 32, height: 32 });
  #screen = null;
  #greeting = "";
  #unwatch = () => {};

  constructor(root) {
    this.#root = root;
  }

  async begin() {
    const greeting = sessionStorage.getItem(FARE) ?? "";
    sessionStorage.removeItem(FARE);
    letDraftExpire();
    this.#welcome("asking");
    try {
      await session.prepare(() => this.#sessionOver());
    } catch {
      return this.#welcome("unreachable");
    }
    let after = null;
    try {
      after = await session.comeBack();
    } catch {
      return this.#welcome("failed");
    }
    if (after === null) return this.#welcome(greeting);
    this.#enter(after);
  }

  /** Draws the screen anew, where it stands. */
  redraw = () => {
    put(this.#main, this.#screen.draw());
    document.title = say("title", { screen: this.#main.querySelector("h1").textContent });
  };

  /** Brings the reader to the screen's beginning: after a step of it, or its opening. */
  arrive = () => {
    scrollTo({ top: 0 });
    this.#main.querySelector("h1").focus({ preventScroll: true });
  };

  #enter(after) {
    const hear = (transaction) => {
      this.activity.hear(transaction);
      this.#screen?.hear?.(transaction);
    };
    this.#unwatch = watch(hear, (connected) => this.activity.connect(connected));
    this.activity.load();
    const hash = interrupted() ? "#/transfer" : after || "#/accounts";
    this.draft = takeDraft();
    history.replaceState(null, "", hash);
    this.#frame();
    route(
      (name, argument) => this.#open(name, argument),
      (state) => this.#screen?.turn?.(state),
    );
  }

  #open(name, argument) {
    if (!session.customer()) return;
    if (!(name in SCREENS)) return visit("accounts");
    this.#screen?.leave?.();
    this.#screen = SCREENS[name](this, argument);
    this.redraw();
    this.arrive();
    this.#markPlace(name === "statement" ? "accounts" : name);
  }

  #sessionOver() {
    this.#unwatch();
    this.#screen?.keep?.();
    letDraftExpire();
    this.#forget("over");
  }

  #forget(greeting) {
    this.#screen?.leave?.();
    this.#screen = null;
    this.#welcome(greeting);
  }

  #welcome(greeting) {
    this.#greeting = greeting;
    const logIn = () => session.logIn(location.hash);
    put(this.#root, this.#header(false), put(this.#main, welcome(greeting, logIn)));
    document.title = `${say("bank.service")} · ${say("bank.name")}`;
    if (greeting && greeting !== "asking") this.#main.querySelector("h1").focus();
  }

  #frame() {
    put(this.#root, skip(), this.#header(true), this.#menu(), this.#main);
  }

  #markPlace(current) {
    for (const link of this.#root.querySelectorAll("nav a")) {
      if (link.hash === `#/${current}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  #speak(tag) {
    speak(tag);
    if (this.#screen) {
      const [name] = place();
      this.#frame();
      this.redraw();
      this.#markPlace(name === "statement" ? "accounts" : name);
    } else this.#welcome(this.#greeting);
    this.#root.querySelector(".language").focus();
  }

  async #leave() {
    this.#unwatch();
    this.#forget("asking");
    depart();
    const { ended, way } = await session.logOut();
    if (!way) return this.#welcome("alone");
    sessionStorage.setItem(FARE, ended ? "out" : "alone");
    location.assign(way);
  }

  #header(inside) {
    const other = LANGUAGES.find((tag) => tag !== language());
    return h(
      "header",
      { class: "top" },
      h(
        "div",
        { class: "top-inner" },
        h(
          "p",
          { class: "brand" },
          this.#mark,
          h("span", {}, h("strong", {}, say("bank.name")), h("span", { class: "service" }, say("bank.service"))),
        ),
        h(
          "div",
          { class: "top-actions" },
          h(
            "button",
            { type: "button", class: "language", lang: other, onclick: () => this.#speak(other) },
            say("language.other"),
          ),
          inside &&
            h(
              "button",
              { type: "button", class: "logout", onclick: () => this.#leave() },
              icon("logout"),
              h("span", {}, say("logout")),
            ),
        ),
      ),
    );
  }

  #menu() {
    return h(
      "nav",
      { "aria-label": say("nav") },
      h(
        "ul",
        {},
        ...MENU.map((name) =>
          h("li", {}, h("a", { href: `#/${name}` }, icon(name), h("span", {}, say(`nav.${name}`)))),
        ),
      ),
    );
  }
}

function skip() {
  return h("a", { class: "skip", href: "#main", onclick: toMain }, say("skip"));
}

function toMain(event) {
  event.preventDefault();
  document.querySelector("#main h1").focus();
}

// One confirmed wish of the customer, carried to the bank until its end is certain.
//
// The number under which it is sent is made once, when the customer confirms, and kept through every repetition: so it
// is done once, however often it has to be sent. What is not known is never told as success, nor as failure.

import { NoAnswer, Refused, SessionOver } from "./http.js";

const PAUSES = [1000, 2000, 4000, 8000, 15_000];
const DONE = "TRANSACTION_STATE_DONE";
const FAILED = new Set(["TRANSACTION_STATE_REJECTED", "TRANSACTION_STATE_NOT_SENT"]);
const UNDONE = "TRANSACTION_STATE_REVERSED";
const QUEUED = "TRANSACTION_STATE_QUEUED";

/**
 * `stage` is where it stands: `sending`, `asking` (no answer yet; sent again under the same number), `unknown` (the
 * bank
 * has it and does not know the end), `queued`, and at the end `done`, `refused` or `undone`; `paused` when the session
 * ended under way; `looking` and `absent` for one that was begun earlier and may never have arrived. `reply` is the
 * bank's newest answer, `problem` why it was refused.
 */
export class Errand {
  stage = "sending";
  reply = null;
  problem = null;
  #send;
  #look;
  #changed;
  #wake = () => {};
  #left = false;

  /**
   * `send(key)` carries it there and returns the reply, with `transaction` in it; `look(key)`, where there is such a
   * thing, only asks. `changed()` hears of each new stage. `begun`: it may have been sent before, so look first.
   */
  constructor({ key, send, look = send, changed, begun = false }) {
    this.key = key;
    this.#send = send;
    this.#look = look;
    this.#changed = changed;
    if (begun) this.stage = "looking";
  }

  get settled() {
    return ["done", "refused", "undone"].includes(this.stage);
  }

  /** The global serial, once the bank has given one. */
  get serial() {
    return this.reply?.transaction?.ref?.globalSerial ?? "";
  }

  /** Carries it there, and asks until the end is certain or `leave` is called. */
  async run() {
    for (let turn = 0; !this.settled && !this.#left; turn += 1) {
      try {
        const looks = this.reply || this.stage === "looking";
        this.#learn(await (looks ? this.#look(this.key) : this.#send(this.key)));
      } catch (error) {
        if (error instanceof SessionOver) return this.#become("paused");
        if (error.code === "TRANSACTION_NOT_FOUND" && this.stage === "looking") return this.#become("absent");
        if (!(error instanceof Refused || error instanceof NoAnswer)) throw error;
        this.#missed(error);
      }
      if (!this.settled) await this.#pause(PAUSES[Math.min(turn, PAUSES.length - 1)]);
    }
  }

  /** Sends what turned out never to have arrived. */
  async sendNow() {
    this.#become("sending");
    await this.run();
  }

  /** The bank told of a transaction by itself: if it is this one, ask at once. */
  hear({ name = "", transaction }) {
    const serial = transaction?.ref?.globalSerial || name.split("/").pop();
    if (!this.settled && this.serial && serial === this.serial) this.#wake();
  }

  /** Asks no more, and tells no more. */
  leave() {
    this.#left = true;
    this.#wake();
  }

  #learn(reply) {
    this.reply = reply;
    const { state, error } = reply.transaction;
    if (state === DONE) this.#become("done");
    else if (state === UNDONE) this.#become("undone");
    else if (FAILED.has(state)) {
      this.problem = problemOf(error);
      this.#become("refused");
    } else this.#become(state === QUEUED ? "queued" : "unknown");
  }

  #missed(error) {
    if (error instanceof Refused && error.code === "REVERSED") this.#become("undone");
    else if (error instanceof Refused && error.definite) {
      this.problem = error;
      this.#become("refused");
    } else if (this.stage === "sending") this.#become("asking");
  }

  #become(stage) {
    if (stage === this.stage) return;
    this.stage = stage;
    if (!this.#left) this.#changed();
  }

  #pause(milliseconds) {
    return new Promise((resume) => {
      const timer = setTimeout(resume, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }
}

/** Of a `google.rpc.Status` inside a reply: its code and its sentence. */
function problemOf(status) {
  const details = status?.details ?? [];
  const info = details.find((detail) => detail["@type"]?.endsWith("ErrorInfo")) ?? {};
  const text = details.find((detail) => detail["@type"]?.endsWith("LocalizedMessage"));
  return new Refused({
    code: info.reason,
    detail: text?.message ?? status?.message,
    definite: true,
    metadata: info.metadata,
  });
}

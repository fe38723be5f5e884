// The customer's own transactions as they happen, through every channel: server-sent events over fetch, which can
// carry a token.

import { SessionOver } from "./http.js";
import { customer, over, stream } from "./session.js";

const LONGEST_PAUSE = 15_000;
/** The bank gives a sign of life every 20 s at least. */
const LONGEST_SILENCE = 45_000;
const ENDED = new Set(["TOKEN_EXPIRED", "SESSION_ENDED"]);

/**
 * Calls `tell` with each transaction, again and again as it changes, and `connected` with whether the bank is heard,
 * until the function returned here is called.
 */
export function watch(tell, connected) {
  const stopping = new AbortController();
  follow(tell, connected, stopping.signal);
  return () => stopping.abort();
}

async function follow(tell, connected, signal) {
  let last = "";
  let pause = 1000;
  while (!signal.aborted) {
    const line = new Line(signal);
    try {
      const body = await stream(`/${customer()}/transactions:watch`, { signal: line.signal, after: last });
      connected(true);
      for await (const event of events(body, line.heard)) {
        pause = 1000;
        last = event.id || last;
        if (event.event === "end" && ENDED.has(JSON.parse(event.data).reason)) return over();
        if (event.event === "transaction") tell(JSON.parse(event.data));
      }
    } catch (error) {
      if (error instanceof SessionOver && !customer()) return;
    } finally {
      line.close();
    }
    connected(false);
    await new Promise((resume) => setTimeout(resume, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/** What one stream hangs on: `signal` cuts it when `stopping` does, the network goes, or nothing was `heard` long. */
class Line {
  #cut = new AbortController();
  #timer = 0;
  #gone = () => this.#cut.abort();

  constructor(stopping) {
    this.signal = AbortSignal.any([stopping, this.#cut.signal]);
    addEventListener("offline", this.#gone);
    this.heard();
  }

  heard = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#gone, LONGEST_SILENCE);
  };

  close() {
    clearTimeout(this.#timer);
    removeEventListener("offline", this.#gone);
  }
}

/** The events of a stream, each as `{id, event, data}`; comments are left out, but `heard()` all the same. */
export async function* events(body, heard = () => {}) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = fields(block);
      if (event.data) yield event;
    }
  }
}

function fields(block) {
  const event = { id: "", event: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "data") event.data += event.data ? `\n${value}` : value;
    else if (name) event[name] = value;
  }
  return event;
}

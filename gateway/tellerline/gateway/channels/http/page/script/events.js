// The customer's own transactions as they happen, through every channel: server-sent events over fetch, which can
// carry a token.

import { SessionOver } from "./http.js";
import { customer, over, stream } from "./session.js";

const LONGEST_PAUSE = 15_000;
const ENDED = new Set(["TOKEN_EXPIRED", "SESSION_ENDED"]);

/** Calls `tell` with each transaction, again and again as it changes, until the function returned here is called. */
export function watch(tell) {
  const stopping = new AbortController();
  follow(tell, stopping.signal);
  return () => stopping.abort();
}

async function follow(tell, signal) {
  let last = "";
  let pause = 1000;
  while (!signal.aborted) {
    try {
      const body = await stream(`/${customer()}/transactions:watch`, { signal, after: last });
      for await (const event of events(body)) {
        pause = 1000;
        last = event.id || last;
        if (event.event === "end" && ENDED.has(JSON.parse(event.data).reason)) return over();
        if (event.event === "transaction") tell(JSON.parse(event.data));
      }
    } catch (error) {
      if (error instanceof SessionOver && !customer()) return;
    }
    await new Promise((resume) => setTimeout(resume, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

/** The events of a stream, each as `{id, event, data}`; comments are left out. */
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
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

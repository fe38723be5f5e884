// One request to the bank, and the three ways in which it can fail.

import { language } from "./language.js";

/**
 * The bank answered that it does not do it. `definite`: nothing was done and nothing will be; `retryable`: ask again
 * later.
 */
export class Refused extends Error {
  constructor({ code, detail, definite = false, retryable = false, metadata = {}, violations = [] }) {
    super(detail);
    Object.assign(this, { code, detail, definite, retryable, metadata, violations });
  }
}

/** No answer that says anything came: nobody here knows what became of the request. */
export class NoAnswer extends Error {}

/** The session is over: whatever was asked was not done by this request. */
export class SessionOver extends Error {}

/** Sends one request and returns the reply's JSON. `token` is what the session holds; `key` the idempotency key. */
export async function send(method, url, { token, body, key, signal, seconds = 30 } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": language() };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const patience = AbortSignal.timeout(seconds * 1000);
  let response;
  let text;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      cache: "no-store",
      credentials: "omit",
    });
    text = await response.text();
  } catch (error) {
    throw new NoAnswer(String(error));
  }
  if (response.ok) return text === "" ? {} : read(text);
  if (response.status === 401) throw new SessionOver();
  throw new Refused(problem(response, text));
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoAnswer("an answer that is not JSON");
  }
}

function problem(response, text) {
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    throw new NoAnswer(`HTTP ${response.status}`);
  }
  return read(text);
}

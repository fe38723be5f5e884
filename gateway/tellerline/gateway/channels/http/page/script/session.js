// Who is logged in: OpenID Connect, authorization code with PKCE. Tokens live in this module's memory and nowhere else.

import { language } from "./language.js";
import { NoAnswer, Refused, SessionOver, send } from "./http.js";

const FLOW = "tellerline.login";
/** In the whole browser, since a log-out: whoever logs in next types a PIN, whatever the issuer remembers. */
const ANEW = "tellerline.anew";
const PATIENCE = 30_000;

let configuration;
let provider;
let tokens = null;
let ending = () => {};

/** The page's own address, to which the issuer sends people back. */
const HOME = new URL(".", document.baseURI).href;

/** Reads what the page must know; to be called once, before anything else. `whenOver` is told when a session ends. */
export async function prepare(whenOver) {
  ending = whenOver;
  configuration = await send("GET", "config.json");
  provider = await send("GET", `${configuration.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
}

/** `customers/…` of whoever is logged in, or null. */
export function customer() {
  return tokens && `customers/${tokens.subject}`;
}

/** Where the bank's methods are. */
export function api() {
  return configuration.api;
}

/** Goes to the issuer, where number and PIN are typed; `after` is the place in the page to come back to. */
export async function logIn(after) {
  const flow = { state: word(16), nonce: word(16), verifier: word(32), after };
  sessionStorage.setItem(FLOW, JSON.stringify(flow));
  const address = new URL(provider.authorization_endpoint);
  address.search = new URLSearchParams({
    response_type: "code",
    client_id: configuration.clientId,
    redirect_uri: HOME,
    scope: configuration.scope,
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(flow.verifier))),
    code_challenge_method: "S256",
    ui_locales: language(),
    ...(localStorage.getItem(ANEW) && { prompt: "login" }),
  }).toString();
  location.assign(address);
}

/**
 * Takes up what the issuer sent back: the place to go on at, or null if this is no return. Throws if it was refused,
 * or belongs to no login that this tab has begun, or the issuer gives no token in time.
 */
export async function comeBack() {
  const said = new URLSearchParams(location.search);
  if (!said.has("state")) return null;
  const flow = JSON.parse(sessionStorage.getItem(FLOW) ?? "{}");
  sessionStorage.removeItem(FLOW);
  history.replaceState(null, "", HOME);
  if (said.get("state") !== flow.state) throw new Error("state");
  const issuer = said.get("iss");
  if (said.has("error") || (issuer && issuer !== provider.issuer)) throw new Error(said.get("error") ?? "issuer");
  await redeem(said.get("code"), flow);
  return flow.after ?? "";
}

async function redeem(code, flow) {
  const response = await fetch(provider.token_endpoint, {
    method: "POST",
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE),
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: HOME,
      client_id: configuration.clientId,
      code_verifier: flow.verifier,
    }),
  });
  if (!response.ok) throw new Error(`token endpoint: ${response.status}`);
  const given = await response.json();
  const claims = claimsOf(given.id_token);
  if (claims.nonce !== flow.nonce) throw new Error("nonce");
  tokens = { access: given.access_token, identity: given.id_token, subject: claims.sub };
  localStorage.removeItem(ANEW);
  setTimeout(over, given.expires_in * 1000, tokens);
}

/** One request as whoever is logged in; a session that turns out to be over is ended here too. */
export async function ask(method, path, options = {}) {
  const mine = tokens;
  if (!mine) throw new SessionOver();
  try {
    return await send(method, api() + path, { ...options, token: mine.access });
  } catch (error) {
    if (error instanceof SessionOver) over(mine);
    throw error;
  }
}

/** The stream of `path`, to be read by whoever asked. */
export async function stream(path, { signal, after }) {
  const headers = { Accept: "text/event-stream", "Accept-Language": language() };
  if (!tokens) throw new SessionOver();
  headers.Authorization = `Bearer ${tokens.access}`;
  if (after) headers["Last-Event-ID"] = after;
  const mine = tokens;
  const response = await fetch(api() + path, { headers, signal, cache: "no-store", credentials: "omit" });
  if (response.status === 401) over(mine);
  if (!response.ok) throw new SessionOver();
  return response.body;
}

/**
 * Ends the session here and at the bank. `ended`: the bank says that it is over there, too; `way`: the issuer's address
 * that ends it there and leads back, null if the bank did not answer, as there would be nothing to come back to.
 */
export async function logOut() {
  const { access, identity } = tokens;
  tokens = null;
  localStorage.setItem(ANEW, "yes");
  let ended = true;
  try {
    await send("POST", `${api()}/session:end`, { token: access, key: word(15), seconds: 5 });
  } catch (error) {
    if (error instanceof NoAnswer) return { ended: false, way: null };
    if (error instanceof Refused) ended = false;
  }
  const address = new URL(provider.end_session_endpoint);
  address.search = new URLSearchParams({
    id_token_hint: identity,
    client_id: configuration.clientId,
    post_logout_redirect_uri: HOME,
  }).toString();
  return { ended, way: address };
}

/** Forgets the session, which the bank no longer takes, and tells the page; only of the one that is meant. */
export function over(mine = tokens) {
  if (!mine || mine !== tokens) return;
  tokens = null;
  ending();
}

/** A number of its own for one wish of the customer. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(15)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function word(bytes) {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function claimsOf(token) {
  const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0))));
}

// Places in the page, told in the address after `#`: `#/accounts`, `#/statement/2`.

/** Calls `open(name, argument)` for the place in the address, now and at every change. */
export function route(open) {
  const go = () => open(...place());
  addEventListener("hashchange", go);
  go();
}

/** Name and argument of the place in the address. */
export function place() {
  const [, name = "", argument = ""] = location.hash.split("/");
  return [name, argument];
}

/** Goes there; where the page is already, it is opened anew. */
export function visit(name, argument = "") {
  const hash = `#/${name}${argument ? `/${argument}` : ""}`;
  if (location.hash === hash) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = hash;
}

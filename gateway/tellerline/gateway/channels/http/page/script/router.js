// Places in the page, told in the address after `#`: `#/accounts`, `#/statement/2`.

/**
 * Calls `open(name, argument)` for the place in the address, now and at every change; `turn(state)` when the reader
 * goes back or forward within a place, with what the history keeps of where that is.
 */
export function route(open, turn) {
  let opened;
  const go = () => {
    opened = location.hash;
    open(...place());
  };
  addEventListener("hashchange", go);
  addEventListener("popstate", ({ state }) => location.hash === opened && turn(state));
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

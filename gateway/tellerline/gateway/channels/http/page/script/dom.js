// Elements made without markup in strings, so that nothing from the bank or the customer is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element. Attributes: `on…` are listeners, `true` an attribute without a value, null, undefined and false
 * none.
 */
export function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element, in the same way. */
export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** Gives `place` these children instead of what it has; null and false are left out. */
export function put(place, ...children) {
  place.replaceChildren(...present(children));
  return place;
}

/** Told to people who hear the page, without moving them from where they are. */
export function announce(text) {
  document.getElementById("announcements").textContent = text;
}

let numbered = 0;

/** A name for one element of this page, to be used as its `id`. */
export function unique(prefix) {
  numbered += 1;
  return `${prefix}-${numbered}`;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...present(children));
  return element;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

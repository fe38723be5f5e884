// The language of the page: what it says, how it writes dates, and what it asks the bank to speak.

import { texts as en } from "./texts/en.js";
import { texts as zh } from "./texts/zh.js";

const TEXTS = { "zh-CN": zh, en };
const KEPT = "tellerline.language";

export const LANGUAGES = Object.keys(TEXTS);

let spoken = LANGUAGES.includes(localStorage.getItem(KEPT)) ? localStorage.getItem(KEPT) : preferred();

function preferred() {
  const first = navigator.languages?.[0] ?? "";
  return first === "" || first.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

/** The tag of the language spoken now (BCP 47). */
export function language() {
  return spoken;
}

/** From now on the page speaks `tag`, in this browser also next time. Whoever shows texts draws them anew. */
export function speak(tag) {
  spoken = tag;
  localStorage.setItem(KEPT, tag);
  document.documentElement.lang = tag;
}

/** The text of `key` with `{names}` replaced by `values`; the key itself where there is none. */
export function say(key, values = {}) {
  const text = TEXTS[spoken][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Whether there is a text of `key`. */
export function known(key) {
  return key in TEXTS[spoken];
}

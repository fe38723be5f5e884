// Amounts of money: exact, in billionths of the currency's unit, never in floating point.

/** The bank's own currency: in it alone customers transfer online. */
export const HOME_CURRENCY = "CNY";

const BILLION = 1_000_000_000n;
const SYMBOLS = { CNY: "¥", USD: "US$", EUR: "€", HKD: "HK$", JPY: "JP¥", GBP: "£" };

/** What `google.type.Money` in JSON says, as one exact number of billionths. */
export function fromJson({ currencyCode, units = "0", nanos = 0 }) {
  return { currency: currencyCode, nanos: BigInt(units) * BILLION + BigInt(nanos) };
}

/** The same for the bank. */
export function toJson({ currency, nanos }) {
  return { currencyCode: currency, units: String(nanos / BILLION), nanos: Number(nanos % BILLION) };
}

/** Decimal places in which amounts of `currency` are written. */
export function places(currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  } catch {
    return 2;
  }
}

/** The figure with thousands apart: `-1,234.50`. */
export function figure({ currency, nanos }) {
  const digits = places(currency);
  const absolute = nanos < 0n ? -nanos : nanos;
  const whole = String(absolute / BILLION).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = String(absolute % BILLION)
    .padStart(9, "0")
    .slice(0, digits);
  return `${nanos < 0n ? "−" : ""}${whole}${digits ? `.${fraction}` : ""}`;
}

/** What stands before a figure: `¥`, `US$`, else the code and a space. */
export function symbol(currency) {
  return SYMBOLS[currency] ?? `${currency} `;
}

/** Symbol and figure: `¥1,234.50`; with `signed` also a plus. */
export function written(money, { signed = false } = {}) {
  const negative = money.nanos < 0n;
  const positive = { ...money, nanos: negative ? -money.nanos : money.nanos };
  const sign = negative ? "−" : signed && money.nanos > 0n ? "+" : "";
  return `${sign}${symbol(money.currency)}${figure(positive)}`;
}

/** A number good enough to draw with. */
export function drawable({ nanos }) {
  return Number(nanos / 10_000n) / 100_000;
}

/** Digits without commas or spaces, or with one of them before every three; a point; anything smaller. */
const TYPED = /^(\d+|[1-9]\d{0,2}([, ])\d{3}(?:\2\d{3})*)(?:\.(\d*))?$/;
const MOST_DIGITS = 12;

/**
 * What was typed as an amount of `currency`, with its sign or code or without: `{money}`, or `{mistake}`, the key of a
 * text. Full-width digits count. Nothing is guessed: `12,50` and another currency's sign are mistakes.
 */
export function readTyped(text, currency) {
  const typed = text.normalize("NFKC").replace(/\s/g, " ").trim();
  if (typed === "") return { mistake: "amount.missing" };
  const sign = [symbol(currency).trim(), currency].find((each) => typed.startsWith(each)) ?? "";
  const found = TYPED.exec(typed.slice(sign.length).trim());
  const whole = found?.[1].replace(/[, ]/g, "");
  if (!found || whole.length > MOST_DIGITS) return { mistake: "amount.malformed" };
  const fraction = found[3] ?? "";
  if (fraction.replace(/0+$/, "").length > places(currency)) return { mistake: "amount.too_fine" };
  const nanos = BigInt(whole) * BILLION + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
  return { money: { currency, nanos } };
}

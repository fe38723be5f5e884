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

/** What was typed as an amount of `currency`: `{money}`, or `{mistake}`, the key of a text. Full-width digits count. */
export function readTyped(text, currency) {
  const typed = text.normalize("NFKC").replace(/[\s,，¥$€£]/g, "");
  if (typed === "") return { mistake: "amount.missing" };
  const found = /^(\d{1,12})(?:\.(\d*))?$/.exec(typed);
  if (!found) return { mistake: "amount.malformed" };
  const [, whole, fraction = ""] = found;
  if (fraction.replace(/0+$/, "").length > places(currency)) return { mistake: "amount.too_fine" };
  const nanos = BigInt(whole) * BILLION + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
  return { money: { currency, nanos } };
}

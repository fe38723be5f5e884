// Which limit a transfer broke, with its figures.

import { say } from "./language.js";
import { fromJson, places, written } from "./money.js";

const FIGURES = {
  LIMIT_SINGLE_EXCEEDED: ["single", "used_total"],
  LIMIT_DAILY_EXCEEDED: ["daily", "used_total"],
  LIMIT_COUNT_EXCEEDED: ["count", "used_count"],
};

/** The sentence for a refusal of `asked` over a limit; null for any other refusal. */
export function limitSentence({ code, metadata }, asked) {
  if (!(code in FIGURES)) return null;
  const [limit, used] = FIGURES[code].map((name) => metadata[name]);
  if (limit === undefined || used === undefined) return null;
  const told = code === "LIMIT_COUNT_EXCEEDED" ? (count) => count : (minor) => written(ofMinor(minor, asked.currency));
  return say(`refused.limit.${code}`, { limit: told(limit), used: told(used), asked: written(asked) });
}

/** An amount given in the currency's smallest units. */
export function ofMinor(minor, currency) {
  const units = 10n ** BigInt(places(currency));
  const whole = fromJson({ currencyCode: currency, units: String(BigInt(minor) / units) });
  return { currency, nanos: whole.nanos + (BigInt(minor) % units) * (1_000_000_000n / units) };
}

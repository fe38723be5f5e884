// Days of the calendar and instants, as the bank writes them and as people read them.

import { language, say } from "./language.js";

/** Of `google.type.Date`: `2026-11-22`. */
export function isoDay({ year, month, day }) {
  return `${year}-${pad(month)}-${pad(day)}`;
}

/** The parts of `2026-11-22`. */
export function dayParts(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return { year, month, day };
}

/** Today in the bank's time zone, moved by `days`. */
export function bankDay(days = 0) {
  return isoOf(new Date(Date.now() + days * 86_400_000));
}

/** Every day from `first` to `last`, both included. */
export function daysBetween(first, last) {
  const days = [];
  for (let at = utc(first); at <= utc(last); at += 86_400_000) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** `2026年11月22日 星期日`, `Sunday, 22 November 2026`. */
export function longDay(iso) {
  return format({ year: "numeric", month: "long", day: "numeric", weekday: "short", timeZone: "UTC" }, utc(iso));
}

/** How the days of a span are told: as `shortDay`, with their years once the span leaves this one. */
export function dayOfSpan(first, last) {
  const year = bankDay().slice(0, 4);
  if (first.startsWith(year) && last.startsWith(year)) return shortDay;
  return (iso) => format({ year: "numeric", month: "short", day: "numeric", timeZone: "UTC" }, utc(iso));
}

/** `11月22日`, `22 Nov`. */
export function shortDay(iso) {
  return format({ month: "short", day: "numeric", timeZone: "UTC" }, utc(iso));
}

/** An instant in RFC 3339, to the minute, in the bank's time zone. */
export function moment(instant) {
  const options = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return format({ ...options, timeZone: ZONE }, Date.parse(instant));
}

/** The same with its year, for what is kept. */
export function fullMoment(instant) {
  const options = { dateStyle: "medium", timeStyle: "short", timeZone: ZONE };
  return say("moment", { at: format(options, Date.parse(instant)) });
}

const ZONE = "Asia/Shanghai";

function format(options, at) {
  return new Intl.DateTimeFormat(language() === "en" ? "en-GB" : language(), options).format(at);
}

function isoOf(at) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(at);
}

function utc(iso) {
  return Date.parse(`${iso}T00:00:00Z`);
}

function pad(number) {
  return String(number).padStart(2, "0");
}

// A chart of an account: its balance day by day, or what came in and went out. Drawn to the width that it has.

import { h, put, svg } from "./dom.js";
import { dayOfSpan, daysBetween, isoDay } from "./dates.js";
import { language, say } from "./language.js";
import { drawable, fromJson, written } from "./money.js";
import { choice } from "./parts.js";

const HEIGHT = 220;
const EDGE = { top: 14, right: 10, bottom: 26, left: 52 };
const BARS = 14;

/** The figure with its text, its way to choose, and its table. `statement` is that of `bank.listStatementEntries`. */
export function chart(statement, first, last) {
  const kinds = { balance: balance(statement, first, last), flow: flow(statement, first, last) };
  const place = h("figure", { class: "chart", "aria-label": say("chart.title") });
  const draw = (kind) => {
    const { text, paint, table } = kinds[kind];
    const canvas = h("div", { class: "canvas" });
    const choices = ["balance", "flow"].map((each) => [each, say(`chart.${each}`)]);
    put(
      place,
      choice(say("chart.title"), choices, kind, (chosen) => {
        draw(chosen);
        place.querySelector('[aria-pressed="true"]').focus();
      }),
      canvas,
      h("figcaption", {}, text),
      h("details", {}, h("summary", {}, say("chart.figures")), table()),
    );
    sized(canvas, (width) => paint(width, text));
  };
  draw("balance");
  return place;
}

/** Paints `canvas` at its width, and again when that changes. */
function sized(canvas, paint) {
  let painted = 0;
  new ResizeObserver(() => {
    const width = Math.round(canvas.clientWidth);
    if (width === 0 || width === painted) return;
    painted = width;
    put(canvas, paint(width));
  }).observe(canvas);
}

function balance({ entries, opening }, first, last) {
  const told = dayOfSpan(first, last);
  const start = fromJson(opening);
  const after = new Map(entries.map((entry) => [isoDay(entry.bookingDate), fromJson(entry.balanceAfterAmount)]));
  let current = start;
  const points = daysBetween(first, last).map((day) => ({ day, money: (current = after.get(day) ?? current) }));
  const highest = points.reduce((best, point) => (point.money.nanos > best.money.nanos ? point : best));
  const lowest = points.reduce((best, point) => (point.money.nanos < best.money.nanos ? point : best));
  const text = say("chart.balance.text", {
    first: told(first),
    last: told(last),
    opening: written(start),
    closing: written(points[points.length - 1].money),
    highest: written(highest.money),
    highestDay: told(highest.day),
    lowest: written(lowest.money),
    lowestDay: told(lowest.day),
  });
  const changed = points.filter(({ day }, index) => index === 0 || after.has(day) || index === points.length - 1);
  const rows = changed.map(({ day, money }) => [told(day), written(money)]);
  return {
    text,
    paint: (width, label) => paintBalance(points, told, width, label),
    table: () => figures([say("chart.day"), say("chart.balance")], rows),
  };
}

function flow({ entries, opening }, first, last) {
  const told = dayOfSpan(first, last);
  const days = daysBetween(first, last);
  const span = Math.ceil(days.length / BARS);
  const { currencyCode: currency } = opening;
  const bars = [];
  for (let at = 0; at < days.length; at += span) {
    bars.push({ from: days[at], to: days[Math.min(at + span, days.length) - 1], in: 0n, out: 0n });
  }
  for (const entry of entries) {
    const bar = bars[Math.floor(days.indexOf(isoDay(entry.bookingDate)) / span)];
    const { nanos } = fromJson(entry.amount);
    if (bar) bar[nanos < 0n ? "out" : "in"] += nanos < 0n ? -nanos : nanos;
  }
  const total = (side) => written({ currency, nanos: bars.reduce((sum, bar) => sum + bar[side], 0n) });
  const text = say("chart.flow.text", {
    first: told(first),
    last: told(last),
    in: total("in"),
    out: total("out"),
  });
  const period = (bar) => say("chart.period.of", { first: told(bar.from), last: told(bar.to) });
  const rows = bars.map((bar) => [
    bar.from === bar.to ? told(bar.from) : period(bar),
    written({ currency, nanos: bar.in }),
    written({ currency, nanos: bar.out }),
  ]);
  return {
    text,
    paint: (width, label) => paintFlow(bars, told, width, label),
    table: () => figures([say("chart.period"), say("chart.in"), say("chart.out")], rows),
  };
}

function paintBalance(points, told, width, label) {
  const values = points.map(({ money }) => drawable(money));
  const scale = axis(Math.min(0, ...values), Math.max(0, ...values));
  const step = (width - EDGE.left - EDGE.right) / Math.max(1, points.length);
  const x = (index) => EDGE.left + step * index;
  let line = `M${x(0)} ${scale.y(values[0])}`;
  values.forEach((value, index) => {
    line += `V${scale.y(value)}H${x(index + 1)}`;
  });
  const floor = scale.y(Math.max(0, scale.bottom));
  return canvas(width, label, scale, [
    svg("path", { class: "area", d: `${line}V${floor}H${x(0)}Z` }),
    svg("path", { class: "line", d: line }),
    ...dayMarks(
      points.map(({ day }) => day),
      told,
      width,
      (index) => x(index) + step / 2,
    ),
  ]);
}

function paintFlow(bars, told, width, label) {
  const amounts = bars.map((bar) => [drawable({ nanos: bar.in }), drawable({ nanos: bar.out })]);
  const scale = axis(0, Math.max(...amounts.flat(), 0));
  const step = (width - EDGE.left - EDGE.right) / bars.length;
  const thick = Math.max(3, Math.min(16, step * 0.34));
  const bar = (name, value, left) =>
    svg("rect", { class: name, x: left, y: scale.y(value), width: thick, height: scale.y(0) - scale.y(value) });
  const middle = (index) => EDGE.left + step * (index + 0.5);
  return h(
    "div",
    {},
    canvas(width, label, scale, [
      ...amounts.flatMap(([into, out], index) => [
        bar("in", into, middle(index) - thick - 1),
        bar("out", out, middle(index) + 1),
      ]),
      ...dayMarks(
        bars.map(({ from }) => from),
        told,
        width,
        middle,
      ),
    ]),
    legend(),
  );
}

function legend() {
  return h(
    "p",
    { class: "legend" },
    h("span", { class: "key in", "aria-hidden": "true" }),
    `${say("chart.in")} `,
    h("span", { class: "key out", "aria-hidden": "true" }),
    say("chart.out"),
  );
}

function canvas(width, label, scale, content) {
  const compact = new Intl.NumberFormat(language(), { notation: "compact", maximumFractionDigits: 1 });
  const lines = scale.ticks.flatMap((tick) => [
    svg("line", {
      class: tick === 0 ? "zero" : "grid",
      x1: EDGE.left,
      x2: width - EDGE.right,
      y1: scale.y(tick),
      y2: scale.y(tick),
    }),
    svg("text", { x: EDGE.left - 8, y: scale.y(tick) + 4, "text-anchor": "end" }, compact.format(tick)),
  ]);
  const size = { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` };
  return svg("svg", { ...size, role: "img", "aria-label": label }, ...lines, ...content);
}

function dayMarks(days, told, width, x) {
  const half = 4 * told(days[0]).length;
  const fitting = Math.max(2, Math.floor((width - EDGE.left) / (2 * half + 42)));
  const every = Math.max(1, Math.ceil(days.length / fitting));
  return days.flatMap((day, index) =>
    index % every === 0
      ? [svg("text", { x: Math.min(x(index), width - half), y: HEIGHT - 6, "text-anchor": "middle" }, told(day))]
      : [],
  );
}

/** A vertical scale over round figures. */
function axis(low, high) {
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const [bottom, top] = [Math.floor(low / unit) * unit, Math.max(Math.ceil(high / unit), 1) * unit];
  const ticks = [];
  for (let tick = bottom; tick <= top + unit / 2; tick += unit) ticks.push(tick);
  const height = HEIGHT - EDGE.top - EDGE.bottom;
  return { bottom, ticks, y: (value) => EDGE.top + height * (1 - (value - bottom) / (top - bottom)) };
}

function figures(words, rows) {
  return h(
    "div",
    { class: "scrolled", tabindex: "0", role: "region", "aria-label": say("chart.figures") },
    h(
      "table",
      { class: "figures" },
      h("thead", {}, h("tr", {}, ...words.map((word) => h("th", { scope: "col" }, word)))),
      h(
        "tbody",
        {},
        ...rows.map(([word, ...values]) =>
          h("tr", {}, h("th", { scope: "row" }, word), ...values.map((value) => h("td", {}, value))),
        ),
      ),
    ),
  );
}

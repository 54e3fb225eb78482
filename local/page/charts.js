// Two charts: opens and clicks over time, and the verdicts on visitors.

import { clock, draw, make } from "./dom.js";

const STEPS = [1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600, 10800, 43200]; // seconds per bar
const MAX_BARS = 60;
const MIN_SPAN = 60; // seconds shown even when all hits are seconds old
const [HEIGHT, LEFT, BOTTOM] = [150, 30, 20]; // pixels
const MIN_WIDTH = 200; // pixels; a place that is not laid out yet has none

const VERDICTS = ["human", "proxy", "prefetch", "scanner", "bot", "unknown"];

/** Bars of opens and clicks, from the first hit until now. */
export function drawPlot(place, events, now) {
  if (events.length === 0) {
    place.replaceChildren(make("p", { class: "empty small" }, "Hits appear here as they arrive."));
    return;
  }
  const width = Math.max(place.clientWidth, MIN_WIDTH);
  const first = Math.min(...events.map((event) => event.at));
  const span = Math.max(MIN_SPAN, now - first);
  const step = STEPS.find((seconds) => span / seconds < MAX_BARS) ?? STEPS.at(-1);
  const bars = Math.min(MAX_BARS, Math.ceil(span / step) + 1);
  const end = (Math.floor(now / step) + 1) * step;
  const buckets = Array.from({ length: bars }, (_, index) => ({
    from: end - (bars - index) * step,
    open: 0,
    click: 0,
  }));
  events = events.filter((event) => kindOf(event) !== "action");
  for (const event of events) {
    const bucket = buckets[bars - Math.ceil((end - event.at) / step)];
    if (bucket) bucket[kindOf(event)] += 1;
  }
  const top = niceTop(Math.max(...buckets.map(({ open, click }) => open + click)));
  const opens = events.filter((event) => kindOf(event) === "open").length;
  const label = `${opens} opens and ${events.length - opens} clicks since ${clock(first)}`;
  place.replaceChildren(
    draw(
      "svg",
      { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
      ...gridLines(top, width),
      ...buckets.map((bucket, index) => bar(bucket, index, (width - LEFT) / bars, top, step)),
      ...timeLabels(buckets, step, width),
    ),
  );
}

/** One bar, divided by verdict, with what each part is called and how much it is. */
export function drawVerdicts(place, events) {
  const counts = new Map(VERDICTS.map((verdict) => [verdict, 0]));
  for (const event of events) {
    const name = verdictOf(event);
    counts.set(name, counts.get(name) + 1);
  }
  const present = [...counts].filter(([, count]) => count > 0);
  if (present.length === 0) {
    place.replaceChildren(
      make("p", { class: "empty small" }, "Verdicts on visitors appear here after the first hit."),
    );
    return;
  }
  const share = (count) => Math.round((100 * count) / events.length);
  const label = present.map(([name, count]) => `${name} ${share(count)} %`).join(", ");
  let x = 0;
  const parts = present.map(([name, count]) => {
    const width = (100 * count) / events.length;
    const part = draw("rect", { x, y: 0, width, height: 10, class: `verdict-${name}` }, title(`${name}: ${count}`));
    x += width;
    return part;
  });
  place.replaceChildren(
    draw(
      "svg",
      { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": label, class: "bar" },
      ...parts,
    ),
    make(
      "ul",
      { class: "legend tall" },
      ...present.map(([name, count]) =>
        make("li", { class: `verdict-${name}` }, name, make("b", {}, String(count)), make("small", {}, `${share(count)} %`)),
      ),
    ),
  );
}

/** What an event is about; "post" is no hit, such as what the receiver refused. */
export function kindOf({ body }) {
  if (body.is_click_tracking) return "click";
  if (body.is_open_tracking) return "open";
  return typeof body.type === "string" ? "action" : "post";
}

/** What was done by an action: "unsubscribed", "tracking declined". */
export function actionOf({ body }) {
  return body.type.replace("email.", "").replaceAll("_", " ");
}

export function isHit(event) {
  return kindOf(event) !== "post";
}

/** The verdict; "unknown" also for a value that this page does not know. */
export function verdictOf(event) {
  const verdict = event.body.visitor?.class;
  return VERDICTS.includes(verdict) ? verdict : "unknown";
}

function bar({ from, open, click }, index, width, top, step) {
  const unit = (HEIGHT - BOTTOM - 8) / top;
  const x = LEFT + index * width;
  const floor = HEIGHT - BOTTOM;
  const gap = Math.min(2, width / 5);
  const box = (kind, count, below) =>
    count === 0
      ? null
      : draw("rect", {
          class: kind,
          x: x + gap / 2,
          width: width - gap,
          y: floor - (below + count) * unit,
          height: count * unit,
          rx: Math.min(2, width / 6),
        });
  return draw(
    "g",
    {},
    box("open", open, 0),
    box("click", click, open),
    // The whole column answers the pointer, also above a short bar.
    open + click === 0
      ? null
      : draw(
          "rect",
          { class: "hover", x, y: 0, width, height: floor },
          title(`${clock(from)} + ${step} s: ${open} opens, ${click} clicks`),
        ),
  );
}

function gridLines(top, width) {
  return [0, top / 2, top]
    .filter((count) => Number.isInteger(count))
    .flatMap((count) => {
      const y = HEIGHT - BOTTOM - (count / top) * (HEIGHT - BOTTOM - 8);
      return [
        draw("line", { x1: LEFT, x2: width, y1: y, y2: y, class: count ? "grid" : "axis" }),
        draw("text", { x: LEFT - 6, y: y + 4, class: "tick end" }, short(count)),
      ];
    });
}

function timeLabels(buckets, step, width) {
  const labels = Math.max(2, Math.floor(width / 110));
  const every = Math.max(1, Math.ceil(buckets.length / labels));
  return buckets
    .map((bucket, index) => ({ bucket, index }))
    .filter(({ index }) => index % every === 0 && index + every / 2 < buckets.length)
    .map(({ bucket, index }) => {
      const text = step >= 60 ? clock(bucket.from).slice(0, 5) : clock(bucket.from);
      return draw("text", { x: LEFT + (index * (width - LEFT)) / buckets.length, y: HEIGHT - 5, class: "tick" }, text);
    });
}

/** The smallest of 2, 4, 10, 20, 40, 100, ... that holds the highest bar. */
function niceTop(highest) {
  for (let scale = 1; ; scale *= 10) {
    for (const factor of [2, 4, 10]) if (factor * scale >= highest) return factor * scale;
  }
}

/** 500, 1k, 20k: thousands are counted, so that no label is longer than the place beside the plot. */
function short(count) {
  return count < 1000 ? String(count) : `${count / 1000}k`;
}

function title(text) {
  return draw("title", {}, text);
}

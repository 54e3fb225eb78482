// The list of events: filtered, searched, one row each, which opens to show its details.

import { byId, duration, gateway, make, press } from "./dom.js";
import { summaryOf } from "./row.js";
import { isFound, isOfKind } from "./search.js";
import { makeStory } from "./story.js";

const PAGE = 100; // rows drawn at first, and added by each "Show more"

const shown = { kind: "all", search: "", limit: PAGE, open: new Set() };
const rows = new Map(); // event id -> what makeRow returns
let redraw = () => {};

export function bindEvents(draw) {
  redraw = draw;
  byId("search").addEventListener("input", () => {
    shown.search = byId("search").value.trim();
    redraw();
  });
  const buttons = [...byId("kinds").querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      press(buttons, button);
      shown.kind = button.dataset.kind;
      redraw();
    });
  }
  byId("more").addEventListener("click", () => {
    shown.limit += PAGE;
    redraw();
  });
}

/** Clear the search; when it is empty, move to the list, where shortcuts work. */
export function clearSearch() {
  if (byId("search").value === "") byId("events").focus();
  byId("search").value = "";
  shown.search = "";
  redraw();
}

/** Draw the rows that match; a row that has not changed is not touched. */
export function showEvents(events, now) {
  const wanted = events.filter((event) => isOfKind(event, shown.kind) && isFound(event, shown.search));
  const visible = wanted.slice(0, shown.limit);
  const list = byId("events");
  const ids = new Set(visible.map((event) => event.id));
  for (const [id, { element }] of rows) {
    if (!ids.has(id)) {
      if (element.contains(document.activeElement)) list.focus();
      element.remove();
      rows.delete(id);
    }
  }
  for (const [index, event] of visible.entries()) {
    const element = rowOf(event);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  }
  const more = byId("more");
  const goes = wanted.length <= shown.limit;
  if (goes && more === document.activeElement) summaries()[shown.limit - PAGE]?.focus(); // the first new one
  more.hidden = goes;
  byId("shown").textContent =
    wanted.length === events.length ? String(events.length) : `${wanted.length} of ${events.length}`;
  showEmpty(events.length, wanted.length);
  tick(now);
}

/** Count down to the next attempts. */
export function tick(now) {
  for (const element of document.querySelectorAll("[data-due]")) {
    const left = Number(element.dataset.due) - now;
    element.textContent = left > 0.5 ? `in ${duration(Math.ceil(left))}` : "now";
  }
}

/** Move the focus to the next or previous row, not into a row. */
export function step(direction) {
  const all = summaries();
  if (all.length === 0) return;
  const index = all.findIndex((summary) => summary.parentElement.contains(document.activeElement));
  const next = index < 0 ? (direction > 0 ? 0 : all.length - 1) : index + direction;
  all[Math.max(0, Math.min(all.length - 1, next))].focus();
}

function summaries() {
  return [...byId("events").querySelectorAll(":scope > li > details > summary")];
}

function rowOf(event) {
  const row = rows.get(event.id) ?? makeRow(event.id);
  rows.set(event.id, row);
  const text = JSON.stringify({ ...event, now: 0 });
  if (row.text !== text) {
    row.text = text;
    row.update(event);
  }
  return row.element;
}

/** Make an empty row. Its summary and its details stay the same elements when the event changes. */
function makeRow(id) {
  const summary = make("summary");
  const details = make("details", { open: shown.open.has(id) }, summary);
  const element = make("li", { "data-id": id }, details);
  let story = null;
  let latest = null;
  // Details are drawn when they are opened: a thousand closed rows cost nothing.
  const show = () => {
    if (!story) {
      story = makeStory();
      details.append(story.element);
    }
    story.show(latest);
    tick(gateway.now());
  };
  details.addEventListener("toggle", () => {
    if (details.open) {
      shown.open.add(id);
      show();
    } else shown.open.delete(id);
  });
  const update = (event) => {
    const focused = details.contains(document.activeElement);
    latest = event;
    summary.replaceChildren(...summaryOf(event));
    if (details.open) show();
    // The button that was pressed may be gone: the focus goes to the row.
    if (focused && !details.contains(document.activeElement)) summary.focus();
  };
  return { element, update, text: "" };
}

function showEmpty(all, wanted) {
  const empty = byId("empty");
  empty.hidden = wanted > 0;
  if (all === 0) {
    empty.replaceChildren(
      make("p", {}, make("b", {}, "No hit yet.")),
      make("p", {}, "Load the pixel or follow the click link above: its webhook arrives here within a second."),
    );
  } else if (wanted === 0) {
    const words = shown.search ? `Nothing matches “${shown.search}”.` : "Nothing of this kind.";
    empty.replaceChildren(
      make("p", {}, make("b", {}, words)),
      make("button", { type: "button", onclick: reset }, "Show all events"),
    );
  }
}

function reset() {
  const all = byId("kinds").querySelector("[data-kind=all]");
  all.click();
  byId("search").value = "";
  shown.search = "";
  all.focus(); // the button that was pressed goes
}

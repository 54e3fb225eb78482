// The list of events: filtered, searched, one row each that opens to tell its whole story.

import { kindOf } from "./charts.js";
import { byId, clock, duration, make, press } from "./dom.js";
import { replay } from "./receiver.js";

const PAGE = 100; // rows drawn at first, and added by each "Show more"
const TROUBLE = ["retrying", "failed", "dead"];
const SIGNATURES = { valid: "✓ verified", invalid: "✗ bad signature", missing: "unsigned" };

const shown = { kind: "all", search: "", limit: PAGE, open: new Set() };
const rows = new Map(); // event id -> {element, text: what it was drawn from}
let redraw = () => {};

export function bindEvents(draw) {
  redraw = draw;
  byId("search").addEventListener("input", () => {
    shown.search = byId("search").value.trim().toLowerCase();
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

export function clearSearch() {
  byId("search").value = "";
  byId("search").blur();
  shown.search = "";
  redraw();
}

/** Draw the rows that are asked for; a row that has not changed is left as it is. */
export function showEvents(events, now) {
  const wanted = events.filter(matches);
  const visible = wanted.slice(0, shown.limit);
  const list = byId("events");
  const ids = new Set(visible.map((event) => event.id));
  for (const [id, { element }] of rows) {
    if (!ids.has(id)) {
      element.remove();
      rows.delete(id);
    }
  }
  for (const [index, event] of visible.entries()) {
    const element = rowOf(event);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  }
  byId("more").hidden = wanted.length <= shown.limit;
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

/** Move the focus to the next or previous row. */
export function step(direction) {
  const summaries = [...byId("events").querySelectorAll("summary")];
  if (summaries.length === 0) return;
  const index = summaries.indexOf(document.activeElement);
  const next = index < 0 ? (direction > 0 ? 0 : summaries.length - 1) : index + direction;
  summaries[Math.max(0, Math.min(summaries.length - 1, next))].focus();
}

function matches(event) {
  if (shown.kind === "trouble" && !TROUBLE.includes(event.state)) return false;
  if ((shown.kind === "open" || shown.kind === "click") && kindOf(event) !== shown.kind) return false;
  if (!shown.search) return true;
  const { metadata, tracked_url, visitor, request_data, link_id } = event.body;
  const text = JSON.stringify([event.id, event.state, metadata, tracked_url, visitor, request_data, link_id]);
  return shown.search.split(/\s+/).every((word) => text.toLowerCase().includes(word));
}

function rowOf(event) {
  const text = JSON.stringify({ ...event, now: 0 });
  const known = rows.get(event.id);
  if (known?.text === text) return known.element;
  const element = known?.element ?? make("li", { "data-id": event.id });
  const focused = element.contains(document.activeElement);
  element.replaceChildren(details(event));
  if (focused) element.querySelector("summary").focus();
  rows.set(event.id, { element, text });
  return element;
}

function details(event) {
  const element = make("details", { open: shown.open.has(event.id) }, summary(event));
  // The story is drawn when it is read: a thousand closed ones cost nothing.
  const toggle = () => {
    if (element.open) {
      shown.open.add(event.id);
      if (element.children.length === 1) element.append(story(event));
    } else shown.open.delete(event.id);
  };
  element.addEventListener("toggle", toggle);
  toggle();
  return element;
}

function summary(event) {
  const kind = kindOf(event);
  const verdict = event.body.visitor?.class ?? "unknown";
  const call = event.calls.at(-1);
  return make(
    "summary",
    {},
    make("span", { class: `kind ${kind}` }, kind),
    make("time", { title: new Date(event.at * 1000).toISOString() }, clock(event.at)),
    make(
      "span",
      { class: "what" },
      make("span", { class: "target" }, event.body.tracked_url ?? (kind === "open" ? "the pixel" : "")),
      ...chips(event.body.metadata),
    ),
    make("span", { class: `verdict verdict-${verdict}`, title: signals(event.body.visitor) }, verdict),
    call
      ? make("span", { class: `signature ${call.signature}`, title: call.problem || "The signature was checked with the standardwebhooks package" }, SIGNATURES[call.signature])
      : make("span", { class: "signature" }),
    state(event),
  );
}

function chips(metadata) {
  return Object.entries(metadata ?? {})
    .slice(0, 4)
    .map(([name, value]) =>
      make("span", { class: "chip" }, make("i", {}, name), typeof value === "string" ? value : JSON.stringify(value)),
    );
}

function state(event) {
  const attempts = event.calls.length;
  const text = {
    queued: "queued",
    delivering: "delivering",
    retrying: "retry ",
    delivered: attempts > 1 ? `delivered, ${attempts} attempts` : "delivered",
    failed: `failed with ${event.last_status}`,
    dead: "dead letter",
  }[event.state];
  const due = event.state === "retrying" ? make("span", { "data-due": event.due_at }) : null;
  return make("span", { class: `state ${event.state}` }, text, due);
}

function story(event) {
  const { visitor, request_data: request, link_id: link } = event.body;
  const age = visitor?.age_seconds;
  return make(
    "div",
    { class: "story" },
    make(
      "dl",
      {},
      ...fact("Verdict", visitor?.class ?? "unknown"),
      ...fact("Signals", signals(visitor)),
      ...fact("Age of the link", typeof age === "number" ? duration(age) : null),
      ...fact("Ruleset", visitor?.ruleset),
      ...fact("User agent", request?.user_agent),
      ...fact("Address", request?.user_ip),
      ...fact("Method", request?.method),
      ...fact("Referer", request?.referer),
      ...fact("Link", link),
      ...fact("Event", event.id),
      ...fact("Attempts counted", event.attempt > event.calls.length ? event.attempt : null),
    ),
    attempts(event),
    make("details", { class: "raw" }, make("summary", {}, "The webhook's body"), make("pre", { tabindex: "0" }, JSON.stringify(event.body, null, 2))),
  );
}

function signals(visitor) {
  const given = visitor?.signals;
  return Array.isArray(given) && given.length ? given.join(", ") : "none";
}

function fact(name, value) {
  if (value === null || value === undefined || value === "") return [];
  return [make("dt", {}, name), make("dd", {}, String(value))];
}

function attempts(event) {
  const items = event.calls.map((call, index) => {
    const before = index === 0 ? event.at : event.calls[index - 1].at;
    const status = call.status === null ? "left hanging" : `answered ${call.status}`;
    return make(
      "li",
      { class: call.status !== null && call.status < 300 ? "good" : "bad" },
      make("time", {}, clock(call.at)),
      make("span", {}, pause(call.at - before, index)),
      make("span", {}, status),
      make("span", { class: `signature ${call.signature}` }, SIGNATURES[call.signature]),
      call.problem ? make("small", {}, call.problem) : null,
    );
  });
  if (event.state === "retrying") {
    items.push(make("li", { class: "next" }, make("time", {}, clock(event.due_at)), "next attempt ", make("span", { "data-due": event.due_at })));
  }
  if (event.state === "dead") {
    const again = make("button", { type: "button", onclick: () => replay(event.id) }, "Replay");
    items.push(make("li", { class: "bad" }, make("span", {}, `dead letter: ${event.reason || "no reason given"}`), again));
  }
  return make("div", {}, make("h3", {}, "Attempts"), make("ol", { class: "attempts" }, ...(items.length ? items : [make("li", {}, "none yet")])));
}

function pause(seconds, index) {
  if (seconds < 0.05) return "at once";
  return `${duration(seconds)} ${index === 0 ? "after the hit" : "later"}`;
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
    empty.replaceChildren(
      make("p", {}, make("b", {}, shown.search ? `Nothing matches “${shown.search}”.` : "Nothing of this kind.")),
      make("button", { type: "button", onclick: reset }, "Show all events"),
    );
  }
}

function reset() {
  byId("kinds").querySelector("[data-kind=all]").click();
  clearSearch();
}

// The details of an event, below its row.

import { isHit, verdictOf } from "./charts.js";
import { ask, clock, copyText, duration, make } from "./dom.js";
import { isReduced, SIGNATURES, signals, textOf } from "./row.js";
import { replay } from "./receiver.js";

/** The waits of the schedule in seconds. */
export const planned = { delays: [] };

/** Make the element of the details; `show` updates it, and keeps open what was opened. */
export function makeStory() {
  const [facts, attempts] = [make("dl"), make("ol", { class: "attempts" })];
  const body = make("pre", { tabindex: "0" });
  const headers = make("code");
  const sent = make("details", { class: "headers" }, make("summary", {}, "The webhook's headers"), headers);
  const note = make("span", { class: "note", role: "status" });
  let shown = null;
  const act = (path, done) => async () => {
    try {
      note.textContent = await done(await ask(path, { id: shown.id }));
    } catch (error) {
      note.textContent = error.message;
    }
  };
  const actions = make(
    "div",
    { class: "actions" },
    make("button", { type: "button", onclick: act("again", () => "sent again") }, "Send again"),
    make("button", { type: "button", onclick: act("curl", ({ curl }) => copyText(curl)) }, "Copy as curl"),
    note,
  );
  const raw = make("details", { class: "raw" }, make("summary", {}, "The webhook's body"), body);
  const element = make(
    "div",
    { class: "story" },
    facts,
    make("div", {}, make("h3", {}, "Attempts"), attempts),
    actions,
    sent,
    raw,
  );
  const show = (event) => {
    shown = event;
    const last = event.calls.at(-1)?.headers ?? {};
    actions.hidden = event.state === "refused";
    sent.hidden = Object.keys(last).length === 0; // a receiver of one's own knows them
    headers.replaceChildren(...Object.entries(last).map(([name, value]) => make("div", {}, `${name}: ${value}`)));
    facts.replaceChildren(...factsOf(event));
    attempts.replaceChildren(...attemptsOf(event));
    raw.hidden = Object.keys(event.body).length === 0; // of what is no webhook nothing is kept
    if (body.textContent !== event.text) body.textContent = event.text; // else what is selected in it stays so
  };
  return { element, show };
}

function factsOf(event) {
  const { visitor, request_data: request, link_id: link, tracked_url: target } = event.body;
  const age = visitor?.age_seconds;
  // Every call that is listed came to this gateway's own receiver.
  const webhook = event.webhook || (event.calls.length ? `${location.origin}/_local/receiver` : null);
  return [
    ...fact("Target", target && textOf(target)),
    ...fact("Metadata", pairs(event.metadata)),
    ...fact("Verdict", isHit(event) ? verdictOf(event) : null),
    ...fact("Signals", isHit(event) ? signals(visitor) : null),
    ...fact("Age of the link", typeof age === "number" ? duration(age) : null),
    ...fact("Ruleset", visitor?.ruleset),
    ...fact("Privacy", isReduced(event) ? privacy(event.body) : null),
    ...fact("User agent", request?.user_agent),
    ...fact("Address", request?.user_ip),
    ...fact("Method", request?.method),
    ...fact("Referer", request?.referer),
    ...fact("How", event.body.how),
    ...fact("Value", event.body.value),
    ...fact("Takes back", event.body.undoes),
    ...fact("Webhook", webhook),
    ...fact("Link", link),
    ...(event.state === "refused" ? fact("Claimed event", event.calls[0].id) : fact("Event", event.id)),
    ...fact("Attempts counted", event.attempt > event.calls.length ? event.attempt : null),
  ];
}

function fact(name, value) {
  if (value === null || value === undefined || value === "") return [];
  return [make("dt", {}, name), make("dd", {}, value instanceof Node ? value : String(value))];
}

function pairs(metadata) {
  const lines = metadata.map(([name, value]) => make("li", {}, make("i", {}, name), ` ${value}`));
  return lines.length ? make("ul", { class: "pairs" }, ...lines) : null;
}

/** No link of this page carries a consent flag, so the browser asked: Do Not Track, or its successor. */
function privacy({ privacy: consent }) {
  const lost = {
    no_ip: "the address",
    no_agent: "the user agent",
    aggregate: "the link, and metadata beyond the campaign",
  };
  const left = consent.map((flag) => lost[flag] ?? textOf(flag)).join(", ");
  return `reduced: the browser asks not to be tracked (DNT or GPC). Not kept: ${left}.`;
}

function attemptsOf(event) {
  const marks = Array.isArray(event.marks) ? event.marks : [];
  const moments = [...event.calls.map((call) => ({ call, at: call.at })), ...marks.map((mark) => ({ mark, at: mark.at }))];
  // A replay and the call that it led to may have one time: the order above is then turned.
  moments.sort((a, b) => a.at - b.at || Number("call" in a) - Number("call" in b));
  const items = [];
  let before = { at: event.at, what: "after the hit" };
  let made = 0; // attempts since the hit, or since it was replayed: the schedule begins anew then
  for (const { call, mark, at } of moments) {
    items.push(call ? attempt(call, before, made) : marked(mark));
    made = call ? made + 1 : 0;
    before = { at, what: call ? "later" : "after the replay" };
  }
  if (event.state === "retrying") {
    const due = make("span", { "data-due": event.due_at });
    items.push(make("li", { class: "next" }, make("time", {}, clock(event.due_at)), "next attempt ", due, plan(event.attempt)));
  }
  if (event.state === "dead") {
    const again = make("button", { type: "button", onclick: () => replay(event.id) }, "Replay");
    if (moments.at(-1)?.mark?.what === "dead letter") items.at(-1).append(again);
    else items.push(make("li", { class: "bad" }, make("span", {}, `dead letter: ${event.reason || "no reason given"}`), again));
  }
  const none = event.state === "delivered" ? "answered by your own receiver" : "none yet";
  return items.length ? items : [make("li", {}, none)];
}

function attempt(call, before, made) {
  const status = call.status === null ? "no answer yet" : `answered ${call.status}`;
  return make(
    "li",
    { class: call.status !== null && call.status < 300 ? "good" : "bad" },
    make("time", {}, clock(call.at)),
    make("span", {}, pause(call.at - before.at, before.what)),
    plan(made),
    make("span", {}, status),
    make("span", { class: `signature ${call.signature}` }, SIGNATURES[call.signature]),
    call.problem ? make("small", {}, call.problem) : null,
  );
}

function marked({ at, what, reason }) {
  const dead = what === "dead letter";
  const text = dead ? `dead letter: ${reason || "no reason given"}` : what;
  return make("li", { class: dead ? "bad" : "" }, make("time", {}, clock(at)), make("span", {}, text));
}

function pause(seconds, what) {
  if (seconds < 0.05) return "at once";
  return `${duration(seconds)} ${what}`;
}

/** The wait that the schedule has before the attempt after so many: chance and SPEED change it. */
function plan(made) {
  const seconds = planned.delays[made - 1];
  return seconds === undefined ? null : make("span", { class: "plan" }, `${duration(seconds)} planned`);
}

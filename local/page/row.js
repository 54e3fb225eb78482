// One row of the list: the summary of an event.

import { actionOf, isHit, kindOf, verdictOf } from "./charts.js";
import { clock, make } from "./dom.js";

const CHIPS = 4; // keys of metadata seen on a row; the others are counted

export const SIGNATURES = { valid: "✓ verified", invalid: "✗ bad signature", missing: "✗ unsigned" };

/** What a row's summary holds. */
export function summaryOf(event) {
  const kind = kindOf(event);
  const target = typeof event.body.tracked_url === "string" ? event.body.tracked_url : null;
  return [
    make("span", { class: `kind ${kind}` }, kind),
    make("time", { title: new Date(event.at * 1000).toISOString() }, clock(event.at)),
    make(
      "span",
      { class: "what" },
      make("span", { class: "target", title: target }, target ?? untargeted(event)),
      ...chips(event.metadata),
      isReduced(event) ? make("span", { class: "chip", title: "The browser asks not to be tracked" }, "reduced") : null,
    ),
    isHit(event) ? verdict(event) : make("span"),
    signature(event.calls.at(-1)),
    state(event),
  ];
}

/** The words that a row shows for an event besides the webhook's body. */
export function seenWords(event) {
  const words = [clock(event.at), SIGNATURES[event.calls.at(-1)?.signature], seenState(event), untargeted(event)];
  if (isHit(event)) words.push(verdictOf(event));
  if (isReduced(event)) words.push("reduced");
  return words.join(" ");
}

/** What is shown in place of a click's target. */
function untargeted(event) {
  if (kindOf(event) === "action") {
    const { how, value } = event.body;
    return [actionOf(event), value, how && `by ${how}`].filter((word) => word !== undefined).join(" ");
  }
  return { open: "the pixel", click: "", post: event.calls.at(-1)?.problem || "not a hit" }[kindOf(event)];
}

function seenState(event) {
  const attempts = event.calls.length;
  return {
    queued: "queued",
    delivering: "delivering",
    retrying: "retry",
    delivered: attempts > 1 ? `delivered, ${attempts} attempts` : "delivered",
    failed: `failed with ${event.last_status}`,
    dead: "dead letter",
    refused: "refused",
  }[event.state];
}

export function signals(visitor) {
  const given = visitor?.signals;
  return Array.isArray(given) && given.length ? given.join(", ") : "none";
}

/** Whether a hit was reduced because its visitor does not want to be tracked. */
export function isReduced(event) {
  const { privacy } = event.body;
  return Array.isArray(privacy) && privacy.length > 0;
}

export function textOf(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function chips(pairs) {
  const seen = pairs
    .slice(0, CHIPS)
    .map(([name, value]) => make("span", { class: "chip" }, make("i", {}, name), value));
  const others = pairs.slice(CHIPS);
  if (others.length === 0) return seen;
  const names = others.map(([name]) => name).join(", ");
  return [...seen, make("span", { class: "chip", title: names }, `+${others.length}`)];
}

function verdict(event) {
  const name = verdictOf(event);
  return make("span", { class: `verdict verdict-${name}`, title: signals(event.body.visitor) }, name);
}

function signature(call) {
  if (!call) return make("span", { class: "signature" });
  const why = call.problem || "The signature was checked with the standardwebhooks package";
  return make("span", { class: `signature ${call.signature}`, title: why }, SIGNATURES[call.signature]);
}

function state(event) {
  const due = event.state === "retrying" ? make("span", { "data-due": event.due_at }) : null;
  return make("span", { class: `state ${event.state}` }, seenState(event), due && " ", due);
}

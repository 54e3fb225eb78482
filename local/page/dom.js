// Elements are built in code: everything is set as text or attribute, never as markup, because
// strangers wrote it.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: make("a", {href: "/x", class: "y", onclick: f}, "text", child). */
export function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function draw(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

/** 14:03:07 in the reader's own time zone. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });
}

/** 0.03 s, 0.2 s, 8 s, 5 min, 2 h, 3 d: the largest unit that leaves at least one. */
export function duration(seconds) {
  const size = Math.abs(seconds);
  if (size > 0 && size < 0.1) return `${Number(seconds.toPrecision(1))} s`;
  if (size < 3 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  if (size < 99.5) return `${Math.round(seconds)} s`;
  if (size < 99.5 * 60) return `${Math.round(seconds / 60)} min`;
  if (size < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** The gateway cannot be reached: the message goes away once it answers again. */
class Unreachable extends Error {}

/** What the gateway reported: how to start it again, and its clock in epoch seconds. */
export const gateway = { command: "make run", offset: 0, now: () => Date.now() / 1000 + gateway.offset };

/**
 * Call the gateway; throws an Error whose message can be shown, and whose `field` names the
 * invalid field of a form, if there is one.
 */
export async function ask(path, body) {
  let response;
  try {
    response = await fetch(`/_local/api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw unreachable();
  }
  const answer = await response.json().catch(() => {
    throw new Error("The gateway failed; see its terminal.");
  });
  if (!response.ok) throw Object.assign(new Error(answer.message), { field: answer.field });
  return answer;
}

export function unreachable() {
  return new Unreachable(`The gateway does not answer. Start it again with: ${gateway.command}`);
}

/** Show an error, or "" to clear it. */
export function say(place, error) {
  place.textContent = error ? error.message : "";
  place.toggleAttribute("data-unreachable", error instanceof Unreachable);
}

/** The gateway answers again: clear the messages that say it does not. */
export function forgetUnreachable() {
  for (const place of document.querySelectorAll("[data-unreachable]")) say(place, "");
}

/** Copy a text, and return the message to show. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    return "the browser did not allow it";
  }
}

/** Make one of several buttons the pressed one. */
export function press(buttons, pressed) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

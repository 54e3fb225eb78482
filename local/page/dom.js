// Elements made by hand: everything shown is set as text or as an attribute, never as markup,
// because what arrives here was written by strangers.

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

/** 0.2 s, 8 s, 5 min, 2 h, 3 d: the largest unit that leaves at least one. */
export function duration(seconds) {
  const size = Math.abs(seconds);
  if (size < 3 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  if (size < 99.5) return `${Math.round(seconds)} s`;
  if (size < 99.5 * 60) return `${Math.round(seconds / 60)} min`;
  if (size < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** Ask the gateway something; throws an Error whose message can be shown. */
export async function ask(path, body) {
  let response;
  try {
    response = await fetch(`/_local/api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The gateway does not answer. Start it again with: make run");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
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

// The form that mints links, and the links it made.

import { sayAloud } from "./announcing.js";
import { ask, byId, clock, copyText, duration, gateway, make, say, unreachable } from "./dom.js";

const FIELDS = ["target", "metadata", "expiry"];

let byUser = false; // the links listed were minted here, and are kept when the stream comes back
let readyMade = null; // the pixel link that the gateway printed: another one, another run

export function bindMint() {
  byId("mint").addEventListener("submit", async (submit) => {
    submit.preventDefault();
    forgive();
    try {
      const links = await ask("links", wanted());
      byUser = true;
      listLinks(links, true);
      sayAloud(links.open ? "Both links are minted" : "The link is minted");
    } catch (error) {
      say(byId("mint-error"), error);
      if (FIELDS.includes(error.field)) blame(error.field);
    }
  });
  byId("kind").addEventListener("change", () => {
    byId("mint-button").textContent = byId("kind").value ? "Mint the link" : "Mint both links";
    forgive();
  });
  for (const field of FIELDS) {
    byId(field).addEventListener("input", () => {
      if (byId(field).getAttribute("aria-invalid")) forgive();
    });
  }
}

/** List the links that the gateway printed, unless the user has minted some. */
export function showReadyMade(links) {
  const anew = readyMade !== null && readyMade !== links.open;
  readyMade = links.open;
  if (!byUser) listLinks(links, false);
  else if (anew) {
    for (const note of byId("links").querySelectorAll(".note")) {
      note.textContent = "minted by the previous gateway, which had other keys: mint it again";
    }
  }
}

/** Show how long the listed links still work. */
export function tickLinks(now) {
  for (const element of byId("links").querySelectorAll("[data-expires]")) {
    const at = Number(element.dataset.expires);
    const text = now < at ? `expires in ${duration(Math.ceil(at - now))}` : `expired at ${clock(at)}`;
    if (element.textContent !== text) element.textContent = text;
    element.classList.toggle("over", now >= at);
  }
}

function listLinks(links, fresh) {
  const { expires_at: expiresAt, ...minted } = links;
  const rows = Object.entries(minted).map(([kind, link]) => {
    const [name, acts] = ROWS[kind] ?? ["Action", { "Open its page": openPage }];
    return row(name, link, expiresAt, acts, fresh);
  });
  byId("links").replaceChildren(...rows);
  tickLinks(gateway.now());
  setTimeout(() => rows.forEach((shown) => shown.classList.remove("fresh")), 1500);
}

function wanted() {
  const kind = byId("kind").value || null;
  const target = byId("target").value.trim();
  // Minted without it, the click link would be missing without a word.
  if (!target && (!kind || kind === "guarded")) throw blaming("target", "A click link needs a target, such as https://example.com/");
  const expiry = byId("expiry").value;
  // The gateway parses the metadata: numbers parsed here would be floats.
  return { target, kind, metadata: byId("metadata").value, expires_in: expiry ? Number(expiry) : null };
}

function blaming(field, message) {
  return Object.assign(new Error(message), { field });
}

function blame(field) {
  byId(field).setAttribute("aria-invalid", "true");
  byId(field).focus();
}

function forgive() {
  for (const field of FIELDS) byId(field).removeAttribute("aria-invalid");
  say(byId("mint-error"), "");
}

function row(name, link, expiresAt, acts, fresh) {
  const note = make("span", { class: "note", role: "status" });
  const run = async (act) => {
    say(note, "");
    try {
      const seen = await act(link);
      // The answer alone does not show it: an expired pixel is a pixel, so that no mail looks broken.
      const over = expiresAt && gateway.now() >= expiresAt;
      note.textContent = over ? `${seen}; the link expired at ${clock(expiresAt)}, so no event is made` : seen;
    } catch (error) {
      say(note, error);
    }
  };
  const whole = `the ${name.toLowerCase()} link`;
  return make(
    "li",
    { class: fresh ? "fresh" : "" },
    make("b", {}, name),
    make("a", { href: link, target: "_blank", rel: "noreferrer", title: "Open in a new tab" }, link),
    make(
      "span",
      { class: "actions" },
      ...Object.entries(acts).map(([verb, act]) =>
        make("button", { type: "button", onclick: () => run(act), "data-act": name.toLowerCase() }, verb),
      ),
      make("button", { type: "button", class: "quiet", "aria-label": `Copy ${whole}`, onclick: async () => { note.textContent = await copyText(link); } }, "Copy"),
    ),
    expiresAt ? make("span", { class: "expiry", "data-expires": expiresAt }) : null,
    note,
  );
}

/**
 * Show the pixel as a mail program would: as an image. In a document of its own, because one
 * document asks for an image once, whatever the image says of being stored.
 */
function loadPixel(link) {
  const frame = make("iframe", { hidden: true });
  document.body.append(frame);
  const image = frame.contentDocument.createElement("img");
  const seen = new Promise((resolve, reject) => {
    image.addEventListener("load", () => resolve(`an image of ${image.naturalWidth} by ${image.naturalHeight} came`));
    image.addEventListener("error", () => reject(unreachable()));
  });
  image.src = link;
  return seen.finally(() => frame.remove());
}

/** Follow the link without leaving the page: the redirect is seen, and not gone after. */
async function follow(link) {
  let answer;
  try {
    answer = await fetch(link, { redirect: "manual", cache: "reload" });
  } catch {
    throw unreachable();
  }
  return answer.type === "opaqueredirect" ? "a redirect came" : `no redirect, but ${answer.status}`;
}

/** Open the page of a link that asks first, as a person does. */
async function openPage(link) {
  window.open(link, "_blank", "noopener");
  return "its page is open: only its button acts";
}

/** Unsubscribe as a mail program does for its user (RFC 8058). */
async function postOneClick(link) {
  let answer;
  try {
    answer = await fetch(link, { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) });
  } catch {
    throw unreachable();
  }
  return `answered ${answer.status}`;
}

/** By kind of link: what its row is called, and what can be done with it. */
const ROWS = {
  open: ["Pixel", { "Load it": loadPixel }],
  click: ["Click", { "Follow it": follow }],
  guarded: ["Click", { "Open its page": openPage }],
  unsubscribe: ["Action", { "Open its page": openPage, "One-click": postOneClick }],
};

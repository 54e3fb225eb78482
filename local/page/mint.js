// The form that mints links, and the links it made.

import { ask, byId, make } from "./dom.js";

export function bindMint() {
  byId("mint").addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const problem = byId("mint-error");
    problem.textContent = "";
    try {
      const expiry = byId("expiry").value;
      const links = await ask("links", {
        target: byId("target").value.trim() || null,
        metadata: readMetadata(),
        expires_in: expiry ? Number(expiry) : null,
      });
      showLinks(links, true);
    } catch (error) {
      problem.textContent = error.message;
    }
  });
}

/** List the links, each with ways to follow it. */
export function showLinks(links, fresh) {
  const rows = [];
  if (links.open) rows.push(row("Pixel", links.open, "Load it", loadPixel, fresh));
  if (links.click) rows.push(row("Click", links.click, "Follow it", follow, fresh));
  byId("links").replaceChildren(...rows);
  setTimeout(() => rows.forEach((shown) => shown.classList.remove("fresh")), 1500);
}

function readMetadata() {
  const text = byId("metadata").value.trim();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('Metadata is a JSON object, such as {"customer_id": 1}. This one is not JSON.');
  }
}

function row(name, link, verb, act, fresh) {
  const note = make("span", { class: "note", role: "status" });
  const run = () => act(link, note);
  return make(
    "li",
    { class: fresh ? "fresh" : "" },
    make("b", {}, name),
    make("a", { href: link, target: "_blank", rel: "noreferrer", title: "Open in a new tab" }, link),
    make(
      "span",
      { class: "actions" },
      make("button", { type: "button", onclick: run, "data-act": name.toLowerCase() }, verb),
      make("button", { type: "button", class: "quiet", onclick: () => copy(link, note) }, "Copy"),
    ),
    note,
  );
}

/**
 * Show the pixel as a mail program would: as an image. In a document of its own, because one
 * document asks for an image once, whatever the image says of being stored.
 */
function loadPixel(link, note) {
  const frame = make("iframe", { hidden: true });
  document.body.append(frame);
  const image = frame.contentDocument.createElement("img");
  image.addEventListener("load", () => {
    note.textContent = `an image of ${image.naturalWidth} by ${image.naturalHeight} came`;
    frame.remove();
  });
  image.addEventListener("error", () => {
    note.textContent = "no image came: does the gateway still run?";
    frame.remove();
  });
  image.src = link;
}

/** Follow the link without leaving the page: the redirect is seen, and not gone after. */
async function follow(link, note) {
  try {
    const answer = await fetch(link, { redirect: "manual", cache: "reload" });
    note.textContent =
      answer.type === "opaqueredirect" ? "a redirect came" : `no redirect, but ${answer.status}`;
  } catch {
    note.textContent = "the gateway does not answer";
  }
}

async function copy(link, note) {
  try {
    await navigator.clipboard.writeText(link);
    note.textContent = "copied";
  } catch {
    note.textContent = "the browser did not allow it";
  }
}

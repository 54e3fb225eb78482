// A whole mail: rewritten by the library, shown beside the original, as source or rendered.

import { ask, byId, copyText, make, press, say } from "./dom.js";

const SAMPLE = `<!doctype html>
<html>
<body style="font-family: sans-serif">
  <h1>Spring is here, Ada</h1>
  <p>Your order has left our warehouse.
     <a href="https://shop.example/orders/42?ref=mail">Follow it</a> on its way.</p>
  <p><a href="https://shop.example/sale">See the sale</a> or
     <a href="mailto:help@shop.example">write to us</a>.</p>
</body>
</html>`;

let latest = null;
let view = "source";

export function bindMail() {
  byId("html").value = SAMPLE;
  byId("rewrite").addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const problem = byId("rewrite-error");
    say(problem, "");
    const html = byId("html").value;
    try {
      const rewritten = await ask("rewrite", { html });
      if (byId("html").value !== html) return; // changed meanwhile
      latest = rewritten;
      show();
    } catch (error) {
      say(problem, error);
      if (!("field" in error)) return; // the mail is not the problem
      byId("html").setAttribute("aria-invalid", "true");
      byId("html").focus();
    }
  });
  byId("html").addEventListener("input", () => {
    // The result below belongs to the mail before the change.
    latest = null;
    byId("mails").hidden = true;
    byId("html").removeAttribute("aria-invalid");
    say(byId("rewrite-error"), "");
  });
  byId("mail-copy").addEventListener("click", async () => {
    byId("mail-copied").textContent = await copyText(latest.html);
  });
  const buttons = [...byId("mail-view").querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      if (view === button.dataset.view) return; // rendered again, the mail would be opened once more
      press(buttons, button);
      view = button.dataset.view;
      show();
    });
  }
}

function show() {
  if (!latest) return;
  byId("mails").hidden = false;
  byId("mail-copied").textContent = "";
  byId("mail-count").textContent = latest.clicks === 1 ? "1 link and a pixel" : `${latest.clicks} links and a pixel`;
  byId("mail-pictures").hidden = view !== "rendered"; // where broken images need an explanation
  byId("mail-left").hidden = latest.left.length === 0;
  byId("mail-left-list").replaceChildren(
    ...latest.left.map(({ href, reason }) => make("li", {}, make("code", {}, href), ` ${reason}`)),
  );
  byId("mail-original").replaceChildren(content(latest.original, latest.original_url, []));
  byId("mail-rewritten").replaceChildren(content(latest.html, latest.url, latest.tracked));
}

function content(source, url, tracked) {
  if (view === "source") return make("pre", { tabindex: "0" }, ...marked(source, tracked));
  // The frame's own policy runs no script; `sandbox` says so once more.
  return make("iframe", {
    src: url,
    sandbox: "allow-popups allow-popups-to-escape-sandbox",
    title: tracked.length ? "The rewritten mail" : "The original mail",
  });
}

/** The source's text, with every link of ours marked. */
function marked(source, tracked) {
  const parts = [];
  let rest = source;
  for (const link of tracked) {
    const at = rest.indexOf(link);
    if (at < 0) continue;
    parts.push(rest.slice(0, at), make("mark", {}, link));
    rest = rest.slice(at + link.length);
  }
  return [...parts, rest];
}

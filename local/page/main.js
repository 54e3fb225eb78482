// The page's memory and its line to the gateway: one stream of server-sent events feeds it all.

import { drawPlot, drawVerdicts } from "./charts.js";
import { byId } from "./dom.js";
import { bindEvents, showEvents, tick } from "./events.js";
import { bindKeys } from "./keys.js";
import { bindMail } from "./mail.js";
import { bindMint, showLinks } from "./mint.js";
import { bindReceiver, showCounts, showMood } from "./receiver.js";

/** Everything known, by event id. Times are seconds since the epoch, by the gateway's clock. */
const known = { events: new Map(), offset: 0, now: () => Date.now() / 1000 + known.offset };

let scheduled = false;

/** Redraw once per frame, however many changes came in meanwhile. */
function redraw() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const events = [...known.events.values()].sort((a, b) => b.at - a.at);
    showEvents(events, known.now());
    showCounts(events);
    drawPlot(byId("plot"), events, known.now());
    drawVerdicts(byId("verdict-bar"), events);
  });
}

function connect() {
  const stream = new EventSource("/_local/api/stream");
  const on = (name, take) =>
    stream.addEventListener(name, (message) => {
      const value = JSON.parse(message.data);
      known.offset = value.now - Date.now() / 1000;
      take(value);
    });
  stream.addEventListener("open", () => showConnection("live"));
  stream.addEventListener("error", () => showConnection("lost"));
  on("state", (state) => {
    // A gateway that was started anew knows nothing of the events before: nor does the page.
    known.events = new Map(state.events.map((event) => [event.id, event]));
    showMood(state.mood);
    showLinks(state.links, false);
    showSpeed(state.speed);
    byId("too-soon").textContent =
      `A hit within ${state.too_soon} s of minting counts as a scanner's: people are slower.`;
    redraw();
  });
  on("event", (event) => {
    known.events.set(event.id, event);
    redraw();
  });
  on("mood", ({ mood }) => showMood(mood));
}

function showConnection(state) {
  const pill = byId("connection");
  pill.dataset.state = state;
  pill.textContent = state === "live" ? "Live" : "Reconnecting…";
  byId("lost").hidden = state === "live";
}

function showSpeed(speed) {
  const pill = byId("speed");
  pill.hidden = speed === 1;
  pill.textContent = `Clock × ${speed}`;
  pill.title = "Delays between attempts pass this many times faster than they would deployed";
}

bindEvents(redraw);
bindMint();
bindMail();
bindReceiver();
bindKeys();
connect();
setInterval(() => tick(known.now()), 500);
// The plot moves on, also when nothing happens.
setInterval(redraw, 5000);

// The page's state: one stream of server-sent events from the gateway feeds it.

import { drawPlot, drawVerdicts, isHit } from "./charts.js";
import { announce } from "./announcing.js";
import { byId, forgetUnreachable, gateway } from "./dom.js";
import { bindEvents, showEvents, tick } from "./events.js";
import { bindKeys } from "./keys.js";
import { bindMail } from "./mail.js";
import { bindMint, showReadyMade, tickLinks } from "./mint.js";
import { bindNumbers, showStored } from "./numbers.js";
import { bindReceiver, showCounts, showMood, showOwnWebhook, showWaits } from "./receiver.js";
import { planned } from "./story.js";

let known = new Map(); // every event, by id; times are seconds since the epoch, by the gateway's clock
let scheduled = false;

/** Redraw once per frame, however many changes came in meanwhile. */
function redraw() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const events = [...known.values()].sort((a, b) => b.at - a.at);
    showEvents(events, gateway.now());
    showCounts(events);
    const hits = events.filter(isHit);
    drawPlot(byId("plot"), hits, gateway.now());
    drawVerdicts(byId("verdict-bar"), hits);
  });
}

function connect() {
  showConnection("connecting");
  const stream = new EventSource("/_local/api/stream");
  const on = (name, take) =>
    stream.addEventListener(name, (message) => {
      const value = JSON.parse(message.data);
      gateway.offset = value.now - Date.now() / 1000;
      take(value);
    });
  stream.addEventListener("open", () => {
    showConnection("live");
    forgetUnreachable();
  });
  stream.addEventListener("error", () => showConnection("lost"));
  on("state", (state) => {
    // A restarted gateway has no earlier events, and neither has the page.
    known = new Map(state.events.map((event) => [event.id, event]));
    showMood(state.mood);
    showOwnWebhook(state.own_webhook);
    showReadyMade(state.links);
    showSpeed(state.speed);
    showWaits(state.retries, state.speed, state.command);
    planned.delays = state.retries.delays;
    showStored(state.stored);
    showCommand(state.command);
    byId("too-soon").textContent =
      `A hit within ${state.too_soon} s of minting counts as a scanner: people are slower.`;
    redraw();
  });
  on("event", (event) => {
    if (!known.has(event.id)) announce(event);
    known.set(event.id, event);
    redraw();
  });
  on("mood", ({ mood }) => showMood(mood));
  on("stored", (value) => showStored(value.stored));
}

function showConnection(state) {
  const pill = byId("connection");
  pill.hidden = false; // until here no script had run
  pill.dataset.state = state;
  pill.textContent = { connecting: "Connecting…", live: "Live", lost: "Reconnecting…" }[state];
  byId("lost").hidden = state !== "lost";
}

function showCommand(command) {
  gateway.command = command;
  byId("command").textContent = command;
}

function showSpeed(speed) {
  const pill = byId("speed");
  pill.hidden = speed === 1;
  pill.textContent = `Clock × ${speed}`;
  pill.title = "Waits between attempts pass this many times faster than deployed";
}

bindEvents(redraw);
bindMint();
bindMail();
bindNumbers();
bindReceiver();
bindKeys();
connect();
setInterval(() => {
  tick(gateway.now());
  tickLinks(gateway.now());
}, 500);
// Time passes in the plot also when nothing happens.
setInterval(redraw, 5000);

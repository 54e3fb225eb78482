// The report on all events, as `pytracking report` makes it: read while it is open, and again when events came.

import { byId } from "./dom.js";

const PAUSE = 2000; // milliseconds between two readings

let stored = 0; // events, as the gateway last said
let shown = -1; // how many of them the report that is shown counts
let waiting = false;

export function bindNumbers() {
  byId("numbers").addEventListener("toggle", read);
  const frame = byId("numbers").querySelector("iframe");
  frame.addEventListener("load", () => {
    const height = frame.contentDocument?.documentElement?.offsetHeight;
    if (height) frame.style.height = `${height + 40}px`;
  });
}

export function showStored(count) {
  stored = count;
  read();
}

function read() {
  if (!byId("numbers").open || stored === shown || waiting) return;
  shown = stored;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    read();
  }, PAUSE);
  byId("numbers").querySelector("iframe").src = "/_local/numbers";
}

// New events, announced to screen readers.

import { isHit, kindOf, verdictOf } from "./charts.js";
import { byId } from "./dom.js";

const PAUSE = 2000; // milliseconds; a burst of hits is one sentence

let news = [];

/** Announce an event: a single one by name, several by their number. */
export function announce(event) {
  news.push(event);
  if (news.length === 1) setTimeout(speak, PAUSE);
}

function speak() {
  const [first] = news;
  const alone = isHit(first) ? `New ${kindOf(first)}, ${verdictOf(first)}` : `New post, ${first.state}`;
  sayAloud(news.length === 1 ? alone : `${news.length} new events`);
  news = [];
}

/** Announce something that is visible elsewhere on the page. */
export function sayAloud(text) {
  byId("announcement").textContent = text;
  // Emptied, so that the same sentence is announced again the next time.
  setTimeout(() => (byId("announcement").textContent = ""), PAUSE / 2);
}

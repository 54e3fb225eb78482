// The receiver's mode, the counts of webhooks, and the replay of dead letters.

import { ask, byId, duration, make, say } from "./dom.js";

let mood = "accept"; // as the gateway last reported

export function bindReceiver() {
  byId("moods").addEventListener("change", async (change) => {
    const note = byId("replay-note");
    say(note, "");
    try {
      await ask("receiver", { mood: change.target.value });
    } catch (error) {
      say(note, error);
      showMood(mood); // the choice was not applied
    }
  });
  byId("replay-all").addEventListener("click", () => {
    if (byId("replay-all").getAttribute("aria-disabled") !== "true") replay();
  });
}

/** Put one dead letter, or all of them, back into the queue. */
export async function replay(id) {
  const note = byId("replay-note");
  try {
    const { replayed } = await ask("replay", id ? { id } : {});
    say(note, "");
    note.textContent = replayed === 1 ? "1 event replayed" : `${replayed} events replayed`;
  } catch (error) {
    say(note, error);
  }
}

export function showMood(current) {
  mood = current;
  for (const input of byId("moods").querySelectorAll("input")) input.checked = input.value === mood;
}

export function showCounts(events) {
  const counts = { delivered: 0, moving: 0, retrying: 0, failed: 0, dead: 0, refused: 0 };
  for (const { state } of events) {
    if (state === "queued" || state === "delivering") counts.moving += 1;
    else if (state in counts) counts[state] += 1;
  }
  for (const element of byId("counts").querySelectorAll("[data-count]")) {
    element.textContent = counts[element.dataset.count];
  }
  const button = byId("replay-all");
  // Not `disabled`: a button that has just been pressed would lose the focus.
  button.setAttribute("aria-disabled", String(counts.dead === 0));
  button.textContent = counts.dead > 1 ? `Replay ${counts.dead} dead letters` : "Replay dead letters";
}

/** Show where webhooks go: the mode of the user's own receiver is not set here. */
export function showOwnWebhook(webhook) {
  byId("moods").hidden = webhook !== null;
  if (webhook) byId("receiver-note").textContent = `Webhooks go to your own receiver: ${webhook}`;
}

/** The schedule of retries and, when the clock runs faster, the waits as they are here. */
export function showWaits({ delays, jitter }, speed, command) {
  // A number and its unit stay on one line.
  const list = (factor) => delays.map((seconds) => duration(seconds / factor).replace(" ", "\u00a0")).join(", ");
  const percent = `${Math.round(100 * jitter)}\u00a0%`;
  const text =
    `A failed webhook is retried after ${list(1)}, each wait up to ${percent} shorter or longer ` +
    "at random; after the last retry the event is a dead letter.";
  byId("waits").replaceChildren(
    ...(speed === 1
      ? [text, " ", make("code", {}, `${command} SPEED=60`), " lets the waits pass sixty times faster."]
      : [`${text} Here the waits pass ${speed} times faster: after ${list(speed)}.`]),
  );
}

// The receiver's mood, what became of the webhooks, and the replay of dead letters.

import { ask, byId } from "./dom.js";

export function bindReceiver() {
  byId("moods").addEventListener("change", async (change) => {
    const note = byId("replay-note");
    note.textContent = "";
    try {
      await ask("receiver", { mood: change.target.value });
    } catch (error) {
      note.textContent = error.message;
    }
  });
  byId("replay-all").addEventListener("click", () => replay());
}

/** Put one dead letter, or all of them, back into the queue. */
export async function replay(id) {
  const note = byId("replay-note");
  try {
    const { replayed } = await ask("replay", id ? { id } : {});
    note.textContent = replayed === 1 ? "1 event replayed" : `${replayed} events replayed`;
  } catch (error) {
    note.textContent = error.message;
  }
}

export function showMood(mood) {
  for (const input of byId("moods").querySelectorAll("input")) input.checked = input.value === mood;
}

export function showCounts(events) {
  const counts = { delivered: 0, moving: 0, retrying: 0, dead: 0 };
  for (const { state } of events) {
    if (state === "queued" || state === "delivering") counts.moving += 1;
    else if (state in counts) counts[state] += 1;
  }
  for (const element of byId("counts").querySelectorAll("[data-count]")) {
    element.textContent = counts[element.dataset.count];
  }
  const button = byId("replay-all");
  button.disabled = counts.dead === 0;
  button.textContent = counts.dead > 1 ? `Replay ${counts.dead} dead letters` : "Replay dead letters";
}

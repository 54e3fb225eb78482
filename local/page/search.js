// The filter of the list: by words of a row or its event, or by the value of one key.

import { kindOf } from "./charts.js";
import { seenWords } from "./row.js";

const TROUBLE = ["retrying", "failed", "dead", "refused"];
const KINDS = ["open", "click", "action"];
const WORDS = /(?:"[^"]*"?|[^\s"])+/g; // `spring`, `customer_id:1`, `name:"Ada L."`
const PAIR = /^([^:=]+)[:=](.+)$/s; // `customer_id:1`, `customer_id=1`

export function isOfKind(event, kind) {
  if (kind === "trouble") return TROUBLE.includes(event.state);
  return kind === "all" || kindOf(event) === kind;
}

/** Whether an event has every word of a search; capitals do not matter. */
export function isFound(event, search) {
  const words = search.toLowerCase().match(WORDS) ?? [];
  if (words.length === 0) return true;
  const { tracked_url, visitor, request_data, link_id, privacy } = event.body;
  const searched = [event.id, event.calls.at(-1)?.id, event.metadata, tracked_url, visitor, request_data, link_id, privacy];
  const text = `${JSON.stringify(searched)} ${seenWords(event)}`.toLowerCase();
  const values = new Map(event.metadata.map(([name, value]) => [name.toLowerCase(), value.toLowerCase()]));
  const own = JSON.stringify([event.metadata, tracked_url]).toLowerCase();
  const kind = kindOf(event);
  return words.every((quoted) => {
    const word = quoted.replaceAll('"', "");
    // The name of a kind is searched in the sender's own data only: "open" is part of many signals.
    return KINDS.includes(word) ? word === kind || own.includes(word) : has(word, values, text, kind);
  });
}

function has(word, values, text, kind) {
  const [, name, value] = PAIR.exec(word) ?? [];
  if (name === "kind" && value === kind) return true;
  // "https://..." is a pair only of an event whose metadata has a key "https".
  return values.has(name) ? values.get(name) === value : text.includes(word);
}

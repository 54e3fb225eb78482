// Everything by keyboard: the shortcuts that the help names, and arrows within tabs.

import { byId } from "./dom.js";
import { clearSearch, step } from "./events.js";

export function bindKeys() {
  document.addEventListener("keydown", (key) => {
    if (key.ctrlKey || key.metaKey || key.altKey) return;
    if (key.key === "Escape" && key.target === byId("search")) return clearSearch();
    if (!byId("shortcuts").checked) return;
    if (key.target.closest("input:not([type=radio]), textarea, select, dialog")) return;
    const act = SHORTCUTS[key.key];
    if (!act) return;
    key.preventDefault();
    act();
  });
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  bindChoice();
  bindTabs();
}

/** Single keys can be switched off (WCAG 2.1.4): people who dictate say many letters. */
function bindChoice() {
  const choice = byId("shortcuts");
  choice.checked = remembered() !== "off";
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(CHOICE, choice.checked ? "on" : "off");
    } catch {
      // The browser stores nothing: the choice lasts until the page is closed.
    }
  });
}

function remembered() {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

const CHOICE = "pytracking.shortcuts"; // in the browser's storage: "on" or "off"

const SHORTCUTS = {
  m: () => {
    byId("tab-link").click();
    byId("target").focus();
  },
  "/": () => byId("search").focus(),
  j: () => step(1),
  k: () => step(-1),
  "?": () => byId("help").showModal(),
};

/** Tabs as the ARIA authoring practices have them: arrows move between, the chosen one is in the tab order. */
function bindTabs() {
  const tabs = [byId("tab-link"), byId("tab-mail")];
  const choose = (chosen) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (key) => {
      if (key.key !== "ArrowLeft" && key.key !== "ArrowRight") return;
      const next = tabs[(index + 1) % tabs.length];
      choose(next);
      next.focus();
    });
  }
}

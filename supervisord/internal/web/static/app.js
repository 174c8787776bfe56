// The page with all processes.
import { Live, showLink } from "./api.js";
import { catchUp, operationEnded, pathOf, runFor } from "./actions.js";
import { update } from "./preview.js";
import { Table } from "./table.js";
import { ask, byId, bytes, duration, make, percent, prefs, slashFocuses } from "./ui.js";

const kept = prefs.read();
const settings = {
  sort: kept.sort || "name",
  reverse: Boolean(kept.reverse),
  grouped: kept.grouped !== false,
  folded: new Set(kept.folded || []),
  words: [],
  state: "",
};

const table = new Table(settings);
let daemon = null;

table.onCounts = (all) => {
  const counts = {};
  for (const p of all) counts[p.state] = (counts[p.state] || 0) + 1;
  byId("count-all").textContent = all.length;
  for (const chip of document.querySelectorAll(".chip[data-filter]")) {
    const state = chip.dataset.filter;
    if (!state) continue;
    const n = counts[state] || 0;
    chip.lastElementChild.textContent = n;
    chip.hidden = n === 0 && settings.state !== state;
  }
  const bad = (counts.FATAL || 0) + (counts.BACKOFF || 0);
  document.title = (bad ? "(" + bad + ") " : "") + document.querySelector(".brand span").textContent + " – Supervisor";
};

table.onUsage = (sum) => {
  byId("usage").textContent = sum.known ? percent(sum.cpu) + " CPU, " + bytes(sum.memory) : "nothing";
};

// The stream.

function showDaemon(d) {
  daemon = d;
  byId("daemon-pid").textContent = d.pid;
  byId("version").textContent = d.version;
  byId("config-file").textContent = d.config_file;
  document.querySelector(".brand span").textContent = d.identifier;
  showMood(d.state);
}

function showMood(state) {
  const mood = byId("mood");
  mood.hidden = state === "RUNNING";
  mood.textContent = state.toLowerCase();
}

new Live(
  "api/v1/events",
  {
    snapshot(s) {
      showDaemon(s.daemon);
      table.replace(s.processes, s.daemon.now);
      tickDaemon();
      catchUp();
    },
    patch(p) {
      if (p.state) showMood(p.state);
      table.patch(p);
    },
    operation: operationEnded,
  },
  showLink,
);

function tickDaemon() {
  if (daemon && !document.hidden) byId("daemon-uptime").textContent = duration(table.now() - daemon.started);
}
setInterval(tickDaemon, 1000);

// Buttons.

const questions = {
  "stop all": ["Stop all processes?", "Stop all"],
  "restart all": ["Restart all processes? Those that are not running are started, too.", "Restart all"],
  "clear all": ["Clear the logs of all processes? Rotated files are kept.", "Clear all logs"],
};

byId("form").addEventListener("submit", (e) => e.preventDefault());

byId("form").addEventListener("click", async (e) => {
  const button = e.target.closest("button[name=do]");
  if (!button) return;
  e.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  const question = questions[button.value];
  if (question && !(await ask(question[0], [], question[1]))) return;
  runFor(button, pathOf(button.value));
});

byId("update").addEventListener("click", (e) => {
  e.preventDefault();
  update(e.currentTarget);
});

// What is shown.

function remember() {
  prefs.write({ sort: settings.sort, reverse: settings.reverse, grouped: settings.grouped, folded: [...settings.folded] });
  showSettings();
  table.arrange();
}

function showSettings() {
  for (const th of document.querySelectorAll("th[data-sort]")) {
    if (th.dataset.sort === settings.sort) th.setAttribute("aria-sort", settings.reverse ? "descending" : "ascending");
    else th.removeAttribute("aria-sort");
  }
  byId("sort").value = settings.sort;
  byId("grouped").setAttribute("aria-pressed", String(settings.grouped));
  const fold = byId("fold-all");
  fold.hidden = !settings.grouped || table.groups.size === 0;
  fold.textContent = settings.folded.size ? "Expand" : "Collapse";
  fold.setAttribute("aria-expanded", String(settings.folded.size === 0));
}

for (const th of document.querySelectorAll("th[data-sort]")) {
  const button = make("button", { type: "button", class: "sortb" }, th.textContent);
  th.replaceChildren(button);
  button.addEventListener("click", () => {
    settings.reverse = settings.sort === th.dataset.sort && !settings.reverse;
    settings.sort = th.dataset.sort;
    remember();
  });
}

byId("sort").addEventListener("change", (e) => {
  settings.sort = e.target.value;
  settings.reverse = false;
  remember();
});

byId("grouped").addEventListener("click", () => {
  settings.grouped = !settings.grouped;
  remember();
});

byId("fold-all").addEventListener("click", () => {
  settings.folded = settings.folded.size ? new Set() : new Set(table.groups.keys());
  remember();
});

byId("rows").addEventListener("click", (e) => {
  const fold = e.target.closest(".fold");
  if (!fold) return;
  const name = fold.closest("tr").dataset.group;
  if (!settings.folded.delete(name)) settings.folded.add(name);
  remember();
});

// What is looked for is in the address, which can be kept and sent to others.
const filter = byId("filter");
const chips = [...document.querySelectorAll(".chip")];

function choose() {
  settings.words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.filter === settings.state));
  table.arrange();
}

function note() {
  const q = new URLSearchParams();
  if (filter.value.trim()) q.set("find", filter.value);
  if (settings.state) q.set("state", settings.state);
  history.replaceState(null, "", q.size ? "#" + q : location.pathname + location.search);
  choose();
}

function recall() {
  const q = new URLSearchParams(location.hash.slice(1));
  if (q.has("main")) return; // the link that skips to the content
  filter.value = q.get("find") || "";
  settings.state = chips.some((c) => c.dataset.filter === q.get("state")) ? q.get("state") : "";
  choose();
}

filter.addEventListener("input", note);
slashFocuses(filter);
for (const chip of chips) {
  chip.addEventListener("click", () => {
    settings.state = settings.state === chip.dataset.filter ? "" : chip.dataset.filter;
    note();
  });
}

// A message of the page without script goes without a new page.
for (const close of document.querySelectorAll("a.close")) {
  close.addEventListener("click", (e) => {
    e.preventDefault();
    close.parentElement.remove();
    history.replaceState(null, "", "./" + location.hash);
  });
}

showSettings();
if (location.hash) recall();
addEventListener("hashchange", recall);

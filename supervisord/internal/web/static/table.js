// The table of processes. Rows are made once and changed where they differ.
import { disable, down, up } from "./actions.js";
import { ago, byId, bytes, clock, duration, percent } from "./ui.js";

const ranks = ["FATAL", "BACKOFF", "UNKNOWN", "STOPPING", "STARTING", "RUNNING", "EXITED", "STOPPED"];

/** How people name a process: its own name alone if the group has the same. */
export const title = (p) => (p.group === p.name ? p.name : p.id);

const collator = new Intl.Collator(undefined, { numeric: true });
const byName = (a, b) => collator.compare(a.name, b.name) || collator.compare(a.id, b.id);

/** The orders of rows; the first of a pair is the natural direction. */
const orders = {
  name: byName,
  state: (a, b) => ranks.indexOf(a.state) - ranks.indexOf(b.state),
  pid: (a, b) => a.pid - b.pid,
  uptime: (a, b) => (b.pid ? b.started : Infinity) - (a.pid ? a.started : Infinity) || 0,
  cpu: (a, b) => (b.cpu ?? -1) - (a.cpu ?? -1),
  memory: (a, b) => (b.memory ?? -1) - (a.memory ?? -1),
  restarts: (a, b) => b.restarts - a.restarts,
  exit: (a, b) => b.stopped - a.stopped,
};

class Row {
  constructor(tr, clone) {
    this.tr = tr;
    this.shown = {};
    const at = (selector) => tr.querySelector(selector);
    this.pill = at(".pill span");
    this.link = at(".who a");
    this.more = at(".who .more");
    this.cells = { pid: at(".pid"), up: at(".up"), cpu: at(".cpu"), mem: at(".mem"), rst: at(".rst") };
    this.exit = at(".exit");
    this.buttons = [...tr.querySelectorAll(".act button")];
    this.logs = [...tr.querySelectorAll(".logs a")];
    this.fresh = clone;
  }

  /** Sets the text of an element if it is not what it shows. */
  text(key, element, value) {
    if (this.shown[key] === value) return;
    this.shown[key] = value;
    if (element.textContent !== value) element.textContent = value;
  }

  name(p) {
    this.tr.dataset.id = p.id;
    const query = "log.html?name=" + encodeURIComponent(p.id);
    this.link.href = this.logs[0].href = query;
    this.logs[1].href = query + "&channel=stderr";
    this.link.textContent = p.name;
    const words = ["Start ", "Stop ", "Restart ", "Clear the logs of "];
    this.buttons.forEach((b, i) => {
      b.value = b.value.split(" ")[0] + " process " + p.id;
      b.title = words[i] + title(p);
      b.setAttribute("aria-label", b.title);
    });
  }

  update(p, now) {
    if (this.fresh) this.name(p);
    this.fresh = false;
    const before = this.process;
    this.process = p;
    if (!before || before.state !== p.state) {
      const state = p.state.toLowerCase();
      const grouped = this.tr.classList.contains("in");
      this.tr.className = "p s-" + state + (grouped ? " in" : "") + (before ? " flash" + (this.flashes = 1 - (this.flashes || 0)) : "");
      this.text("state", this.pill, state);
      disable(this.buttons, p.state);
    }
    this.text("pid", this.cells.pid, p.pid ? String(p.pid) : "");
    this.text("rst", this.cells.rst, String(p.restarts));
    this.cells.rst.classList.toggle("nil", p.restarts === 0);
    const quiet = p.state === "RUNNING" || p.state === "STARTING" || p.state === "STOPPING"; // the columns tell all
    const listener = p.listener && "listener " + p.listener.toLowerCase();
    this.text("more", this.more, [quiet ? "" : p.description, listener].filter(Boolean).join(" · "));
    const since = p.pid && p.started ? "Started " + clock(p.started) : "";
    if (this.cells.up.title !== since) this.cells.up.title = since;
    if (this.logs[0].hidden === p.stdout) this.logs[0].hidden = !p.stdout;
    if (this.logs[1].hidden === p.stderr) this.logs[1].hidden = !p.stderr;
    this.usage(p);
    this.tick(now);
  }

  usage(p) {
    this.text("cpu", this.cells.cpu, p.cpu === null ? "" : percent(p.cpu));
    this.text("mem", this.cells.mem, p.memory === null ? "" : bytes(p.memory));
  }

  /** Shows what time alone changes. */
  tick(now) {
    const p = this.process;
    this.text("up", this.cells.up, p.pid && p.started ? duration(now - p.started) : "");
    const last = p.last_exit ? p.last_exit + "\n" + ago(now - p.stopped) : "";
    if (this.shown.exit === last) return;
    this.shown.exit = last;
    const [cause, when] = last.split("\n");
    const more = document.createElement("span");
    more.className = "more";
    more.textContent = when || "";
    this.exit.replaceChildren(...(last ? [cause, more] : []));
  }
}

class GroupRow {
  constructor(tr, name) {
    this.tr = tr;
    tr.dataset.group = name;
    tr.querySelector(".name").textContent = name;
    this.fold = tr.querySelector(".fold");
    this.sum = tr.querySelector(".sum");
    this.cpu = tr.querySelector(".cpu");
    this.mem = tr.querySelector(".mem");
    this.fold.setAttribute("aria-label", "Processes of group " + name);
    const words = ["Start group ", "Stop group ", "Restart group ", "Clear the logs of group "];
    this.buttons = [...tr.querySelectorAll(".act button")];
    this.buttons.forEach((b, i) => {
      b.value = b.value.split(" ")[0] + " group " + name;
      b.title = words[i] + name;
      b.setAttribute("aria-label", b.title);
    });
  }

  update(list, open) {
    const counts = {};
    for (const p of list) counts[p.state] = (counts[p.state] || 0) + 1;
    const parts = ranks.filter((s) => counts[s]).map((s) => counts[s] + " " + s.toLowerCase());
    setText(this.sum, [list.length + (list.length === 1 ? " process" : " processes"), ...parts].join(" · "));
    const off = (b, is) => b.getAttribute("aria-disabled") !== String(is) && b.setAttribute("aria-disabled", String(is));
    off(this.buttons[0], !list.some((p) => down.has(p.state)));
    off(this.buttons[1], !list.some((p) => up.has(p.state)));
    if (this.fold.getAttribute("aria-expanded") !== String(open)) this.fold.setAttribute("aria-expanded", String(open));
  }

  usage(sum) {
    setText(this.cpu, sum && sum.known ? percent(sum.cpu) : "");
    setText(this.mem, sum && sum.known ? bytes(sum.memory) : "");
  }
}

const setText = (element, text) => element.textContent !== text && (element.textContent = text);

export class Table {
  constructor(settings) {
    this.body = byId("rows");
    this.settings = settings; // sort, reverse, grouped, folded, words, state
    this.processes = new Map();
    this.rows = new Map();
    this.groups = new Map();
    this.offset = 0; // of the daemon's clock
    this.told = false; // the stream has told all
    this.seen = new Set(); // rows in sight, which are the ones that tick
    this.watch = new IntersectionObserver((entries) => this.sight(entries), { rootMargin: "300px" });
    for (const tr of this.body.querySelectorAll("tr.p")) this.adopt(tr.dataset.id, tr, false);
    for (const tr of this.body.querySelectorAll("tr.g")) this.groups.set(tr.dataset.group, new GroupRow(tr, tr.dataset.group));
    setInterval(() => this.tick(), 1000);
  }

  now() {
    return Date.now() / 1000 + this.offset;
  }

  adopt(id, tr, clone) {
    const row = new Row(tr, clone);
    this.rows.set(id, row);
    this.watch.observe(tr);
    return row;
  }

  sight(entries) {
    for (const e of entries) {
      if (e.isIntersecting) this.seen.add(e.target.dataset.id);
      else this.seen.delete(e.target.dataset.id);
    }
    this.tick();
  }

  tick() {
    if (document.hidden) return;
    const now = this.now();
    for (const id of this.seen) {
      const row = this.rows.get(id);
      if (row && row.process) row.tick(now);
    }
  }

  replace(list, now) {
    this.offset = now - Date.now() / 1000;
    const gone = new Set(this.rows.keys());
    for (const p of list) {
      gone.delete(p.id);
      this.put(p);
    }
    this.drop(gone);
    this.told = true;
    this.arrange();
    this.sums();
  }

  put(p) {
    this.processes.set(p.id, p);
    const row = this.rows.get(p.id) || this.adopt(p.id, byId("row").content.firstElementChild.cloneNode(true), true);
    row.update(p, this.now());
  }

  drop(ids) {
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row) {
        this.watch.unobserve(row.tr);
        row.tr.remove();
      }
      this.rows.delete(id);
      this.seen.delete(id);
      this.processes.delete(id);
    }
  }

  patch(patch) {
    this.offset = patch.now - Date.now() / 1000;
    for (const p of patch.processes || []) this.put(p);
    this.drop(patch.gone || []);
    for (const u of patch.usage || []) {
      const p = this.processes.get(u.id);
      if (!p) continue;
      p.cpu = u.cpu;
      p.memory = u.memory;
      this.rows.get(u.id).usage(p);
    }
    const moving = this.settings.sort === "cpu" || this.settings.sort === "memory";
    if (patch.processes || patch.gone) this.arrange();
    // What is below a pointer or has the focus stays where it is.
    else if (moving && !this.body.matches(":hover, :focus-within")) this.arrange();
    this.sums();
  }

  /** Shows what groups and all together use. */
  sums() {
    const groups = new Map();
    const total = { cpu: 0, memory: 0, known: 0 };
    for (const p of this.processes.values()) {
      if (p.memory === null) continue;
      let sum = groups.get(p.group);
      if (!sum) groups.set(p.group, (sum = { cpu: 0, memory: 0, known: 0 }));
      for (const s of [sum, total]) {
        s.cpu += p.cpu || 0;
        s.memory += p.memory;
        s.known++;
      }
    }
    for (const [name, row] of this.groups) row.usage(groups.get(name));
    this.onUsage(total);
  }

  matches(p) {
    const { words, state } = this.settings;
    if (state && p.state !== state) return false;
    if (!words.length) return true;
    const text = (p.id + " " + p.state + " " + p.description + " " + p.spawn_error + " " + p.last_exit + " " + (p.pid || "")).toLowerCase();
    return words.every((w) => text.includes(w));
  }

  compare() {
    const order = orders[this.settings.sort] || byName;
    const sign = this.settings.reverse ? -1 : 1;
    return (a, b) => sign * order(a, b) || collator.compare(a.id, b.id);
  }

  /** Puts the rows that are to be seen into their order. */
  arrange() {
    if (!this.told) return;
    const compare = this.compare();
    const all = [...this.processes.values()];
    const list = all.filter((p) => this.matches(p)).sort(compare);
    const wanted = [];
    const members = new Map();
    for (const p of all) (members.get(p.group) || members.set(p.group, []).get(p.group)).push(p);
    const alone = (group) => members.get(group).length === 1 && members.get(group)[0].name === group;
    if (this.settings.grouped) {
      const shown = new Map();
      for (const p of list) (shown.get(p.group) || shown.set(p.group, []).get(p.group)).push(p);
      let names = [...shown.keys()];
      if (this.settings.sort === "name") {
        names.sort(collator.compare);
        if (this.settings.reverse) names.reverse();
      }
      const searching = this.settings.words.length > 0 || this.settings.state;
      for (const name of names) {
        const single = alone(name);
        const open = single || searching || !this.settings.folded.has(name);
        if (!single) wanted.push(this.groupRow(name, members.get(name), open));
        if (open) for (const p of shown.get(name)) wanted.push(this.rowOf(p, !single, p.name));
      }
    } else {
      for (const p of list) wanted.push(this.rowOf(p, false, title(p)));
    }
    for (const name of this.groups.keys()) if (!members.has(name)) this.groups.delete(name);
    this.place(wanted);
    const empty = byId("empty");
    empty.hidden = wanted.length > 0;
    empty.textContent = all.length ? "Nothing matches." : "There are no programs in the configuration.";
    this.onCounts(all);
  }

  rowOf(p, inside, name) {
    const row = this.rows.get(p.id);
    row.tr.classList.toggle("in", inside);
    row.text("name", row.link, name);
    return row.tr;
  }

  groupRow(name, list, open) {
    let g = this.groups.get(name);
    if (!g) this.groups.set(name, (g = new GroupRow(byId("group").content.firstElementChild.cloneNode(true), name)));
    g.update(list, open);
    return g.tr;
  }

  /** Moves as few rows as possible. */
  place(wanted) {
    const keep = new Set(wanted);
    for (const tr of [...this.body.children]) if (!keep.has(tr)) tr.remove();
    let at = this.body.firstElementChild;
    for (const tr of wanted) {
      if (tr === at) at = at.nextElementSibling;
      else this.body.insertBefore(tr, at);
    }
  }
}

// The view of one log: its end, what is added, and what came before, through all
// rotated files.
import { get, Live, showLink } from "./api.js";
import { catchUp, disable, pathOf, run, runFor } from "./actions.js";
import { element, parse, plain } from "./ansi.js";
import { ask, byId, bytes, clock, make, prefs, say, slashFocuses } from "./ui.js";

const main = byId("main");
const base = main.dataset.api.replace(/^api\/v1\//, "");
const box = byId("log");

const part = 64 << 10; // bytes read at once
const maxLines = 10000; // in the page
const longest = 20000; // characters of one line

/** One piece of the log, as it was read. */
class Chunk {
  constructor(file, offset, next) {
    Object.assign(this, { file, offset, next, lines: [] });
    this.element = make("div", { class: "chunk" });
  }
}

/** A line: its text as it is in the log, and what is shown of it. */
class Line {
  constructor(chunk, raw, style) {
    Object.assign(this, { chunk, raw, begin: style });
    this.element = make("div", { class: "line" });
    this.show();
  }

  show() {
    const { pieces, style } = parse(this.raw, this.begin);
    this.end = style;
    this.text = pieces.map((p) => p.text).join("");
    this.element.replaceChildren(...pieces.map(element));
  }
}

/** What of the log is in the page. */
const view = {
  chunks: [],
  lines: 0,
  open: null, // the last line, while it has no end
  style: plain,
  top: null, // {id, offset} of what comes before; null at the very beginning
  bottom: null, // {id, offset} of what comes after
  live: false, // the bottom is the end of the log
  following: true, // new text is asked for
  files: [],
};

let stream = null;
let loading = null; // what is being loaded

const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 40;
const toEnd = () => (box.scrollTop = box.scrollHeight);

// Making lines.

function splitLines(text) {
  const lines = text.split(/\r\n|\n|\r(?!$)/);
  const list = [];
  for (const line of lines) {
    if (line.length <= longest) list.push(line);
    else for (let i = 0; i < line.length; i += longest) list.push(line.slice(i, i + longest));
  }
  return list;
}

/** Adds text below all that is there. */
function append(file, offset, next, text) {
  const chunk = new Chunk(file, offset, next);
  const lines = text ? splitLines(text) : [];
  if (view.open && lines.length) {
    view.open.raw += lines.shift();
    view.open.show();
    view.style = view.open.end;
    mark(view.open);
  }
  const complete = text.endsWith("\n") ? (lines.pop(), true) : false;
  for (const raw of lines) addLine(chunk, raw);
  if (lines.length) view.open = complete ? null : chunk.lines[chunk.lines.length - 1];
  else if (complete) view.open = null;
  view.chunks.push(chunk);
  box.append(chunk.element);
  view.bottom = { id: file, offset: next };
}

function addLine(chunk, raw) {
  const line = new Line(chunk, raw, view.style);
  view.style = line.end;
  chunk.lines.push(line);
  chunk.element.append(line.element);
  view.lines++;
  mark(line);
}

/** Adds text above all that is there. */
function prepend(file, offset, next, text) {
  const chunk = new Chunk(file, offset, next);
  const lines = splitLines(text);
  if (text.endsWith("\n")) lines.pop();
  let style = plain;
  for (const raw of lines) {
    const line = new Line(chunk, raw, style);
    style = line.end;
    chunk.lines.push(line);
    chunk.element.append(line.element);
    mark(line);
  }
  view.lines += lines.length;
  view.chunks.unshift(chunk);
  const height = box.scrollHeight;
  box.prepend(chunk.element);
  box.scrollTop += box.scrollHeight - height;
  view.top = { id: file, offset };
}

function note(text, above) {
  const cut = make("div", { class: "cut" }, text);
  if (above) {
    const height = box.scrollHeight;
    box.prepend(cut);
    box.scrollTop += box.scrollHeight - height;
  } else {
    box.append(cut);
    view.open = null;
    view.style = plain;
  }
}

/** Forgets what is far above. */
function trim() {
  while (view.lines > maxLines && view.chunks.length > 2) {
    const chunk = view.chunks.shift();
    view.lines -= chunk.lines.length;
    while (box.firstElementChild && box.firstElementChild !== chunk.element) box.firstElementChild.remove();
    chunk.element.remove();
    view.top = { id: view.chunks[0].file, offset: view.chunks[0].offset };
    hits.forget(chunk);
  }
}

function empty() {
  Object.assign(view, { chunks: [], lines: 0, open: null, style: plain, top: null, bottom: null });
  box.replaceChildren();
  hits.clear();
}

// Reading.

const read = (query) => get(base + "/text?" + new URLSearchParams(query));

async function refreshFiles() {
  view.files = (await get(base)).files;
  const select = byId("file");
  const shown = view.bottom && view.files.find((f) => f.id === view.bottom.id);
  select.replaceChildren(
    ...view.files.map((f) => {
      const option = make("option", { value: f.index }, f.name + " (" + bytes(f.size) + ", " + clock(f.modified) + ")");
      option.disabled = f.compressed;
      return option;
    }),
  );
  if (shown) select.value = shown.index;
  return view.files;
}

/** Shows the end of a file. */
async function openFile(index) {
  stopStream();
  const text = await read({ file: index, offset: -part, length: part, lines: 1 });
  empty();
  append(text.id, text.offset, text.next, text.text);
  view.top = { id: text.id, offset: text.offset };
  toEnd();
  byId("download").href = "api/v1/" + base + "/download?id=" + encodeURIComponent(text.id);
  await refreshFiles();
  setLive(text.index === 0);
  while (box.scrollHeight <= box.clientHeight && (await before()));
  toEnd();
}

/** Only one thing is loaded at a time; what scrolling asks for meanwhile is left. */
async function exclusively(fn) {
  if (loading) return false;
  loading = attempt(fn);
  try {
    return await loading;
  } finally {
    loading = null;
  }
}

/** What a click asks for waits for its turn. */
async function inTurn(fn) {
  while (loading) await loading;
  return exclusively(fn);
}

async function attempt(fn) {
  try {
    return await fn();
  } catch (e) {
    say("The log cannot be read: " + e.message + ".", true);
    return false;
  }
}

const loadBefore = () => exclusively(before);
const loadAfter = () => exclusively(after);

/** Loads what precedes; goes on to an older file at the beginning of one. */
async function before() {
  if (!view.top) return false;
  const { id, offset } = view.top;
  if (offset > 0) {
    const from = Math.max(0, offset - part);
    const text = await read({ id, offset: from, length: offset - from, lines: 1 });
    if (text.next !== offset || text.offset >= offset) view.top = { id, offset: 0 };
    else prepend(id, text.offset, text.next, text.text);
    return true;
  }
  const older = neighbour(await refreshFiles(), id, 1);
  if (!older) {
    if (view.top) note("the log begins here", true);
    view.top = null;
    return false;
  }
  note("from here on: " + nameOf(id), true);
  const text = await read({ id: older.id, offset: -part, length: part, lines: 1 });
  prepend(text.id, text.offset, text.next, text.text);
  return true;
}

/** Loads what follows; goes on to a younger file at the end of one. */
async function after() {
  if (view.live || !view.bottom) return false;
  const { id, offset } = view.bottom;
  const text = await read({ id, offset, length: part });
  if (text.text) {
    append(id, text.offset, text.next, text.text);
    return true;
  }
  if (text.index === 0) {
    setLive(true);
    return false;
  }
  const younger = neighbour(await refreshFiles(), id, -1);
  if (!younger) return false;
  note("from here on: " + younger.name);
  const more = await read({ id: younger.id, offset: 0, length: part });
  append(more.id, more.offset, more.next, more.text);
  return true;
}

const nameOf = (id) => (view.files.find((f) => f.id === id) || { name: "the next file" }).name;

function neighbour(files, id, step) {
  const list = files.filter((f) => !f.compressed);
  const at = list.findIndex((f) => f.id === id);
  return at < 0 ? null : list[at + step];
}

// Following.

function setLive(live) {
  view.live = live;
  byId("follow").setAttribute("aria-disabled", String(!live));
  if (live && view.following) startStream();
  else showFollow();
  byId("end").hidden = live && atEnd();
}

function startStream() {
  const url = () => "api/v1/" + base + "/follow?from=" + encodeURIComponent(view.bottom ? view.bottom.id + ":" + view.bottom.offset : "");
  if (stream) stream.resume();
  else stream = new Live(url, { text: grow, rotated, cleared, skipped }, (state) => view.following && view.live && showLink(state));
  showFollow();
}

function stopStream() {
  if (stream) stream.pause();
}

function showFollow() {
  const button = byId("follow");
  button.setAttribute("aria-pressed", String(view.following));
  button.lastElementChild.textContent = view.following ? "Pause" : "Follow";
  button.firstElementChild.className = view.following ? "i i-stop" : "i i-start";
  if (!view.following || !view.live) showLink("held");
}

/** Keeps the end in sight if it is. */
function atBottom(fn) {
  const stay = atEnd();
  fn();
  if (stay) {
    trim();
    toEnd();
  } else byId("end").hidden = false;
}

function grow(n) {
  // Who reads far above is not drowned: what follows is loaded when it is scrolled to.
  if (!atEnd() && view.lines > 3 * maxLines) {
    stopStream();
    setLive(false);
    return;
  }
  atBottom(() => {
    if (!view.top && view.chunks.length === 0) view.top = { id: n.id, offset: n.offset };
    append(n.id, n.offset, n.next, n.text);
  });
}

const restart = (n) => (view.bottom = { id: n.id, offset: n.next });

function rotated(n) {
  atBottom(() => note("the log was rotated at " + new Date().toLocaleTimeString()));
  restart(n);
  refreshFiles();
}

function cleared(n) {
  atBottom(() => note("the log was cleared at " + new Date().toLocaleTimeString()));
  restart(n);
  refreshFiles();
}

function skipped(n) {
  atBottom(() => note(n.bytes > 0 ? bytes(n.bytes) + " were skipped" : "a part was skipped"));
  restart(n);
}

// Searching.

const hits = {
  words: "",
  list: [], // lines with a match, in their order
  at: -1,
  ranges: typeof Highlight === "function" && CSS.highlights ? new Highlight() : null,

  clear() {
    for (const line of this.list) line.element.classList.remove("hit", "now");
    this.list = [];
    this.at = -1;
    if (this.ranges) this.ranges.clear();
  },

  forget(chunk) {
    const before = this.list.length;
    this.list = this.list.filter((line) => line.chunk !== chunk);
    this.at = Math.max(-1, this.at - (before - this.list.length));
  },

  set(words) {
    this.clear();
    this.words = words.toLowerCase();
    for (const chunk of view.chunks) chunk.lines.forEach(mark);
    this.sort();
    this.show();
  },

  sort() {
    const order = new Map();
    let n = 0;
    for (const chunk of view.chunks) for (const line of chunk.lines) order.set(line, n++);
    const now = this.list[this.at];
    this.list = [...new Set(this.list)].filter((l) => order.has(l)).sort((a, b) => order.get(a) - order.get(b));
    this.at = now ? this.list.indexOf(now) : -1;
  },

  show() {
    const text = !this.words ? "" : this.list.length ? (this.at >= 0 ? this.at + 1 + " of " : "") + this.list.length : "none here";
    byId("matches").textContent = text;
  },

  go(i) {
    if (this.list[this.at]) this.list[this.at].element.classList.remove("now");
    this.at = i;
    const line = this.list[i];
    line.element.classList.add("now");
    line.element.scrollIntoView({ block: "center" });
    this.show();
  },
};

if (hits.ranges) CSS.highlights.set("match", hits.ranges);

/** Notes the matches in a line. */
function mark(line) {
  if (!hits.words) return;
  const text = line.text.toLowerCase();
  if (!text.includes(hits.words)) return;
  line.element.classList.add("hit");
  hits.list.push(line);
  if (hits.ranges) for (let i = text.indexOf(hits.words); i >= 0; i = text.indexOf(hits.words, i + hits.words.length)) highlight(line, i, i + hits.words.length);
}

function highlight(line, from, to) {
  const range = new Range();
  const walker = document.createTreeWalker(line.element, NodeFilter.SHOW_TEXT);
  let at = 0;
  let begun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const end = at + node.data.length;
    if (!begun && from < end) {
      range.setStart(node, from - at);
      begun = true;
    }
    if (begun && to <= end) {
      range.setEnd(node, to - at);
      hits.ranges.add(range);
      return;
    }
    at = end;
  }
}

/** Goes to the match before the present one, in all of the log. */
async function previous() {
  if (!hits.words) return;
  hits.sort();
  if (hits.at > 0) return hits.go(hits.at - 1);
  if (hits.at < 0 && hits.list.length) return hits.go(hits.list.length - 1);
  byId("matches").textContent = "searching …";
  const found = await inTurn(searchBefore);
  hits.sort();
  if (!found) hits.show();
  if (found === false && hits.words) byId("matches").textContent = "no earlier match";
}

/** Looks for a match above what is loaded, and loads up to it. */
async function searchBefore() {
  let from = view.top;
  while (from) {
    const m = from.offset > 0 ? await get(base + "/search?" + new URLSearchParams({ q: hits.words, id: from.id, from: from.offset })) : { found: false, more: false };
    if (m.found) return showMatch(m.id, m.offset);
    if (m.more) {
      from = { id: m.id, offset: m.stopped };
      continue;
    }
    const older = neighbour(await refreshFiles(), from.id, 1);
    from = older ? { id: older.id, offset: older.size } : null;
  }
  return false;
}

/** Loads the surroundings of a match and goes there. */
async function showMatch(id, offset) {
  const near = view.top && view.top.id === id && view.top.offset - offset < 4 * part;
  if (near) {
    while (view.top && view.top.id === id && view.top.offset > offset) if (!(await before())) break;
  } else {
    stopStream();
    const text = await read({ id, offset: Math.max(0, offset - part / 2), length: part, lines: 1 });
    empty();
    append(text.id, text.offset, text.next, text.text);
    view.top = { id: text.id, offset: text.offset };
    setLive(text.index === 0 && text.next === text.size);
  }
  hits.clear();
  for (const chunk of view.chunks) chunk.lines.forEach(mark);
  hits.sort();
  hits.go(Math.max(0, nearest(offset)));
  return true;
}

/** The last match that begins at or before an offset, as far as it can be told. */
function nearest(offset) {
  let best = 0;
  hits.list.forEach((line, i) => {
    let at = line.chunk.offset;
    for (const other of line.chunk.lines) {
      if (other === line) break;
      at += encoder.encode(other.raw).length + 1;
    }
    if (at <= offset) best = i;
  });
  return best;
}
const encoder = new TextEncoder();

async function next() {
  if (!hits.words) return;
  hits.sort();
  while (hits.at + 1 >= hits.list.length) {
    const more = await inTurn(after);
    hits.sort();
    if (!more && hits.at + 1 >= hits.list.length) {
      byId("matches").textContent = "no later match";
      return;
    }
  }
  hits.go(hits.at + 1);
}

// Controls.

byId("follow").addEventListener("click", () => {
  if (!view.live) return;
  view.following = !view.following;
  if (view.following) startStream();
  else stopStream();
  showFollow();
  if (view.following) toEnd();
});

byId("file").addEventListener("change", (e) => {
  const index = Number(e.target.value); // the list may be made anew before it is its turn
  inTurn(() => openFile(index));
});

byId("end").addEventListener("click", async () => {
  if (!view.live) await inTurn(() => openFile(0));
  trim();
  toEnd();
  byId("end").hidden = true;
});

box.addEventListener("scroll", () => {
  if (view.live && atEnd()) byId("end").hidden = true;
  else if (!atEnd()) byId("end").hidden = false;
  if (box.scrollTop < 200) loadBefore();
  if (!view.live && atEnd()) loadAfter();
});

const needle = byId("needle");
needle.addEventListener("input", () => hits.set(needle.value));
needle.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && e.shiftKey) {
    e.preventDefault();
    next();
  }
});
byId("search").addEventListener("submit", (e) => {
  e.preventDefault();
  previous();
});
byId("next").addEventListener("click", next);
slashFocuses(needle);

function setWrap(wrap) {
  box.classList.toggle("wrap", wrap);
  byId("wrap").setAttribute("aria-pressed", String(wrap));
}
setWrap(prefs.read().wrap !== false);
byId("wrap").addEventListener("click", () => {
  const wrap = !box.classList.contains("wrap");
  prefs.write({ wrap });
  setWrap(wrap);
});

byId("clear").addEventListener("click", async () => {
  const activity = main.dataset.channel === "activity";
  const what = activity ? "the activity log" : "the stdout and stderr logs of this process";
  if (!(await ask("Clear " + what + "? Rotated files are kept.", [], "Clear"))) return;
  try {
    const op = await run(activity ? "daemon/log/clear" : base.replace(/\/logs\/[a-z]+$/, "/clear"), { wait: 60 });
    say(op.message, !op.ok);
  } catch (e) {
    say("That did not work: " + e.message + ".", true);
  }
});

// The state of the process, now and then.
async function refreshState() {
  const shown = byId("state");
  if (!shown || document.hidden) return;
  try {
    const { state } = await get(base.replace(/\/logs\/[a-z]+$/, ""));
    shown.className = "s-" + state.toLowerCase();
    shown.querySelector("span span").textContent = state.toLowerCase();
    disable(byId("act").querySelectorAll("button"), state);
  } catch {
    // The stream tells when supervisord cannot be reached.
  }
}
setInterval(refreshState, 5000);

// Back to where one came from, with what was looked for there.
document.querySelector(".back").addEventListener("click", (e) => {
  const from = document.referrer && new URL(document.referrer);
  if (!from || from.origin !== location.origin || !["", "index.html"].some((p) => new URL(p, location.href.replace(/[^/]*$/, "")).pathname === from.pathname)) return;
  e.preventDefault();
  history.back();
});

const act = byId("act");
if (act) {
  act.addEventListener("submit", (e) => e.preventDefault());
  act.addEventListener("click", async (e) => {
    const button = e.target.closest("button[name=do]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    setTimeout(refreshState, 300);
    await runFor(button, pathOf(button.value));
    refreshState();
  });
  setInterval(catchUp, 1500); // asks only while an outcome is awaited
}

for (const element of document.querySelectorAll(".static")) element.hidden = true;

exclusively(async () => {
  try {
    await openFile(Number(main.dataset.file || 0));
  } catch (e) {
    if (e.code !== "NO_LOG") throw e;
    empty();
    note("there is nothing in this log yet");
    await refreshFiles();
    setLive(true);
  }
});

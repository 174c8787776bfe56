// What the pages have in common: words for figures, messages, questions.

const two = (n) => String(n).padStart(2, "0");

/** 1:02:03 or 3d 1:02:03. */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const text = Math.floor((s % 86400) / 3600) + ":" + two(Math.floor((s % 3600) / 60)) + ":" + two(s % 60);
  return s >= 86400 ? Math.floor(s / 86400) + "d " + text : text;
}

/** How long ago, in one unit. */
export function ago(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return s + " s ago";
  if (s < 3600) return Math.floor(s / 60) + " min ago";
  if (s < 86400) return Math.floor(s / 3600) + " h ago";
  return Math.floor(s / 86400) + " d ago";
}

export function bytes(n) {
  if (n < 1024) return n + " B";
  for (const unit of ["KiB", "MiB", "GiB", "TiB"]) {
    n /= 1024;
    if (n < 1024 || unit === "TiB") return n.toFixed(n >= 100 ? 0 : 1) + " " + unit;
  }
}

export const percent = (n) => n.toFixed(1) + " %";

const dateFormat = new Intl.DateTimeFormat(undefined, { month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** A moment in the time zone of the browser. */
export const clock = (seconds) => (seconds ? dateFormat.format(seconds * 1000) : "");

export const byId = (id) => document.getElementById(id);

/** Makes an element. Text is always text. */
export function make(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children);
  return e;
}

/** Shows a message; one of something that went wrong stays until it is dismissed. */
export function say(text, bad) {
  const close = make("button", { type: "button", class: "close", "aria-label": "Dismiss the message" }, "×");
  const message = make("div", { class: bad ? "message bad" : "message", role: bad ? "alert" : "status" }, make("p", {}, text), close);
  close.addEventListener("click", () => message.remove());
  const area = byId("messages");
  while (area.children.length > 4) area.firstElementChild.remove();
  area.append(message);
  if (!bad) setTimeout(() => message.remove(), 8000);
}

let answer = null; // to the question that is being asked

/** Asks a question and returns whether the answer is yes. */
export function ask(title, body, yes) {
  const dialog = byId("ask");
  if (answer) answer(false);
  byId("ask-title").textContent = title;
  byId("ask-body").replaceChildren(...[].concat(body));
  const button = byId("ask-yes");
  button.textContent = yes || "";
  button.hidden = !yes;
  dialog.querySelector(".choices").firstElementChild.textContent = yes ? "Cancel" : "Close";
  dialog.returnValue = "";
  dialog.onclose = () => {
    // The news of an earlier closing may come when the next question is open.
    if (dialog.open || !answer) return;
    answer(dialog.returnValue === "yes");
    answer = null;
  };
  dialog.showModal();
  return new Promise((resolve) => (answer = resolve));
}

/** What the page remembers in this browser. */
export const prefs = {
  key: "supervisor" + location.pathname.replace(/[^/]*$/, ""),
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) || {};
    } catch {
      return {};
    }
  },
  write(changes) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ ...this.read(), ...changes }));
    } catch {
      // Private windows may refuse; then nothing is remembered.
    }
  },
};

/** "/" goes to the search field. */
export function slashFocuses(input) {
  addEventListener("keydown", (e) => {
    if (e.key === "/" && !e.ctrlKey && !e.metaKey && !e.altKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) {
      e.preventDefault();
      input.focus();
    }
  });
}

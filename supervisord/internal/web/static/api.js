// Calls of the JSON API. Paths are relative to the page, so that it works below
// any prefix.

let token = document.body.dataset.token;

/** The address of a relative path. A page that was opened with a password in its
 * address must not pass that on: fetch refuses it. */
export function address(path) {
  const url = new URL(path, document.baseURI);
  url.username = url.password = "";
  return url.href;
}

/** An error that the API, or the way to it, has told. */
export class ApiError extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

async function call(method, path, body) {
  const options = { method, headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" };
  if (method !== "GET") {
    options.headers["Content-Type"] = "application/json";
    options.headers["X-CSRF-Token"] = token;
    options.body = JSON.stringify(body || {});
  }
  let response;
  try {
    response = await fetch(address("api/v1/" + path), options);
  } catch {
    throw new ApiError("OFFLINE", "supervisord cannot be reached", 0);
  }
  const text = await response.text();
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    throw new ApiError("HTTP", text.trim().slice(0, 300) || "the answer is " + response.status, response.status);
  }
  if (data.error) throw new ApiError(data.error.code, data.error.message, response.status);
  return data;
}

export const get = (path) => call("GET", path);

/** Does something. A token that has gone stale, as after a restart of supervisord, is renewed. */
export async function post(path, body) {
  try {
    return await call("POST", path, body);
  } catch (e) {
    if (e.code !== "TOKEN") throw e;
    token = (await get("session")).token;
    return call("POST", path, body);
  }
}

/** A stream of server-sent events that is open while somebody sees the page. It
 * is closed a while after the page was hidden, comes back by itself when it was
 * lost, and tells its state: live, lost or paused. */
export class Live {
  constructor(url, handlers, onState) {
    Object.assign(this, { url, handlers, onState, source: null, wait: 500, timer: 0, watchdog: 0, wanted: true });
    document.addEventListener("visibilitychange", () => this.visible());
    addEventListener("online", () => this.wanted && !this.source && this.open());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (e) => e.persisted && this.wanted && this.open());
    this.open();
  }

  visible() {
    clearTimeout(this.hiding);
    if (!document.hidden) {
      if (this.wanted && !this.source) this.open();
    } else if (this.source) {
      this.hiding = setTimeout(() => {
        this.close();
        this.onState("paused");
      }, 10000);
    }
  }

  open() {
    this.close();
    if (document.hidden) return;
    const source = (this.source = new EventSource(address(typeof this.url === "function" ? this.url() : this.url)));
    const alive = () => {
      clearTimeout(this.watchdog);
      this.watchdog = setTimeout(() => this.lose(source), 25000);
      this.wait = 500;
    };
    source.onopen = () => {
      alive();
      this.onState("live");
    };
    source.onerror = () => this.lose(source);
    source.addEventListener("beat", alive);
    for (const [name, handle] of Object.entries(this.handlers)) {
      source.addEventListener(name, (e) => {
        if (source !== this.source) return;
        alive();
        handle(JSON.parse(e.data), e);
      });
    }
  }

  lose(source) {
    if (source !== this.source) return;
    this.close();
    this.onState("lost");
    this.timer = setTimeout(() => this.wanted && this.open(), this.wait);
    this.wait = Math.min(this.wait * 1.6, 5000);
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    if (this.source) this.source.close();
    this.source = null;
  }

  /** Ends it until resume. */
  pause() {
    this.wanted = false;
    this.close();
  }

  resume() {
    this.wanted = true;
    this.open();
  }
}

const marks = { live: "Live", lost: "Connection lost, trying again", paused: "Paused while hidden", connecting: "Connecting", held: "Paused" };

/** Shows the state of the stream. */
export function showLink(state) {
  const link = document.getElementById("link");
  if (link.dataset.state === state) return;
  link.dataset.state = state;
  link.lastElementChild.textContent =
    marks[state] + (state === "lost" ? " (last news at " + new Date().toLocaleTimeString() + ")" : "");
  document.documentElement.classList.toggle("lost", state === "lost");
}

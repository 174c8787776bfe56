// What buttons do: an operation is begun, its end is told by the stream.
import { get, post } from "./api.js";
import { say } from "./ui.js";

/** States in which a process can be stopped, and started. */
export const up = new Set(["RUNNING", "STARTING", "BACKOFF"]);
export const down = new Set(["STOPPED", "EXITED", "FATAL"]);

/** Marks the buttons start, stop and restart of a process that make no sense. */
export function disable([start, stop, restart], state) {
  start.setAttribute("aria-disabled", String(!down.has(state)));
  stop.setAttribute("aria-disabled", String(!up.has(state)));
  restart.setAttribute("aria-disabled", String(state === "STOPPING" || state === "UNKNOWN"));
}

const open = new Map(); // operations whose end is awaited, by ID
const ended = new Map(); // operations that ended before anybody awaited them

/** Takes the news that an operation has ended. */
export function operationEnded(op) {
  const resolve = open.get(op.id);
  if (resolve) {
    open.delete(op.id);
    resolve(op);
    return;
  }
  ended.set(op.id, op);
  if (ended.size > 200) ended.delete(ended.keys().next().value);
}

/** Asks what became of operations whose end may have been missed. */
export function catchUp() {
  for (const [id, resolve] of open) {
    get("operations/" + id)
      .then((op) => {
        if (op.done) operationEnded(op);
      })
      .catch((e) => {
        if (e.status !== 404) return;
        open.delete(id);
        resolve({ ok: false, message: "supervisord was restarted; what became of the request is not known." });
      });
  }
}

/** Carries out an operation and returns it when it has ended. */
export async function run(path, body) {
  const op = await post(path, { wait: 1, ...body });
  if (op.done) return op;
  if (ended.has(op.id)) return ended.get(op.id);
  return new Promise((resolve) => open.set(op.id, resolve));
}

/** Carries out an operation for a button, and tells the outcome. */
export async function runFor(button, path, body) {
  if (button.classList.contains("busy")) return null;
  const row = button.closest("tr");
  button.classList.add("busy");
  button.setAttribute("aria-busy", "true");
  if (row) row.setAttribute("aria-busy", "true");
  try {
    const op = await run(path, body);
    say(op.message, !op.ok);
    return op;
  } catch (e) {
    say("That did not work: " + e.message + ".", true);
    return null;
  } finally {
    button.classList.remove("busy");
    button.removeAttribute("aria-busy");
    if (row && !row.querySelector(".busy")) row.removeAttribute("aria-busy");
  }
}

/** The path of the API for the value of a button. */
export function pathOf(value) {
  const [action, kind, ...rest] = value.split(" ");
  const name = encodeURIComponent(rest.join(" "));
  if (kind === "all") return "all/" + action;
  return (kind === "group" ? "groups/" : "processes/") + name + "/" + action;
}


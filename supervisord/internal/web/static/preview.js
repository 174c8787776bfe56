// The preview of an update.
import { get } from "./api.js";
import { runFor } from "./actions.js";
import { ask, make } from "./ui.js";

const effects = {
  add: "will be added:",
  remove: "will be stopped and removed:",
  restart: "will be restarted:",
  apply: "will be changed while running:",
};

function options(list, tell) {
  if (!list.length) return [];
  const items = list.map((o) => {
    const li = make("li", {}, make("code", {}, o.option || "[" + o.section + "]"));
    if (o.old_value || o.new_value) li.append(" " + o.old_value + " → " + o.new_value);
    if (o.new_at) li.append(" ", make("span", { class: "at" }, o.new_at));
    else if (o.old_at) li.append(" ", make("span", { class: "at" }, "was " + o.old_at));
    if (o.live && tell) li.append(" ", make("span", { class: "tag" }, "applied live"));
    return li;
  });
  return [make("ul", { class: "options" }, ...items)];
}

function few(names) {
  return names.length <= 5 ? names.join(", ") : names.slice(0, 5).join(", ") + " and " + (names.length - 5) + " more";
}

function group(g) {
  const box = make("section", { class: "card change k-" + g.kind }, make("h2", {}, make("span", { class: "kind" }, g.kind), " " + g.name), ...options(g.options, true));
  for (const p of g.processes) {
    const line = make("p", {}, make("b", {}, effects[p.effect]), " " + few(p.names));
    if (p.at) line.append(" ", make("code", {}, p.at));
    box.append(line, ...options(p.options));
  }
  return box;
}

function body(p) {
  const parts = [make("p", {}, "Compared with ", make("code", {}, p.config_file), " as it is now.")];
  if (!p.groups.length) parts.push(make("p", {}, make("b", {}, "Nothing to update."), " All groups are as the file says."));
  parts.push(...p.groups.map(group));
  if (p.daemon.length) parts.push(make("section", { class: "card change" }, make("h2", {}, "Needs a restart of supervisord"), ...options(p.daemon)));
  if (p.warnings.length)
    parts.push(make("section", { class: "card" }, make("h2", {}, "Warnings"), make("ul", {}, ...p.warnings.map((w) => make("li", {}, w)))));
  return parts;
}

/** Shows what an update would do, and does it if that is wanted. */
export async function update(button) {
  let p;
  try {
    p = await get("config/preview");
  } catch (e) {
    await ask("The configuration cannot be used", make("p", { class: "lines" }, e.message), "");
    return;
  }
  const yes = await ask("What an update would change", body(p), p.groups.length ? "Update" : "");
  if (yes) await runFor(button, "config/update", { fingerprint: p.fingerprint });
}


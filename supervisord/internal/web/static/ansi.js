// Terminal escape sequences as classes and colours. Nothing of a log becomes
// markup: pieces of text are all that is made of it.

/** The style of a terminal to begin with. */
export const plain = Object.freeze({ fg: null, bg: null, flags: 0 });

const flagOf = { 1: 1, 2: 2, 3: 4, 4: 8, 7: 16, 9: 32 };
const unsets = { 22: 3, 23: 4, 24: 8, 27: 16, 29: 32 };

// CSI sequences; strings such as titles and links; character sets; what is left.
const escapes = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/][0-~]|\x1b[0-~]?/g;

/** Splits one line into pieces of one style each; returns them and the style at
 * the end. */
export function parse(line, style) {
  const pieces = [];
  let from = 0;
  const add = (to) => {
    if (to > from) pieces.push({ text: visible(line.slice(from, to)), style });
  };
  for (const m of line.matchAll(escapes)) {
    add(m.index);
    from = m.index + m[0].length;
    if (m[2] === "m") style = select(m[1], style);
  }
  add(line.length);
  return { pieces, style };
}

/** Makes control characters visible. */
function visible(text) {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (c) => (c === "\x7f" ? "\u2421" : String.fromCharCode(0x2400 + c.charCodeAt(0))));
}

function select(parameters, style) {
  if (/[^0-9;:]/.test(parameters)) return style;
  const numbers = parameters.split(/[;:]/).map(Number);
  let { fg, bg, flags } = style;
  for (let i = 0; i < numbers.length; i++) {
    const n = numbers[i];
    if (n === 0) [fg, bg, flags] = [null, null, 0];
    else if (flagOf[n]) flags |= flagOf[n];
    else if (unsets[n]) flags &= ~unsets[n];
    else if (n >= 30 && n <= 37) fg = n - 30;
    else if (n >= 90 && n <= 97) fg = n - 82;
    else if (n >= 40 && n <= 47) bg = n - 40;
    else if (n >= 100 && n <= 107) bg = n - 92;
    else if (n === 39) fg = null;
    else if (n === 49) bg = null;
    else if (n === 38 || n === 48) {
      const [colour, used] = extended(numbers.slice(i + 1));
      i += used;
      if (n === 38) fg = colour;
      else bg = colour;
    }
  }
  return { fg, bg, flags };
}

/** Reads 5;N or 2;R;G;B; returns the colour and how many numbers it took. */
function extended([kind, a, b, c]) {
  const byte = (n) => Number.isInteger(n) && n >= 0 && n <= 255;
  if (kind === 5 && byte(a)) {
    if (a < 16) return [a, 2];
    if (a >= 232) return [rgb(8 + (a - 232) * 10, 8 + (a - 232) * 10, 8 + (a - 232) * 10), 2];
    const level = (n) => (n ? 55 + 40 * n : 0);
    return [rgb(level(Math.floor((a - 16) / 36)), level(Math.floor((a - 16) / 6) % 6), level((a - 16) % 6)), 2];
  }
  if (kind === 2 && byte(a) && byte(b) && byte(c)) return [rgb(a, b, c), 4];
  return [null, kind === 5 ? 2 : kind === 2 ? 4 : 1];
}

const rgb = (r, g, b) => "rgb(" + r + ", " + g + ", " + b + ")";

const classes = { 1: "a1", 2: "a2", 4: "a3", 8: "a4", 32: "a9" };

/** Makes an element of a piece, or a text if it has no style. */
export function element({ text, style }) {
  let { fg, bg, flags } = style;
  if (fg === null && bg === null && flags === 0) return document.createTextNode(text);
  const span = document.createElement("span");
  span.textContent = text;
  for (const [flag, name] of Object.entries(classes)) if (flags & flag) span.classList.add(name);
  if (flags & 16) [fg, bg] = [bg ?? "var(--log)", fg ?? "var(--ink)"];
  if (typeof fg === "number") span.classList.add("f" + fg);
  else if (fg) span.style.color = fg;
  if (typeof bg === "number") span.classList.add("k" + (bg % 8));
  else if (bg) span.style.background = bg;
  return span;
}

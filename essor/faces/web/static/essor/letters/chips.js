/* Merge fields as small labels inside texts: {{ FirstName or "you" }} is one thing that cannot be broken while typing. */
import { h } from "./dom.js";
import { state } from "./state.js";

const TOKEN = /\{\{\s*([A-Za-z][\w.]*)(?:\s+or\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'))?\s*\}\}/g;
export const NAMES = ["unsubscribe", "preferences", "browser", "accept", "decline"];

export function parse(token) {
  const found = new RegExp(TOKEN.source).exec(token);
  return found && { path: found[1], fallback: (found[2] ?? found[3] ?? "").replace(/\\(.)/g, "$1") };
}

export function token(path, fallback = "") {
  return fallback ? `{{ ${path} or "${fallback.replace(/[\\"]/g, "\\$&").replace(/[<>]/g, "")}" }}` : `{{ ${path} }}`;
}

export function labelOf(path) {
  for (const group of state.letter.fields) {
    const found = group.fields.find((one) => one.path.toLowerCase() === path.toLowerCase());
    if (found) return group === state.letter.fields[0] ? found.label : `${group.label} · ${found.label}`;
  }
  return NAMES.includes(path) ? state.letter.words[path] : path;
}

export function chip(text) {
  const { path, fallback } = parse(text);
  return h("span", { class: "lt-chip", contenteditable: "false", dataset: { token: text }, title: fallback ? `${path} · ${fallback}` : path }, labelOf(path));
}

/* HTML with {{ … }} -> nodes with labels. */
export function shown(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const walker = document.createTreeWalker(box.content, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const parts = [];
    let end = 0;
    for (const match of text.data.matchAll(TOKEN)) {
      parts.push(text.data.slice(end, match.index), chip(match[0]));
      end = match.index + match[0].length;
    }
    if (parts.length) text.replaceWith(...parts, text.data.slice(end));
  }
  return box.content;
}

/* Nodes with labels -> HTML with {{ … }}. */
export function written(element) {
  const copy = element.cloneNode(true);
  for (const one of copy.querySelectorAll(".lt-chip")) one.replaceWith(one.dataset.token);
  for (const one of copy.querySelectorAll("div")) {
    const p = document.createElement("p");
    p.append(...one.childNodes);
    one.replaceWith(p);
  }
  return copy.innerHTML.replaceAll("\u200b", "").replaceAll("&nbsp;{{", " {{").replaceAll("}}&nbsp;", "}} ");
}

/* One line of plain text with labels -> text with {{ … }}. */
export function line(element) {
  const copy = element.cloneNode(true);
  for (const one of copy.querySelectorAll(".lt-chip")) one.replaceWith(one.dataset.token);
  return copy.textContent.replaceAll("\u200b", "").replace(/[\u00a0\n]+/g, " ").trim();
}

export function fillLine(element, text) {
  const safe = document.createElement("span");
  safe.textContent = text;
  element.replaceChildren(shown(safe.innerHTML));
}

/* Puts a label where the caret is in an editable element, or into an input. */
export function insertInto(target, text, range) {
  if ("value" in target) {
    const at = target.selectionStart ?? target.value.length;
    target.setRangeText(text, at, target.selectionEnd ?? at, "end");
  } else {
    const place = range && target.contains(range.startContainer) ? range : endOf(target);
    place.deleteContents();
    const made = chip(text);
    place.insertNode(made);
    made.after("\u200b");
    const selection = getSelection();
    selection.collapse(made.nextSibling, 1);
  }
  target.focus();
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

function endOf(target) {
  const range = document.createRange();
  range.selectNodeContents(target.lastElementChild ?? target);
  range.collapse(false);
  return range;
}

/* The tool bar of texts, the dialogs for links and merge fields. */
import { h } from "./dom.js";
import * as chips from "./chips.js";
import { state } from "./state.js";

let bar, range = null, target = null;
const box = (id) => document.getElementById(id);

export function start(root) {
  bar = root.querySelector("#letter-tools");
  bar?.addEventListener("pointerdown", (event) => event.target.closest("button") && event.preventDefault());
  bar?.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (name) run(name);
  });
  bar?.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=color]")) return;
    restore();
    command("foreColor", event.target.value);
  });
  root.addEventListener("focusin", (event) => {
    const text = event.target.closest?.(".lt-text, .lt-label");
    if (!text) return;
    target = text;
    place();
  });
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!target?.isConnected || !selection.rangeCount || !target.contains(selection.anchorNode)) return;
    range = selection.getRangeAt(0).cloneRange();
    if (!root.isConnected) return;
    for (const one of bar?.querySelectorAll("[data-state]") ?? []) one.setAttribute("aria-pressed", String(document.queryCommandState(one.dataset.state)));
  });
  root.addEventListener("click", (event) => {
    const found = event.target.closest(".lt-chip");
    if (found && state.letter.editable) openField(found.closest("[contenteditable=true]"), found);
  });
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || !target?.contains(event.target)) return;
    event.preventDefault();
    openLink();
  });
  box("letter-field").addEventListener("submit", takeField);
  box("letter-link").addEventListener("submit", takeLink);
  box("letter-link").querySelector("[data-unlink]").addEventListener("click", () => { box("letter-link").close(); restore(); command("unlink"); });
  box("letter-link").addEventListener("click", (event) => {
    const own = event.target.closest("[data-own]");
    if (own) box("letter-link").querySelector("input").value = chips.token(own.dataset.own);
  });
  box("letter-field").querySelector("input[type=search]").addEventListener("input", listFields);
  document.execCommand("defaultParagraphSeparator", false, "p");
  hide();
}

function place() {
  const rich = target.matches(".lt-text");
  // The bar keeps its room, so that nothing moves below a finger that is just pressing.
  for (const one of bar.querySelectorAll("button, input")) one.disabled = !state.letter.editable || (!rich && Boolean(one.closest("[data-rich]")));
}

export function hide() {
  for (const one of bar?.querySelectorAll("button, input") ?? []) one.disabled = true;
  target = null;
}

function restore() {
  if (!target?.isConnected) return;
  target.focus();
  if (!range || !target.contains(range.startContainer)) return;
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

function command(name, value) {
  document.execCommand("styleWithCSS", false, name === "foreColor");
  document.execCommand(name, false, value);
  target?.dispatchEvent(new Event("input", { bubbles: true }));
}

function run(name) {
  if (name === "field") return openField(target);
  if (name === "link") return openLink();
  if (/^(p|h1|h2|h3|blockquote)$/.test(name)) return command("formatBlock", name);
  if (name === "clear") {
    command("removeFormat");
    return command("formatBlock", "p");
  }
  return command(name);
}

/* Merge fields */
let fieldTarget = null, fieldRange = null, edited = null;

export function openField(into, label = null) {
  if (!into) return;
  [fieldTarget, fieldRange, edited] = [into, into === target ? range : null, label];
  const dialog = box("letter-field");
  dialog.querySelector("input[type=search]").value = "";
  const known = label && chips.parse(label.dataset.token);
  dialog.querySelector("[name=path]").value = known?.path ?? "";
  dialog.querySelector("[name=fallback]").value = known?.fallback ?? "";
  listFields();
  dialog.showModal();
  dialog.querySelector("input[type=search]").focus();
}

function listFields() {
  const dialog = box("letter-field"), chosen = dialog.querySelector("[name=path]");
  const words = dialog.querySelector("input[type=search]").value.trim().toLowerCase();
  const list = dialog.querySelector("[data-fields]");
  list.replaceChildren(...state.letter.fields.flatMap((group) => {
    const found = group.fields.filter((one) => `${group.label} ${one.label} ${one.path}`.toLowerCase().includes(words));
    if (!found.length) return [];
    const options = found.map((one) => h("button", {
      type: "button", class: "menu-item", "aria-pressed": String(one.path === chosen.value),
      onclick: () => { chosen.value = one.path; listFields(); dialog.querySelector("[name=fallback]").focus(); },
    }, h("span", {}, one.label), h("code", {}, one.path)));
    return [h("p", { class: "menu-title" }, group.label), ...options];
  }));
  if (!list.childElementCount) list.append(h("p", { class: "muted" }, state.letter.words.no_field));
  dialog.querySelector("[data-take]").disabled = !chosen.value;
}

function takeField(event) {
  event.preventDefault();
  const dialog = box("letter-field");
  const text = chips.token(dialog.querySelector("[name=path]").value, dialog.querySelector("[name=fallback]").value.trim());
  dialog.close();
  if (edited) {
    edited.replaceWith(chips.chip(text));
    fieldTarget.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    chips.insertInto(fieldTarget, text, fieldRange);
  }
}

/* Links */
function openLink() {
  const dialog = box("letter-link");
  const anchor = range?.startContainer.parentElement?.closest("a");
  dialog.querySelector("input").value = anchor?.getAttribute("href") ?? "https://";
  dialog.querySelector("[data-unlink]").hidden = !anchor;
  if (anchor) {
    range = document.createRange();
    range.selectNodeContents(anchor);
  }
  dialog.showModal();
  dialog.querySelector("input").select();
}

function takeLink(event) {
  event.preventDefault();
  const dialog = box("letter-link");
  const href = dialog.querySelector("input").value.trim();
  dialog.close();
  restore();
  if (!href) return command("unlink");
  if (range?.collapsed) return command("insertHTML", h("a", { href }, href).outerHTML);
  return command("createLink", href);
}

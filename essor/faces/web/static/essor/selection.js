/* Rows: selection with shift-click, and keys j, k, x, Enter and arrows. The selected ids are plain check boxes. */
import { text } from "./texts.js";

let anchor;

const boxes = (table) => [...table.querySelectorAll("[data-select]")];

function count(table) {
  const chosen = boxes(table).filter((box) => box.checked).length;
  const all = table.querySelector("[data-select-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes(table).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
  for (const place of document.querySelectorAll(`[data-bulk="${CSS.escape(table.id)}"] [data-bulk-count]`)) place.textContent = text("selected", chosen);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-select]");
  if (box) {
    const table = box.closest("[data-table]");
    const all = boxes(table);
    if (event.shiftKey && anchor && all.includes(anchor)) {
      const [from, to] = [all.indexOf(anchor), all.indexOf(box)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    }
    anchor = box;
    return;
  }
  const all = event.target.closest("[data-select-all]");
  if (all) {
    const table = all.closest("[data-table]");
    for (const one of boxes(table)) one.checked = all.checked;
    count(table);
  }
  const none = event.target.closest("[data-select-none]");
  if (none) {
    const table = document.getElementById(none.closest("[data-bulk]").dataset.bulk);
    for (const one of boxes(table)) one.checked = false;
    count(table);
  }
});

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-select]");
  if (box) count(box.closest("[data-table]"));
});

/* The cell that keys act on: the focused one, else the one in the row that holds the focus. */
function cellHere() {
  const cell = document.activeElement?.closest?.("[data-table] td");
  return cell ?? null;
}

function go(cell) {
  if (!cell) return;
  cell.tabIndex = -1;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function step(rows) {
  const cell = cellHere();
  if (!cell) return go(document.querySelector("[data-table] tbody .cell-primary"));
  const row = rows > 0 ? cell.parentElement.nextElementSibling : cell.parentElement.previousElementSibling;
  return go(row?.children[cell.cellIndex]);
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => cellHere() && step(1),
  ArrowUp: () => cellHere() && step(-1),
  ArrowRight: () => go(cellHere()?.nextElementSibling),
  ArrowLeft: () => go(cellHere()?.previousElementSibling),
  x: () => cellHere()?.parentElement.querySelector("[data-select]")?.click(),
  o: () => cellHere()?.parentElement.querySelector(".cell-primary a")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input:not([data-select]), textarea, select, [contenteditable=true], dialog, details[open]")) return;
  if (event.key === "Enter" && event.target.matches(".cell-primary")) event.target.querySelector("a")?.click();
  if (!document.querySelector("[data-table]") || !keys[event.key]) return;
  if (event.key.startsWith("Arrow") && !event.target.matches("[data-table] td")) return;
  event.preventDefault();
  keys[event.key]();
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-table] td[data-field]");
  if (cell && !event.target.closest("a, button, input, select, textarea, label")) go(cell);
});

document.addEventListener("submit", (event) => {
  const mover = event.target.closest("[data-bulk]");
  if (mover && event.submitter?.formAction) mover.action = event.submitter.formAction;
}, true);

/* The set-up: inserting into formulas, rows of values, the layout editor, filters. Listens on the document, so parts
   swapped in later work at once; every page sends plain form fields, this only moves them about. */

const fold = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
let counter = Date.now();

/* Formulas: insert at the cursor, go to the place of an error. */
function insert(button) {
  const area = document.getElementById(button.dataset.into);
  const { selectionStart: from, selectionEnd: to } = area;
  area.focus();
  area.setRangeText(button.dataset.insert, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function goToError(button) {
  const { line, column } = button.closest("[data-line]").dataset;
  const area = button.closest("[data-formula], .condition-editor").querySelector("[data-formula-area]");
  const before = area.value.split("\n").slice(0, line - 1);
  const at = before.reduce((sum, one) => sum + one.length + 1, 0) + Number(column) - 1;
  area.focus();
  area.setSelectionRange(at, Math.min(at + 1, area.value.length));
}

function filterInserts(input) {
  const wanted = fold(input.value);
  for (const list of input.closest(".formula-help").querySelectorAll("details")) {
    let shown = 0;
    for (const one of list.querySelectorAll(".insert")) {
      one.hidden = !fold(one.textContent).includes(wanted);
      shown += one.hidden ? 0 : 1;
    }
    list.hidden = shown === 0;
    if (wanted) list.open = true;
  }
}

/* What was put together in the filter builder becomes the text of the condition, as if it had been typed. */
document.addEventListener("es:condition", ({ detail }) => {
  const area = document.querySelector(`.condition-editor textarea[name="${CSS.escape(detail.into)}"]`);
  if (!area) return;
  area.value = detail.text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
});

/* Tables and matrices: hide the rows that do not hold the words. */
function filterRows(input) {
  const wanted = fold(input.value);
  for (const row of document.querySelectorAll(`#${CSS.escape(input.dataset.filterRows)} tbody tr`)) row.hidden = !fold(row.textContent).includes(wanted);
}

/* Rows of values. */
function addRow(button) {
  const box = button.closest("fieldset");
  const list = box.querySelector("[data-rows]");
  list.insertAdjacentHTML("beforeend", box.querySelector("[data-row-template]").innerHTML.replaceAll("__key__", `n${++counter}`));
  list.lastElementChild.querySelector("input:not([type=hidden])").focus();
}

/* Layouts: fields move within and between sections; a switch takes them on or off the page. */
const listsOf = (form) => [...form.querySelectorAll("[data-layout-list]")];

function settle(field) {
  const off = field.closest("[data-layout-disables]") !== null;
  const input = field.querySelector("input[name=related]");
  if (input) input.disabled = off;
}

function moveField(field, step) {
  const sibling = step < 0 ? field.previousElementSibling : field.nextElementSibling;
  if (sibling) return step < 0 ? sibling.before(field) : sibling.after(field);
  const group = listsOf(field.closest("form")).filter((list) => !list.matches("[data-layout-unused]") && sameKind(list, field));
  const next = group[group.indexOf(field.parentElement) + step];
  if (!next) return undefined;
  return step < 0 ? next.append(field) : next.prepend(field);
}

/* Fields stay among sections, related lists among related lists. */
const sameKind = (list, field) => Boolean(list.closest("[data-layout-section]") || list.matches("[data-layout-unused]:not([data-layout-disables])")) === (field.querySelector("input[name=related]") === null);

function moveLayout(button) {
  const step = button.dataset.layoutMove === "up" ? -1 : 1;
  const field = button.closest("[data-layout-field]");
  if (field) moveField(field, step);
  else {
    const section = button.closest("[data-layout-section]");
    if (step < 0) section.previousElementSibling?.before(section);
    else section.nextElementSibling?.after(section);
  }
  changed(button);
}

function toggleField(button) {
  const field = button.closest("[data-layout-field]");
  const lists = listsOf(field.closest("form")).filter((list) => sameKind(list, field));
  const isUnused = field.parentElement.matches("[data-layout-unused]");
  const target = lists.filter((list) => list.matches("[data-layout-unused]") !== isUnused).at(isUnused ? -1 : 0);
  target?.append(field);
  settle(field);
  changed(button);
}

function changed(button) {
  button.focus();
  button.dispatchEvent(new Event("input", { bubbles: true }));
}

function addSection(button) {
  const form = button.closest("form");
  const box = form.querySelector("[data-layout-sections]");
  box.insertAdjacentHTML("beforeend", form.querySelector("[data-layout-template]").innerHTML.replaceAll("__key__", `n${++counter}`));
  box.lastElementChild.querySelector("input:not([type=hidden])").focus();
}

function removeSection(button) {
  const section = button.closest("[data-layout-section]");
  const unused = section.closest("form").querySelector("[data-layout-unused]");
  unused.append(...section.querySelectorAll("[data-layout-field]"));
  section.remove();
}

let dragged;

document.addEventListener("dragstart", (event) => {
  const field = event.target.closest?.("[data-layout-field]");
  if (!field) return;
  dragged = field;
  event.dataTransfer.effectAllowed = "move";
  field.classList.add("dragged");
});

function unmark() {
  for (const one of document.querySelectorAll(".drop-before, .drop-here")) one.classList.remove("drop-before", "drop-here");
}

document.addEventListener("dragover", (event) => {
  const list = event.target.closest?.("[data-layout-list]");
  if (!dragged || !list || !sameKind(list, dragged)) return;
  event.preventDefault();
  unmark();
  const over = event.target.closest("[data-layout-field]");
  (over ?? list).classList.add(over ? "drop-before" : "drop-here");
});

document.addEventListener("drop", (event) => {
  const list = event.target.closest?.("[data-layout-list]");
  if (!dragged || !list || !sameKind(list, dragged)) return;
  event.preventDefault();
  const over = event.target.closest("[data-layout-field]");
  if (over) over.before(dragged);
  else list.append(dragged);
  settle(dragged);
  dragged.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = undefined;
  unmark();
});

/* A technical name that follows from the label until somebody writes one. */
function suggest(input) {
  const target = input.form?.querySelector("[data-suggest-to]");
  if (!target || target.dataset.typed) return;
  const source = [...input.form.querySelectorAll("[data-suggest-from]")].find((one) => one.value.trim());
  const words = (source?.value ?? "").normalize("NFKD").replace(/[^\x20-\x7e]/g, "").match(/[A-Za-z0-9]+/g) ?? [];
  target.value = words.map((word) => word[0].toUpperCase() + word.slice(1)).join("").replace(/^\d+/, "").slice(0, 40);
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy).textContent;
  await navigator.clipboard.writeText(text);
  button.setAttribute("aria-pressed", "true");
}

const clicks = {
  "[data-insert]": insert,
  "[data-go-to-error]": goToError,
  "[data-add-row]": addRow,
  "[data-remove-row]": (button) => button.closest("[data-value-row]").remove(),
  "[data-layout-move]": moveLayout,
  "[data-layout-toggle]": toggleField,
  "[data-layout-add]": addSection,
  "[data-layout-remove]": removeSection,
  "[data-copy]": copy,
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(clicks)) {
    const button = event.target.closest?.(selector);
    if (button) return act(button);
  }
  return undefined;
});

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-insert-filter]")) filterInserts(target);
  if (target.matches("[data-filter-rows]")) filterRows(target);
  if (target.matches("[data-suggest-to]")) target.dataset.typed = "1";
  if (target.matches("[data-suggest-from]")) suggest(target);
});

document.addEventListener("change", ({ target }) => {
  target.closest("form[data-submit-on-change]")?.requestSubmit();
});

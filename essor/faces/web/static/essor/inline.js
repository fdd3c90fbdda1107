/* Edit in place: double click, Enter or "e" on a table cell or a field of a record fetches its little form; Esc leaves.
   On the name of a row Enter opens the record. */

const before = new WeakMap();

function addressOf(place) {
  if (place.dataset.edit) return place.dataset.edit;
  const pattern = place.closest("[data-edit-pattern]")?.dataset.editPattern;
  return pattern?.replace("{id}", place.parentElement.dataset.id).replace("{field}", encodeURIComponent(place.dataset.field));
}

const editable = (target) => target.closest?.("[data-edit-pattern] td[data-field], .field-row[data-edit]");

async function edit(place) {
  const address = addressOf(place);
  if (!address || "editing" in place.dataset) return;
  before.set(place, place.innerHTML);
  place.dataset.editing = "";
  await htmx.ajax("GET", address, { target: place, swap: "innerHTML" });
  if (!focusIn(place)) leave(place);
}

function focusIn(place) {
  const control = place.querySelector("input:not([type=hidden]), select:not([hidden]), textarea:not([hidden]), [contenteditable]");
  control?.focus();
  control?.select?.();
  return control;
}

/* What was refused is corrected where it stands. */
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.xhr?.status >= 400 && detail.target?.matches?.("[data-editing]")) focusIn(detail.target);
});

function leave(place) {
  place.innerHTML = before.get(place) ?? place.innerHTML;
  delete place.dataset.editing;
  htmx.process(place);
  if (place.matches("td")) place.tabIndex = -1;
  place.focus();
}

document.addEventListener("dblclick", (event) => {
  const place = editable(event.target);
  if (place && !event.target.closest("a, button, input, select, textarea")) {
    getSelection()?.removeAllRanges();
    edit(place);
  }
});

document.addEventListener("click", (event) => {
  const pencil = event.target.closest("[data-edit-button]");
  if (pencil) edit(pencil.closest("[data-edit]"));
  const cancel = event.target.closest("[data-edit-cancel]");
  if (cancel) leave(cancel.closest("[data-editing]"));
});

document.addEventListener("keydown", (event) => {
  const editing = event.target.closest?.("[data-editing]");
  if (editing && event.key === "Escape" && !event.defaultPrevented) {
    event.stopPropagation();
    leave(editing);
    return;
  }
  if (editing || event.ctrlKey || event.metaKey || event.altKey) return;
  const opens = event.key === "Enter" && event.target.matches(".cell-primary");
  if (!opens && (event.key === "e" || event.key === "Enter") && event.target.matches("td[data-field], .field-row[data-edit]")) {
    const place = editable(event.target);
    if (!place) return;
    event.preventDefault();
    edit(place);
  }
}, true);

/* One choice is one click: no need to press "save" after it. */
document.addEventListener("change", (event) => {
  const form = event.target.closest(".cell-editor");
  if (form && event.target.matches("select, input[type=radio], input[type=checkbox]:not([name$='__c']), [data-lookup-value]") && !form.querySelector(".choices")) form.requestSubmit();
});

/* After a save the new cell keeps the place of the keyboard. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const place = detail.requestConfig?.elt?.closest?.("[data-editing]");
  if (!place || detail.xhr.status >= 300) return;
  const { field, edit: address } = place.dataset;
  const row = place.parentElement?.dataset.id;
  document.addEventListener("htmx:afterSettle", () => {
    const found = row ? document.querySelector(`[data-id="${row}"] [data-field="${CSS.escape(field)}"]`) : document.querySelector(`[data-edit="${CSS.escape(address)}"]`);
    if (!found) return;
    if (row) found.tabIndex = -1;
    found.focus({ preventScroll: true });
  }, { once: true });
});

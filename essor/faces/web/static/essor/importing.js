/* The import wizard: the size of its file, and the buttons that set many selects. */

document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("[data-import-file]");
  if (form && target.type === "file") {
    const tooLarge = (target.files[0]?.size ?? 0) > Number(form.dataset.largest);
    target.setCustomValidity(tooLarge ? form.dataset.tooLarge : "");
    target.reportValidity();
  }
  const column = target.closest?.(".import-column");
  if (column) column.classList.toggle("chosen", Boolean(target.value));
});

/* A select may have become a combobox (picklist.js): its text follows. */
function set(select, value) {
  if (![...select.options].some((option) => option.value === value)) return;
  select.value = value;
  const shown = select.parentElement.querySelector("[data-combobox]");
  if (shown) shown.value = select.selectedOptions[0].textContent;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  select.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const fields = event.target.closest("[data-new-fields]");
  if (fields) {
    for (const column of document.querySelectorAll(".import-column:not(.chosen)")) set(column.querySelector("select"), fields.dataset.newFields + column.dataset.guess);
  }
  const words = event.target.closest("[data-add-words]");
  if (words) {
    for (const select of words.closest("section").querySelectorAll("select")) if (!select.value) set(select, words.dataset.addWords);
  }
});

/* The import wizard: dropping a file, its size, the bar while it travels, and the buttons that set many selects. */

const zoneOf = (event) => event.target.closest?.("[data-drop]");

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.add("over");
  });
}

document.addEventListener("dragleave", (event) => zoneOf(event)?.classList.remove("over"));

document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.classList.remove("over");
  const input = zone.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

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

document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const bar = target.querySelector?.("[data-upload]");
  if (!bar || !detail.lengthComputable) return;
  bar.hidden = false;
  bar.max = detail.total;
  bar.value = detail.loaded;
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

/* A long <select data-searchable> becomes a combobox that filters while one types; the select keeps the value. */
import { close, move, open } from "./combobox.js";
import { text } from "./texts.js";

const fold = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
let counter = 0;

function dress(select) {
  const id = `picklist-${++counter}`;
  const box = document.createElement("div");
  box.className = "lookup";
  const input = document.createElement("input");
  input.className = "form-select";
  input.type = "text";
  input.autocomplete = "off";
  input.dataset.combobox = "picklist";
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": id })) input.setAttribute(name, value);
  for (const name of ["id", "aria-invalid", "aria-describedby", "aria-required", "autofocus"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  select.removeAttribute("id");
  select.removeAttribute("data-searchable");
  const panel = document.createElement("div");
  panel.id = id;
  panel.className = "combobox-panel";
  panel.setAttribute("role", "listbox");
  panel.setAttribute("aria-label", select.labels?.[0]?.textContent ?? text("choose"));
  panel.hidden = true;
  panel.append(...[...select.options].map((option, place) => line(option, `${id}-${place}`)));
  input.value = select.value ? select.selectedOptions[0]?.textContent : "";
  input.placeholder = text("choose");
  select.replaceWith(box);
  select.hidden = true;
  box.append(select, input, panel);
  listen(input, panel, select);
}

function line(option, id) {
  const made = document.createElement("div");
  made.id = id;
  made.className = "menu-item";
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  made.dataset.value = option.value;
  made.textContent = option.textContent || text("none");
  return made;
}

function listen(input, panel, select) {
  const all = [...panel.children];
  const filter = (words) => {
    const place = (one) => fold(one.textContent).indexOf(fold(words));
    for (const one of all) one.hidden = place(one) < 0;
    // What begins with the words comes before what only contains them.
    panel.append(...all.filter((one) => place(one) === 0), ...all.filter((one) => place(one) !== 0));
  };
  input.addEventListener("focus", () => {
    input.select();
    filter("");
  });
  input.addEventListener("input", () => {
    close(input);
    filter(input.value);
    open(input);
    if (input.value.trim()) move(input, 1);
  });
  input.addEventListener("es:choose", ({ detail: option }) => {
    select.value = option.dataset.value;
    input.value = select.value ? option.textContent : "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("blur", () => {
    // Words that are no choice are not kept: the last choice stands.
    input.value = select.value ? select.selectedOptions[0].textContent : "";
    close(input);
  });
}

function dressAll(root) {
  for (const select of root.querySelectorAll?.("select[data-searchable]") ?? []) dress(select);
}

document.addEventListener("htmx:load", ({ detail }) => dressAll(detail.elt));
dressAll(document);

/* The keyboard and the list of every combobox: the search box, lookups, long picklists. The list's content comes from
   HTMX (search, lookup) or from picklist.js; choosing depends on data-combobox. */
import { announce, text } from "./texts.js";

const panelOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const optionsOf = (panel) => [...panel.querySelectorAll("[role=option]:not([hidden])")];
const inputOf = (panel) => document.querySelector(`[aria-controls="${CSS.escape(panel.id)}"]`);

export function open(input) {
  const panel = panelOf(input);
  panel.hidden = optionsOf(panel).length === 0 && panel.childElementCount === 0;
  input.setAttribute("aria-expanded", String(!panel.hidden));
}

export function close(input) {
  panelOf(input).hidden = true;
  input.setAttribute("aria-expanded", "false");
  mark(input, null);
}

function mark(input, option) {
  for (const one of optionsOf(panelOf(input))) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

export function move(input, step) {
  const options = optionsOf(panelOf(input));
  if (!options.length) return;
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const to = at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length;
  mark(input, options[to]);
}

function choose(input, option) {
  if (option.href) return option.click();
  if (input.dataset.combobox === "lookup") setLookup(input, option.dataset.value, option.dataset.label);
  else input.dispatchEvent(new CustomEvent("es:choose", { bubbles: true, detail: option }));
  return close(input);
}

export function setLookup(input, value, label) {
  const box = input.closest("[data-lookup]");
  const hidden = box.querySelector("[data-lookup-value]");
  input.value = label;
  hidden.value = value;
  box.querySelector("[data-lookup-clear]").hidden = !value;
  hidden.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches("[data-combobox]")) return;
  detail.parameters = new FormData();
  detail.parameters.set("q", detail.elt.value.trim());
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const input = event.detail.elt;
  if (input.matches("[data-combobox=search]") && !input.value.trim()) {
    event.preventDefault();
    close(input);
  }
});

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (!target?.matches?.(".combobox-panel")) return;
  const input = inputOf(target);
  if (document.activeElement !== input) return;
  const quiet = "quiet" in input.dataset && !input.value;
  delete input.dataset.quiet;
  if (quiet) return;
  open(input);
  const count = target.querySelectorAll("[role=option]").length;
  announce(count ? text("results", count) : text("noResult"));
  if (input.dataset.combobox === "lookup" && input.value.trim()) move(input, 1);
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-combobox]")) return;
  const shown = !panelOf(input).hidden;
  const current = panelOf(input).querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!shown) open(input);
    move(input, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && shown && current) {
    event.preventDefault();
    choose(input, current);
  } else if (event.key === "Escape" && shown) {
    event.preventDefault();
    event.stopPropagation();
    close(input);
  } else if (event.key === "Tab" && shown) {
    close(input);
  }
});

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-combobox=lookup]")) return;
  // What is written no longer is the record that was chosen.
  target.closest("[data-lookup]").querySelector("[data-lookup-value]").value = "";
});

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.(".combobox-panel [role=option]");
  if (option) {
    if (!option.href) {
      event.preventDefault();
      choose(inputOf(option.closest(".combobox-panel")), option);
    }
    return;
  }
  for (const panel of document.querySelectorAll(".combobox-panel:not([hidden])")) {
    const input = inputOf(panel);
    if (input && event.target !== input && !panel.contains(event.target)) close(input);
  }
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-lookup-clear]");
  if (clear) {
    const input = clear.closest("[data-lookup]").querySelector("[data-combobox]");
    setLookup(input, "", "");
    input.focus();
  }
  const link = event.target.closest(".combobox-panel a[role=option]");
  if (link) close(inputOf(link.closest(".combobox-panel")));
  if (event.target.matches("[data-combobox]") && panelOf(event.target).childElementCount) open(event.target);
});

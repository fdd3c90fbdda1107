/* The filter builder: the server keeps its shape, this only says when to ask: a field was chosen, an operator changed,
   a value is being typed (the count follows). */
import { open } from "./combobox.js";

const formOf = (element) => element.closest("[data-filter]");
const restructure = (form) => htmx.trigger(form, "es:restructure");
const recount = (form) => htmx.trigger(form, "es:recount");

/* A choice of the field picker: a field, a relationship (">…"), or a way further up ("Account."), which asks again. */
document.addEventListener("es:choose", (event) => {
  const input = event.target;
  const form = formOf(input);
  if (!form || !input.matches("[data-field-picker]")) return;
  const { path } = event.detail.dataset;
  if (path.endsWith(".")) {
    input.dataset.below = path;
    input.value = "";
    setTimeout(() => {
      input.focus();
      htmx.trigger(input, "es:drill");
    });
    return;
  }
  form.querySelector("[data-pick]").value = `${input.dataset.node}:${path}`;
  restructure(form);
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  const input = detail.elt;
  if (!input.matches("[data-field-picker]")) return;
  // Before anything is typed the name of the field in force is no search.
  if (input.value === input.dataset.label) detail.parameters.set("q", "");
  detail.parameters.set("node", input.dataset.node);
  detail.parameters.set("below", input.dataset.below ?? "");
});

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-field-picker]")) target.select();
});

/* Words that are no field do not stay: the field in force stands. */
document.addEventListener("focusout", ({ target }) => {
  if (!target.matches("[data-field-picker]")) return;
  setTimeout(() => {
    if (document.activeElement === target || !target.isConnected) return;
    target.value = target.dataset.label;
    delete target.dataset.below;
  }, 150);
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-field-picker]")) return;
  // Enter without a choice neither applies the filter nor leaves the field.
  if (event.key === "Enter" && !event.defaultPrevented) event.preventDefault();
  if (event.key === "Backspace" && !input.value && input.dataset.below) {
    delete input.dataset.below;
    htmx.trigger(input, "es:drill");
  }
});

document.addEventListener("input", ({ target }) => {
  const form = formOf(target);
  if (form && !target.matches("[data-combobox], [data-restructure]")) recount(form);
});

document.addEventListener("change", ({ target }) => {
  const form = formOf(target);
  if (!form) return;
  if (target.matches("[data-restructure]")) restructure(form);
  else if (target.matches("[data-lookup-value]")) {
    if (target.closest("[data-many]") && target.value) restructure(form);
    else recount(form);
  }
});

/* After a change of shape the keyboard goes to what comes next. */
document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
  if (target?.id !== "filter-panel") return;
  const next = target.querySelector("[data-focus]") ?? target.querySelector("[data-focus-in] :is(input:not([type=hidden]), select, textarea)");
  next?.focus();
  if (next?.matches("[data-combobox]") && next.getAttribute("aria-expanded") === "true") open(next);
  const wrong = target.querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
  document.getElementById("filter-button")?.setAttribute("aria-expanded", String(Boolean(target.firstElementChild)));
  if (!next && !wrong) target.scrollIntoView({ block: "nearest" });
});

function closePanel() {
  const panel = document.getElementById("filter-panel");
  panel.replaceChildren();
  const button = document.getElementById("filter-button");
  button?.setAttribute("aria-expanded", "false");
  button?.focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-filter-close]")) closePanel();
});

/* The button that opened the builder closes it again. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.detail.elt;
  if (!button.matches?.("[data-filter-open]") || !document.querySelector("[data-filter]")) return;
  event.preventDefault();
  closePanel();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && formOf(event.target) && !document.querySelector("dialog[open]")) closePanel();
});

/* A step's name is saved when one leaves it. */
document.addEventListener("change", ({ target }) => {
  const form = target.closest(".segment-rename");
  if (form) form.requestSubmit(form.querySelector("[name=do]"));
});

/* Small help for forms: unsaved changes, long choice lists, column order, the position of the device. */
import { text } from "./texts.js";
import { toast } from "./toasts.js";

let dirty = null;

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-guard]");
  if (form) dirty = form;
  if (target.matches(".choices-filter")) filterChoices(target);
});

/* data-guard="stays": what this form sends draws it anew and keeps nothing yet, as in the builder of reports. */
document.addEventListener("submit", ({ target }) => { if (target.dataset.guard !== "stays") dirty = null; }, true);
document.addEventListener("htmx:responseError", ({ detail }) => {
  // A form that was refused still holds what was typed.
  dirty = detail.elt.closest?.("form[data-guard]") ?? dirty;
});

/* A form that the server drew anew, in another shape, still holds what was typed. */
const leaving = () => dirty?.isConnected || document.querySelector("form[data-guard][data-typed]");

addEventListener("beforeunload", (event) => leaving() && event.preventDefault());
document.addEventListener("htmx:beforeRequest", (event) => {
  const { boosted, elt, requestConfig } = event.detail;
  if (!boosted || requestConfig.verb !== "get" || !leaving()) return;
  if (confirm(text("leave"))) dirty = null;
  else {
    event.preventDefault();
    document.documentElement.classList.remove("navigating");
  }
  elt.blur?.();
});

function filterChoices(input) {
  const fold = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  for (const choice of input.closest("[data-filterable]").querySelectorAll(".choice")) choice.hidden = !fold(choice.textContent).includes(fold(input.value));
}

function wake(root) {
  for (const hidden of root.querySelectorAll?.(".choices-filter[hidden], [data-locate][hidden]") ?? []) hidden.hidden = false;
}

document.addEventListener("click", (event) => {
  const locate = event.target.closest("[data-locate]");
  if (locate) findPosition(locate.closest("[data-geolocation]"));
  const mover = event.target.closest("[data-move]");
  if (mover) moveLine(mover);
});

function findPosition(box) {
  const [latitude, longitude] = box.querySelectorAll("input");
  const comma = (1.5).toLocaleString(document.documentElement.lang).includes(",");
  const write = (value) => (comma ? value.toFixed(6).replace(".", ",") : value.toFixed(6));
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    latitude.value = write(coords.latitude);
    longitude.value = write(coords.longitude);
    latitude.dispatchEvent(new Event("input", { bubbles: true }));
  }, () => toast(text("noPosition"), { tone: "warning" }));
}

function moveLine(button) {
  const line = button.closest("li");
  if (button.dataset.move === "up") line.previousElementSibling?.before(line);
  else line.nextElementSibling?.after(line);
  button.focus();
}

document.addEventListener("htmx:load", ({ detail }) => {
  wake(detail.elt);
  detail.elt.querySelector?.("[data-error-summary]")?.focus();
});
wake(document);
document.querySelector("[data-error-summary]")?.focus();

// The unit beside an amount follows the currency that is chosen in the same form.
document.addEventListener("change", ({ target }) => {
  if (target.name !== "CurrencyIsoCode") return;
  for (const unit of target.form?.querySelectorAll("[data-currency]") ?? []) unit.textContent = target.value;
});

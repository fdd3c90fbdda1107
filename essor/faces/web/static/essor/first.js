/* Where one begins in a form for something new (data-new): the first required field that is empty. Not where a touch
   would open a keyboard over the page, nor out of sight, nor when there are errors to read first. */
const types = matchMedia("(hover: hover) and (pointer: fine)");

export function firstField() {
  const form = document.querySelector("form[data-new]");
  if (!form || !types.matches || document.querySelector("[data-error-summary]")) return null;
  const empty = [...form.querySelectorAll("[aria-required=true]")].find((one) => !one.value && one.checkVisibility());
  if (!empty || empty.getBoundingClientRect().bottom > innerHeight) return null;
  if (empty.matches("[data-combobox]")) empty.dataset.quiet = "";  // its list opens when one asks for it, not by itself
  return empty;
}

/* By then all scripts have dressed what they dress. Pages that come later: see nav.js. */
document.addEventListener("DOMContentLoaded", () => {
  if (document.activeElement === document.body) firstField()?.focus({ preventScroll: true });
});

/* A part with data-keep and an id is drawn anew while somebody works in it: what was ticked, typed or opened there and not
   sent yet stays, and so does the focus. What the server itself changed meanwhile is not touched. */

let held;

const boxed = (control) => control.type === "checkbox" || control.type === "radio";

/* Tells a control again after the swap: by its id, else by its form, its name and, for a box, its value. */
function nameOf(control) {
  return control.id || [control.form?.id || control.form?.getAttribute("action"), control.name, boxed(control) ? control.value : ""].join("|");
}

/* Tells a details element again: its place within the nearest part that has a name. */
function placeOf(details) {
  const part = details.parentElement.closest("[id], [aria-labelledby]");
  return [part.id || part.getAttribute("aria-labelledby"), [...part.querySelectorAll("details")].indexOf(details)].join("|");
}

const controls = (part) => [...part.querySelectorAll("input:not([type=hidden]):not([type=file]), textarea, select")];

function touched(control) {
  if (boxed(control)) return control.checked !== control.defaultChecked;
  if (control.tagName === "SELECT") return [...control.options].some((one) => one.selected !== one.defaultSelected) && control.value !== "";
  return control.value !== control.defaultValue;
}

/* The form that a request sent with all that is in it: its answer says what becomes of that. */
function sentForm({ requestConfig }) {
  return requestConfig && requestConfig.verb !== "get" ? requestConfig.elt.closest("form") : null;
}

function hold(part, sent) {
  const focus = part.contains(document.activeElement) ? document.activeElement : null;
  held = {
    id: part.id,
    values: new Map(controls(part).filter((one) => touched(one) && !(sent && one.form === sent)).map((one) => [nameOf(one), boxed(one) ? one.checked : one.value])),
    open: new Set([...part.querySelectorAll("details[open]")].map(placeOf)),
    focus: focus && nameOf(focus),
    caret: focus?.tagName === "TEXTAREA" || focus?.type === "text" ? [focus.selectionStart, focus.selectionEnd] : null,
  };
}

function putBack(part) {
  for (const control of controls(part)) {
    const name = nameOf(control);
    if (held.values.has(name)) {
      if (boxed(control)) control.checked = held.values.get(name);
      else control.value = held.values.get(name);
      control.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
  for (const details of part.querySelectorAll("details")) if (held.open.has(placeOf(details))) details.open = true;
  const focus = held.focus && controls(part).find((one) => nameOf(one) === held.focus);
  focus?.focus({ preventScroll: true });
  if (focus && held.caret) focus.setSelectionRange(...held.caret);
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  held = undefined;
  if (detail.shouldSwap && detail.target?.matches?.("[data-keep][id]")) hold(detail.target, sentForm(detail));
});

document.addEventListener("htmx:afterSettle", () => {
  const part = held && document.getElementById(held.id);
  if (part) putBack(part);
  held = undefined;
});

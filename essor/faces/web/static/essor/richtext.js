/* A small editor over a text area: the browser does the editing, the server cleans what arrives. */
import { text } from "./texts.js";

function dress(box) {
  const area = box.querySelector("textarea");
  const editor = box.querySelector(".richtext-area");
  const bar = box.querySelector(".richtext-bar");
  editor.innerHTML = area.value;
  editor.contentEditable = "true";
  editor.id = area.id;
  area.removeAttribute("id");
  for (const name of ["aria-invalid", "aria-describedby", "aria-required"]) {
    if (area.hasAttribute(name)) editor.setAttribute(name, area.getAttribute(name));
  }
  area.required = false;
  area.hidden = true;
  editor.hidden = bar.hidden = false;
  box.removeAttribute("data-richtext");
  const keep = () => { area.value = editor.textContent.trim() || editor.querySelector("img") ? editor.innerHTML : ""; };
  editor.addEventListener("input", keep);
  editor.addEventListener("paste", (event) => {
    // Pasted styles of other programs would only be removed by the server.
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-command]");
    if (!button) return;
    run(button.dataset.command, editor);
    keep();
    editor.dispatchEvent(new Event("input", { bubbles: true }));
  });
  bar.addEventListener("keydown", roam);
}

function run(command, editor) {
  editor.focus();
  const [name, value] = command.split(":");
  if (name === "createLink") {
    const address = prompt(text("link"), "https://");
    if (address) document.execCommand(name, false, address);
  } else {
    document.execCommand(name, false, value);
  }
}

/* One stop of the Tab key for the whole bar; arrows move inside it. */
function roam(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const next = buttons[(at + step + buttons.length) % buttons.length];
  for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
  next.focus();
}

function dressAll(root) {
  for (const box of root.querySelectorAll?.("[data-richtext]") ?? []) dress(box);
}

document.addEventListener("htmx:load", ({ detail }) => dressAll(detail.elt));
dressAll(document);

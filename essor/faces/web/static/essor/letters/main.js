/* The editor of letters: brings its parts together. */
import * as canvas from "./canvas.js";
import * as drag from "./drag.js";
import { ask, h } from "./dom.js";
import * as panel from "./panel.js";
import * as pictures from "./pictures.js";
import * as preview from "./preview.js";
import * as saving from "./save.js";
import * as s from "./state.js";
import * as tools from "./tools.js";

let root = null, stop = () => {};
const SHEET = "(max-width: 900px)"; // the panel covers the lower part of the page: what is touched comes above it
const box = (id) => document.getElementById(id);

function begin() {
  const found = box("letter");
  if (!found || found === root) return;
  stop();
  root = found;
  s.open(JSON.parse(box("letter-data").textContent));
  saving.start(root);
  preview.start(root);
  bindTexts();
  bindModes();
  if (s.state.letter.kind === "blocks") beginBlocks();
  else bindSource();
  s.onChange(changed);
  root.addEventListener("lt-goto", ({ detail }) => { mode("write"); select(detail); });
  show();
  preview.now();
}

function beginBlocks() {
  const stage = root.querySelector("#letter-stage");
  const act = { select, add: adding, picture: pictureOf, logo: logoOf, keep: (block) => keep("blocks", block), keepTheme: () => keep("themes", s.state.letter.content.theme) };
  canvas.start(stage, act);
  panel.start(box("letter-panel"), act);
  tools.start(root);
  pictures.start();
  stop = drag.start(root, stage, select);
  canvas.draw();
  panel.draw();
  stage.addEventListener("focusin", (event) => picked(event));
  stage.addEventListener("click", (event) => picked(event));
  root.addEventListener("click", (event) => {
    const maker = event.target.closest("[data-make]");
    if (maker && s.state.letter.editable) add(maker.dataset.make);
  });
  if (s.state.letter.keeps) bindKept();
}

function picked(event) {
  const block = event.target.closest("[data-block]");
  if (event.target.closest(".lt-tools, .lt-add, .lt-empty")) return;
  if ((block?.dataset.block ?? "") !== s.state.selected) select(block?.dataset.block ?? "", matchMedia(SHEET).matches);
  if (!event.target.closest(".lt-text, .lt-label")) tools.hide();
}

function select(id, move = true) {
  s.state.selected = id;
  canvas.mark();
  panel.draw();
  if (move && id) root.querySelector(`[data-block="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
}

function add(kind, key, place) {
  const at = key === undefined ? s.placeFor(typeof kind === "string" ? kind : kind.kind) : { key, place };
  const block = s.insert(typeof kind === "string" ? s.make(kind) : s.fresh(kind), at.key, at.place);
  select(block.id);
  if (s.lists(block).length === 0) root.querySelector(`[data-block="${CSS.escape(block.id)}"] [contenteditable=true]`)?.focus();
}

function adding(key, place) {
  const dialog = box("letter-add");
  for (const one of dialog.querySelectorAll("[data-new]")) {
    one.hidden = !s.mayStand(one.dataset.new, key);
    one.onclick = () => { dialog.close(); add(one.dataset.new, key, place); };
  }
  dialog.showModal();
}

function pictureOf(id) {
  pictures.choose((one) => {
    s.change("", () => { const { block } = s.find(id); block.src = one.src; });
    select(id);
  });
}

function logoOf() {
  pictures.choose((one) => s.change("", () => { s.state.letter.content.theme.logo = one.src; }));
}

/* Blocks and themes put aside */
function keep(what, value) {
  const dialog = box("letter-keep");
  dialog.querySelector("input").value = "";
  dialog.querySelector("[role=status]").textContent = "";
  dialog.onsubmit = async (event) => {
    event.preventDefault();
    const { status, data } = await ask(`/letters/kept/${what}`, { method: "POST", body: { name: dialog.querySelector("input").value, value } });
    if (status !== 200) {
      dialog.querySelector("[role=status]").textContent = data.errors?.map((one) => one.message).join(" ") ?? s.state.letter.words.states.offline;
      return;
    }
    dialog.close();
    if (what === "blocks") drawKept(data.kept);
    else panel.draw();
  };
  dialog.showModal();
}

async function bindKept() {
  const { data } = await ask("/letters/kept/blocks");
  drawKept(data.kept ?? []);
}

function drawKept(kept) {
  const place = root.querySelector("[data-kept]");
  const { words } = s.state.letter;
  place.replaceChildren(...kept.map((one) => h("li", {}, h("button", { type: "button", class: "btn btn-sm", onclick: () => add(one.value) }, one.name),
    h("button", { type: "button", class: "btn btn-ghost btn-sm btn-icon", title: words.remove, "aria-label": `${words.remove}: ${one.name}`, onclick: async () => {
      const { data } = await ask(`/letters/kept/blocks?id=${one.id}`, { method: "DELETE" });
      if (data.kept) drawKept(data.kept);
    } }, "×"))));
  root.querySelector("[data-no-kept]").hidden = kept.length > 0;
}

function changed({ quiet, travelled }) {
  if (!quiet && s.state.letter.kind === "blocks") {
    if (s.state.selected && !s.find(s.state.selected)) s.state.selected = "";
    tools.hide();
    canvas.draw();
    panel.draw();
  }
  if (travelled) fill();
  show();
  saving.soon();
  preview.soon();
}

function show() {
  root.querySelector("[data-undo]").disabled = !s.canUndo();
  root.querySelector("[data-redo]").disabled = !s.canRedo();
  const own = s.state.letter.body !== null;
  root.querySelector("[data-own-text]").hidden = !own;
  root.querySelector("[data-made-text]").hidden = own;
}

function fill() {
  for (const one of root.querySelectorAll("[data-text]")) one.value = s.state.letter[one.dataset.text] ?? "";
}

function bindTexts() {
  fill();
  root.addEventListener("input", ({ target }) => {
    const name = target.dataset?.text;
    if (name) s.change(name, () => { s.state.letter[name] = target.value; }, true);
    else if (target.dataset?.set) {
      s.state.letter[target.dataset.set] = target.type === "checkbox" ? target.checked : target.value;
      saving.soon();
    }
  });
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.matches("[data-undo]")) s.undo();
    else if (button.matches("[data-redo]")) s.redo();
    else if (button.matches("[data-goto]")) root.dispatchEvent(new CustomEvent("lt-goto", { detail: button.dataset.goto }));
    else if (button.matches("[data-field-for]")) tools.openField(box(button.dataset.fieldFor));
    else if (button.matches("[data-write-text]")) s.change("", () => { s.state.letter.body = root.querySelector("[data-shown=text]").textContent; fillBody(); });
    else if (button.matches("[data-make-text]")) s.change("", () => { s.state.letter.body = null; });
  });
}

const fillBody = () => { root.querySelector("[data-text=body]").value = s.state.letter.body; };

function bindModes() {
  for (const one of root.querySelectorAll("[data-mode]")) one.addEventListener("click", () => mode(one.dataset.mode));
}

function mode(name) {
  root.dataset.shows = name;
  for (const one of root.querySelectorAll("[data-mode]")) one.setAttribute("aria-selected", String(one.dataset.mode === name));
  for (const one of root.querySelectorAll("[data-pane]")) one.hidden = one.dataset.pane !== name;
  if (name === "preview" || name === "text") preview.now();
  if (name === "checks") saving.save().then(() => htmx.trigger(root.querySelector("#letter-checks"), "lt-check"));
  if (name !== "write") tools.hide();
}

function bindSource() {
  tools.start(root);
  root.querySelector("[data-text=source]").addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey) return;
    event.preventDefault();
    event.target.setRangeText("  ", event.target.selectionStart, event.target.selectionEnd, "end");
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

document.addEventListener("htmx:configRequest", ({ detail }) => { if (detail.elt.closest("#letter-test")) detail.parameters.set("person", s.state.letter.person); });
document.addEventListener("click", ({ target }) => { if (target.closest("[data-open-dialog=letter-test]")) saving.save(); });
document.addEventListener("keydown", (event) => {
  if (!root?.isConnected || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "z" || key === "y") {
    event.preventDefault();
    (key === "y" || event.shiftKey ? s.redo : s.undo)();
  } else if (key === "s") {
    event.preventDefault();
    saving.save();
  }
});
addEventListener("beforeunload", (event) => { if (root?.isConnected && saving.unsaved()) { saving.save(); event.preventDefault(); } });
document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (detail.boosted && root?.isConnected && saving.unsaved()) saving.save(); });
document.addEventListener("htmx:load", begin);
begin();

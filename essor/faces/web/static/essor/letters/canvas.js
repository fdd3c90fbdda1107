/* The letter as it is edited: every block where it will stand, its words written in place. */
import { h, icon, iconButton } from "./dom.js";
import * as chips from "./chips.js";
import { change, duplicate, find, nudge, remove, state } from "./state.js";
import { announce } from "../texts.js";

const SPACE = { none: 0, small: 8, normal: 16, large: 32 };
const SHARES = { "1-1": "1fr 1fr", "1-2": "1fr 2fr", "2-1": "2fr 1fr", "1-1-1": "1fr 1fr 1fr" };
let stage, act;

export function start(element, actions) {
  stage = element;
  act = actions;
}

export function draw() {
  const { content, editable } = state.letter;
  dress(content.theme);
  const paper = h("div", { class: "lt-paper" }, logo(content.theme), listOf(content.blocks, ""));
  stage.replaceChildren(paper);
  stage.classList.toggle("lt-locked", !editable);
  mark();
}

/* Only one block is drawn again, so that nothing else loses its caret. */
export function redraw(id) {
  const old = stage.querySelector(`[data-block="${CSS.escape(id)}"]`);
  const found = find(id);
  if (old && found) old.replaceWith(blockOf(found.block));
  mark();
}

export function dress(theme) {
  const { fonts, radius } = state.letter;
  for (const name of ["background", "paper", "text", "heading", "accent"]) stage.style.setProperty(`--lt-${name}`, theme[name]);
  stage.style.setProperty("--lt-on-accent", theme.on_accent);
  stage.style.setProperty("--lt-font", fonts[theme.font]);
  stage.style.setProperty("--lt-heading-font", fonts[theme.heading_font]);
  stage.style.setProperty("--lt-radius", `${radius[theme.corners]}px`);
  stage.style.setProperty("--lt-width", `${theme.width}px`);
}

export function mark() {
  for (const one of stage.querySelectorAll("[data-block]")) one.classList.toggle("lt-selected", one.dataset.block === state.selected);
}

function logo(theme) {
  return theme.logo ? h("div", { class: "lt-logo" }, h("img", { src: theme.logo, alt: "" })) : null;
}

function listOf(blocks, key) {
  const { words, editable } = state.letter;
  const list = h("div", { class: "lt-list", dataset: { list: key } });
  blocks.forEach((block, place) => list.append(adder(key, place), blockOf(block)));
  list.append(blocks.length || !editable ? adder(key, blocks.length) : h("button", { type: "button", class: "lt-empty", onclick: (event) => act.add(key, 0, event.currentTarget) }, icon("plus"), words.add_here));
  return list;
}

function adder(key, place) {
  const label = state.letter.words.add_here;
  return h("div", { class: "lt-add" }, h("button", { type: "button", title: label, "aria-label": label, onclick: (event) => act.add(key, place, event.currentTarget) }, icon("plus")));
}

function blockOf(block) {
  const { words } = state.letter;
  const style = { "padding-block": `${block.kind === "spacer" ? 0 : SPACE[block.space]}px` };
  if (block.background) style["background-color"] = block.background;
  const view = VIEWS[block.kind](block);
  const made = h("div", { class: `lt-block lt-is-${block.kind}`, dataset: { block: block.id }, style, role: "group", "aria-label": words.kinds[block.kind] }, tools(block), view);
  if (block.kind === "picture" && block.width === 100) made.classList.add("lt-bleeds");
  return made;
}

function tools(block) {
  const { words } = state.letter;
  const grip = h("button", { type: "button", class: "lt-grip", title: words.drag, "aria-label": `${words.kinds[block.kind]}: ${words.drag}`, dataset: { grip: block.id }, onkeydown: (event) => keys(event, block) }, icon("grip-vertical"));
  return h("div", { class: "lt-tools", contenteditable: "false" }, grip, h("span", { class: "lt-kind" }, words.kinds[block.kind]),
    iconButton("arrow-up", words.up, () => step(block.id, -1)), iconButton("arrow-down", words.down, () => step(block.id, 1)),
    iconButton("copy", words.duplicate, () => act.select(duplicate(block.id).id)), iconButton("bookmark", words.keep_block, () => act.keep(block)),
    iconButton("trash", words.remove, () => drop(block.id)));
}

function step(id, by) {
  if (nudge(id, by)) {
    act.select(id);
    announce(state.letter.words[by < 0 ? "moved_up" : "moved_down"]);
    stage.querySelector(`[data-grip="${CSS.escape(id)}"]`)?.focus();
  }
}

function drop(id) {
  remove(id);
  act.select("");
  announce(state.letter.words.removed);
}

function keys(event, block) {
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    step(block.id, event.key === "ArrowUp" ? -1 : 1);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    drop(block.id);
  } else if (event.key === "Enter") {
    event.preventDefault();
    act.select(block.id);
    document.querySelector("#letter-panel input, #letter-panel select, #letter-panel button")?.focus();
  }
}

function rich(block) {
  const { words, editable } = state.letter;
  const element = h("div", {
    class: "lt-text", contenteditable: String(editable), role: "textbox", "aria-multiline": "true", "aria-label": words.kinds.text, style: { "text-align": block.align },
    oninput: () => change(`text:${block.id}`, () => { find(block.id).block.html = chips.written(element); }, true),
    onpaste: (event) => paste(event),
  });
  element.append(chips.shown(block.html || "<p><br></p>"));
  return element;
}

/* Only words and simple marks come in from outside; the server cleans again. */
function paste(event) {
  event.preventDefault();
  const html = event.clipboardData.getData("text/html"), plain = event.clipboardData.getData("text/plain");
  if (!html) return document.execCommand("insertText", false, plain);
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const one of page.querySelectorAll("style,script,meta,link,title,img,svg,iframe")) one.remove();
  for (const one of page.body.querySelectorAll("*")) for (const { name } of [...one.attributes]) if (name !== "href") one.removeAttribute(name);
  for (const one of page.body.querySelectorAll("span,font,section,article,main,header,footer,o\\:p")) one.replaceWith(...one.childNodes);
  return document.execCommand("insertHTML", false, page.body.innerHTML);
}

function lineOf(block, name, css) {
  const element = h("span", {
    class: css, contenteditable: String(state.letter.editable), role: "textbox", "aria-label": state.letter.words.label,
    oninput: () => change(`${name}:${block.id}`, () => { find(block.id).block[name] = chips.line(element); }, true),
    onkeydown: (event) => event.key === "Enter" && event.preventDefault(),
    onpaste: (event) => { event.preventDefault(); document.execCommand("insertText", false, event.clipboardData.getData("text/plain").replace(/\s+/g, " ")); },
  });
  chips.fillLine(element, block[name]);
  return element;
}

function picture(block) {
  const { words } = state.letter;
  const choose = () => act.picture(block.id);
  if (!block.src) return h("button", { type: "button", class: "lt-nopicture", onclick: choose }, icon("photo"), h("span", {}, words.choose_picture));
  const style = { width: `${block.width}%`, "margin-inline": { left: "0 auto", center: "auto", right: "auto 0" }[block.align] };
  if (!block.src.startsWith("/")) return h("div", { class: "lt-nopicture", style }, icon("world"), h("span", {}, block.src));
  return h("img", { src: block.src, alt: block.alt, class: "lt-picture", style, ondblclick: choose, draggable: "false" });
}

/* A button that leads nowhere yet says so; the checks find it too. */
function nowhere(block) {
  const { words } = state.letter;
  if (!/^(https?:\/\/)?$/.test(block.href.trim())) return null;
  return h("span", { class: "lt-nowhere", contenteditable: "false", role: "img", title: words.nowhere, "aria-label": words.nowhere }, icon("alert-triangle"));
}

const justify = { left: "flex-start", center: "center", right: "flex-end" };
const VIEWS = {
  text: rich,
  picture,
  button: (block) => h("div", { class: "lt-line", style: { "justify-content": justify[block.align] } },
    h("span", { class: `lt-button${block.wide ? " lt-wide" : ""}`, style: block.color ? { background: block.color } : {} }, lineOf(block, "label", "lt-label"), nowhere(block))),
  divider: (block) => h("hr", { class: "lt-divider", style: block.color ? { "border-color": block.color } : {} }),
  spacer: (block) => h("div", { class: "lt-spacer", style: { height: `${block.height}px` } }, h("span", {}, `${block.height} px`)),
  social: (block) => h("div", { class: "lt-line lt-signs", style: { "justify-content": justify[block.align] } },
    block.links.map(([network]) => h("span", { class: "lt-sign" }, h("img", { src: `/pictures/signs/${network}.png`, alt: state.letter.words.networks[network], width: 20, height: 20 })))),
  html: (block) => h("pre", { class: "lt-code" }, block.html),
  columns: (block) => h("div", { class: "lt-columns", style: { "grid-template-columns": SHARES[block.ratio] } },
    block.columns.map((blocks, place) => listOf(blocks, `${block.id}:${place}`))),
  dynamic: (block) => {
    const { words, segments } = state.letter;
    const name = segments.find((one) => one.id === block.segment)?.name ?? words.no_segment;
    return h("div", { class: "lt-dynamic" }, h("p", { class: "lt-for", contenteditable: "false" }, icon("users"), words.only_for.replace("{n}", name)), listOf(block.blocks, block.id));
  },
};

/* The SOQL console: colours under a plain text area, suggestions at the cursor, mistakes marked where they stand,
   and a history that stays in this browser. Everything listens on the document: the page may be swapped in. */
import { token } from "./nav.js";
import { announce, text } from "./texts.js";

const KEY = "essor-soql";
const MOST = 30;
const WORDS = /('(?:\\.|[^'\\])*'?)|(\b\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?\b|\b(?:YESTERDAY|TODAY|TOMORROW|(?:LAST|THIS|NEXT)_[A-Z0-9_]+)(?::\d+)?\b)|(\b\d+(?:\.\d+)?\b)|(\b(?:SELECT|FROM|WHERE|AND|OR|NOT|IN|LIKE|INCLUDES|EXCLUDES|ORDER|GROUP|BY|HAVING|LIMIT|OFFSET|ASC|DESC|NULLS|FIRST|LAST|USING|SCOPE|WITH|FOR|VIEW|REFERENCE|UPDATE|ALL|ROWS|TYPEOF|WHEN|THEN|ELSE|END|ROLLUP|CUBE|NULL|TRUE|FALSE)\b)|(\b[A-Za-z_]+(?=\s*\())/gi;
const KINDS = ["text", "date", "number", "keyword", "function"];

let wrong = null;
let offers = [];
let chosen = -1;
let asked = 0;
let timer;

const editor = () => document.getElementById("soql");
const form = () => document.getElementById("console");
const panel = () => document.getElementById("soql-offers");
const layer = () => editor().parentElement.querySelector("pre");

/* Colours -------------------------------------------------------------------------------------- */

function piece(kind, words) {
  const span = document.createElement("span");
  span.className = `tok-${kind}`;
  span.textContent = words;
  return span;
}

function offsetOf(value, { line, column }) {
  const lines = value.split("\n");
  return lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
}

/* [from, to] of what is marked as wrong: the word at the place, or the last letter when it is the end. */
function wrongRange(value) {
  if (!wrong?.line) return null;
  let from = Math.max(0, Math.min(offsetOf(value, wrong), value.length));
  const word = /^[\w.]+|^\S/.exec(value.slice(from))?.[0] ?? "";
  if (!word && from > 0) from = value.trimEnd().length - 1;
  return [from, from + Math.max(1, word.length)];
}

function coloured(value) {
  const parts = [];
  let last = 0;
  for (const match of value.matchAll(WORDS)) {
    parts.push([last, match.index, ""]);
    parts.push([match.index, match.index + match[0].length, KINDS[match.slice(1).findIndex((one) => one !== undefined)]]);
    last = match.index + match[0].length;
  }
  parts.push([last, value.length, ""]);
  return parts.filter(([from, to]) => to > from);
}

function paint() {
  const value = editor().value;
  const range = wrongRange(value);
  const nodes = [];
  for (const [from, to, kind] of coloured(value)) {
    const cuts = [from, to];
    if (range) for (const cut of range) if (cut > from && cut < to) cuts.push(cut);
    cuts.sort((a, b) => a - b);
    for (let at = 0; at + 1 < cuts.length; at += 1) {
      const node = piece(kind || "plain", value.slice(cuts[at], cuts[at + 1]));
      if (range && cuts[at] >= range[0] && cuts[at] < range[1]) node.classList.add("tok-wrong");
      node.dataset.from = cuts[at];
      nodes.push(node);
    }
  }
  layer().replaceChildren(...nodes, "\n");
  layer().scrollTop = editor().scrollTop;
}

/* Checking while one types ------------------------------------------------------------------------ */

async function post(address, fields) {
  const body = new URLSearchParams(fields);
  const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
  return answer.ok ? answer.json() : null;
}

function say(problem) {
  const words = JSON.parse(form().dataset.words);
  const state = document.getElementById("soql-state");
  wrong = problem?.code ? problem : null;
  state.className = `console-state ${wrong ? "wrong" : "stands"}`;
  const place = wrong?.line ? `${words.line.replace("{line}", wrong.line).replace("{column}", wrong.column)} ` : "";
  state.textContent = wrong ? place + wrong.message : editor().value.trim() ? words.stands : "";
  paint();
}

async function check() {
  const value = editor()?.value ?? "";
  if (!value.trim()) return editor() && say(null);
  const found = await post(form().dataset.check, { soql: value });
  if (found && editor()?.value === value) say(found);
}

function checkSoon() {
  clearTimeout(timer);
  timer = setTimeout(check, 500);
}

/* Suggestions ------------------------------------------------------------------------------------- */

function close() {
  offers = [];
  chosen = -1;
  if (!panel()) return;
  panel().hidden = true;
  editor().removeAttribute("aria-activedescendant");
}

async function suggest() {
  const area = editor();
  const number = ++asked;
  const value = area.value;
  const offset = area.selectionEnd;
  const found = await post(form().dataset.complete, { soql: value, offset });
  if (number !== asked || !found || area.value !== value) return;
  offers = found.offers;
  if (!offers.length) return close();
  panel().replaceChildren(...offers.map(line));
  panel().hidden = false;
  place(offers[0].from);
  mark(0);
  announce(text("results", offers.length));
}

function line(offer, at) {
  const made = document.createElement("div");
  made.className = "menu-item";
  made.id = `soql-offer-${at}`;
  made.setAttribute("role", "option");
  const words = document.createElement("span");
  words.textContent = offer.text;
  const detail = document.createElement("span");
  detail.className = "muted result-detail";
  detail.textContent = offer.detail;
  made.append(words, detail);
  return made;
}

/* The panel stands below the word: the layer of colours knows where that is. */
function place(offset) {
  const range = document.createRange();
  const spans = [...layer().querySelectorAll("span")];
  const span = spans.findLast((one) => Number(one.dataset.from) <= offset);
  const box = editor().parentElement.getBoundingClientRect();
  let point = { left: box.left + 16, bottom: box.top + 35 };
  if (span) {
    range.setStart(span.firstChild, Math.min(offset - Number(span.dataset.from), span.firstChild.length));
    point = range.getBoundingClientRect();
    if (!point.bottom) point = span.getBoundingClientRect();
  }
  panel().style.top = `${Math.min(point.bottom - box.top + 4, box.height)}px`;
  panel().style.left = `${Math.max(8, Math.min(point.left - box.left, box.width - panel().offsetWidth - 8))}px`;
}

function mark(at) {
  chosen = at;
  [...panel().children].forEach((one, number) => one.setAttribute("aria-selected", String(number === at)));
  panel().children[at].scrollIntoView({ block: "nearest" });
  editor().setAttribute("aria-activedescendant", `soql-offer-${at}`);
}

function take(at) {
  const area = editor();
  const offer = offers[at];
  area.setRangeText(offer.text, offer.from, area.selectionEnd, "end");
  close();
  changed();
}

function changed() {
  wrong = null;
  paint();
  checkSoon();
}

/* History, in this browser only -------------------------------------------------------------------- */

function history() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function remember(query) {
  const kept = [query, ...history().filter((one) => one !== query)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    return; // a browser that keeps nothing has no history
  }
  drawHistory();
}

function drawHistory() {
  const menu = document.querySelector("[data-soql-history]");
  if (!menu) return;
  const old = history();
  menu.hidden = old.length === 0;
  menu.querySelector("ul").replaceChildren(...old.map((query) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const words = document.createElement("span");
    button.type = "button";
    button.className = "menu-item";
    button.dataset.soql = query;
    button.dataset.soqlOld = "";
    words.textContent = query.replace(/\s+/g, " ");
    button.append(words);
    item.append(button);
    return item;
  }));
}

/* Listening ---------------------------------------------------------------------------------------- */

document.addEventListener("input", (event) => {
  if (event.target !== editor()) return;
  changed();
  const before = event.target.value.slice(0, event.target.selectionEnd);
  if (event.inputType !== "insertFromPaste" && /[\w.(]$/.test(before)) suggest();
  else close();
});

document.addEventListener("keydown", (event) => {
  if (event.target !== editor()) return;
  if (event.ctrlKey && event.key === " ") {
    event.preventDefault();
    suggest();
  } else if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    close();
  } else if (offers.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    mark((chosen + (event.key === "ArrowDown" ? 1 : -1) + offers.length) % offers.length);
  } else if (offers.length && (event.key === "Tab" || event.key === "Enter")) {
    event.preventDefault();
    take(chosen);
  } else if (offers.length && event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
}, true);

document.addEventListener("scroll", (event) => {
  if (event.target === editor()) layer().scrollTop = event.target.scrollTop;
}, true);

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.("#soql-offers [role=option]");
  if (option) {
    event.preventDefault();
    take([...panel().children].indexOf(option));
  } else if (editor() && !event.target.closest?.(".soql-editor")) {
    close();
  }
});

document.addEventListener("click", (event) => {
  const chosenQuery = event.target.closest("[data-soql]");
  if (chosenQuery) {
    editor().value = chosenQuery.dataset.soql;
    chosenQuery.closest("details").removeAttribute("open");
    editor().focus();
    changed();
    form().requestSubmit();
  }
  if (event.target.closest("[data-soql-forget]")) {
    localStorage.removeItem(KEY);
    drawHistory();
  }
});

document.addEventListener("es:soql-done", () => {
  say(null);
  remember(document.getElementById("soql-ran").value.trim());
});
document.addEventListener("es:soql-refused", ({ detail }) => say(detail));
document.addEventListener("htmx:load", () => editor() && start());

function start() {
  if (editor().dataset.started) return;
  editor().dataset.started = "1";
  paint();
  drawHistory();
  if (editor().value.trim()) checkSoon();
}

if (editor()) start();

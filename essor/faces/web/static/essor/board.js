/* Boards: a card goes to another column by mouse, by long press, by the keyboard or from its menu. The server decides:
   a refused card returns to where it was, and what it lacks is asked for in a dialog. */
import { draggable } from "./drag.js";
import { refreshPage } from "./nav.js";
import { announce } from "./texts.js";

const EDGE = 48, NEAR = 32;
let lifted = null;
let chosen = null;

const board = () => document.querySelector("[data-board]");
const columnOf = (element) => element?.closest?.("[data-column]");
const columns = () => [...board().querySelectorAll("[data-column]")];
const cardOf = (id) => board()?.querySelector(`[data-card="${CSS.escape(id)}"]`);

function say(what, values) {
  const words = board()?.dataset[`say${what}`] ?? "";
  announce(words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all));
}

function put(card, column, before = null) {
  const list = column.querySelector("[data-cards]");
  list.insertBefore(card, before?.parentElement === list ? before : list.firstElementChild);
}

/* Asks the server; the card waits in its new column and goes back unless the answer is yes. */
async function move(card, column) {
  const from = columnOf(card);
  if (column === from) return;
  const next = card.nextElementSibling;
  put(card, column);
  card.setAttribute("aria-busy", "true");
  card.focus({ preventScroll: true });
  let done = false;
  const yes = ({ detail }) => { done ||= detail.id === card.dataset.card; };
  document.addEventListener("es:moved", yes);
  try {
    await htmx.ajax("POST", `/r/${card.dataset.card}/move`, { source: card, swap: "none", values: { field: board().dataset.field, to: column.dataset.column, revision: card.dataset.revision } });
  } finally {
    document.removeEventListener("es:moved", yes);
    card.removeAttribute("aria-busy");
    if (!done && card.isConnected) {
      put(card, from, next);
      if (!document.querySelector("dialog[open]")) card.focus({ preventScroll: true });
      say("Back", { name: card.dataset.name, from: from.dataset.label });
    }
  }
}

document.addEventListener("es:moved", async ({ detail }) => {
  if (!board()) return void (document.querySelector("[data-move-here]") && refreshPage());
  const card = cardOf(detail.id);
  const column = columns().find((one) => one.dataset.column === detail.to);
  if (!card || !column) return;
  if (columnOf(card) !== column) put(card, column);
  say("Dropped", { name: card.dataset.name, to: column.dataset.label });
  const address = `/o/${board().dataset.board}/board/card/${detail.id}?${board().dataset.words}`;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return void card.remove();
  const held = card.contains(document.activeElement);
  card.outerHTML = await answer.text();
  const fresh = cardOf(detail.id);
  htmx.process(fresh);
  if (held || document.activeElement === document.body) fresh.focus({ preventScroll: true });
});

/* On a phone the path scrolls inside itself: it opens at the stage where the record is. */
function showStage() {
  for (const list of document.querySelectorAll(".path-stages")) {
    const here = list.querySelector("[aria-current]");
    if (here) list.scrollLeft = here.offsetLeft - list.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
  }
}
document.addEventListener("htmx:load", showStage);

document.addEventListener("es:move-refused", () => refreshPage());

/* Mouse and finger. */
draggable({
  grab: ({ target }) => {
    const card = target.closest?.("[data-movable]");
    return card && !target.closest("button") ? { card } : null;
  },
  start(drag, x, y) {
    const { card } = drag;
    const box = card.getBoundingClientRect();
    const ghost = card.cloneNode(true);
    ghost.classList.add("board-ghost");
    ghost.removeAttribute("id");
    ghost.style.setProperty("--w", `${box.width}px`);
    document.body.append(ghost);
    document.documentElement.classList.add("boarding");
    card.classList.add("board-dragged");
    Object.assign(drag, { ghost, dx: x - box.left, dy: y - box.top });
    this.over(drag, x, y);
  },
  over(drag, x, y) {
    drag.ghost.style.left = `${x - drag.dx}px`;
    drag.ghost.style.top = `${y - drag.dy}px`;
    Object.assign(drag, { x, y });
    light(drag);
    const box = board().getBoundingClientRect();
    const side = x > box.right - EDGE ? 1 : x < box.left + EDGE ? -1 : 0;
    clearInterval(drag.scroll);
    if (side) {
      const step = matchMedia("(max-width: 40rem)").matches ? box.width : 24;
      drag.scroll = setInterval(() => board().scrollBy({ left: side * step, behavior: step > 24 ? "smooth" : "auto" }), step > 24 ? 600 : 16);
    }
  },
  end(drag, dropped) {
    light(drag); // the board may have scrolled on below a finger that rests
    const { card, ghost, over, scroll } = drag;
    clearInterval(scroll);
    ghost.remove();
    over?.classList.remove("board-over");
    card.classList.remove("board-dragged");
    document.documentElement.classList.remove("boarding");
    if (dropped && over) move(card, over);
  },
});

// The column under a point; between two of them and at the edges of the board the one next to it, so that no drop is lost.
function columnAt(x, y) {
  const under = columnOf(document.elementFromPoint(x, y));
  const { left, right, top, bottom } = board().getBoundingClientRect();
  if (under || x < left || x > right || y < top || y > bottom) return under;
  const away = (one) => Math.max(one.getBoundingClientRect().left - x, x - one.getBoundingClientRect().right, 0);
  return columns().find((one) => away(one) <= NEAR) ?? null;
}

function light(drag) {
  const over = columnAt(drag.x, drag.y);
  if (over === drag.over) return;
  drag.over?.classList.remove("board-over");
  over?.classList.add("board-over");
  drag.over = over;
}

/* Keyboard: Space lifts and drops, arrows choose, Escape puts back. */
function lift(card) {
  lifted = { card, from: columnOf(card), over: columnOf(card) };
  card.classList.add("board-lifted");
  say("Lifted", { name: card.dataset.name, from: lifted.from.dataset.label });
}

function hover(step) {
  const all = columns();
  const over = all[Math.min(all.length - 1, Math.max(0, all.indexOf(lifted.over) + step))];
  lifted.over.classList.remove("board-over");
  over.classList.add("board-over");
  over.scrollIntoView({ inline: "nearest", block: "nearest" });
  lifted.over = over;
  say("Over", { to: over.dataset.label });
}

function lower(drop) {
  const { card, from, over } = lifted;
  card.classList.remove("board-lifted");
  over.classList.remove("board-over");
  lifted = null;
  if (drop && over !== from) move(card, over);
  else say("Back", { name: card.dataset.name, from: from.dataset.label });
}

function walk(card, key) {
  const list = card.parentElement;
  if (key === "ArrowUp" || key === "ArrowDown") {
    const next = key === "ArrowDown" ? card.nextElementSibling : card.previousElementSibling;
    return (next?.matches("[data-card]") ? next : next?.querySelector("button"))?.focus();
  }
  const all = columns();
  const step = key === "ArrowRight" ? 1 : -1;
  const place = [...list.children].indexOf(card);
  for (let at = all.indexOf(columnOf(card)) + step; all[at]; at += step) {
    const found = all[at].querySelectorAll("[data-card]");
    if (found.length) return found[Math.min(place, found.length - 1)].focus();
  }
}

document.addEventListener("keydown", (event) => {
  const card = event.target.matches?.("[data-card]") ? event.target : null;
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = event.key.startsWith("Arrow");
  if (lifted) {
    if (event.key === " " || event.key === "Enter") lower(true);
    else if (event.key === "Escape" || event.key === "Tab") lower(false);
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") hover(event.key === "ArrowRight" ? 1 : -1);
    else return;
  } else if (event.key === " " && "movable" in card.dataset) lift(card);
  else if (event.key === "Enter") card.querySelector("a").click();
  else if (arrow) walk(card, event.key);
  else return;
  if (event.key !== "Tab") event.preventDefault();
  event.stopPropagation();
}, true);
document.addEventListener("focusout", (event) => { if (lifted?.card === event.target) lower(false); });

/* The menu of a card, and the list of columns on a phone. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-board-menu]");
  if (opener) {
    chosen = opener.closest("[data-card]");
    const dialog = document.getElementById("board-move");
    dialog.querySelector("[data-board-move-name]").textContent = chosen.dataset.name;
    for (const one of dialog.querySelectorAll("[data-board-to]")) one.disabled = one.dataset.boardTo === columnOf(chosen).dataset.column;
    dialog.showModal();
  }
  const to = event.target.closest("[data-board-to]");
  if (to && chosen) {
    to.closest("dialog").close();
    move(chosen, columns().find((one) => one.dataset.column === to.dataset.boardTo));
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-board-jump]")) columns()[event.target.value]?.scrollIntoView({ inline: "start", block: "nearest" });
});
document.addEventListener("scroll", (event) => {
  const jump = event.target.matches?.("[data-board]") && document.querySelector("[data-board-jump]");
  if (jump) jump.value = String(Math.min(columns().length - 1, Math.round(event.target.scrollLeft / (columns()[0].offsetWidth + 10))));
}, true);

/* Dragging blocks and new ones from the palette, with a mouse or a finger. A click on the palette adds without dragging. */
import { h } from "./dom.js";
import { find, insert, make, mayStand, move, state } from "./state.js";

const FAR = 6, EDGE = 60;
let held = null;
const line = h("div", { class: "lt-drop" });

export function start(root, stage, select) {
  root.addEventListener("pointerdown", (event) => {
    const source = event.target.closest("[data-grip], [data-make]");
    if (!source || event.button || !state.letter.editable) return;
    const kind = source.dataset.make ?? find(source.dataset.grip)?.block.kind;
    held = { source, kind, id: source.dataset.grip, x: event.clientX, y: event.clientY, pointer: event.pointerId, moving: false };
  });
  const over = (event) => {
    if (!held || event.pointerId !== held.pointer || !root.isConnected) return;
    if (!held.moving && Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
    if (!held.moving) lift();
    event.preventDefault();
    held.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 8}px)`;
    if (event.clientY < EDGE + 60) scrollBy(0, -14);
    if (event.clientY > innerHeight - EDGE) scrollBy(0, 14);
    aim(stage, event);
  };
  const done = (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const { moving, target, id, kind, source } = held;
    put();
    if (!moving) return;
    source.addEventListener("click", (click) => { click.preventDefault(); click.stopImmediatePropagation(); }, { once: true, capture: true });
    setTimeout(() => source.dispatchEvent(new Event("lt-released")), 0);
    if (event.type === "pointerup" && target) {
      if (id) move(id, target.key, target.place);
      select(id ?? insert(make(kind), target.key, target.place).id);
    }
  };
  addEventListener("pointermove", over, { passive: false });
  addEventListener("pointerup", done);
  addEventListener("pointercancel", done);
  addEventListener("keydown", (event) => event.key === "Escape" && held && put());
  return () => {
    removeEventListener("pointermove", over);
    removeEventListener("pointerup", done);
    removeEventListener("pointercancel", done);
  };
}

function lift() {
  held.moving = true;
  held.ghost = h("div", { class: "lt-ghost" }, state.letter.words.kinds[held.kind === "title" ? "text" : held.kind]);
  document.body.append(held.ghost);
  document.documentElement.classList.add("lt-dragging");
  if (held.id) document.querySelector(`[data-block="${CSS.escape(held.id)}"]`)?.classList.add("lt-lifted");
}

function put() {
  held.ghost?.remove();
  line.remove();
  document.documentElement.classList.remove("lt-dragging");
  for (const one of document.querySelectorAll(".lt-lifted")) one.classList.remove("lt-lifted");
  held = null;
}

/* The innermost list below the pointer that takes this block, and the gap nearest to the pointer. */
function aim(stage, { clientX, clientY }) {
  const kind = held.kind === "title" ? "text" : held.kind;
  const own = held.id && document.querySelector(`[data-block="${CSS.escape(held.id)}"]`);
  const list = document.elementsFromPoint(clientX, clientY).map((one) => one.closest?.("[data-list]")).find((one) => one && stage.contains(one) && !own?.contains(one) && mayStand(kind, one.dataset.list));
  if (!list) {
    held.target = null;
    line.remove();
    return;
  }
  const blocks = [...list.children].filter((one) => one.dataset.block);
  let place = blocks.findIndex((one) => clientY < one.getBoundingClientRect().top + one.offsetHeight / 2);
  if (place < 0) place = blocks.length;
  held.target = { key: list.dataset.list, place };
  if (blocks[place]) blocks[place].before(line);
  else list.append(line);
}

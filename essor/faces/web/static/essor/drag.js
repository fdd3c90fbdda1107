/* Dragging by mouse or finger, the same for cards of a board, events of the calendar and tiles of a dashboard. A finger
   must rest first, so that swiping still scrolls; the click that ends a drag opens nothing; Escape puts back.

     draggable({
       grab: (event) => what,           // what is pressed, or nothing: whatever the other three need
       start(what, x, y), over(what, x, y), end(what, dropped),
       atOnce: (event) => true,         // a finger need not rest: for grips
     }); */
const HOLD = 350; // milliseconds
const SLACK = 6; // pixels that make a click a drag
let held = null;

export function draggable(kind) {
  document.addEventListener("pointerdown", (event) => {
    if (held || event.button !== 0 || event.ctrlKey || event.metaKey) return;
    const what = kind.grab(event);
    if (!what) return;
    const rests = event.pointerType !== "mouse" && !kind.atOnce?.(event);
    held = { kind, what, x: event.clientX, y: event.clientY, id: event.pointerId, rests, on: false };
    if (rests) held.timer = setTimeout(() => begin(held.x, held.y), HOLD);
  });
}

function begin(x, y) {
  held.on = true;
  if (held.rests) navigator.vibrate?.(15);
  held.kind.start(held.what, x, y);
}

function stop(dropped) {
  const { kind, what, on, timer } = held;
  clearTimeout(timer);
  held = null;
  if (!on) return;
  const swallow = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };
  addEventListener("click", swallow, true);
  setTimeout(() => removeEventListener("click", swallow, true), 60);
  kind.end(what, dropped);
}

document.addEventListener("pointermove", (event) => {
  if (held?.id !== event.pointerId) return;
  if (!held.on) {
    if (Math.hypot(event.clientX - held.x, event.clientY - held.y) <= SLACK) return;
    if (held.rests) return stop(false);
    begin(held.x, held.y);
  }
  held.kind.over(held.what, event.clientX, event.clientY);
});
document.addEventListener("pointerup", (event) => { if (held?.id === event.pointerId) stop(true); });
document.addEventListener("pointercancel", (event) => { if (held?.id === event.pointerId) stop(false); });
document.addEventListener("keydown", (event) => { if (held?.on && event.key === "Escape") stop(false); }, true);
document.addEventListener("touchmove", (event) => { if (held?.on) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (held?.rests) event.preventDefault(); });
document.addEventListener("dragstart", (event) => { if (held) event.preventDefault(); });
document.addEventListener("selectstart", (event) => { if (held) event.preventDefault(); });

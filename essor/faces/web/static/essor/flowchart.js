import { text } from "./texts.js";

/* The drawing of a flow: it starts in the middle, stays where it was when a card is opened, and is moved by dragging
   its ground. The wheel and the arrow keys move it by themselves, as it is a scrolling element. */
const places = new Map();
const CLICK = 4; // pixels that a hand may tremble

function arrange(chart) {
  const known = places.get(chart.dataset.pan);
  chart.scrollLeft = known ?? (chart.scrollWidth - chart.clientWidth) / 2;
  const card = chart.querySelector(".fc-card.is-chosen, .fc-plus.is-chosen");
  if (!card) return;
  const box = card.getBoundingClientRect();
  const frame = chart.getBoundingClientRect();
  if (box.left < frame.left || box.right > frame.right) chart.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
}

function arrangeAll() {
  for (const chart of document.querySelectorAll("[data-pan]")) arrange(chart);
}

document.addEventListener("scroll", ({ target }) => {
  if (target.dataset?.pan) places.set(target.dataset.pan, target.scrollLeft);
}, { capture: true, passive: true });

document.addEventListener("pointerdown", (event) => {
  const chart = event.target.closest?.("[data-pan]");
  if (!chart || event.button !== 0 || event.pointerType === "touch" || event.target.closest("a, button, form, .fc-card")) return;
  const start = event.clientX;
  const from = chart.scrollLeft;
  const move = (moved) => {
    if (Math.abs(moved.clientX - start) > CLICK) chart.classList.add("is-dragged");
    chart.scrollLeft = from - (moved.clientX - start);
  };
  const end = () => {
    chart.classList.remove("is-dragged");
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
});

/* Beside the drawing the panel stays in sight, so the card that it is about comes into sight too: of a long flow it may be
   far below. Where the panel stands below the drawing, the address leads to the panel. */
const BESIDE = matchMedia("(min-width: 1180px)");

function follow() {
  const card = BESIDE.matches && document.querySelector(".fc-card.is-chosen, .fc-plus.is-chosen");
  if (!card) return;
  const { top, bottom } = card.getBoundingClientRect();
  if (top < 80 || bottom > innerHeight) card.scrollIntoView({ block: "center" });
}

// Once the browser, or HTMX, has gone to where the address leads.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "page") return;
  arrangeAll();
  requestAnimationFrame(follow);
});
if (document.readyState === "complete") follow();
else addEventListener("load", () => requestAnimationFrame(follow));

arrangeAll();

/* Steps back and forth by Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y), but where somebody is typing: there they are the browser's. */
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  if (event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true], dialog[open]")) return;
  const way = key === "y" || event.shiftKey ? "redo" : "undo";
  const button = document.querySelector(`[data-travel="${way}"]`);
  if (!button) return;
  event.preventDefault();
  if (!button.disabled) button.click();
});

/* A list that opens low in the panel gets room below it, and comes up into it. The room stays, so that no button moves
   away from under the pointer when the list closes. */
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-combobox]")) target.closest(".flow-panel")?.classList.add("has-lists");
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const panel = target?.matches?.(".combobox-panel:not([hidden])") && target.closest(".flow-panel");
  if (!panel) return;
  const hidden = target.getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom;
  if (hidden > 0) panel.scrollTop += hidden;
});

/* What was typed into the panel is not lost by a button of the drawing. */
let typed = null;
document.addEventListener("input", ({ target }) => {
  typed = target.closest("#panel-form") ?? typed;
});
document.addEventListener("submit", (event) => {
  if (!event.target.closest(".fc, .flow-travel")) return;
  const open = typed?.isConnected || document.querySelector("#panel-form[data-typed]");
  if (!open || confirm(text("leave"))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

/* A press on a button of the panel is not lost while the panel is being drawn anew for what was chosen just before: that goes
   along with the press. */
document.addEventListener("pointerdown", ({ target }) => {
  const button = target.closest("#panel-form button");
  if (button?.type === "submit") htmx.trigger(button.form, "htmx:abort");
});

/* How many letters a text message has, and in how many parts it goes out: 160 letters of the phones' own alphabet, or 70
   of any other; a message of several parts gives up a few letters of each. */
const PHONE = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const DOUBLE = /[\^{}\\[~\]|€]/g;

function parts(text) {
  const phone = PHONE.test(text);
  const letters = phone ? text.length + (text.match(DOUBLE)?.length ?? 0) : text.length;
  const [one, several] = phone ? [160, 153] : [70, 67];
  return { letters, parts: letters <= one ? Math.min(1, letters) : Math.ceil(letters / several) };
}

function count(area) {
  const place = document.getElementById(area.dataset.sms);
  if (!place) return;
  const found = parts(area.value);
  place.textContent = place.dataset.pattern.replace("{letters}", found.letters).replace("{parts}", found.parts);
}

const countAll = () => document.querySelectorAll("[data-sms]").forEach(count);
document.addEventListener("input", ({ target }) => {
  if (target.matches?.("[data-sms]")) count(target);
});
document.addEventListener("htmx:afterSettle", countAll);
countAll();

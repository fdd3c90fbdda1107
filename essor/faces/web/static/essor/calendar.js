/* The calendar: events are dragged and stretched by mouse, by touch (press and hold) or by keyboard (Alt and arrows); a
   click on an empty slot opens the dialog of a new event. Times are wall-clock times of the reader. */
import { draggable } from "./drag.js";
import { refreshPage } from "./nav.js";
import { announce } from "./texts.js";

const HOUR = 44; // pixels, as in calendar.css
const STEP = 15; // minutes

const calendar = () => document.querySelector("[data-calendar]");
const local = (value) => new Date(value.length > 10 ? `${value}Z` : value); // wall-clock time, counted as if it were UTC: no zone interferes
const written = (date) => date.toISOString().slice(0, 16);
const dayUnder = (x, y) => document.elementsFromPoint(x, y).find((one) => one.matches?.("[data-calendar] [data-day]"));
const midnight = (day) => local(`${day.dataset.day}T00:00`).getTime();
const pointed = (column, y) => midnight(column) + ((y - column.getBoundingClientRect().top) / HOUR) * 3600000;
const stepped = (moment, minutes = STEP) => Math.round(moment / (minutes * 60000)) * minutes * 60000;
const HALF = 1800000; // milliseconds

/* Asks how far a change reaches into a series; null when the person thinks better of it. */
function asked(item) {
  if (!("repeats" in item.dataset) || item.classList.contains("cal-task")) return Promise.resolve("this");
  const dialog = document.getElementById("series-dialog");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue || null), { once: true });
  });
}
document.addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-series-scope]");
  choice?.closest("dialog").close(choice.dataset.seriesScope);
});

async function send(item, start, end, whole = "whole" in item.dataset) {
  const scope = await asked(item);
  if (!scope) {
    await refreshed(item.dataset.cal);
    return;
  }
  const values = { start: written(start), end: written(end), whole: whole ? "1" : "0", scope };
  await htmx.ajax("POST", `/calendar/${item.dataset.cal}/move`, { source: item, swap: "none", values });
  const told = whole ? { dateStyle: "full" } : { dateStyle: "full", timeStyle: "short" };
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { ...told, timeZone: "UTC" }).format(start);
  announce(`${item.dataset.title} ${when}`);
  await refreshed(item.dataset.cal);
}

/* Draws the page anew where it was scrolled to, with an item focused. */
async function refreshed(cal) {
  const place = document.querySelector(".cal-scroll")?.scrollTop;
  await refreshPage();
  if (place) document.querySelector(".cal-scroll").scrollTop = place;
  const items = [...document.querySelectorAll(`[data-cal="${CSS.escape(cal)}"]`)];
  items.find((one) => one.checkVisibility())?.focus({ preventScroll: true });
}

draggable({
  grab(event) {
    const item = event.target.closest?.("[data-cal]");
    if (!item) return null;
    const day = item.closest("[data-day]");
    const start = local(item.dataset.start);
    return {
      item, day, start, end: local(item.dataset.end), whole: "whole" in item.dataset,
      resize: Boolean(event.target.closest("[data-cal-resize]")),
      grabbed: "hours" in day.dataset ? pointed(day, event.clientY) - start : 0, // from its start to the pointer
    };
  },
  atOnce: ({ target }) => Boolean(target.closest("[data-cal-resize]")),
  start({ item }) {
    for (const one of document.querySelectorAll(`[data-cal="${CSS.escape(item.dataset.cal)}"]`)) one.classList.add("cal-taken");
    item.classList.add("cal-dragged");
  },
  over(drag, x, y) {
    for (const one of document.querySelectorAll(".cal-target")) one.classList.remove("cal-target");
    const day = dayUnder(x, y);
    if (drag.resize) stretch(drag, day && "hours" in day.dataset ? day : drag.day, y);
    else if (day) carry(drag, day, y);
  },
  end({ to, start, end, whole, item }, dropped) {
    for (const one of document.querySelectorAll(".cal-target")) one.classList.remove("cal-target");
    const same = !to || (to.start === start.getTime() && to.end === end.getTime() && to.whole === whole);
    if (!dropped || same) refreshPage();
    else send(item, new Date(to.start), new Date(to.end), to.whole);
  },
});

function stretch(drag, column, y) {
  const start = drag.start.getTime();
  const end = stepped(pointed(column, y) - drag.grabbed + (drag.end - drag.start));
  drag.to = { start, end: Math.max(start + STEP * 60000, end), whole: false };
  laid(drag.item, drag.day, drag.to);
}

/* Between hours and the row of whole days an event becomes one of the other kind; tasks always have whole days. */
function carry(drag, day, y) {
  day.classList.add("cal-target");
  const start = drag.start.getTime();
  const length = drag.end - drag.start;
  const task = drag.item.classList.contains("cal-task");
  const timed = "hours" in day.dataset && !task;
  if (timed && drag.whole) {
    const at = Math.floor(pointed(day, y) / HALF) * HALF;
    drag.to = { start: at, end: at + 2 * HALF, whole: false };
  } else if (timed) {
    const at = Math.max(midnight(day) - length + STEP * 60000, stepped(pointed(day, y) - drag.grabbed));
    drag.to = { start: at, end: at + length, whole: false };
  } else if ("wholeDay" in day.dataset && !drag.whole) {
    const days = Math.floor((drag.end - 1) / 86400000) - Math.floor(start / 86400000);
    drag.to = { start: midnight(day), end: midnight(day) + Math.max(0, days) * 86400000, whole: true };
  } else {
    const at = start + midnight(day) - midnight(drag.day);
    drag.to = { start: at, end: at + length, whole: drag.whole };
  }
  if (drag.item.parentElement !== day) day.append(drag.item);
  drag.item.classList.toggle("cal-timed", timed);
  if (timed) laid(drag.item, day, drag.to);
  else drag.item.removeAttribute("style");
}

/* Draws an item in a column of hours, as much of it as lies in that day. */
function laid(item, column, { start, end }) {
  const top = Math.max(0, start - midnight(column));
  const bottom = Math.min(24 * 3600000, end - midnight(column));
  item.style.top = `${(top / 3600000) * HOUR}px`;
  item.style.height = `${(Math.max(HALF / 2, bottom - top) / 3600000) * HOUR}px`;
  item.style.left = "0";
  item.style.width = "100%";
  const hour = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short", timeZone: "UTC" });
  const shown = item.querySelector("time") ?? item.insertBefore(document.createElement("time"), item.firstChild);
  shown.textContent = hour.formatRange(start, end);
}

/* A new event: a click, or a span drawn over empty hours. */
const emptyHours = ({ target }) =>
  target.closest?.("[data-cal], a, button") ? null : target.closest?.("[data-calendar][data-new] [data-hours]");

draggable({
  grab(event) {
    const column = emptyHours(event);
    return column && { column, from: Math.floor(pointed(column, event.clientY) / HALF) * HALF };
  },
  start(drag) {
    drag.ghost = Object.assign(document.createElement("div"), { className: "cal-item cal-timed cal-dragged" });
    drag.column.append(drag.ghost);
    drag.span = { start: drag.from, end: drag.from + 2 * HALF };
    laid(drag.ghost, drag.column, drag.span);
  },
  over(drag, _x, y) {
    const to = stepped(pointed(drag.column, y));
    const last = midnight(drag.column) + 24 * 3600000;
    drag.span = to > drag.from
      ? { start: drag.from, end: Math.min(last, Math.max(to, drag.from + STEP * 60000)) }
      : { start: Math.max(midnight(drag.column), to), end: drag.from + HALF };
    laid(drag.ghost, drag.column, drag.span);
  },
  end({ ghost, span }, dropped) {
    ghost.remove();
    if (dropped) plan(span.start, span.end);
  },
});

function plan(start, end, whole = "") {
  const asks = `start=${written(new Date(start))}&end=${written(new Date(end))}${whole}`;
  htmx.ajax("GET", `${calendar().dataset.new}?${asks}`, "#calendar-dialog");
}

document.addEventListener("click", (event) => {
  const slot = event.target.closest?.("[data-calendar][data-new] [data-day]");
  if (!slot || event.target.closest("[data-cal], a, button")) return;
  const start = "hours" in slot.dataset
    ? Math.floor(pointed(slot, event.clientY) / HALF) * HALF
    : midnight(slot) + 18 * HALF;
  plan(start, start + 2 * HALF, "wholeDay" in slot.dataset ? "&all_day=1" : "");
}, true);

/* In the dialog the end follows the start, and whole days have no hours. */
document.addEventListener("input", ({ target }) => {
  if (target.name !== "start" || !target.form?.matches("[data-event-form]") || !target.value) return;
  const { end } = target.form.elements;
  const length = local(end.value) - local(target.dataset.was ?? target.defaultValue);
  target.dataset.was = target.value;
  if (length >= 0) end.value = written(new Date(local(target.value).getTime() + length)).slice(0, target.value.length);
});
document.addEventListener("change", ({ target }) => {
  if (target.name !== "all_day" || !target.form?.matches("[data-event-form]")) return;
  for (const one of [target.form.elements.start, target.form.elements.end]) {
    if (one.value) one.dataset.hour = one.value.slice(10) || one.dataset.hour || (one.name === "end" ? "T10:00" : "T09:00");
    const day = one.value.slice(0, 10);
    one.type = target.checked ? "date" : "datetime-local";
    one.value = day && !target.checked ? day + one.dataset.hour : day;
    one.dataset.was = one.value;
  }
});

const ARROWS = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("[data-cal]");
  const arrow = ARROWS[event.key];
  if (!item || !arrow || !event.altKey) return;
  event.preventDefault();
  const whole = "whole" in item.dataset || !item.closest("[data-hours]");
  const [days, minutes] = whole ? [arrow[0] || Math.sign(arrow[1]) * 7, 0] : arrow;
  const shift = (days * 1440 + minutes) * 60000;
  const start = local(item.dataset.start);
  const end = local(item.dataset.end);
  if (event.shiftKey && !whole && minutes) {
    if (end.getTime() + shift > start.getTime()) send(item, start, new Date(end.getTime() + shift));
  } else send(item, new Date(start.getTime() + shift), new Date(end.getTime() + shift));
});

/* The day opens at the hours in which people work. */
function arrive() {
  const scroll = document.querySelector(".cal-scroll");
  if (scroll && !scroll.dataset.shown) {
    scroll.dataset.shown = "1";
    scroll.scrollTop = 7.5 * HOUR;
    const today = scroll.querySelector(".cal-slots.cal-today");
    if (today && scroll.scrollWidth > scroll.clientWidth) scroll.scrollLeft = today.offsetLeft - 48;
    for (const item of scroll.querySelectorAll("[data-cal]")) item.setAttribute("aria-describedby", "cal-help");
  }
}
document.addEventListener("htmx:load", arrive);
arrive();

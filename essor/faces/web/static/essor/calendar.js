/* The calendar: events are dragged and stretched by mouse, by touch (press and hold) or by keyboard (Alt and arrows); a
   click on an empty slot opens the dialog of a new event. Times are wall-clock times of the reader. */
import { draggable } from "./drag.js";
import { refreshPage } from "./nav.js";
import { announce } from "./texts.js";

const HOUR = 44; // pixels, as in calendar.css
const STEP = 15; // minutes

const calendar = () => document.querySelector("[data-calendar]");
const local = (value) => new Date(`${value}Z`); // wall-clock time, counted as if it were UTC: no zone interferes
const written = (date) => date.toISOString().slice(0, 16);
const minutesAt = (column, y) => Math.round((((y - column.getBoundingClientRect().top) / HOUR) * 60) / STEP) * STEP;
const dayUnder = (x, y) => document.elementsFromPoint(x, y).find((one) => one.matches?.("[data-calendar] [data-day]"));

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

async function send(item, start, end) {
  const scope = await asked(item);
  if (!scope) {
    await refreshed(item.dataset.cal);
    return;
  }
  const values = { start: written(start), end: written(end), scope };
  await htmx.ajax("POST", `/calendar/${item.dataset.cal}/move`, { source: item, swap: "none", values });
  announce(`${item.dataset.title} ${written(start).replace("T", " ")}`);
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
    const column = item.closest("[data-hours]");
    return {
      item, column, resize: Boolean(event.target.closest("[data-cal-resize]")),
      start: local(item.dataset.start), end: local(item.dataset.end),
      grabbed: column ? event.clientY - item.getBoundingClientRect().top : 0,
    };
  },
  atOnce: ({ target }) => Boolean(target.closest("[data-cal-resize]")),
  start: ({ item }) => item.classList.add("cal-dragged"),
  over: preview,
  end({ newStart, newEnd, start, end, item }, dropped) {
    for (const one of document.querySelectorAll(".cal-target")) one.classList.remove("cal-target");
    const from = newStart ?? start;
    const to = newEnd ?? end;
    if (!dropped || (from.getTime() === start.getTime() && to.getTime() === end.getTime())) refreshPage();
    else send(item, from, to);
  },
});

function preview(drag, x, y) {
  const day = drag.resize ? drag.column : dayUnder(x, y);
  for (const one of document.querySelectorAll(".cal-target")) one.classList.remove("cal-target");
  if (!day) return;
  const length = drag.end - drag.start;
  if (drag.resize) {
    const minutes = Math.max(STEP, minutesAt(day, y) - (drag.start.getUTCHours() * 60 + drag.start.getUTCMinutes()));
    drag.newEnd = new Date(drag.start.getTime() + minutes * 60000);
    drag.item.style.height = `${(minutes / 60) * HOUR}px`;
    return;
  }
  day.classList.add("cal-target");
  const midnight = local(`${day.dataset.day}T00:00`);
  const timed = "hours" in day.dataset && !("whole" in drag.item.dataset);
  const minutes = timed ? minutesAt(day, y - drag.grabbed) : drag.start.getUTCHours() * 60 + drag.start.getUTCMinutes();
  drag.newStart = new Date(midnight.getTime() + Math.max(0, minutes) * 60000);
  drag.newEnd = new Date(drag.newStart.getTime() + length);
  if (timed) {
    if (drag.item.parentElement !== day) day.append(drag.item);
    drag.item.style.top = `${(Math.max(0, minutes) / 60) * HOUR}px`;
    drag.item.style.left = "0";
    drag.item.style.width = "100%";
  }
}

document.addEventListener("click", (event) => {
  const item = event.target.closest?.("[data-cal]");
  const slot = event.target.closest?.("[data-calendar][data-new] [data-day]");
  if (!slot || item || event.target.closest("a, button")) return;
  const timed = "hours" in slot.dataset;
  const minutes = timed ? Math.floor(minutesAt(slot, event.clientY - HOUR / 4) / 30) * 30 : 9 * 60;
  const start = new Date(local(`${slot.dataset.day}T00:00`).getTime() + Math.max(0, minutes) * 60000);
  const end = new Date(start.getTime() + 3600000);
  const whole = "wholeDay" in slot.dataset ? "&all_day=1" : "";
  htmx.ajax("GET", `${calendar().dataset.new}?start=${written(start)}&end=${written(end)}${whole}`, "#calendar-dialog");
}, true);

const ARROWS = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("[data-cal]");
  const arrow = ARROWS[event.key];
  if (!item || !arrow || !event.altKey) return;
  event.preventDefault();
  const whole = "whole" in item.dataset;
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

/* Boosted navigation: links and forms fetch the next page and only the inside of #page is replaced, so the header,
   its connection for live updates and the style sheets stay. Without scripts the same links load whole pages. */
import { firstField } from "./first.js";
import { announce } from "./texts.js";

const root = document.documentElement;
const page = () => document.getElementById("page");
const scrolls = new Map();

export const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

export function refreshPage() {
  return htmx.ajax("GET", location.pathname + location.search, { target: "#page", select: "#page > *", swap: "innerHTML" });
}

function markTabs() {
  const current = document.getElementById("page-state")?.dataset.current;
  for (const link of document.querySelectorAll("[data-tab]")) {
    if (link.dataset.tab === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.dispatchEvent(new Event("es:tabs"));
  // On a phone the tabs of a page scroll: the open one is in sight.
  for (const link of page().querySelectorAll(".tabs [aria-current]")) {
    const row = link.closest(".tabs"), here = link.getBoundingClientRect(), all = row.getBoundingClientRect();
    row.scrollLeft += here.left + here.width / 2 - all.left - all.width / 2;
  }
  // So is the open entry of the long menu at the side, which stays at its top where it can.
  for (const link of page().querySelectorAll(".setup-side [aria-current]")) {
    const side = link.closest(".setup-side"), here = link.getBoundingClientRect(), all = side.getBoundingClientRect();
    if (here.bottom > all.bottom) side.scrollTop += here.top - all.top - all.height / 2;
  }
}

function arrived() {
  root.classList.remove("navigating");
  markTabs();
  for (const field of document.querySelectorAll("[data-here]")) field.value = location.pathname + location.search;
  if (!page().contains(document.activeElement)) (page().querySelector("[autofocus]") ?? firstField() ?? page()).focus({ preventScroll: true });
  announce(document.title);
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = token();
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (!detail.boosted) return;
  scrolls.set(location.href, scrollY);
  root.classList.add("navigating");
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, boosted, requestConfig } = detail;
  if (!boosted) return;  // a link inside a form or panel would inherit its target and swap: pages always take the page's place
  if (xhr.status === 401) return;
  const whole = /\sid="page"/.test(xhr.responseText);
  if (!whole && xhr.status >= 400 && requestConfig.verb !== "get") {
    // What was sent was refused with a sentence for a toast, or by a server that is not well: the form stays as it was typed.
    detail.shouldSwap = false;
    detail.isError = true;
    return;
  }
  if (!whole) {
    detail.shouldSwap = false;
    location.assign(xhr.responseURL || location.href);
    return;
  }
  detail.shouldSwap = true;
  detail.isError = false;
  detail.target = page();
  detail.selectOverride = "#page > *";
  detail.swapOverride = "innerHTML";
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "page") return;
  const place = location.hash && document.getElementById(location.hash.slice(1));
  if (place) place.scrollIntoView();
  else if (detail.boosted) scrollTo(0, 0);
  arrived();
});

document.addEventListener("htmx:historyRestore", () => {
  arrived();
  scrollTo(0, scrolls.get(location.href) ?? 0);
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) {
  document.addEventListener(name, () => root.classList.remove("navigating"));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-back]")) history.back();
});

markTabs();

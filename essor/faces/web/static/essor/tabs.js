/* The tabs that do not fit beside the search box go into the "More" menu. The style sheet alone hides them. */

const nav = document.querySelector(".frame-tabs");
const list = nav?.querySelector("ul");
const more = nav?.querySelector("[data-tab-overflow]");

function fit() {
  if (!list?.offsetParent) return;
  more.hidden = true;
  list.style.flexBasis = "";
  const tabs = [...list.children];
  const hidden = () => tabs.filter((tab) => tab.offsetTop > list.offsetTop + 20);
  if (hidden().length) more.hidden = false;
  const over = hidden();
  for (const tab of tabs) {
    // A hidden tab must not take the focus; it is in the menu instead.
    const link = tab.firstElementChild;
    if (over.includes(tab)) link.tabIndex = -1;
    else link.removeAttribute("tabindex");
    tab.toggleAttribute("aria-hidden", over.includes(tab));
  }
  // The list wraps and would keep the whole width: the menu belongs right after the last tab.
  const last = tabs.filter((tab) => !over.includes(tab)).at(-1);
  if (over.length && last) list.style.flexBasis = `${last.offsetLeft + last.offsetWidth - list.offsetLeft + 4}px`;
  more.querySelector(".menu-panel ul").replaceChildren(...over.map(inMenu));
  tellWaiting(over);
}

/* What waits for somebody behind a tab of the menu is counted at its button. */
function tellWaiting(over) {
  const waiting = over.reduce((sum, tab) => sum + Number(tab.firstElementChild.dataset.count ?? 0), 0);
  const mark = more.querySelector("[data-tab-count]");
  mark.hidden = !waiting;
  mark.lastChild.textContent = waiting;
}

function inMenu(tab) {
  const copy = tab.cloneNode(true);
  copy.removeAttribute("aria-hidden");
  const link = copy.firstElementChild;
  link.removeAttribute("tabindex");
  link.classList.add("menu-item");
  htmx.process(copy);
  return copy;
}

if (list) {
  new ResizeObserver(fit).observe(nav);
  document.addEventListener("es:tabs", fit);
}

/* People to mention: typing @ in a text with data-mentions="address" opens a list below it; arrows, Enter and Esc work. */
const WORD = /(?:^|\s)@([\p{L}'’.-]{1,30}(?: [\p{L}'’.-]{0,30})?)$/u;
let open = null; // { area, list, start }
let asked = 0;

const options = () => [...open.list.querySelectorAll("[role=option]")];

function close() {
  if (!open) return;
  open.list.remove();
  open.area.removeAttribute("aria-activedescendant");
  open.area.setAttribute("aria-expanded", "false");
  open = null;
}

async function suggest(area) {
  const found = WORD.exec(area.value.slice(0, area.selectionStart));
  const turn = ++asked;
  if (!found) return close();
  const answer = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(found[1].trim())}`, { headers: { "HX-Request": "true" } });
  if (turn !== asked || !answer.ok) return undefined;
  const html = (await answer.text()).trim();
  close();
  if (!html) return undefined;
  const list = document.createElement("div");
  list.className = "mention-list";
  list.id = "mention-list";
  list.setAttribute("role", "listbox");
  list.innerHTML = html;
  area.insertAdjacentElement("afterend", list);
  list.style.top = `${area.offsetTop + area.offsetHeight + 2}px`;
  open = { area, list, start: area.selectionStart - found[1].length };
  area.setAttribute("aria-expanded", "true");
  area.setAttribute("aria-controls", "mention-list");
  return mark(options()[0]);
}

function mark(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  open.area.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function choose(option) {
  const { area, start } = open;
  area.setRangeText(`${option.dataset.name} `, start, area.selectionStart, "end");
  area.focus();
  close();
}

document.addEventListener("input", ({ target }) => target.matches?.("[data-mentions]") && suggest(target));
document.addEventListener("keydown", (event) => {
  if (!open || event.target !== open.area) return;
  const all = options();
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(all[(at + step + all.length) % all.length]);
  else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey) choose(all[Math.max(at, 0)]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.(".mention-list [role=option]");
  if (option) {
    event.preventDefault();
    choose(option);
  } else if (open && event.target !== open.area) close();
});

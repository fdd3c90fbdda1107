/* Menus are <details>: opening needs no script. This closes them, and lets arrow keys move inside. */

const open = () => document.querySelectorAll("details.menu[open]");

function closeAll(except) {
  for (const menu of open()) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => {
  const inside = event.target.closest("details.menu");
  closeAll(inside);
  if (inside && event.target.closest("a.menu-item, .frame-tabs .menu-panel a")) inside.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu");
  if (!menu) return;
  const items = [...menu.querySelectorAll(".menu-panel :is(a, button, input, select)")].filter((item) => item.offsetParent);
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.target.matches("input[type=text], select")) {
    event.preventDefault();
    menu.open = true;
    const step = event.key === "ArrowDown" ? 1 : -1;
    (items[at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length] ?? items[0])?.focus();
  }
});

document.addEventListener("htmx:afterSettle", ({ detail }) => detail.target?.id === "page" && closeAll());

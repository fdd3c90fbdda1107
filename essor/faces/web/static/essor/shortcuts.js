/* Single keys: "/" search, "n" new, "e" edit, "?" help, and those that a page adds with data-shortcut="x". */

const typing = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]");

function use(element) {
  if (element.matches("input, textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    use(document.querySelector("[data-shortcut='/']"));
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.target.closest?.("form")?.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  // A page's own button comes before the frame's: "n" in a list makes a record of that list.
  const wanted = [...document.querySelectorAll(`[data-shortcut="${CSS.escape(event.key)}"]`)];
  const found = wanted.find((one) => document.getElementById("page").contains(one)) ?? wanted[0];
  if (found) {
    event.preventDefault();
    use(found);
  } else if (event.key === "n") {
    const menu = document.getElementById("create-menu");
    if (!menu) return;
    event.preventDefault();
    menu.open = true;
    menu.querySelector("a")?.focus();
  }
});

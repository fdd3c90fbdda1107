/* The composer of a record page: its tabs, and the buttons of the page that lead to one (data-compose="call"). */

function show(tab, focus) {
  const list = tab.closest("[role=tablist]");
  for (const one of list.querySelectorAll("[role=tab]")) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus === "tab") tab.focus();
  else if (focus) document.getElementById(tab.getAttribute("aria-controls")).querySelector("input:not([type=hidden]), textarea")?.focus();
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab-of]");
  if (tab) show(tab, "form");
  const opener = event.target.closest("[data-compose]");
  const wanted = opener && document.querySelector(`[data-tab-of="${CSS.escape(opener.dataset.compose)}"]`);
  if (wanted) {
    wanted.closest(".card").scrollIntoView({ block: "center" });
    show(wanted, "form");
  }
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tab-of]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  event.preventDefault();
  show(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length], "tab");
});

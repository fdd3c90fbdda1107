/* Forecasts: teams that open and close, choosers that send themselves, quotas copied along a row. Listens on the document,
   so parts swapped in later work at once. */

const closed = new Set();
let begun = "";

const rows = (tree) => [...tree.querySelectorAll("tbody tr[data-key]")];

/* Hide every row that stands below a closed team; the buttons tell which are open. */
function draw(tree) {
  const hidden = new Set();
  for (const row of rows(tree)) {
    const { key, parent } = row.dataset;
    row.hidden = hidden.has(parent) || closed.has(parent);
    if (row.hidden) hidden.add(key);
    row.querySelector("[data-fc-toggle]")?.setAttribute("aria-expanded", String(!closed.has(key)));
  }
}

/* A large tree begins with its lowest teams closed; a tree that was only read again stays as it was. */
function begin() {
  const tree = document.getElementById("forecast-tree");
  if (!tree || !tree.querySelector("[data-key]")) return;
  const page = `${location.pathname}${location.search}`;
  if (begun !== page) {
    begun = page;
    closed.clear();
    if ("fcCollapse" in tree.dataset) {
      const people = rows(tree).filter((row) => !row.querySelector("[data-fc-toggle]"));
      people.filter((row) => Number(row.dataset.depth) > 1).forEach((row) => closed.add(row.dataset.parent));
    }
  }
  draw(tree);
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-fc-toggle]");
  if (toggle) {
    const { key } = toggle.closest("[data-key]").dataset;
    if (!closed.delete(key)) closed.add(key);
    draw(toggle.closest("#forecast-tree"));
  }
  if (event.target.closest("[data-fc-close]")) document.getElementById("forecast-deals").replaceChildren();
  const copy = event.target.closest("[data-fc-copy]");
  if (copy) along(copy.closest("tr"));
});

/* The first amount of a row goes to all months behind it. */
function along(row) {
  const cells = [...row.querySelectorAll("input")];
  const first = cells.findIndex((cell) => cell.value.trim());
  if (first < 0) return cells[0].focus();
  for (const cell of cells.slice(first + 1)) cell.value = cells[first].value;
  cells[first].dispatchEvent(new Event("input", { bubbles: true }));
}

/* A chooser needs no button. */
document.addEventListener("change", (event) => event.target.closest("[data-fc-form]")?.requestSubmit());

function settle() {
  begin();
  for (const copy of document.querySelectorAll("[data-fc-copy][hidden]")) copy.hidden = false;
  for (const go of document.querySelectorAll("[data-fc-form] .fc-go")) go.hidden = true;
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  settle();
  if (detail.target?.id === "forecast-deals") detail.target.querySelector("[data-fc-focus]")?.focus({ preventScroll: true });
});
settle();

/* The report builder and dashboards: the filter comes back into the form, tiles are dragged, filters are applied. */
if (!document.documentElement.dataset.reports) {
  document.documentElement.dataset.reports = "1";

  document.addEventListener("es:report-where", ({ detail }) => {
    const where = document.getElementById("report-where");
    if (!where) return;
    where.value = detail.where;
    htmx.trigger(where.form, "es:restructure");
    document.getElementById("filter-button")?.focus();
  });

  document.addEventListener("htmx:afterSettle", ({ detail: { target } }) => {
    if (target?.id === "report-parts") htmx.trigger(document.body, "es:report-changed");
  });

  /* Dragging a tile by its handle; buttons in its menu do the same for the keyboard. */
  let dragged = null;
  const tileOf = (element) => element?.closest?.("[data-tile]");
  document.addEventListener("pointerdown", ({ target }) => {
    const tile = target.closest?.(".tile-grip") ? tileOf(target) : null;
    if (tile) tile.draggable = true;
  });
  document.addEventListener("dragstart", (event) => {
    const tile = tileOf(event.target);
    if (!tile) return;
    dragged = tile;
    tile.classList.add("dragging");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", tile.dataset.tile);
  });
  document.addEventListener("dragover", (event) => {
    const over = dragged && tileOf(event.target);
    if (!over) return;
    event.preventDefault();
    document.querySelectorAll(".drop-here").forEach((one) => one.classList.toggle("drop-here", one === over));
    if (over !== dragged) over.classList.add("drop-here");
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("dragging");
    if (dragged) dragged.draggable = false;
    document.querySelectorAll(".drop-here").forEach((one) => one.classList.remove("drop-here"));
    dragged = null;
  });
  document.addEventListener("drop", (event) => {
    const over = dragged && tileOf(event.target);
    if (!over || over === dragged) return;
    event.preventDefault();
    const tiles = [...over.parentElement.querySelectorAll("[data-tile]")];
    const down = tiles.indexOf(dragged) < tiles.indexOf(over);
    const next = down ? over.nextElementSibling : over;
    const moved = dragged;
    over.parentElement.insertBefore(moved, next);
    htmx.ajax("POST", moved.dataset.change, { values: { do: "before", value: next?.dataset?.tile ?? "" }, swap: "none", source: moved });
  });
}

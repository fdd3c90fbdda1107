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

  /* Dragging a tile by its handle, with the mouse or a finger; buttons in its menu do the same for the keyboard. */
  let dragged = null;
  let over = null;
  const tileAt = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY)?.closest("[data-tile]");
  function stop() {
    dragged?.classList.remove("dragging");
    over?.classList.remove("drop-here");
    dragged = over = null;
  }
  document.addEventListener("pointerdown", (event) => {
    const grip = event.button === 0 && event.target.closest?.(".tile-grip");
    if (!grip) return;
    event.preventDefault(); // no text is selected on the way
    dragged = grip.closest("[data-tile]");
    dragged.classList.add("dragging");
  });
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const found = tileAt(event);
    over?.classList.toggle("drop-here", over === found);
    over = found && found !== dragged ? found : null;
    over?.classList.add("drop-here");
  });
  document.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") stop(); });
  document.addEventListener("pointerup", () => {
    if (dragged && over) drop(dragged, over);
    stop();
  });

  function drop(tile, onto) {
    const tiles = [...onto.parentElement.querySelectorAll("[data-tile]")];
    const down = tiles.indexOf(tile) < tiles.indexOf(onto);
    const next = down ? onto.nextElementSibling : onto;
    onto.parentElement.insertBefore(tile, next);
    htmx.ajax("POST", tile.dataset.change, { values: { do: "before", value: next?.dataset?.tile ?? "" }, swap: "none", source: tile });
  }
}

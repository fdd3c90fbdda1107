/* The report builder and dashboards: the filter comes back into the form, tiles are dragged, filters are applied. */
import { draggable } from "./drag.js";

const [EDGE, STEP] = [90, 10]; // pixels

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
  draggable({
    grab: ({ target }) => {
      const tile = target.closest?.(".tile-grip")?.closest("[data-tile]");
      return tile ? { tile } : null;
    },
    atOnce: () => true,
    start: ({ tile }) => tile.classList.add("dragging"),
    over(drag, x, y) {
      const found = document.elementFromPoint(x, y)?.closest("[data-tile]");
      drag.onto?.classList.toggle("drop-here", drag.onto === found);
      drag.onto = found && found !== drag.tile ? found : null;
      drag.onto?.classList.add("drop-here");
      // At the upper and the lower edge of the window the page goes on: on a phone a tile fills it.
      clearInterval(drag.scroll);
      const by = y < EDGE ? -STEP : y > innerHeight - EDGE ? STEP : 0;
      if (by) drag.scroll = setInterval(() => scrollBy(0, by), 16);
    },
    end({ tile, onto, scroll }, dropped) {
      clearInterval(scroll);
      tile.classList.remove("dragging");
      onto?.classList.remove("drop-here");
      if (dropped && onto) drop(tile, onto);
    },
  });

  function drop(tile, onto) {
    const tiles = [...onto.parentElement.querySelectorAll("[data-tile]")];
    const down = tiles.indexOf(tile) < tiles.indexOf(onto);
    const next = down ? onto.nextElementSibling : onto;
    onto.parentElement.insertBefore(tile, next);
    htmx.ajax("POST", tile.dataset.change, { values: { do: "before", value: next?.dataset?.tile ?? "" }, swap: "none", source: tile });
  }
}

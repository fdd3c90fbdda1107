/* A new notification shows in the corner of the page too; a click leads to it. The bell's number counts itself again
   (hx-trigger in the header), also whenever the event stream comes back after a lost connection. */
import { text } from "./texts.js";
import { toast } from "./toasts.js";

document.body.addEventListener("es:notification", ({ detail }) => {
  if (detail.title) toast(detail.title, { tone: "info", href: `/notifications/${detail.id}/`, label: text("show") });
});

/* The panel is fetched when it opens, and again when something comes while it is open. */
const bell = document.getElementById("bell");
const fetchPanel = () => bell?.open && document.getElementById("bell-panel").dispatchEvent(new CustomEvent("es:bell"));
bell?.addEventListener("toggle", fetchPanel);
document.body.addEventListener("es:notification", fetchPanel);

/* Leaving for a page closes the panel. */
document.addEventListener("click", (event) => {
  if (event.target.closest(".bell a")) event.target.closest("details").open = false;
});

/* The theme changes at once; the server only needs to remember it for the next page. */
import { token } from "./nav.js";

const root = document.documentElement;

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (!choice) return;
  event.preventDefault();
  root.dataset.theme = choice.value;
  root.dispatchEvent(new Event("es:theme"));
  for (const one of document.querySelectorAll("[data-theme-choice]")) one.setAttribute("aria-pressed", one === choice);
  const body = new URLSearchParams({ theme: choice.value, next: "/me/session" });
  fetch(choice.form.action, { method: "POST", headers: { "X-CSRFToken": token() }, body, redirect: "manual" });
});

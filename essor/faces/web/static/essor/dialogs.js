/* Native dialogs: opened by data-open-dialog="id" or when a swap brings one with data-open; Esc closes them. */

export function openDialog(dialog) {
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) {
    opener.closest("details.menu")?.removeAttribute("open");
    openDialog(document.getElementById(opener.dataset.openDialog));
  } else if (event.target.closest("[data-close-dialog]") || event.target.matches?.("dialog[open]")) {
    // A click on the dialog element itself, outside its box, is a click on the backdrop.
    const dialog = event.target.closest("dialog");
    const box = dialog.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (event.target !== dialog || outside) dialog.close();
  }
});

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  const found = elt.matches?.("dialog[data-open]") ? elt : elt.querySelector?.("dialog[data-open]");
  if (found) openDialog(found);
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "page") return;
  for (const dialog of document.querySelectorAll("body > dialog[open]")) dialog.close();
});

document.addEventListener("es:close-dialog", () => {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
});

document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-text").textContent = event.detail.question;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && event.detail.issueRequest(true), { once: true });
  dialog.showModal();
});

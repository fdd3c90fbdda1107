// "Take all values": every field takes the value of one record, which also becomes the one that stays.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-all]");
  if (!button) return;
  const key = button.dataset.takeAll;
  for (const one of button.closest("form").querySelectorAll(`input[type="radio"][value="${CSS.escape(key)}"]`)) {
    one.checked = true;
    one.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

/* Lists and background work: what must look again when something has changed elsewhere. */
import { refreshPage } from "./nav.js";

const busy = () => document.querySelector("[data-editing], dialog[open], [data-filter], [data-select]:checked");

/* A bulk action is done: the rows, the count and the selection are read again. */
document.addEventListener("es:refresh", () => refreshPage());

/* A job has ended that may have changed these rows; somebody at work here is not disturbed. */
document.addEventListener("es:changed", ({ detail }) => {
  if (detail?.job && document.querySelector("[data-list]") && !busy()) refreshPage();
});

/* The page of jobs: a job that is new, or in another state, is drawn again. */
document.addEventListener("es:job", ({ detail: job }) => {
  if (!document.querySelector("[data-jobs]")) return;
  const line = document.getElementById(`job-${job.id}`);
  if (!line) refreshPage();
  else if (line.dataset.state !== job.state) htmx.ajax("GET", `/jobs/${job.id}/line`, { target: line, swap: "outerHTML" });
});

/* "The whole list" is asked about before it is deleted. */
document.addEventListener("htmx:confirm", (event) => {
  const button = event.detail.elt;
  if (!button.matches?.("[data-confirm-all]")) return;
  const all = button.form?.querySelector("[name=scope]:checked");
  if (!all) return;
  event.preventDefault();
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-text").textContent = button.dataset.confirmAll;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && event.detail.issueRequest(true), { once: true });
  dialog.showModal();
});

/* Cells of a list are saved as cells of a list. */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.closest?.("[data-edit-pattern]")) detail.headers["X-Cell"] = "list";
});

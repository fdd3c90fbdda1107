/* A session that ends while a form is open: the form stays, one signs in beside it, and it can be sent. */
import { text } from "./texts.js";
import { toast } from "./toasts.js";

const channel = new BroadcastChannel("essor-session");
const dialog = document.getElementById("session-ended");
const mine = document.querySelector("meta[name=user]")?.content ?? "";

function useToken(token) {
  document.querySelector("meta[name=csrf-token]").content = token;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
}

/* Returns whether the same person is signed in (again); takes the new form token over. */
async function signedIn() {
  const answer = await fetch(dialog.dataset.state, { headers: { Accept: "application/json" } });
  const state = await answer.json();
  if (state.user === null) return false;
  if (mine && String(state.user) !== mine) {
    toast(text("otherUser"), { tone: "warning" });
    return false;
  }
  useToken(state.token);
  return true;
}

document.addEventListener("htmx:responseError", async ({ detail }) => {
  if (detail.xhr.status !== 401 || detail.xhr.getResponseHeader("X-Session") !== "ended") return;
  if (await signedIn()) toast(text("signedIn"), { tone: "info" });
  else if (detail.boosted && detail.requestConfig.verb === "get") location.assign(detail.requestConfig.path);
  else if (!dialog.open) dialog.showModal();
});

channel.addEventListener("message", async () => {
  if (await signedIn()) {
    if (dialog.open) dialog.close();
    toast(text("signedIn"), { tone: "info" });
  }
});

if (document.querySelector("[data-session-renewed]")) {
  channel.postMessage("renewed");
  setTimeout(() => window.close(), 400);
}

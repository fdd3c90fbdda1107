/* Messages in the corner, with undo. The server fires `es:toast` (see toasts.py) or renders a flash in the page. */
import { refreshPage, token } from "./nav.js";
import { text } from "./texts.js";

const SHOWN_FOR = 6000;
const region = document.getElementById("toasts");
const icons = { success: "circle-check", warning: "alert-triangle", error: "alert-circle", info: "info-circle" };
const sprite = document.querySelector("svg.icon use")?.getAttribute("href").split("#")[0] ?? "";

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

async function undo(address, box) {
  box.remove();
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
  if (!answer.ok) return toast((await answer.text()).slice(0, 300) || text("failed"), { tone: "error" });
  await refreshPage();
  return toast(text("undone"), { tone: "info" });
}

export function toast(message, { tone = "success", undo: address = "", href = "", label = "" } = {}) {
  const box = document.createElement("div");
  box.className = `es-toast es-toast-${tone}`;
  const words = document.createElement("span");
  words.className = "es-toast-text";
  words.textContent = message;
  box.append(icon(icons[tone] ?? icons.info), words);
  if (address) box.append(button(text("undo"), () => undo(address, box)));
  if (href) box.append(button(label, () => { box.remove(); htmx.ajax("GET", href, { target: "#page", select: "#page > *" }).then(() => history.pushState({ htmx: true }, "", href)); }));
  const close = button("", () => box.remove());
  close.append(icon("x"));
  close.setAttribute("aria-label", text("close"));
  box.append(close);
  region.append(box);
  keepFor(box, tone === "error" || address ? SHOWN_FOR * 2 : SHOWN_FOR);
}

/* Goes by itself, but not while somebody reads or uses it. */
function keepFor(box, time) {
  let timer;
  const start = () => { timer = setTimeout(() => box.remove(), time); };
  const stop = () => clearTimeout(timer);
  box.addEventListener("pointerenter", stop);
  box.addEventListener("focusin", stop);
  box.addEventListener("pointerleave", start);
  box.addEventListener("focusout", start);
  start();
}

function collectFlashes() {
  for (const flash of document.querySelectorAll("[data-flash]")) {
    const tone = [...flash.classList].find((name) => name.startsWith("es-toast-"))?.slice(9);
    toast(flash.querySelector(".es-toast-text").textContent.trim(), { tone, undo: flash.dataset.undo });
    flash.remove();
  }
}

document.addEventListener("es:toast", ({ detail }) => toast(detail.message, detail));
document.addEventListener("htmx:afterSettle", collectFlashes);
document.addEventListener("htmx:sendError", () => toast(text("offline"), { tone: "error" }));
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if (xhr.status === 401) return;
  const plain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
  toast(plain && xhr.responseText ? xhr.responseText.slice(0, 300) : text("failed"), { tone: "error" });
});
collectFlashes();

/* The letter as somebody gets it, on a screen and on a phone: compiled by the server after each change. */
import { ask, h } from "./dom.js";
import { state } from "./state.js";

const WAIT = 250;
let root, timer = 0, running = null, last = null;
const frames = () => [...root.querySelectorAll("iframe[data-preview]")];

export function start(element) {
  root = element;
  last = null;
  addEventListener("message", (event) => {
    const found = event.data?.letter && frames().find((one) => one.contentWindow === event.source);
    if (!found) return;
    if (event.data.letter === "ready") write(found);
    else if (event.data.height) found.style.height = `${Math.min(Math.max(event.data.height, 200), 20000)}px`;
  });
  const search = root.querySelector("[data-person]");
  search.addEventListener("input", () => {
    clearTimeout(search.timer);
    search.timer = setTimeout(() => people(search), 150);
  });
  search.addEventListener("focus", () => people(search));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.querySelector("[data-people]").hidden = true;
    if (event.key === "ArrowDown") { event.preventDefault(); root.querySelector("[data-people] button")?.focus(); }
  });
  document.addEventListener("click", (event) => {
    if (root.isConnected && !event.target.closest(".lt-person")) root.querySelector("[data-people]").hidden = true;
  });
}

export function soon() {
  clearTimeout(timer);
  timer = setTimeout(now, WAIT);
}

export async function now() {
  clearTimeout(timer);
  running?.abort();
  running = new AbortController();
  const { subject, preheader, content, source, body, person, id, kind } = state.letter;
  const draft = { subject, preheader, body, person, ...(kind === "blocks" ? { content } : { source }) };
  const { status, data } = await ask(`/letters/${id}/preview`, { method: "POST", body: draft, signal: running.signal });
  if (status === -1 || !root.isConnected) return;
  const errors = status === 200 ? data.errors : data.errors ?? [{ at: "", message: state.letter.words.states.offline }];
  problems(errors);
  if (errors.length) return;
  last = data;
  frames().forEach(write);
  for (const one of root.querySelectorAll("[data-shown=subject]")) one.textContent = data.subject || state.letter.words.no_subject;
  for (const one of root.querySelectorAll("[data-shown=preheader]")) one.textContent = preheader.replace(/\{\{.*?\}\}/g, "…");
  for (const one of root.querySelectorAll("[data-shown=text]")) one.textContent = data.text;
  for (const one of root.querySelectorAll("[data-shown=size]")) one.textContent = data.size;
}

const write = (frame) => last && frame.contentWindow?.postMessage({ html: last.html }, "*");

/* What is wrong, each with the way to its block. */
function problems(errors) {
  const box = root.querySelector("#letter-problems");
  box.hidden = !errors.length;
  box.replaceChildren(...errors.map(({ at, message }) => {
    const [block] = at.split("/");
    const known = root.querySelector(`[data-block="${CSS.escape(block)}"]`);
    return known ? h("button", { type: "button", class: "btn btn-sm", onclick: () => root.dispatchEvent(new CustomEvent("lt-goto", { detail: block })) }, message) : h("span", {}, message);
  }));
}

async function people(search) {
  const list = root.querySelector("[data-people]");
  const { data } = await ask(`/letters/people?object=${state.letter.object}&q=${encodeURIComponent(search.value === state.letter.personName ? "" : search.value)}`);
  const choose = (id, name) => {
    Object.assign(state.letter, { person: id, personName: name });
    search.value = name;
    list.hidden = true;
    now();
  };
  list.replaceChildren(
    ...(data.people ?? []).map((one) => h("button", { type: "button", class: "menu-item", onclick: () => choose(one.id, one.name) }, h("span", {}, one.name), h("span", { class: "muted" }, one.about))),
    h("button", { type: "button", class: "menu-item", onclick: () => choose("", state.letter.words.nobody) }, state.letter.words.nobody));
  list.hidden = false;
}

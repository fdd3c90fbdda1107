/* The door of an event: without network arrivals are kept on the phone and sent later; other doors' arrivals show up by themselves. */
const PATIENCE = 8000, AGAIN = 4000, FRESH = 10000; // milliseconds
const place = `essor-door:${location.pathname}`;
const kept = () => JSON.parse(localStorage.getItem(place) || "[]");
const keep = (some) => localStorage.setItem(place, JSON.stringify(some));
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
let sending = false, reached = true;

async function ask(address, body) {
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, signal: AbortSignal.timeout(PATIENCE), redirect: "follow" });
  if (answer.status >= 500) throw new Error(String(answer.status));
  const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!main) throw new Error("no page of ours");
  return main;
}

function draw(main) {
  const typed = document.querySelector("#q"), has = typed && document.activeElement === typed;
  const value = typed?.value, from = typed?.selectionStart;
  document.querySelector("main").replaceWith(main);
  const fresh = document.querySelector("#q");
  if (fresh && has) {
    fresh.value = value;
    fresh.focus();
    fresh.setSelectionRange(from, from);
  }
  mark();
}

/* Show what is not sent yet on the list that stands here. */
function mark() {
  const waiting = kept(), note = document.querySelector("[data-offline]");
  for (const one of waiting) {
    const row = document.querySelector(`[data-guest="${CSS.escape(one.guest)}"]`), button = row?.querySelector("button");
    if (button) Object.assign(button, { textContent: "…", disabled: true });
  }
  if (!note) return;
  note.hidden = reached && !waiting.length;
  note.textContent = waiting.length > 1 ? note.dataset.many.replace("{n}", waiting.length) : waiting.length ? note.dataset.one : note.dataset.none;
}

/* Send what is kept, the oldest first; an arrival that is sent twice is the same arrival. */
async function send() {
  if (sending) return;
  sending = true;
  try {
    let main = null;
    for (let some = kept(); some.length; some = kept()) {
      main = await ask(location.pathname, new URLSearchParams({ ...some[0], q: shown() }));
      keep(kept().slice(1));
    }
    reached = true;
    if (main) draw(main);
    const typed = document.querySelector("#q")?.value.trim() ?? "";
    if (main && typed !== shown()) look(typed); // searched for while there was no network
  } catch {
    reached = false;
  }
  sending = false;
  mark();
}

const shown = () => new URLSearchParams(location.search).get("q") || "";

async function look(words) {
  const address = words ? `${location.pathname}?q=${encodeURIComponent(words)}` : location.pathname;
  try {
    const main = await ask(address);
    history.replaceState(null, "", address);
    reached = true;
    draw(main);
  } catch {
    reached = false;
    for (const row of document.querySelectorAll("[data-guest]")) row.hidden = !fold(row.textContent).includes(fold(words));
    mark();
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(event.target, event.submitter);
  if (event.target.matches(".door-search")) {
    look(String(data.get("q") || "").trim());
    return;
  }
  keep([...kept(), { guest: data.get("guest"), ...(data.get("do") ? { do: data.get("do") } : {}) }]);
  mark();
  send();
});
addEventListener("online", send);
setInterval(() => { if (kept().length) send(); }, AGAIN);
setInterval(() => {
  const typed = document.querySelector("#q");
  if (!kept().length && !document.hidden && (!typed || typed.value.trim() === shown())) look(shown());
}, FRESH);
if (kept().length) send();
mark();

/* Saves while people write. Two who write at once are told; nothing typed is lost. */
import { ask } from "./dom.js";
import { state } from "./state.js";

const WAIT = 1200, AGAIN = 8000;
const SENT = ["subject", "preheader", "body", "source", "name", "language", "folder", "active", "object", "content"];
let timer = 0, busy = false, dirty = false, running = Promise.resolve(), place, conflict;

export function start(root) {
  place = root.querySelector("[data-saved]");
  conflict = root.querySelector("#letter-conflict");
  [busy, dirty] = [false, false];
  conflict.querySelector("[data-mine]").addEventListener("click", () => {
    state.letter.revision = Number(conflict.dataset.revision);
    conflict.hidden = true;
    save();
  });
  conflict.querySelector("[data-theirs]").addEventListener("click", () => {
    dirty = false;
    location.reload();
  });
}

export const unsaved = () => dirty || busy;

export function soon() {
  if (!state.letter.editable) return;
  dirty = true;
  say("unsaved");
  clearTimeout(timer);
  timer = setTimeout(save, WAIT);
}

/* Resolves once everything typed so far was offered to the server. */
export function save() {
  clearTimeout(timer);
  if (!state.letter.editable) return Promise.resolve();
  if (!busy) running = send();
  else if (dirty) running = running.then(() => (dirty && !busy && conflict.hidden ? send() : undefined));
  return running;
}

async function send() {
  clearTimeout(timer);
  const letter = state.letter;
  [busy, dirty] = [true, false];
  say("saving");
  const body = { revision: letter.revision };
  for (const name of SENT) body[name] = letter[name];
  if (letter.kind !== "blocks") delete body.content;
  else delete body.source;
  const { status, data } = await ask(`/letters/${letter.id}/save`, { method: "POST", body });
  busy = false;
  if (letter !== state.letter) return;
  if (status === 200) {
    letter.revision = data.revision;
    if (dirty) soon();
    else say("saved");
    return;
  }
  dirty = true;
  if (status === 409) {
    conflict.hidden = false;
    conflict.dataset.revision = data.revision;
    conflict.querySelector("[data-why]").textContent = data.message;
    say("conflict");
  } else if (status === 422 || status === 403) {
    say("refused", data.errors?.map((one) => one.message).join(" "));
  } else {
    say("offline");
    timer = setTimeout(save, AGAIN);
  }
}

function say(name, more = "") {
  place.dataset.saved = name;
  place.textContent = more || state.letter.words.states[name];
}

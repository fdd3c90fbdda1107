/* What is being written: the letter, its past and its future. Everything that changes goes through `change`. */
const MOST = 80, PAUSE = 900;
const KEPT = ["content", "subject", "preheader", "source", "body"];
let past = [], future = [], lastKind = "", lastTime = 0;
const listeners = new Set();

export const state = { letter: null, selected: "" };
export const onChange = (listener) => listeners.add(listener);
const shot = () => JSON.stringify(KEPT.map((name) => state.letter[name]));
const tell = (what) => listeners.forEach((listener) => listener(what));

export function open(letter) {
  state.letter = letter;
  state.selected = "";
  past = [];
  future = [];
  lastKind = "";
  listeners.clear();
}

/* Changes of the same kind within a moment (typing) are one step back. `quiet`: the page shows the change already. */
export function change(kind, work, quiet = false) {
  const before = shot();
  const result = work();
  if (shot() === before) return result;
  const now = Date.now();
  if (!kind || kind !== lastKind || now - lastTime > PAUSE) past.push(before);
  if (past.length > MOST) past.shift();
  [lastKind, lastTime, future] = [kind, now, []];
  tell({ quiet });
  return result;
}

function travel(from, to) {
  const found = from.pop();
  if (!found) return;
  to.push(shot());
  JSON.parse(found).forEach((value, place) => { state.letter[KEPT[place]] = value; });
  lastKind = "";
  tell({ quiet: false, travelled: true });
}

export const undo = () => travel(past, future);
export const redo = () => travel(future, past);
export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

export const newId = () => "b" + Array.from(crypto.getRandomValues(new Uint8Array(6)), (one) => one.toString(36).padStart(2, "0")).join("");
export const lists = (block) => (block.kind === "columns" ? block.columns : block.kind === "dynamic" ? [block.blocks] : []);

/* Where a block stands: its list, its place in it, the block that holds the list. */
export function find(id, list = state.letter.content.blocks, holder = null) {
  for (const [place, block] of list.entries()) {
    if (block.id === id) return { block, list, place, holder };
    for (const inner of lists(block)) {
      const found = find(id, inner, block);
      if (found) return found;
    }
  }
  return null;
}

/* The list that an address of the page names: "" is the letter itself, "id" a segment's block, "id:1" a column. */
export function listAt(key) {
  if (!key) return state.letter.content.blocks;
  const [id, place] = key.split(":");
  const block = find(id)?.block;
  return block && lists(block)[Number(place || 0)];
}

/* Columns hold neither columns nor segments, segments hold no segments. */
export function mayStand(kind, key) {
  const holder = key ? find(key.split(":")[0])?.block.kind : "";
  if (holder === "columns") return kind !== "columns" && kind !== "dynamic";
  return holder !== "dynamic" || kind !== "dynamic";
}

/* A new block goes behind the selected one, or behind what holds that where it may not stand there; else above the footer. */
export function placeFor(kind) {
  for (let here = find(state.selected); here; here = here.holder && find(here.holder.id)) {
    const key = keyOf(here);
    if (mayStand(kind, key)) return { key, place: here.place + 1 };
  }
  return { key: "", place: footerAt(state.letter.content.blocks) };
}

/* The footer: what offers to unsubscribe, at the end, with the lines and signs right above it. */
function footerAt(blocks) {
  let place = blocks.length;
  if (!place || !JSON.stringify(blocks[place - 1]).includes("unsubscribe")) return place;
  place -= 1;
  while (place > 0 && ["divider", "social", "spacer"].includes(blocks[place - 1].kind)) place -= 1;
  return place;
}

export function fresh(block) {
  const copy = structuredClone(block);
  const rename = (one) => {
    one.id = newId();
    lists(one).flat().forEach(rename);
  };
  rename(copy);
  return copy;
}

export function insert(block, key, place) {
  change("", () => listAt(key).splice(place, 0, block));
  return block;
}

export function move(id, key, place) {
  const from = find(id), target = listAt(key);
  if (!from || !target || !mayStand(from.block.kind, key) || key.split(":")[0] === id) return;
  change("", () => {
    from.list.splice(from.place, 1);
    target.splice(from.list === target && from.place < place ? place - 1 : place, 0, from.block);
  });
}

export function nudge(id, step) {
  const from = find(id);
  const to = from.place + step;
  if (to < 0 || to >= from.list.length) return false;
  change("", () => from.list.splice(to, 0, from.list.splice(from.place, 1)[0]));
  return true;
}

export function remove(id) {
  const from = find(id);
  change("", () => from.list.splice(from.place, 1));
}

export function duplicate(id) {
  const from = find(id);
  return insert(fresh(from.block), keyOf(from), from.place + 1);
}

export function keyOf({ holder, list }) {
  if (!holder) return "";
  return holder.kind === "columns" ? `${holder.id}:${holder.columns.indexOf(list)}` : holder.id;
}

const base = (kind, more) => ({ kind, id: newId(), background: "", space: "normal", ...more });
const MAKERS = {
  text: (w) => base("text", { html: `<p>${w.new_text}</p>`, align: "left" }),
  title: (w) => base("text", { html: `<h1>${w.new_title}</h1>`, align: "left" }),
  picture: () => base("picture", { src: "", alt: "", href: "", width: 100, align: "center", decorative: false }),
  button: (w) => base("button", { label: w.new_button, href: "https://", align: "center", color: "", wide: false }),
  columns: (w) => base("columns", { ratio: "1-1", columns: [[MAKERS.text(w)], [MAKERS.text(w)]] }),
  divider: () => base("divider", { color: "" }),
  spacer: () => base("spacer", { height: 24 }),
  social: () => base("social", { links: [["web", "https://"], ["linkedin", "https://"]], align: "center" }),
  dynamic: (w) => base("dynamic", { segment: state.letter.segments[0]?.id ?? null, blocks: [MAKERS.text(w)] }),
  html: () => base("html", { html: "<table><tr><td>…</td></tr></table>" }),
};
export const make = (kind) => MAKERS[kind](state.letter.words);

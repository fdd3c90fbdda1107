/* The picture library: choose, upload (also by dropping files), take out. */
import { ask, h, iconButton } from "./dom.js";
import { state } from "./state.js";
import { announce } from "../texts.js";

const box = () => document.getElementById("letter-pictures");
let chosen = () => {};

export function start() {
  const dialog = box(), file = dialog.querySelector("input[type=file]");
  file.addEventListener("change", () => send([...file.files]));
  dialog.addEventListener("dragover", (event) => event.preventDefault());
  dialog.addEventListener("drop", (event) => {
    event.preventDefault();
    send([...event.dataTransfer.files]);
  });
}

export async function choose(then) {
  chosen = then;
  box().showModal();
  say("");
  const { data } = await ask("/letters/pictures");
  draw(data.pictures ?? []);
}

function draw(pictures) {
  const { words } = state.letter;
  const list = box().querySelector("[data-pictures]");
  list.replaceChildren(...pictures.map((one) => h("li", {},
    h("button", { type: "button", class: "lt-pick", title: one.name, onclick: () => { box().close(); chosen(one); } }, h("img", { src: one.src, alt: one.name, loading: "lazy" }), h("span", {}, one.name), h("small", { class: "muted" }, `${one.width} × ${one.height}`)),
    iconButton("x", `${words.take_out}: ${one.name}`, async () => {
      const { data } = await ask(`/letters/pictures?token=${one.token}`, { method: "DELETE" });
      draw(data.pictures ?? pictures);
    }))));
  box().querySelector("[data-none]").hidden = pictures.length > 0;
}

async function send(files) {
  const form = new FormData();
  for (const one of files) form.append("file", one);
  if (!files.length) return;
  say(state.letter.words.uploading);
  const { status, data } = await ask("/letters/pictures", { method: "POST", body: form });
  box().querySelector("input[type=file]").value = "";
  const wrong = data.errors?.map((one) => one.message).join(" ") ?? "";
  if (status !== 200) return say(wrong || state.letter.words.offline);
  say(wrong);
  announce(state.letter.words.uploaded);
  const all = await ask("/letters/pictures");
  draw(all.data.pictures ?? []);
  if (data.pictures.length === 1 && !wrong) {
    box().close();
    chosen(data.pictures[0]);
  }
}

function say(sentence) {
  const place = box().querySelector("[role=status]");
  place.textContent = sentence;
}

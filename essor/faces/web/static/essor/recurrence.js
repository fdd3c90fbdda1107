/* Recurrence: the parts that people set become the rule that is sent. Parts that say nothing at the moment are hidden,
   and so is the rule itself, unless it is one that cannot be told in words. */

const KEPT = "SPECIAL"; // a rule that has no place among the parts

const part = (box, name) => box.querySelector(`[data-part="${name}"]`);
const named = (list, value) => list.split(" ").includes(value);

function rule(box) {
  const every = part(box, "every").value;
  if (!every) return "";
  const words = [`FREQ=${every}`];
  const interval = part(box, `interval-${every}`).value;
  if (interval !== "1") words.push(`INTERVAL=${interval}`);
  const days = [...box.querySelectorAll('[data-part="day"]:checked')].map((one) => one.value);
  if (every === "WEEKLY" && days.length) words.push(`BYDAY=${days.join(",")}`);
  const place = part(box, "place").value;
  if (every === "MONTHLY" && place === "date") words.push(`BYMONTHDAY=${part(box, "date").value || 1}`);
  else if (every === "MONTHLY" && place === "end") words.push("BYMONTHDAY=-1");
  else if (every === "MONTHLY" && place.startsWith("work")) words.push(`BYDAY=MO,TU,WE,TH,FR;BYSETPOS=${place.slice(4)}`);
  else if (every === "MONTHLY" && place) words.push(`BYDAY=${place}${part(box, "weekday").value}`);
  const end = part(box, "end").value;
  if (end === "count") words.push(`COUNT=${part(box, "count").value || 1}`);
  const last = part(box, "until").value.replaceAll("-", "");
  if (end === "until" && last) words.push(`UNTIL=${last}T235959`);
  return words.join(";");
}

function show(box) {
  const every = part(box, "every").value;
  for (const one of box.querySelectorAll("[data-for]")) one.hidden = !named(one.dataset.for, every);
  for (const one of box.querySelectorAll("[data-place]")) one.hidden = !named(one.dataset.place, part(box, "place").value);
  for (const one of box.querySelectorAll("[data-end]")) one.hidden = one.dataset.end !== part(box, "end").value;
}

function start(box) {
  box.querySelector("[data-parts]").hidden = false;
  const raw = box.querySelector("[data-raw]");
  if (raw) raw.hidden = true;
  show(box);
}

function change({ target }) {
  const box = target.closest?.("[data-recurrence]");
  if (!box || !target.dataset.part) return;
  const input = box.querySelector("input[name]");
  box.kept ??= input.defaultValue;
  input.value = part(box, "every").value === KEPT ? box.kept : rule(box);
  show(box);
}

function all(root) {
  for (const box of root.querySelectorAll("[data-recurrence]")) start(box);
}

document.addEventListener("input", change);
document.addEventListener("change", change);
document.addEventListener("htmx:load", ({ detail }) => all(detail.elt));

/* Files dropped on a zone (data-drop) go into its file input; a form with data-at-once is sent as soon as it has files,
   and a bar (data-upload) follows them on their way. A file dropped beside a zone opens nothing: what was typed stays. */

const zoneOf = (event) => event.target.closest?.("[data-drop]");
const bringsFiles = (event) => event.dataTransfer?.types.includes("Files");

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    if (!bringsFiles(event) || event.target.type === "file") return;
    event.preventDefault();
    const zone = zoneOf(event);
    if (zone) zone.classList.add("over");
    else event.dataTransfer.dropEffect = "none";
  });
}

document.addEventListener("dragleave", (event) => {
  const zone = zoneOf(event);
  if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("over");
});

document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  zone?.classList.remove("over");
  if (!bringsFiles(event) || event.target.type === "file") return;
  event.preventDefault();
  const input = zone?.querySelector("input[type=file]");
  if (!input) return;
  const files = new DataTransfer();
  for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) files.items.add(file);
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", ({ target }) => {
  if (target.type === "file" && target.files.length && target.form?.matches("[data-at-once]")) target.form.requestSubmit();
});

document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const bar = target.querySelector?.("[data-upload]");
  if (!bar || !detail.lengthComputable) return;
  bar.hidden = false;
  bar.max = detail.total;
  bar.value = detail.loaded;
});

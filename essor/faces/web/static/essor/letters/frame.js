/* Inside the closed frame of a preview: puts the mail in, says how high it is. Nothing of the mail can run here. */
const tell = (what) => parent.postMessage({ letter: what, height: document.documentElement.scrollHeight }, "*");

addEventListener("message", ({ data, source }) => {
  if (source !== parent || typeof data?.html !== "string") return;
  const page = new DOMParser().parseFromString(data.html, "text/html");
  document.head.replaceChildren(...page.head.querySelectorAll("style, meta[name=viewport]"));
  document.body.replaceWith(page.body);
  document.documentElement.style.overflowX = "hidden";
  for (const one of document.images) if (!one.complete) one.addEventListener("load", () => tell("drawn"), { once: true });
  tell("drawn");
});
addEventListener("click", (event) => event.target.closest?.("a") && event.preventDefault());
addEventListener("resize", () => tell("drawn"));
tell("ready");

/* The words that scripts speak, in the language of the page; `{n}` is a number. */
let words;

export function text(key, n = "") {
  words ??= JSON.parse(document.getElementById("texts")?.textContent || "{}");
  return (words[key] ?? key).replace("{n}", n);
}

export function announce(sentence) {
  const region = document.getElementById("announce");
  if (region) region.textContent = sentence;
}

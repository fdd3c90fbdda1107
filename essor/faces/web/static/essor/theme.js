/* Loaded before the style sheets, so that a page never shows in the wrong theme first. */
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wanted = root.dataset.theme || "auto";
    root.dataset.bsTheme = wanted === "dark" || (wanted === "auto" && dark.matches) ? "dark" : "light";
  };
  root.addEventListener("es:theme", apply);
  dark.addEventListener("change", apply);
  apply();
})();

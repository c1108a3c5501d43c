// Loaded before the first paint, so that a reader's chosen theme never flashes into the other.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* no storage here: follow the system */ }
  const show = () => { document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light"); };
  show();
  dark.addEventListener("change", show);
  window.nextTheme = () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    if (chosen === (dark.matches ? "dark" : "light")) chosen = null;   // back to what the system says
    try {
      if (chosen) localStorage.setItem("theme", chosen); else localStorage.removeItem("theme");
    } catch { /* holds for this page only */ }
    show();
  };
})();

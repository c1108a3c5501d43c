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

// Whoever comes to a place within the page, or comes back, needs true heights above it: no section waits to be drawn.
(() => {
  const whole = () => document.documentElement.classList.add("whole");
  const [how] = performance.getEntriesByType("navigation");
  if (location.hash || (how && how.type !== "navigate")) whole();
  addEventListener("hashchange", whole);
  addEventListener("click", (event) => { if (event.target.closest?.("a[href*='#']")) whole(); }, true);
  addEventListener("beforeprint", whole);
})();

// The fonts of the mathematics are asked for at once, so that no line breaks anew when they come. A page
// opened from a folder may not preload; its fonts are near anyway.
(() => {
  const katex = document.querySelector("link[href$='katex.min.css']");
  if (!katex || location.protocol === "file:") return;
  for (const name of ["Main-Regular", "Math-Italic"]) {
    const href = katex.href.replace("katex.min.css", `fonts/KaTeX_${name}.woff`);
    const font = { rel: "preload", as: "font", type: "font/woff", crossOrigin: "", href };
    document.head.append(Object.assign(document.createElement("link"), font));
  }
})();

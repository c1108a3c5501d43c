const button = document.querySelector("button.theme");
button.hidden = false;
const name = () => {
  const other = document.documentElement.dataset.theme === "dark" ? "Light" : "Dark";
  button.lastElementChild.textContent = other;
  button.setAttribute("aria-label", `${other} theme`);
};
button.addEventListener("click", () => { nextTheme(); name(); });
name();

document.querySelector("a.lite")?.addEventListener("click", (event) => {
  if (location.protocol.startsWith("http") && navigator.onLine) return;
  event.preventDefault();
  document.querySelector(".actions [role=status]").textContent =
    "Running here needs a web server and a network. Download the notebook instead, or serve the course with: make book";
});

const contents = document.querySelector("details.contents");
const wide = matchMedia("(min-width: 80rem)");
const fit = () => { if (contents) contents.open = wide.matches; };
wide.addEventListener("change", fit);
fit();

// What scrolls sideways must be reachable by keyboard; what does not should cost no key press.
const scrollers = document.querySelectorAll("pre, .katex-display, .scroll, .output, .rnn-figure");
const reach = () => scrollers.forEach((box) => {
  if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0; else box.removeAttribute("tabindex");
});
new ResizeObserver(reach).observe(document.querySelector("main"));

if (navigator.clipboard) {
  document.querySelectorAll(".cell_input .highlight, article > section div[class^='highlight-'] > .highlight").forEach((box) => {
    if (box.closest(".cell_output") || box.querySelector("button")) return;
    const copy = Object.assign(document.createElement("button"), {type: "button", className: "copy", textContent: "Copy"});
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(box.querySelector("pre").textContent);
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    });
    box.append(copy);
  });
}

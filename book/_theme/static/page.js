// The head and the menu of a page, what scrolls on it, and copies of its code.
const here = document.currentScript.src;
const button = document.querySelector("button.theme");
button.hidden = false;
const name = () => {
  const other = document.documentElement.dataset.theme === "dark" ? "Light" : "Dark";
  button.lastElementChild.textContent = other;
  button.setAttribute("aria-label", `${other} theme`);
};
button.addEventListener("click", () => { nextTheme(); name(); });
name();

const menu = document.getElementById("course");
const showWhereWeAre = () => {
  const here = menu.querySelector("[aria-current]");
  if (here) menu.scrollTop = here.offsetTop - menu.clientHeight / 2;
};
menu.addEventListener("toggle", showWhereWeAre);
showWhereWeAre();

const contents = document.querySelector("details.contents");
const wide = matchMedia("(min-width: 80rem)");
const fit = () => { if (contents) contents.open = wide.matches; };
wide.addEventListener("change", fit);
fit();

// A link into what is folded opens it. The browser has looked for the place before; so look again.
const unfold = () => {
  const id = decodeURIComponent(location.hash.slice(1)), target = id && document.getElementById(id);
  if (!target) return null;
  const inside = target.querySelector(":scope > details.deeper");
  for (let box = inside ?? target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  return target;
};
const arrive = () => unfold()?.scrollIntoView();
addEventListener("hashchange", arrive);
// A reload, and coming back, keep what was open: the browser restores a height on the page, and needs the same page for it.
const folds = [...document.querySelectorAll("article details")];
const keepFolds = () => history.replaceState({open: folds.flatMap((fold, i) => fold.open ? [i] : [])}, "");
let keeping;
document.addEventListener("toggle", () => { clearTimeout(keeping); keeping = setTimeout(keepFolds, 100); }, true);
const [visit] = performance.getEntriesByType("navigation");
if (visit?.type === "navigate") {
  arrive();
  addEventListener("load", () => document.fonts.ready.then(arrive), {once: true});
} else if (history.state?.open) history.state.open.forEach((i) => { if (folds[i]) folds[i].open = true; });
else unfold();
keepFolds();

// The contents mark the section in view: the last whose heading has passed the head of the page. Where the page ends before
// that, the one that was asked for, or the last.
const places = new Map([...document.querySelectorAll(".contents a[href^='#']")].map((link) => [document.getElementById(link.hash.slice(1)), link]));
places.delete(null);
let marked;
const mark = () => {
  const ended = scrollY + innerHeight >= document.documentElement.scrollHeight - 2, top = (section) => section.getBoundingClientRect().top;
  let now = null;
  for (const [section, link] of places) {
    if (top(section) < innerHeight / (ended ? 1 : 4)) now = link;
  }
  const asked = ended && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (places.has(asked) && top(asked) > 0 && top(asked) < innerHeight) now = places.get(asked);
  if (now === marked) return;
  marked?.removeAttribute("aria-current");
  now?.setAttribute("aria-current", "location");
  marked = now;
};
if (places.size) {
  const seen = new IntersectionObserver(mark, {rootMargin: "0px 0px -75% 0px"});
  places.forEach((link, section) => seen.observe(section));
  addEventListener("scrollend", mark);
}

// Once the page stands, draw the sections that are still out of sight, one in each idle moment; very many are drawn as they come.
const waiting = [...document.querySelectorAll("article section > section[id]")];
const whenIdle = (draw) => window.requestIdleCallback?.(draw, {timeout: 50}) ?? setTimeout(draw);
const drawNext = () => {
  waiting.shift()?.classList.add("drawn");
  if (waiting.length) whenIdle(drawNext);
};
if (waiting.length < 40) addEventListener("load", () => whenIdle(drawNext));

// What scrolls sideways must be reachable by keyboard; what does not should cost no key press. Which is which shows
// when a box is first drawn, which may be long after the page was opened (see content-visibility in course.css).
const drawn = new ResizeObserver((boxes) => boxes.forEach(({target: box}) => {
  if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  else if (box !== document.activeElement) box.removeAttribute("tabindex");
  if (box.matches(".highlight > pre") && !box.nextElementSibling && !box.closest(".cell, .docstring, .output")) offerCopy(box);
}));
const SCROLL = "pre, .katex-display, .scroll, .output, .rnn-figure";
window.reachable = (place) => [place, ...place.querySelectorAll(SCROLL)].forEach((box) => {
  if (!box.matches?.(SCROLL)) return;
  box.tabIndex = 0;
  drawn.observe(box);
});
reachable(document);

function offerCopy(code) {
  if (!navigator.clipboard) return;
  const copy = Object.assign(document.createElement("button"), {type: "button", className: "copy", textContent: "Copy"});
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  code.after(copy);
}

// What is copied of a formula, or where the focus is within one, is its TeX, once.
const formulaAround = (node) => (node?.closest ? node : node?.parentElement)?.closest(".math");
const asTeX = (formula) => {
  const mark = formula.matches("div") ? "$$" : "$";
  return mark + formula.querySelector("annotation").textContent.trim() + mark;
};
addEventListener("copy", (event) => {
  const selection = getSelection(), box = document.createElement("div"), at = document.activeElement;
  if (!event.clipboardData || at.matches("input, textarea, [contenteditable]")) return;
  if (selection.isCollapsed) {
    if (formulaAround(at)) box.textContent = asTeX(formulaAround(at));
  } else {
    const range = selection.getRangeAt(0).cloneRange(), [first, last] = [range.startContainer, range.endContainer].map(formulaAround);
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    box.append(range.cloneContents());
    const formulas = box.querySelectorAll(".math");
    formulas.forEach((formula) => { formula.replaceWith(formula.matches("div") ? Object.assign(document.createElement("p"), {textContent: asTeX(formula)}) : asTeX(formula)); });
    if (!formulas.length) return;
  }
  if (!box.textContent) return;
  box.style.cssText = "position: fixed; left: -9999px";   // only what is drawn knows where its lines end
  document.body.append(box);
  event.clipboardData.setData("text/plain", box.innerText.trim());
  box.removeAttribute("style");
  event.clipboardData.setData("text/html", box.innerHTML);
  box.remove();
  event.preventDefault();
});
document.querySelectorAll("code, pre, .math, .katex, .cell_input").forEach((own) => { own.translate = false; });

// On paper, answers and solutions stand at the end of the page, and come back to their places after it.
let lent = [];
addEventListener("beforeprint", () => {
  const answers = lent.length ? [] : [...document.querySelectorAll("form.choice > :last-child, .card > .solution")];
  if (!answers.length) return;
  const end = document.createElement("section");
  end.className = "answers";
  end.append(Object.assign(document.createElement("h2"), {textContent: "Answers"}));
  lent = answers.map((answer) => {
    const place = document.createComment("");
    answer.classList.toggle("answer-choice", answer.parentElement.matches("form"));
    const exercise = answer.parentElement.querySelector(".exercise .caption-number");
    if (exercise) answer.querySelector("summary > span")?.setAttribute("data-of", exercise.textContent.trim());
    answer.replaceWith(place);
    end.append(answer);
    return [place, answer];
  });
  document.querySelector("article").append(end);
});
addEventListener("afterprint", () => {
  lent.forEach(([place, answer]) => place.replaceWith(answer));
  lent = [];
  document.querySelector(".answers")?.remove();
});

// How far the reader is: fetched once something is kept in this browser. From a folder nothing can be fetched.
let progress;
const track = () => {
  try {
    const kept = Object.keys(localStorage).some((key) => key.startsWith("rnncourse:"));
    if (kept && location.protocol !== "file:") progress ??= import(new URL("live/progress.js", here)).catch(() => { progress = null; });
  } catch { /* nothing is kept here */ }
};
["rnn:progress", "storage"].forEach((what) => addEventListener(what, track));
addEventListener("submit", () => setTimeout(track));
track();

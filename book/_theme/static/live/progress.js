// How far the reader is: rings in the menu and the head, Continue on the front page; kept in this browser only.
// page.js fetches this once something is kept.
//
// Other scripts and pages: `window.courseProgress()` gives {pages, next, last}; an element [data-progress-of="<page>"] is filled with
// "3/7" and gets --done from 0 to 1 and data-state begun or finished; [data-continue] becomes a link to where one was.
const KEY = "rnncourse:";
const root = new URL(document.documentElement.dataset.content_root, location.href);
const here = document.documentElement.dataset.page;
const read = (name) => { try { return localStorage.getItem(KEY + name); } catch { return null; } };
const keys = () => { try { return Object.keys(localStorage).filter((key) => key.startsWith(KEY)); } catch { return []; } };
const passed = (id) => { try { return Boolean(JSON.parse(read(`cell:${id}`))?.passed); } catch { return false; } };

let course;
const progress = async () => {
  course ??= fetch(new URL("_static/live/progress.json", root)).then((answer) => answer.json());
  const {pages} = await course;
  for (const page of pages) {
    const required = page.exercises.filter((one) => one.required);
    for (const one of page.exercises) one.done = one.cells.every(passed);
    const answered = page.questions.filter((name) => read(`choice:${name}`) !== null).length;
    page.done = answered + required.filter((one) => one.done).length;
    page.total = page.questions.length + required.length;
    page.state = page.done === page.total ? "finished" : page.done || read(`seen:${page.doc}`) ? "begun" : "";
    page.href = new URL(`${page.doc}.html`, root).href;
    page.next = required.find((one) => !one.done);
  }
  const last = pages.find((page) => page.doc === read("last"));
  const next = last?.state !== "finished" && last || pages.find((page) => page.state === "begun") || pages.find((page) => page.state !== "finished");
  return {pages, last, next, begun: pages.some((page) => page.state)};
};

const SVG = (name, more) => {
  const one = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(more)) one.setAttribute(key, value);
  return one;
};
const ring = ({done, total}) => {
  const svg = SVG("svg", {viewBox: "0 0 20 20", class: "ring", "aria-hidden": "true"}), around = 2 * Math.PI * 8;
  const circle = {cx: 10, cy: 10, r: 8, fill: "none", "stroke-width": 3};
  svg.append(SVG("circle", {...circle, class: "ground"}), SVG("circle", {...circle, "stroke-dasharray": `${around * done / (total || 1)} ${around}`, transform: "rotate(-90 10 10)"}));
  return svg;
};

const make = (tag, props, ...inside) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...inside);
  return node;
};

let button, panel;
const show = async () => {
  const all = await progress().catch(() => null);
  if (!all?.begun) return;
  await style();
  for (const page of all.pages) {
    const link = document.querySelector(`nav.course a[href="${page.doc === here ? "#" : CSS.escape("")}"]`)
      ?? [...document.querySelectorAll("nav.course a")].find((one) => one.href === page.href);
    const own = [...document.querySelectorAll(`[data-progress-of="${page.doc}"]`)];
    if (link && page.state) {
      link.querySelector(".far")?.remove();
      const words = page.state === "finished" ? "finished" : `${page.done} of ${page.total}`;
      link.append(make("span", {className: "far", title: words}, ring(page), make("span", {className: "hidden-words", textContent: ` (${words})`})));
    }
    for (const one of own) {
      one.textContent = `${page.done}/${page.total}`;
      one.dataset.state = page.state;
      one.style.setProperty("--done", page.done / page.total);
    }
  }
  for (const one of document.querySelectorAll("[data-continue]")) {
    if (!all.next) continue;
    one.href = all.next.href + (all.next.next ? `#${all.next.next.id}` : "");
    one.textContent = `Continue: ${all.next.title}`;
    one.hidden = false;
  }
  head(all);
};

let styled;
const style = () => styled ??= new Promise((done) => {
  const link = make("link", {rel: "stylesheet", href: new URL("progress.css", import.meta.url).href, onload: done, onerror: done});
  document.head.append(link);
});

const head = (all) => {
  const sum = (key) => all.pages.reduce((total, page) => total + page[key], 0);
  const page = all.pages.find((one) => one.doc === here) ?? {done: sum("done"), total: sum("total"), whole: true};
  if (!button) {
    panel = make("div", {id: "progress", className: "progress-panel", popover: "auto"});
    panel.setAttribute("role", "dialog");
    panel.ariaLabel = "Your progress";
    button = make("button", {type: "button", className: "progress-button"});
    button.setAttribute("popovertarget", "progress");
    document.querySelector("header.top .brand").after(button);
    button.after(panel);
  }
  const what = make("span", {className: "hidden-words", textContent: ` Your progress ${page.whole ? "in the course" : "on this page"}`});
  button.replaceChildren(ring(page), make("span", {textContent: `${page.done}/${page.total}`}), what);
  const ask = (word, act) => make("button", {type: "button", textContent: word, onclick: act});
  const next = all.next?.next;
  const pick = make("input", {type: "file", accept: ".json,application/json", hidden: true, onchange: () => bringIn(pick.files[0])});
  panel.replaceChildren(
    make("h2", {textContent: "Your progress"}),
    make("p", {textContent: `${page.whole ? "" : `This page: ${page.done} of ${page.total}. `}The course: ${sum("done")} of ${sum("total")} questions and required exercises.`}),
    next ? make("p", {}, "Next: ", make("a", {href: `${all.next.href}#${next.id}`, textContent: `Exercise ${next.number} · ${next.title}`, onclick: () => panel.hidePopover()})) : "",
    make("p", {textContent: "Your answers are kept in this browser only."}),
    make("p", {className: "progress-buttons"}, ask("Export", bringOut), ask("Import", () => pick.click()), ask("Clear", clear), pick),
    make("p", {className: "progress-said", role: "status"}),
  );
};

const say = (sentence) => { panel.querySelector(".progress-said").textContent = sentence; };

const bringOut = () => {
  const items = Object.fromEntries(keys().map((key) => [key, localStorage.getItem(key)]));
  const file = new Blob([JSON.stringify({course: "rnncourse", items}, null, 1)], {type: "application/json"});
  const link = make("a", {href: URL.createObjectURL(file), download: "rnncourse-progress.json"});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  say(`Saved ${Object.keys(items).length} entries to rnncourse-progress.json.`);
};

const bringIn = async (file) => {
  try {
    const {course: name, items} = JSON.parse(await file.text());
    if (name !== "rnncourse" || typeof items !== "object") throw new Error("another file");
    for (const [key, value] of Object.entries(items)) {
      if (key.startsWith(KEY) && typeof value === "string") localStorage.setItem(key, value);
    }
    location.reload();
  } catch (error) {
    say(error.name === "QuotaExceededError" ? "The browser's storage is full: not everything could be brought in." : "This file holds no progress of this course.");
  }
};

const clear = ({target}) => {
  if (target.textContent === "Clear") {
    target.textContent = "Clear all my answers";
    return say("Press once more to forget every answer of the course; Export keeps a copy.");
  }
  keys().forEach((key) => localStorage.removeItem(key));
  location.reload();
};

// Nothing is fetched for a reader who has answered nothing yet.
const look = () => { if (keys().length) show(); };
addEventListener("rnn:progress", look);
addEventListener("storage", look);
addEventListener("submit", () => setTimeout(look));
if (document.querySelector("form.choice, [data-cell]") && here !== "index" && keys().length) {
  try { localStorage.setItem(`${KEY}last`, here); } catch { /* nothing is kept here */ }
}
look();
window.courseProgress = progress;

// A toolbar for each cell, a footer for each exercise. What runs and edits is fetched at the first press.
(() => {
  const page = document.documentElement.dataset.page;
  const boxes = [...document.querySelectorAll("[data-cell]")];
  const canRun = location.protocol !== "file:" && window.WebAssembly && window.Worker;
  const OFFLINE = "This needs a network once; the printed output stays.";
  const TRIANGLE = '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M5 3.5l8 4.5-8 4.5z"/></svg>';
  const element = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const make = (kind, label, html) => element("button", {type: "button", className: `do-${kind}`, ariaLabel: label, innerHTML: html});

  let lab;   // after a failure, the next press tries again
  const open = () => lab ??= import("./live.js").then((live) => live.open(page, boxes)).catch((error) => { lab = null; throw error; });
  const press = (box, kind, button) => open().then(
    (live) => live[kind](box, button),
    () => say(box, OFFLINE),
  );
  const say = (box, sentence) => {
    let line = box.querySelector(".status");
    if (!line) box.querySelector(".cell_input").after(line = element("p", {className: "status", role: "status"}));
    line.textContent = sentence;
  };

  if (canRun) window.openLab = open;   // for a page's own script

  for (const box of boxes) {
    const {cell, n, role, minutes} = box.dataset, what = `cell ${n} of ${boxes.length}`;
    const pre = box.querySelector(".cell_input pre");
    if (!pre) continue;
    const bar = element("div", {className: "bar"});
    const add = (kind, label, html) => {
      const button = make(kind, label, html);
      button.addEventListener("click", ({detail}) => detail < 2 && press(box, kind, button));   // once for a double click
      bar.append(button);
    };
    const card = role === "stub" && box.closest(".card");
    if (card && /\bcheck\(/.test(pre.textContent)) {
      const number = card.querySelector(".caption-number").textContent.trim(), which = number.toLowerCase();
      card.classList.add("answerable");
      card.querySelector(".pill").hidden = false;
      const text = element("textarea", {
        value: pre.textContent.trimEnd(), ariaLabel: `Your answer to ${which}, cell ${n}`,
        spellcheck: false, autocapitalize: "off", autocomplete: "off", autocorrect: false,
      });
      text.rows = text.value.split("\n").length;
      for (const act of ["input", "click"]) text.addEventListener(act, () => press(box, "edit", text), {once: true});
      text.addEventListener("input", () => box.classList.add("typed"));
      pre.inert = true;
      pre.innerHTML = pre.innerHTML.replace(/<span class="o">\.\.\.<\/span>/, '<span class="blank">...</span>');
      pre.after(text);
      bar.className = "answer";
      if (canRun) {
        add("check", `Check ${which}`, "Check");
        add("hint", `Hint 1 of 3, ${which}`, "Hint 1 of 3");
      }
      add("reset", `Reset ${which}`, "Reset");
      bar.insertAdjacentHTML("beforeend", "<kbd>Shift + Enter</kbd>");
      box.append(bar);
    } else {
      bar.setAttribute("role", "toolbar");
      bar.ariaLabel = what;
      if (canRun) add("run", `Run ${what}`, `${TRIANGLE}<span>Run</span>`);
      add("edit", `Edit ${what}`, "Edit");
      if (navigator.clipboard) add("copy", `Copy ${what}`, "Copy");
      if (minutes) bar.insertAdjacentHTML("beforeend", `<small>${minutes}</small>`);
      roving(bar);
      (pre.closest(".fold") ?? pre).after(bar);
      pre.addEventListener("dblclick", () => press(box, "edit"));
      pre.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); press(box, "edit"); } });
    }
    box.dataset.ready = "";
  }

  // A toolbar is one stop; arrows move in it.
  function roving(bar) {
    const stop = (place) => {
      const row = [...bar.querySelectorAll("button")], to = row.at(place(row) % row.length);
      for (const one of row) one.tabIndex = one === to ? 0 : -1;
      return to;
    };
    stop(() => 0);
    bar.addEventListener("keydown", (event) => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!step) return;
      event.preventDefault();
      stop((row) => row.indexOf(document.activeElement) + step).focus();
    });
  }

  const line = document.querySelector(".runs");
  if (line) {
    line.hidden = false;
    if (location.protocol === "file:") line.textContent = "Running needs a web server: make book. Everything else on this page works from the folder.";
    else if (canRun) {
      const all = make("all", "Run all cells but the exercises", "Run all");
      all.addEventListener("click", () => open().then((live) => live.all(), () => say(boxes[0], OFFLINE)));
      line.append(" ", all);
    } else line.textContent = "This browser cannot run Python: it lacks WebAssembly. Download the notebook instead.";
  }

  // Who was here before finds what was written and passed.
  try {
    if (boxes.some((box) => localStorage.getItem(`rnncourse:cell:${box.dataset.cell}`))) open().catch(() => {});
  } catch { /* nothing is kept here */ }
})();

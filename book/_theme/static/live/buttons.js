// A toolbar for each cell, a footer for each exercise. What runs and edits is fetched at the first press.
(() => {
  const here = document.currentScript.src;
  const page = document.documentElement.dataset.page;
  const boxes = [...document.querySelectorAll("[data-cell]")];
  const canRun = location.protocol !== "file:" && typeof WebAssembly === "object" && typeof Worker === "function";
  const OFFLINE = "This needs a network once; the printed output stays.";
  const icon = (d) => `<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${d}"/></svg>`;
  const make = (kind, label, html) =>
    Object.assign(document.createElement("button"), {type: "button", className: `do-${kind}`, ariaLabel: label, innerHTML: html});

  let lab;
  const open = () => lab ??= import(new URL("live.js", here)).then((live) => live.open(page, boxes));
  const press = (box, kind, button) => open().then(
    (live) => live[kind](box, button),
    () => say(box, OFFLINE),
  );
  const say = (box, sentence) => {
    lab = null;   // the next press tries again
    let line = box.querySelector(".status");
    if (!line) box.querySelector(".cell_input").after(line = Object.assign(document.createElement("p"), {className: "status", role: "status"}));
    line.textContent = sentence;
  };

  // For a page's own script: runs code that is no cell, puts its output into `place`; `button` stops it.
  if (canRun) window.runHere = (code, name, place, button) => open().then(
    (live) => live.aside(code, name, place, button),
    () => { lab = null; place.textContent = OFFLINE; },
  );

  for (const box of boxes) {
    const {cell, n, role, minutes} = box.dataset, what = `cell ${n} of ${boxes.length}`;
    const pre = box.querySelector(".cell_input pre");
    if (!pre) continue;
    const bar = document.createElement("div");
    const add = (to, kind, label, html) => {
      const button = make(kind, label, html);
      button.addEventListener("click", ({detail}) => detail < 2 && press(box, kind, button));   // once for a double click
      to.append(button);
    };
    const card = role === "stub" && box.closest(".card");
    if (card && /\bcheck\(/.test(pre.textContent)) {
      const number = card.querySelector(".caption-number").textContent.trim(), which = number.toLowerCase();
      card.classList.add("answerable");
      card.querySelector(".pill").textContent ||= "not answered";
      card.querySelector(".pill").hidden = false;
      const text = Object.assign(document.createElement("textarea"), {
        value: pre.textContent.trimEnd(), ariaLabel: `Your answer to ${which}, cell ${n}`,
        spellcheck: false, autocapitalize: "off", autocomplete: "off", wrap: "off",
      });
      text.setAttribute("autocorrect", "off");
      text.rows = text.value.split("\n").length;
      for (const act of ["input", "click"]) text.addEventListener(act, () => press(box, "edit", text), {once: true});
      text.addEventListener("input", () => box.classList.add("typed"));
      pre.inert = true;
      pre.innerHTML = pre.innerHTML.replace(/<span class="o">\.\.\.<\/span>/, '<span class="blank">...</span>');
      pre.after(text);
      bar.className = "answer";
      if (canRun) {
        add(bar, "check", `Check ${which}`, "Check");
        add(bar, "hint", `Hint 1 of 3, ${which}`, "Hint 1 of 3");
      }
      add(bar, "reset", `Reset ${which}`, "Reset");
      bar.insertAdjacentHTML("beforeend", "<kbd>Shift + Enter</kbd>");
      box.append(bar);
    } else {
      bar.className = "bar";
      bar.setAttribute("role", "toolbar");
      bar.ariaLabel = `Cell ${n} of ${boxes.length}`;
      if (canRun) add(bar, "run", `Run ${what}`, `${icon("M5 3.5l8 4.5-8 4.5z")}<span>Run</span>`);
      add(bar, "edit", `Edit ${what}`, "Edit");
      if (navigator.clipboard) add(bar, "copy", `Copy ${what}`, "Copy");
      if (minutes) bar.insertAdjacentHTML("beforeend", `<small>Takes about ${minutes > 1 ? `${minutes} minutes` : "a minute"} here</small>`);
      roving(bar);
      (pre.closest(".fold") ?? pre).after(bar);
      pre.addEventListener("dblclick", () => press(box, "edit"));
      pre.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); press(box, "edit"); } });
    }
    box.dataset.ready = "";
  }

  // A toolbar is one stop; arrows move in it.
  function roving(bar) {
    const all = () => [...bar.querySelectorAll("button")];
    all().forEach((one, i) => { one.tabIndex = i ? -1 : 0; });
    bar.addEventListener("keydown", (event) => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      if (!step) return;
      event.preventDefault();
      const row = all(), to = row[(row.indexOf(document.activeElement) + step + row.length) % row.length];
      row.forEach((one) => { one.tabIndex = one === to ? 0 : -1; });
      to.focus();
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

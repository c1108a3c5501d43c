// The page as a laboratory: runs, edits, checks; fetched at the first press (see buttons.js).
import {same} from "./compare.js";
import {draw, el, harmless, isFigure, verdict} from "./outputs.js";
import {apply, before, mark, reread} from "./plan.js";
import {Python} from "./python.js";
import * as store from "./store.js";

const base = new URL("./", import.meta.url);
const MB = (bytes) => (bytes / 1e6).toFixed(1).replace(/\.0$/, "");
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const time = (seconds) => `${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;

export const open = async (doc, boxes) => {
  const answer = await fetch(new URL(`pages/${doc.replaceAll("/", "--")}.json`, base));
  if (!answer.ok) throw new Error(answer.status);
  const page = await answer.json();
  await style("states.css");
  return new Lab(page, boxes);
};

const style = (name) => new Promise((done) => {
  const link = el("link", {rel: "stylesheet", href: new URL(name, base).href});
  link.onload = link.onerror = done;
  document.head.append(link);
});

class Lab {
  constructor(page, boxes) {
    Object.assign(this, page, {state: new Map(), queue: [], bytes: {}});
    const facts = new Map(page.cells.map((cell) => [cell.id, cell]));
    this.boxes = new Map();
    this.count = boxes.length;
    this.cells = boxes.map((box) => new Cell(this, facts.get(box.dataset.cell), box, page.answers[box.dataset.cell]));
    this.python = new Python(base, (part) => this.loading(part));
    this.region = el("p", {className: "said"});
    this.region.setAttribute("role", "status");
    document.body.append(this.region);
    store.onTrouble((sentence) => this.say(sentence, true));
    store.watch((id) => this.cells.filter((cell) => !id || cell.id === id).forEach((cell) => cell.adopt()));
    addEventListener("pagehide", () => this.stop("Stopped when you left the page"));
    addEventListener("pageshow", ({persisted}) => persisted && this.cells.forEach((cell) => cell.adopt()));
    this.cells.forEach((cell) => cell.adopt());
  }

  // What is heard; and, where nothing else shows it, seen.
  say(sentence, seen = false) {
    this.region.textContent = sentence;
    this.region.classList.toggle("seen", seen);
  }

  cell(box) { return this.boxes.get(box); }

  run(box) { const cell = this.cell(box); return cell.busy ? this.stop() : this.ask(cell); }
  check(box) { return this.run(box); }
  edit(box, from) { return this.cell(box).edit(true, from); }
  hint(box) { this.cell(box).hint(); }
  reset(box) { this.cell(box).reset(); }
  async copy(box, button) {
    await navigator.clipboard.writeText(this.cell(box).code);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }

  async ask(cell) {
    if (navigator.connection?.saveData && !this.agreed) return this.consent(cell);
    store.begun(this.doc);
    cell.wait();
    this.queue.push(cell);
    if (this.current) return;
    while ((this.current = this.queue.shift())) await this.execute(this.current);
  }

  async consent(cell) {
    const {groups} = await (await fetch(new URL("files.json", base))).json();
    cell.status("asks", `Running fetches Python, ${MB(groups.Python + groups.numpy)} MB, once.`, ["Fetch and run", () => {
      this.agreed = true;
      this.ask(cell);
    }]);
  }

  // The cells that take part: exercises only where the reader has answered or opened them.
  taking(target) {
    return this.cells.filter((cell) => cell === target.cell || cell.takesPart()).map((cell) => cell === target.cell ? target : cell.facts());
  }

  async execute(cell) {
    const started = performance.now();
    const target = cell.facts();
    const taking = this.taking(target);
    const list = [...before(taking, target, this.state), target];
    const above = list.length - 1;
    const long = (i) => { const {minutes} = list[i].cell.live ?? {}; return minutes ? `, about ${plural(minutes, "minute")} here` : ""; };
    const words = (i) => (above ? `Running ${plural(above, "cell")} above, then this: ${i + 1} of ${list.length}` : "Running") + long(i);
    cell.clock = started;
    try {
      for (const [i, facts] of list.entries()) {
        const one = facts.cell;
        cell.progress(words(i), i, list.length);
        const answer = await this.python.ask(
          {type: "run", code: one.code, name: `cell ${one.n}`, printed: !one.edited && !one.touched()},
          () => { if (i === above) cell.clock = performance.now(); cell.progress(words(i), i, list.length); },
        );
        one.shown = mark(taking, facts);
        apply(this.state, facts, one.shown, Boolean(answer.error));
        one.show(answer, one === cell);
        if (answer.error && one !== cell) {
          cell.done("wrong", `Cell ${one.n} above failed. ${answer.error.sentence}`);
          break;
        }
      }
    } catch (reason) {
      const after = `${Math.max(1, Math.round((performance.now() - started) / 1000))} s`;
      this.state.clear();
      if (reason.what === "stopped") cell.done("stopped", this.why ?? `Stopped after ${after}; cells above run again with your next Run`);
      else cell.done(reason.what === "network" ? "offline" : "wrong", reason.what === "network" ? "Needs a network once; printed output stays" : reason.sentence);
      this.why = null;
    }
    this.mind();
  }

  loading({what, loaded, total}) {
    this.bytes[what] = {loaded, total};
    const group = what === "matplotlib" ? ["matplotlib"] : ["Python", "numpy"];
    const sum = (key) => group.reduce((all, one) => all + (this.bytes[one]?.[key] ?? 0), 0);
    const name = what === "matplotlib" ? "what draws figures" : "Python";
    const all = sum("total"), now = sum("loaded");
    this.current?.progress(now < all ? `Fetching ${name}: ${MB(now)} of ${MB(all)} MB, once` : `Starting ${name}`, now, all);
  }

  stop(why) {
    const waiting = this.queue.splice(0), running = this.current, warm = this.python.ready && !why;
    this.why = why;
    this.state.clear();
    this.python.stop();
    for (const cell of waiting) cell.done("stopped", "Stopped before it ran");
    if (running && warm) this.python.worker = this.python.start();
  }

  // Whoever shows what an edit above has overtaken says so.
  mind(edited) {
    if (edited) this.edited = edited;
    for (const cell of this.cells) {
      if (!cell.shown || cell.busy || cell.failed) continue;
      const facts = cell.facts(), stale = mark(this.taking(facts), facts) !== cell.shown;
      if (stale && cell !== this.edited && this.edited?.n < cell.n) cell.stale(this.edited);
    }
  }
}

class Cell {
  constructor(lab, facts, box, answer) {
    Object.assign(this, facts, {lab, box, answer, code: facts.source, original: facts});
    lab.boxes.set(box, this);
    this.input = box.querySelector(".cell_input");
    this.pre = this.input.querySelector("pre");
    this.printed = box.querySelector(".cell_output");
    this.folded = this.pre.closest(".fold");
    this.button = box.querySelector(".do-run, .do-check");
    this.isAnswer = box.matches(".answerable [data-role='stub']") && Boolean(answer);
    this.card = box.closest(".card");
    this.name = this.isAnswer ? `exercise ${answer.number}` : `cell ${this.n} of ${lab.count}`;
    this.code = facts.source.trimEnd();
    this.source = this.code;
    this.solution = this.card?.querySelector(".solution details");
  }

  get edited() { return this.code !== this.source; }

  takesPart() {
    if (this.isAnswer) return this.edited;
    return this.role !== "solution" || Boolean(this.solution?.open);
  }

  // What plan.js wants to know.
  facts() {
    const facts = {...this.original, version: this.edited ? this.code : 0};
    return Object.assign(this.edited ? reread(facts, this.code) : facts, {cell: this});
  }

  // What is stored: at the start, when another tab wrote, when the page comes back.
  adopt() {
    const {code, said, hints = 0} = store.load(this.id);
    const text = code ?? this.source;
    if (text !== this.code && this.editor?.hasFocus()) {
      this.status("edited", "Changed in another tab too", ["Show that version", () => this.take(text)]);
    } else if (text !== this.code) this.take(text);
    if (!this.isAnswer) return;
    if (said) this.verdict(said);
    this.given(hints);
    this.pill();
  }

  take(text) {
    this.set(text, false);
    if (this.edited) this.edit(false);
    if (this.edited && !this.isAnswer) this.sayEdited();
  }

  set(text, keep = true) {
    this.code = text;
    if (this.editor && this.editor.text() !== text) this.editor.set(text);
    const area = this.input.querySelector("textarea");
    if (area && area.value !== text) {
      area.value = text;
      this.box.classList.add("typed");
    }
    if (keep) store.save(this.id, {code: this.edited ? text : null});
  }

  async edit(focus, from) {
    if (this.folded) this.folded.open = true;
    if (this.editor) return focus && this.editor.focus();
    if (this.opening) return;
    this.opening = true;
    const area = this.input.querySelector("textarea");
    let made;
    try { ({makeEditor: made} = await import("./editor.js")); } catch { /* a plain box does */ }
    this.opening = false;
    const text = area?.value ?? this.code, range = area && [area.selectionStart, area.selectionEnd];
    const hadFocus = area && document.activeElement === area;
    if (area) this.code = text;
    if (area && !made) {
      area.addEventListener("input", () => this.changed(area.value));
      area.addEventListener("keydown", (event) => this.key(event));
      this.box.classList.add("typed");
      this.editor = plainEditor(area);
      return;
    }
    const label = this.isAnswer ? `Your answer to exercise ${this.answer.number}, cell ${this.n}` : `Code of cell ${this.n}`;
    const host = el("div", {className: "editor"});
    this.pre.after(host);
    this.pre.hidden = true;
    area?.remove();
    this.box.classList.add("editing");
    const changed = (now) => this.changed(now);
    if (made) {
      const keys = {
        "Shift-Enter": () => this.runAnd(true), "Mod-Enter": () => this.runAnd(false), "Ctrl-Enter": () => this.runAnd(false),
        Escape: () => this.leave(),
      };
      this.editor = made(host, {text, label, answer: this.isAnswer, keys, changed});
    } else {
      const plain = el("textarea", {value: text, ariaLabel: label, spellcheck: false, rows: text.split("\n").length});
      plain.addEventListener("input", () => changed(plain.value));
      plain.addEventListener("keydown", (event) => this.key(event));
      host.append(plain);
      this.editor = plainEditor(plain);
    }
    if (matchMedia("(pointer: coarse)").matches) host.append(this.keyRow());
    if (hadFocus || (focus && from !== area)) {
      const blank = this.isAnswer && text === this.source ? text.indexOf("...") : -1;
      if (blank >= 0 && range?.[0] === range?.[1]) this.editor.select(blank, blank + 3);
      else if (range) this.editor.select(...range);
      this.editor.focus();
    }
    if (this.line) this.editor.tint(this.line);
    if (area && text !== this.source) this.changed(text);
  }

  key(event) {
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.runAnd(event.shiftKey);
    }
  }

  keyRow() {
    const row = el("div", {className: "keys", ariaLabel: "Keys"});
    row.setAttribute("role", "group");
    for (const key of ["(", ")", "[", "]", ":", ".", "_", "=", "indent"]) {
      const button = el("button", {type: "button", textContent: key === "indent" ? "⇥" : key, ariaLabel: key === "indent" ? "Indent" : key});
      button.addEventListener("pointerdown", (event) => event.preventDefault());   // the caret stays
      button.addEventListener("click", () => this.editor.insert(key));
      row.append(button);
    }
    return row;
  }

  changed(text) {
    this.code = text;
    store.save(this.id, {code: this.edited ? text : null});
    store.begun(this.lab.doc);
    this.untint();
    if (!this.isAnswer) this.sayEdited();
    this.lab.mind(this);
  }

  sayEdited() {
    if (this.edited) this.status("edited", "Edited · saved in this browser");
    else this.status("edited", "As printed");
    this.box.classList.toggle("changed", this.edited);
    this.fade(this.edited);
  }

  leave() {
    if (!this.edited && !this.isAnswer) this.close();
    (this.button ?? this.box.querySelector(".do-edit"))?.focus();
  }

  close() {
    this.editor?.destroy();
    this.editor = null;
    this.box.querySelector(".editor")?.remove();
    this.pre.hidden = false;
    this.box.classList.remove("editing", "changed");
  }

  runAnd(move) {
    if (!this.busy && this.button) this.lab.ask(this);
    if (!move) return;
    const {cells} = this.lab, next = cells[cells.indexOf(this) + 1];
    (this.isAnswer ? this.button : next?.button ?? this.button)?.focus();
  }

  reset() {
    const {code} = this;
    this.set(this.source);
    if (!this.isAnswer) this.close();
    this.clear();
    this.untint();
    this.shown = this.failed = null;
    this.fade(false);
    if (this.isAnswer) store.save(this.id, {said: null});
    const back = ["Undo", () => { this.set(code); this.edit(true); if (this.isAnswer) this.status(""); else this.sayEdited(); this.lab.mind(this); }];
    this.status("reset", "As printed", code !== this.source && back);
    this.lab.say(`${this.name}: as printed`);
    this.lab.mind(this);
  }

  // States

  // The line below the code: a kind, words, [label, act] pairs.
  status(kind, words = "", ...acts) {
    const had = this.line_?.contains(document.activeElement);
    this.line_?.remove();
    this.line_ = null;
    this.box.dataset.state = kind;
    if (had) this.button?.focus();
    if (!words) return;
    const icon = {same: "✓", differs: "±", wrong: "×", stopped: "■"}[kind];
    this.line_ = el("p", {className: `status ${kind}`}, icon && el("span", {className: "mark", textContent: icon, ariaHidden: "true"}), el("span", {textContent: words}));
    const reset = this.edited && !this.isAnswer && kind !== "busy" && ["Reset", () => this.reset()];
    for (const act of [...acts, reset].filter(Boolean)) {
      const button = el("button", {type: "button", textContent: act[0], ariaLabel: `${act[0]}, ${this.name}`});
      button.addEventListener("click", act[1]);
      this.line_.append(button);
    }
    this.place().before(this.line_);
  }

  // Where a status and one's own outputs stand: below the code; in an exercise above the footer.
  place() {
    return this.end ??= (() => {
      const end = el("span", {hidden: true});
      if (this.isAnswer) this.box.querySelector(".answer").before(end);
      else if (this.box.matches(".picture-first")) this.input.before(end);
      else this.input.after(end);
      return end;
    })();
  }

  progress(words, now, all) {
    const bar = this.line_?.querySelector("progress");
    this.words = words;
    if (!bar || this.box.dataset.state !== "busy") {
      this.status("busy", words);
      this.line_.append(el("progress", {max: all, value: now, ariaLabel: "Progress"}));
    } else {
      Object.assign(bar, {max: all, value: now});
      this.tell(words);
    }
  }

  tell(words) {
    const seconds = Math.floor((performance.now() - this.clock) / 1000);
    this.line_.children[0].textContent = this.clock && seconds >= 1 && /^Running/.test(words) ? `${words} · ${seconds} s` : words;
  }

  wait() {
    this.busy = true;
    this.face(true);
    this.fade(true);
    this.untint();
    this.status("busy", "Waiting for its turn");
    this.line_.append(el("progress", {ariaLabel: "Progress"}));
    this.ticking = setInterval(() => this.box.dataset.state === "busy" && this.words && this.tell(this.words), 500);
  }

  // Run or Stop on the same button.
  face(stop) {
    if (!this.button) return;
    const verb = stop ? "Stop" : this.isAnswer ? "Check" : "Run";
    this.button.ariaLabel = `${verb} ${this.name}`;
    this.button.classList.toggle("stop", stop);
    if (this.isAnswer) this.button.textContent = verb;
    else this.button.querySelector("span").textContent = verb;
    this.button.querySelector("path")?.setAttribute("d", stop ? "M4.5 4.5h7v7h-7z" : "M5 3.5l8 4.5-8 4.5z");
  }

  idle() {
    clearInterval(this.ticking);
    this.busy = false;
    this.words = null;
    this.face(false);
    this.fade(false);
  }

  done(kind, words, ...acts) {
    this.idle();
    this.status(kind, words, ...acts);
    this.lab.say(`${this.name}: ${words}`);
  }

  fade(faded) { this.printed?.classList.toggle("faded", faded); }

  // The answer to a run; `main` where the reader asked for this cell, and not for one below it.
  show({error, outputs, seconds}, main) {
    this.clear();
    this.untint();
    this.failed = Boolean(error);
    if (main) this.idle();
    this.fade(false);
    if (error) return this.showError(error, outputs, main);
    const judged = this.isAnswer && outputs.find(({metadata}) => metadata?.verdict);
    if (judged) return this.judged(judged, outputs.filter((one) => one !== judged));
    const differs = same(this.outputs, outputs), after = this.edited ? ", after your edit" : this.touched() ? `, after your edit in cell ${this.touched().n}` : "";
    if (differs === true) {
      if (main || this.line_) this.status("same", `Same as printed${after} · ${time(seconds)}`);
      else this.box.dataset.state = "same";
      if (main) this.lab.say(`${this.name}: same as printed${after}`);
      return;
    }
    const mine = el("div", {className: "mine"}, el("p", {className: "whose", textContent: "yours"}), ...draw(outputs, new Set(differs.map(({got}) => got))));
    if (!outputs.length) mine.append(el("p", {className: "whose", textContent: "(nothing printed)"}));
    const why = this.live?.differs && !after ? `. ${this.live.differs}` : "";
    this.status("differs", `Differs from the printed output${after} · ${time(seconds)}${why}`);
    this.place().before(this.own = mine);
    if (this.printed && isFigure(outputs) && isFigure(this.outputs)) this.beside();
    else this.fold();
    this.move();
    if (main) this.lab.say(`${this.name}: differs from the printed output${after}. ${mine.innerText.slice(0, 300)}`);
  }

  // The nearest cell above that the reader has edited and that this one depends on.
  touched() {
    return this.lab.cells.findLast((cell) => cell.n < this.n && cell.edited && !cell.isAnswer && cell.shown);
  }

  showError({kind, line, message, sentence, text}, outputs, main) {
    this.line = line;
    const head = line ? `Line ${line}: ${kind}` : kind;
    this.status("wrong", head);
    const last = el("p", {className: "message", textContent: message || sentence});
    const whole = el("details", {}, el("summary", {textContent: "Whole message"}), el("pre", {tabIndex: 0, textContent: text}));
    this.place().before(this.own = el("div", {className: "mine failed"}, ...draw(outputs), last, whole));
    if (this.printed && !this.isAnswer) this.fold();
    this.tint(line);
    if (this.isAnswer && main) {
      store.save(this.id, {tries: (store.load(this.id).tries ?? 0) + 1, said: null});
      this.pill();
    }
    if (main) this.lab.say(`${this.name}: ${sentence}`);
  }

  judged(output, rest) {
    const said = verdict(output, this.lab.equations);
    const {tries = 0, passed = false} = store.load(this.id);
    const blank = /not answered/i.test(said.head);
    store.save(this.id, {said, tries: tries + !blank, passed: passed || said.passed || null, code: this.edited ? this.code : null});
    this.status("");
    this.verdict(said, rest);
    this.pill();
    this.lab.say(`Exercise ${this.answer.number}: ${this.own.innerText}`);
  }

  verdict({passed, head, body}, rest = []) {
    this.own?.remove();
    const blank = /not answered/i.test(head), kind = passed ? "right" : blank ? "open" : "wrong";
    const sign = el("span", {ariaHidden: "true", textContent: passed ? "✓ " : blank ? "" : "× "});
    this.own = el("div", {className: `verdict ${kind}`}, el("p", {className: "head"}, sign, head), harmless(body));
    this.place().before(this.own);
    if (rest.length) this.own.before(this.rest = el("div", {className: "mine"}, ...draw(rest)));
  }

  // How far the exercise is, over all its cells.
  pill() {
    const pill = this.card?.querySelector(".pill");
    if (!pill) return;
    const all = this.lab.cells.filter((cell) => cell.isAnswer && cell.card === this.card).map((cell) => store.load(cell.id));
    const tries = all.reduce((sum, one) => sum + (one.tries ?? 0), 0), done = all.every((one) => one.passed);
    pill.textContent = done ? "✓ done" : tries === 1 ? "1 try" : tries ? `${tries} tries` : "not answered";
    this.card.dataset.progress = done ? "done" : tries ? "tried" : "";
  }

  hint() {
    const given = Math.min((store.load(this.id).hints ?? 0) + 1, this.answer.hints.length);
    store.save(this.id, {hints: given});
    this.given(given);
    this.lab.say(this.hints.lastElementChild.innerText);
  }

  given(count) {
    const {hints} = this.answer, button = this.box.querySelector(".do-hint");
    this.hints?.remove();
    this.hints = null;
    if (count) {
      this.hints = el("div", {className: "hints"}, ...hints.slice(0, count).map((html, i) =>
        el("p", {}, el("strong", {textContent: `Hint ${i + 1} of ${hints.length} `}), harmless(html))));
      this.box.querySelector(".answer").before(this.hints);
    }
    if (!button) return;
    const words = count < hints.length ? `Hint ${count + 1} of ${hints.length}` : "No more hints";
    button.textContent = words;
    button.ariaLabel = `${words}, ${this.name}`;
    button.ariaDisabled = String(count >= hints.length);
  }

  stale(edited) {
    this.shown = null;
    this.status("stale", `From before your edit in cell ${edited.n}`, this.button && ["Run again", () => this.lab.ask(this)]);
  }

  // What was printed: folded, or in the same place as one's own picture.
  fold() {
    if (!this.printed || this.isAnswer) return;
    const box = el("details", {className: "printed"}, el("summary", {textContent: "Printed output"}));
    this.printed.before(box);
    box.append(this.printed);
  }

  beside() {
    const {own, printed} = this, row = el("div", {className: "whose", ariaLabel: `Pictures of ${this.name}`});
    row.setAttribute("role", "group");
    const shows = (mine) => {
      own.hidden = !mine;
      printed.hidden = mine;
      [...row.children].forEach((one, i) => { one.ariaPressed = String(mine === (i === 0)); });
    };
    for (const [words, mine] of [["Yours", true], ["Printed", false]]) {
      const button = el("button", {type: "button", textContent: words});
      button.addEventListener("click", () => shows(mine));
      row.append(button);
    }
    own.before(this.switch = row);
    own.querySelector(".whose")?.remove();
    shows(true);
  }

  clear() {
    for (const part of ["own", "rest", "switch"]) {
      this[part]?.remove();
      this[part] = null;
    }
    const fold = this.box.querySelector(":scope > .printed");
    fold?.replaceWith(this.printed);
    if (this.printed) this.printed.hidden = false;
  }

  // Sliders of an explorable that the reader changed: Python draws each frame when it is asked for.
  move() {
    const {python} = this.lab, {worker} = python;
    for (const box of this.own.querySelectorAll("[data-explorable]")) {
      const {explorable} = box.dataset;
      window.moveExplorable?.(box, async (values) => {
        if (python.worker !== worker) {
          this.done("stopped", "Python was stopped since: run this cell again to move it");
          throw new Error("stopped");
        }
        return harmless((await python.ask({type: "frame", explorable, values})).html);
      });
    }
  }

  tint(line) {
    this.line = line;
    if (line && this.folded) this.folded.open = true;
    if (this.editor) return this.editor.tint(line);
    if (!line) return;
    const bar = el("span", {className: "wrong-line"});
    bar.style.setProperty("--line", line - 1);
    this.pre.prepend(bar);
  }

  untint() {
    this.line = null;
    this.editor?.tint(0);
    this.pre.querySelector(".wrong-line")?.remove();
  }
}

// The editor's face where CodeMirror could not be had.
const plainEditor = (area) => ({
  text: () => area.value,
  set: (text) => { area.value = text; },
  insert: (what) => { area.setRangeText(what === "indent" ? "    " : what, area.selectionStart, area.selectionEnd, "end"); area.dispatchEvent(new Event("input")); },
  select: (from, to = from) => area.setSelectionRange(from, to),
  tint: () => {},
  focus: () => area.focus(),
  hasFocus: () => document.activeElement === area,
  destroy: () => {},
});

// A cell of the page: its line of state, its button, its own output beside what is printed.
import {same} from "./compare.js";
import {draw, el, harmless, isFigure} from "./outputs.js";
import {reread} from "./plan.js";
import * as store from "./store.js";
import {write} from "./writing.js";

const ICONS = {same: "✓", differs: "±", wrong: "×", stopped: "■"};
const time = (seconds) => `${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;

export class Cell {
  verb = "Run";

  constructor(lab, facts, box) {
    Object.assign(this, facts, {lab, box, original: facts});
    this.input = box.querySelector(".cell_input");
    this.pre = this.input.querySelector("pre");
    this.printed = box.querySelector(".cell_output");
    this.folded = this.pre.closest(".fold");
    this.button = box.querySelector(".do-run, .do-check");
    this.solution = box.closest(".card")?.querySelector(".solution details");
    this.short = `cell ${this.n}`;
    this.name = `${this.short} of ${lab.count}`;
    this.label = `Code of cell ${this.n}`;
    this.code = this.source = facts.source.trimEnd();
  }

  get edited() { return this.code !== this.source; }

  // An edit that failed or was stopped: for other cells this one runs as printed, until either changes.
  get out() { return this.edited && this.broken?.code === this.code; }

  takesPart() { return this.role !== "solution" || Boolean(this.solution?.open); }

  // What plan.js wants to know; `own`: of what the reader wrote, even if it failed.
  facts(own = !this.out) {
    const edited = own && this.edited, code = edited ? this.code : this.source;
    const facts = {...this.original, code, edited, version: edited ? code : 0};
    return Object.assign(edited ? reread(facts, code) : facts, {cell: this});
  }

  // The nearest cell above that the reader has edited.
  touched() {
    return this.lab.cells.findLast((cell) => cell.n < this.n && cell.edited && !cell.out && cell.verb === "Run" && cell.shown);
  }

  // Which edits it runs after, and which were left out.
  after() {
    const touched = this.touched(), out = this.lab.leftOut(this);
    const counts = this.edited ? ", after your edit" : touched ? `, after your edit in ${touched.short}` : "";
    return counts + out.map((cell) => `, without your edit in ${cell.short}, which ${cell.broken.how}`).join("");
  }

  // What is stored: at the start, when another tab wrote, when the page comes back.
  adopt() {
    const text = store.load(this.id).code ?? this.source;
    if (text === this.code) return;
    if (this.editor?.hasFocus()) this.status("edited", "Changed in another tab too", ["Show that version", () => this.take(text)]);
    else this.take(text);
  }

  take(text) {
    this.set(text);
    if (!this.edited) return;
    this.edit(false);
    this.sayEdited();
  }

  set(text) {
    this.code = text;
    if (this.editor && this.editor.text() !== text) this.editor.set(text);
    const area = this.input.querySelector("pre + textarea");   // before the editor has come
    if (area && area.value !== text) {
      area.value = text;
      this.box.classList.add("typed");
    }
  }

  async edit(focus, from) {
    if (this.folded) this.folded.open = true;
    if (this.editor) return focus && this.editor.focus();
    if (this.opening) return this.opening;
    await (this.opening = write(this, focus, from));
    this.opening = null;
    if (this.line) this.editor.tint(this.line);
  }

  changed(text) {
    this.code = text;
    this.keep();
    store.begun(this.lab.doc);
    this.untint();
    this.sayEdited();
    this.lab.mind(this);
  }

  keep() { store.save(this.id, {code: this.edited ? this.code : null}); }

  sayEdited() {
    this.status("edited", !this.edited ? "As printed" : store.keeps() ? "Edited · saved in this browser" : "Edited · kept until you leave this page");
    this.box.classList.toggle("changed", this.edited);
    this.fade(this.edited);
  }

  leave() {
    if (!this.edited) this.close();
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
    if (move) this.next()?.focus();
  }

  // What Shift+Enter moves on to.
  next() {
    const {cells} = this.lab;
    return cells[cells.indexOf(this) + 1]?.button ?? this.button;
  }

  reset() {
    const {code} = this;
    this.set(this.source);
    this.keep();
    this.close();
    this.clear();
    this.untint();
    this.shown = this.failed = null;
    this.fade(false);
    this.status("reset", "As printed", code !== this.source && ["Undo", () => this.undo(code)]);
    this.lab.say(`${this.name}: as printed`);
    this.lab.mind(this);
  }

  undo(code) {
    this.set(code);
    this.keep();
    this.edit(true);
    this.sayEdited();
    this.lab.mind(this);
  }

  // The line below the code: a kind, words, [label, act] pairs.
  status(kind, words = "", ...acts) {
    const had = this.said?.contains(document.activeElement);
    this.said?.remove();
    this.said = null;
    this.box.dataset.state = kind;
    if (had) this.button?.focus();
    if (!words) return;
    this.said = el("p", {className: `status ${kind}`}, ICONS[kind] && el("span", {className: "mark", textContent: ICONS[kind], ariaHidden: "true"}), el("span", {textContent: words}));
    for (const act of [...acts, kind !== "busy" && this.wayBack()].filter(Boolean)) {
      const button = el("button", {type: "button", textContent: act[0], ariaLabel: `${act[0]}, ${this.name}`});
      button.addEventListener("click", act[1]);
      this.said.append(button);
    }
    (this.switch ?? this.rest ?? this.own ?? this.place()).before(this.said);
  }

  wayBack() { return this.edited && ["Reset", () => this.reset()]; }

  // Where the line and one's own outputs stand.
  place() {
    if (!this.end) {
      this.end = el("span", {hidden: true});
      this.putEnd();
    }
    return this.end;
  }

  putEnd() { this.input[this.box.matches(".picture-first") ? "before" : "after"](this.end); }

  progress(words, now, all) {
    this.words = words;
    if (this.box.dataset.state !== "busy") {
      this.status("busy", words);
      this.said.append(el("progress", {ariaLabel: "Progress"}));
    }
    if (all) Object.assign(this.said.querySelector("progress"), {max: all, value: now});
    this.tell();
  }

  tell() {
    const seconds = Math.floor((performance.now() - this.clock) / 1000);
    const clock = this.clock && seconds >= 1 && /^Running/.test(this.words) ? ` · ${seconds} s` : "";
    this.said.children[0].textContent = this.words + clock;
  }

  wait() {
    this.busy = true;
    if (this.failed) this.clear();
    this.face("Stop");
    this.fade(true);
    this.untint();
    this.progress("Waiting for its turn");
    this.ticking = setInterval(() => this.box.dataset.state === "busy" && this.tell(), 500);
  }

  // Run or Stop on the same button.
  face(verb) {
    if (!this.button) return;
    this.button.ariaLabel = `${verb} ${this.name}`;
    this.button.classList.toggle("stop", verb === "Stop");
    (this.button.querySelector("span") ?? this.button).textContent = verb;
    this.button.querySelector("path")?.setAttribute("d", verb === "Stop" ? "M4.5 4.5h7v7h-7z" : "M5 3.5l8 4.5-8 4.5z");
  }

  idle() {
    clearInterval(this.ticking);
    this.busy = false;
    this.face(this.verb);
    this.fade(false);
  }

  done(kind, words, ...acts) {
    this.idle();
    this.status(kind, words, ...acts);
    this.lab.say(`${this.name}: ${words}`);
  }

  fade(faded) { [this.printed, this.own].forEach((one) => one?.classList.toggle("faded", faded)); }

  // The answer to a run; `main` where the reader asked for this cell, and not for one below it.
  show({error, outputs, seconds}, main) {
    this.clear();
    this.untint();
    this.failed = Boolean(error);
    if (main) this.idle();
    this.fade(false);
    if (error) this.showError(error, outputs, main);
    else this.compare(outputs, seconds, main);
  }

  compare(outputs, seconds, main) {
    const differs = same(this.outputs, outputs), after = this.after();
    if (differs === true) {
      if (main || this.said) this.status("same", `Same as printed${after} · ${time(seconds)}`);
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

  showError({kind, line, message, sentence, text}, outputs, main) {
    this.status("wrong", (line ? `Line ${line}: ${kind}` : kind) + (this.edited ? "" : this.after()));
    const last = el("p", {className: "message", textContent: message || sentence});
    const whole = el("details", {}, el("summary", {textContent: "Whole message"}), el("pre", {tabIndex: 0, textContent: text}));
    const below = this.edited && el("p", {className: "whose", textContent: "Until it runs, cells below take this one as printed."});
    this.place().before(this.own = el("div", {className: "mine failed"}, ...draw(outputs), last, below, whole));
    this.fold();
    this.tint(line);
    if (main) this.lab.say(`${this.name}: ${sentence}`);
  }

  // It broke Python, run for a cell below.
  fell(sentence) {
    this.clear();
    this.failed = true;
    this.status("wrong", sentence);
  }

  stale(edited) {
    this.shown = null;
    this.status("stale", `From before your edit in cell ${edited.n}`, this.button && ["Run again", () => this.lab.ask(this)]);
  }

  // What was printed: folded, or in the same place as one's own picture.
  fold() {
    if (!this.printed) return;
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
    this.box.querySelector(":scope > .printed")?.replaceWith(this.printed);
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

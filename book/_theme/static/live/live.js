// The page as a laboratory: runs, edits, checks; fetched at the first press (see buttons.js).
import {Answer} from "./answer.js";
import {Cell} from "./cell.js";
import {same} from "./compare.js";
import {draw, el} from "./outputs.js";
import {apply, before, joined, mark, needed} from "./plan.js";
import {Python} from "./python.js";
import * as store from "./store.js";

const base = new URL("./", import.meta.url);
const MB = (bytes) => (bytes / 1e6).toFixed(1).replace(/\.0$/, "");
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

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
    Object.assign(this, page, {state: new Map(), soil: [], queue: [], bytes: {}});
    const facts = new Map(page.cells.map((cell) => [cell.id, cell]));
    this.count = boxes.length;
    this.boxes = new Map(boxes.map((box) => [box, this.make(box, facts.get(box.dataset.cell), page.answers[box.dataset.cell])]));
    this.cells = [...this.boxes.values()];
    this.python = new Python(base, (part) => this.loading(part), () => this.forget());
    this.region = el("p", {className: "said"});
    this.region.setAttribute("role", "status");
    document.body.append(this.region);
    store.onTrouble((sentence) => this.warn(sentence));
    store.watch((id) => this.cells.filter((cell) => !id || cell.id === id).forEach((cell) => cell.adopt()));
    addEventListener("pagehide", () => this.stop("Stopped when you left the page"));
    addEventListener("pageshow", ({persisted}) => persisted && this.cells.forEach((cell) => cell.adopt()));
    this.cells.forEach((cell) => cell.adopt());
  }

  make(box, facts, answer) {
    return answer && box.matches(".answerable *") ? new Answer(this, facts, box, answer) : new Cell(this, facts, box);
  }

  // Python's names are gone, and with them what edits have done to it.
  forget() {
    this.state.clear();
    this.soil = [];
  }

  // Whether Python has run an edit that is no longer on the page, or was left out: it may have broken what no name tells.
  get soiled() { return this.soil.some(({cell, code}) => cell.code !== code || cell.out); }

  // The names that edits have left and no cell makes now, as of `print = 3`, taken back: Python forgets them too.
  strays() {
    const made = new Set(this.cells.flatMap((cell) => cell.facts().makes));
    const strays = [...this.state.keys()].filter((name) => !made.has(name));
    strays.forEach((name) => this.state.delete(name));
    return strays;
  }

  // What is heard.
  say(sentence) { this.region.textContent = sentence; }

  // What is seen too, until it is closed.
  warn(sentence) {
    const close = el("button", {type: "button", textContent: "Close"}), line = el("p", {className: "said seen"}, sentence, " ", close);
    line.setAttribute("role", "alert");
    close.addEventListener("click", () => line.remove());
    document.body.append(line);
  }

  cell(box) { return this.boxes.get(box); }

  run(box) { const cell = this.cell(box); return cell.busy ? this.stop() : this.ask(cell); }
  check(box) { return this.run(box); }
  edit(box, from) { return this.cell(box).edit(true, from); }
  hint(box) { this.cell(box).hint(); }
  reset(box) {
    const cell = this.cell(box);
    if (cell.busy) this.stop();
    setTimeout(() => cell.reset());   // once it has said that it was stopped
  }
  all() { this.cells.filter((cell) => cell.button && !cell.role && !cell.busy).forEach((cell) => this.ask(cell)); }
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

  // The cells that take part: exercises where the reader has answered or opened them, or nothing else makes a name.
  // An edit that failed is left out, unless all is asked for as the reader's `own`.
  taking(target, own) {
    const all = this.cells.map((cell) => cell === target.cell ? target : cell.facts(own));
    return joined(all, all.filter(({cell}) => cell === target.cell || cell.takesPart(own)));
  }

  // The cells whose edits would count for this one, had they not failed.
  leftOut(cell) {
    const target = cell.facts(true);
    return needed(this.taking(target, true), target).map((one) => one.cell).filter((one) => one.out);
  }

  async execute(cell) {
    await Promise.all(this.cells.map((one) => one.opening));   // what was typed before an editor came counts
    const started = cell.clock = performance.now();
    try {
      while (await this.pass(cell));
    } catch (reason) {
      const after = `${Math.max(1, Math.round((performance.now() - started) / 1000))} s`;
      if (reason.what === "stopped") cell.done("stopped", this.why ?? `Stopped after ${after}; cells above run again with your next Run`);
      else cell.done(reason.what === "network" ? "offline" : "wrong", reason.what === "network" ? "Needs a network once; printed output stays" : reason.sentence);
      this.why = null;
    }
    this.mind();
  }

  // Runs the cell after those that it needs; true if an edit among these failed: then once more, without that edit.
  async pass(cell) {
    const target = cell.facts(true), taking = this.taking(target);
    const list = [...before(taking, target, this.state), target];
    const above = list.length - 1;
    const long = (i) => { const {minutes} = list[i].cell.live ?? {}; return minutes ? `, about ${plural(minutes, "minute")} here` : ""; };
    const words = (i) => (above ? `Running ${plural(above, "cell")} above, then this: ${i + 1} of ${list.length}` : "Running") + long(i);
    for (const [i, facts] of list.entries()) {
      const one = facts.cell, main = one === cell, soil = [...this.soil];
      let began = false;
      const tell = () => cell.progress(words(i), i, list.length);
      const request = {type: "run", code: facts.code, name: one.short, printed: !facts.edited && !one.touched(), strays: this.strays()};
      if (facts.edited) this.soil.push(facts);
      tell();
      const {reason, ...answer} = await this.python.ask(request, () => {
        began = true;
        if (main) cell.clock = performance.now();
        tell();
      }).catch((reason) => ({reason}));
      const {error} = answer, stopped = reason?.what === "stopped";
      if (facts.edited && (began || !reason)) {
        const broken = error || (reason && !this.why && reason.what !== "network");
        one.broken = broken ? {code: facts.code, how: stopped ? "was stopped" : "failed"} : null;
      }
      if (reason) {
        const last = !facts.edited && !stopped && reason.what !== "network" && soil.at(-1);
        if (last) {   // it left a Python that runs nothing more
          last.cell.broken = {code: last.code, how: "broke Python"};
          last.cell.fell("It broke Python for the cells below, which take this one as printed.");
          return true;
        }
        if (main || stopped || !one.out) throw reason;
        one.fell(reason.sentence);
        return true;
      }
      if (!facts.edited && this.soiled && (error || (request.printed && same(one.outputs, answer.outputs) !== true))) {
        this.python.stop();   // is it the cell or what an edit left behind? A new Python tells
        return true;
      }
      const shown = mark(taking, facts);
      apply(this.state, facts, shown, Boolean(error));
      if (!one.out || facts.edited) {   // else the error of its edit stays
        one.shown = shown;
        one.show(answer, main);
        if (main && one.code !== facts.code) one.status("stale", "From before your last edit", [`${one.verb} again`, () => this.ask(one)]);
      }
      if (!error || main) continue;
      if (one.out && facts.edited) return true;
      cell.done("wrong", `Cell ${one.n} above failed${one.after()}. ${error.sentence}`);
      return false;
    }
    return false;
  }

  loading({what, loaded, total}) {
    this.bytes[what] = {loaded, total};
    const group = what === "matplotlib" ? ["matplotlib"] : ["Python", "numpy"];
    const sum = (key) => group.reduce((all, one) => all + (this.bytes[one]?.[key] ?? 0), 0);
    const name = what === "matplotlib" ? "what draws figures" : "Python";
    const all = sum("total"), now = sum("loaded");
    (this.current ?? this.beside)?.progress(now + 1 < all ? `Fetching ${name}: ${MB(now)} of ${MB(all)} MB, once` : `Starting ${name}`, now, all);
  }

  stop(why) {
    const waiting = this.queue.splice(0), running = this.current, warm = this.python.ready && !why;
    this.why = why;
    this.python.stop();
    for (const cell of waiting) cell.done("stopped", "Stopped before it ran");
    if (running && warm) this.python.worker = this.python.start();
  }

  // Code that is no cell of the page, such as a row's check: its output is put into `place`.
  async aside(code, name, place, button) {
    if (place.busy) return this.stop();
    place.busy = true;
    const {textContent, ariaLabel} = button, line = el("p", {className: "status", textContent: "Waiting for its turn"});
    place.replaceChildren(line);
    Object.assign(button, {textContent: "Stop", ariaLabel: `Stop ${name}`});
    this.beside = {progress: (words) => { line.textContent = words; }};
    let words;
    try {
      const {error, outputs} = await this.python.ask({type: "run", code, name, printed: true}, () => this.beside.progress("Running"));
      place.replaceChildren(...draw(outputs));
      words = error?.sentence;
    } catch ({what, sentence}) {
      place.replaceChildren();
      words = what === "stopped" ? "Stopped" : sentence;
    }
    place.busy = false;
    Object.assign(button, {textContent, ariaLabel});
    if (words) place.append(el("p", {className: "status wrong", textContent: words}));
    this.say(`${name}: ${place.innerText.slice(0, 300)}`);
  }

  // Whoever shows what an edit above has overtaken says so.
  mind(edited) {
    if (edited) {
      this.edited = edited;
      this.cells.filter((cell) => cell.n >= edited.n).forEach((cell) => { cell.broken = null; });
    }
    for (const cell of this.cells) {
      if (!cell.shown || cell.busy || cell.failed) continue;
      const facts = cell.facts(), stale = mark(this.taking(facts), facts) !== cell.shown;
      if (stale && cell !== this.edited && this.edited?.n < cell.n) cell.stale(this.edited);
    }
  }
}

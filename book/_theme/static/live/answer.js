// The cell of an exercise: Check, verdict, hints, and how far its card is.
import {Cell} from "./cell.js";
import {draw, el, harmless, verdict} from "./outputs.js";
import * as store from "./store.js";

export class Answer extends Cell {
  verb = "Check";

  constructor(lab, facts, box, answer) {
    super(lab, facts, box);
    Object.assign(this, answer, {card: box.closest(".card"), name: `exercise ${answer.number}`});
    this.short = this.name;
    this.label = `Your answer to exercise ${answer.number}, cell ${this.n}`;
  }

  takesPart(own) { return this.edited && (own || !this.out); }

  adopt() {
    super.adopt();
    const {said, hints: given = 0} = store.load(this.id);
    if (said) this.verdict(said);
    this.given(given);
    this.pill();
  }

  sayEdited() {}
  wayBack() {}
  leave() { this.button?.focus(); }
  next() { return this.button; }
  close() {}   // it is always open
  fold() {}
  putEnd() { this.box.querySelector(".answer").before(this.end); }

  reset() {
    super.reset();
    store.save(this.id, {said: null});
  }

  undo(code) {
    super.undo(code);
    this.status("");
  }

  // One that only lends its names to a cell below says nothing.
  show(answer, main) { if (main || this.edited) super.show(answer, main); }

  compare(outputs, seconds, main) {
    const judged = outputs.find(({metadata}) => metadata?.verdict);
    if (!judged) return super.compare(outputs, seconds, main);
    const said = verdict(judged, this.lab.equations), {tries = 0, passed = false} = store.load(this.id);
    store.save(this.id, {said, tries: tries + !blank(said), passed: passed || said.passed || null, code: this.edited ? this.code : null});
    this.status("");
    this.verdict(said, outputs.filter((one) => one !== judged));
    this.pill();
    this.lab.say(`Exercise ${this.number}: ${this.own.innerText}`);
  }

  showError(error, outputs, main) {
    super.showError(error, outputs, main);
    if (!main) return;
    store.save(this.id, {tries: (store.load(this.id).tries ?? 0) + 1, said: null});
    this.pill();
  }

  verdict(said, rest = []) {
    this.own?.remove();
    const {passed, head, body} = said, kind = passed ? "right" : blank(said) ? "open" : "wrong";
    const sign = el("span", {ariaHidden: "true", textContent: {right: "✓ ", open: "", wrong: "× "}[kind]});
    this.own = el("div", {className: `verdict ${kind}`}, el("p", {className: "head"}, sign, head), harmless(body));
    this.place().before(this.own);
    if (rest.length) this.own.before(this.rest = el("div", {className: "mine"}, ...draw(rest)));
  }

  // How far the exercise is, over all its cells.
  pill() {
    const pill = this.card.querySelector(".pill");
    if (!pill) return;
    const all = this.lab.cells.filter((cell) => cell.card === this.card).map((cell) => store.load(cell.id));
    const tries = all.reduce((sum, one) => sum + (one.tries ?? 0), 0), done = all.every((one) => one.passed);
    pill.textContent = done ? "✓ done" : tries === 1 ? "1 try" : tries ? `${tries} tries` : "not answered";
    this.card.dataset.progress = done ? "done" : tries ? "tried" : "";
  }

  hint() {
    const given = Math.min((store.load(this.id).hints ?? 0) + 1, this.hints.length);
    store.save(this.id, {hints: given});
    this.given(given);
    this.lab.say(this.told.lastElementChild.innerText);
  }

  given(count) {
    const {hints} = this, button = this.box.querySelector(".do-hint");
    this.told?.remove();
    this.told = count ? el("div", {className: "hints"}, ...hints.slice(0, count).map((html, i) =>
      el("p", {}, el("strong", {textContent: `Hint ${i + 1} of ${hints.length} `}), harmless(html)))) : null;
    if (count) this.box.querySelector(".answer").before(this.told);
    if (!button) return;
    const words = count < hints.length ? `Hint ${count + 1} of ${hints.length}` : "No more hints";
    button.textContent = words;
    button.ariaLabel = `${words}, ${this.name}`;
    button.ariaDisabled = String(count >= hints.length);
  }
}

const blank = ({head}) => /not answered/i.test(head);

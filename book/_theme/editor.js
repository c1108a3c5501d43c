// What the cells' editor needs of CodeMirror, and no more; tools/scripts.py makes one file of it.
import {defaultKeymap, history, historyKeymap, indentLess, indentMore, toggleTabFocusMode} from "@codemirror/commands";
import {python} from "@codemirror/lang-python";
import {bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting} from "@codemirror/language";
import {EditorState, Prec, StateEffect, StateField} from "@codemirror/state";
import {Decoration, EditorView, keymap, MatchDecorator, ViewPlugin} from "@codemirror/view";
import {tags} from "@lezer/highlight";

const colours = HighlightStyle.define([
  {tag: [tags.keyword, tags.operatorKeyword, tags.bool, tags.null], color: "var(--keyword)"},
  {tag: [tags.string, tags.special(tags.string)], color: "var(--string)"},
  {tag: tags.number, color: "var(--number)"},
  {tag: tags.comment, color: "var(--quiet)", fontStyle: "italic"},
  {tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: "var(--link)"},
]);

// The line of an error, until the text changes.
const tint = StateEffect.define();
const tinted = StateField.define({
  create: () => Decoration.none,
  update(shown, change) {
    if (change.docChanged) shown = Decoration.none;
    for (const effect of change.effects) {
      if (!effect.is(tint)) continue;
      const {doc} = change.state, {value} = effect;
      shown = value >= 1 && value <= doc.lines ? Decoration.set(Decoration.line({class: "wrong-line"}).range(doc.line(value).from)) : Decoration.none;
    }
    return shown;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// The place that waits for an answer.
const blank = new MatchDecorator({regexp: /(?<![.\w])\.\.\.(?!\.)/g, decoration: Decoration.mark({class: "blank"})});
const blanks = ViewPlugin.define(
  (view) => ({decorations: blank.createDeco(view), update(change) { this.decorations = blank.updateDeco(change, this.decorations); }}),
  {decorations: (plugin) => plugin.decorations},
);

// makeEditor(parent, {text, label, answer, keys, changed}): keys {"Shift-Enter": act, ...} come before the editor's own.
export const makeEditor = (parent, {text, label, answer, keys, changed}) => {
  const own = Object.entries(keys).map(([key, act]) => ({key, run: () => { act(); return true; }}));
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of(own)),
        keymap.of([
          {key: "Ctrl-m", run: toggleTabFocusMode},
          {key: "Mod-]", run: indentMore},
          {key: "Mod-[", run: indentLess},
          ...defaultKeymap, ...historyKeymap,
        ]),
        history(), python(), indentUnit.of("    "), indentOnInput(), bracketMatching(), syntaxHighlighting(colours),
        tinted, answer ? blanks : [], matchMedia("(max-width: 40rem)").matches ? EditorView.lineWrapping : [],
        EditorView.contentAttributes.of({"aria-label": label, autocorrect: "off", autocapitalize: "off", spellcheck: "false"}),
        EditorView.updateListener.of((change) => { if (change.docChanged) changed(change.state.doc.toString()); }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    set: (now) => view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: now}}),
    insert: (what) => {
      if (what === "indent") indentMore(view);
      else view.dispatch(view.state.replaceSelection(what));
    },
    tint: (line) => view.dispatch({effects: tint.of(line ?? 0)}),
    select: (from, to = from) => view.dispatch({selection: {anchor: Math.min(from, view.state.doc.length), head: Math.min(to, view.state.doc.length)}}),
    focus: () => view.focus(),
    hasFocus: () => view.hasFocus,
    destroy: () => view.destroy(),
    element: view.dom,
  };
};

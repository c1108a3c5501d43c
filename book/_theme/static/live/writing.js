// A cell's editor: CodeMirror, fetched at the first Edit; a plain box where it cannot be had.
import {el} from "./outputs.js";

export const write = async (cell, focus, from) => {
  const area = cell.input.querySelector("pre + textarea");   // an exercise can be written in from the start
  const {makeEditor = plainEditor} = await import("./editor.js").catch(() => ({}));
  const text = area?.value ?? cell.code, range = area && [area.selectionStart, area.selectionEnd];
  const held = area && document.activeElement === area;
  const host = el("div", {className: "editor"});
  cell.pre.after(host);
  cell.pre.hidden = true;
  area?.remove();
  cell.box.classList.add("editing");
  const keys = {
    "Shift-Enter": () => cell.runAnd(true), "Mod-Enter": () => cell.runAnd(false), "Ctrl-Enter": () => cell.runAnd(false),
    Escape: () => cell.leave(),
  };
  const {label} = cell, answer = cell.verb === "Check";
  const editor = cell.editor = makeEditor(host, {text, label, answer, keys, changed: (now) => cell.changed(now)});
  if (matchMedia("(pointer: coarse)").matches) host.append(keyRow(editor));
  if (held || (focus && from !== area)) {
    const blank = answer && text === cell.source ? text.indexOf("...") : -1;
    if (blank >= 0 && range?.[0] === range?.[1]) editor.select(blank, blank + 3);
    else if (range) editor.select(...range);
    editor.focus();
  }
  if (area && text !== cell.code) cell.changed(text);
};

const keyRow = (editor) => {
  const row = el("div", {className: "keys", ariaLabel: "Keys"});
  row.setAttribute("role", "group");
  for (const key of ["indent", "(", ")", "[", "]", ":", ".", "_", "="]) {
    const button = el("button", {type: "button", textContent: key === "indent" ? "⇥" : key, ariaLabel: key === "indent" ? "Indent" : key});
    button.addEventListener("pointerdown", (event) => event.preventDefault());   // the caret stays
    button.addEventListener("click", () => editor.insert(key));
    row.append(button);
  }
  return row;
};

const plainEditor = (host, {text, label, keys, changed}) => {
  const area = el("textarea", {value: text, ariaLabel: label, spellcheck: false, rows: text.split("\n").length});
  area.addEventListener("input", () => changed(area.value));
  area.addEventListener("keydown", (event) => {
    const held = event.shiftKey ? "Shift-" : event.ctrlKey || event.metaKey ? "Ctrl-" : "", act = keys[held + event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  host.append(area);
  return {
    text: () => area.value,
    set: (now) => { area.value = now; },
    insert: (what) => {
      area.setRangeText(what === "indent" ? "    " : what, area.selectionStart, area.selectionEnd, "end");
      changed(area.value);
    },
    select: (start, end = start) => area.setSelectionRange(start, end),
    tint: () => {},
    focus: () => area.focus(),
    hasFocus: () => document.activeElement === area,
    destroy: () => {},
  };
};

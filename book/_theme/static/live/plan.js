// Which cells above must run before one, so that it finds the names that it reads as the page's order makes them.
//
// A cell is {id, n, reads, makes, changes, functions, version, edited}. What a name holds is told by its history: the cell
// that made it and those that changed it, each with its code's version and the histories of what they had read.
const numbers = new Map();
const number = (text) => numbers.get(text) ?? numbers.set(text, numbers.size + 1).get(text);
const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*`, LIST = String.raw`(${NAME}(?:\s*,\s*${NAME})*)`, FIRST = String.raw`(?:^|[^\p{L}\p{N}_.])(${NAME})`;
const all = (code, ...patterns) => patterns.flatMap((one) => [...code.matchAll(new RegExp(one, "gmu"))])
  .flatMap(([, ...lists]) => lists.flatMap((list) => list?.match(new RegExp(NAME, "gu")) ?? []));

// Read: words but those after a dot, and those that are given a value, x = 1 and f(x=1).
const READ = String.raw`${FIRST}(?![\p{L}\p{N}_])(?!\s*=(?![=}]))`;
const MADE = [
  String.raw`^[ \t]*(?:def|class)\s+(${NAME})`,
  String.raw`(?:^|[;=])[ \t]*${LIST}(?=[ \t]*(?:(?:\*\*|//|[-+*/@%])?=(?!=)|:[^=\n]+=(?!=)))`,
  String.raw`\bfor\s+${LIST}\s+in\b`,
  String.raw`\b(?:import|as)\s+${LIST}`,
];
// Changed in its place: W[0] = 1, rnn.sigma = f; row.append(1), rng.normal().
const CHANGED = [
  String.raw`${FIRST}(?:\.${NAME}|\[[^\]\n]*\])+\s*(?:\*\*|//|[-+*/@%])?=(?!=)`,
  String.raw`${FIRST}(?:\.${NAME})*\.(?:append|extend|insert|pop|remove|clear|sort|reverse|update|setdefault|add|discard|fill|resize|put|partition`
    + String.raw`|shuffle|seed|random|normal|standard_normal|uniform|integers|choice|permutation)\(`,
  String.raw`\bdel\s+${LIST}`,
];
const BOUND = String.raw`\bdef\s+\w+\s*\(([^)]*)\)|\blambda\b([^:]*):|^[ \t]+([\w, ]+?)\s*[-+*/@]?=(?!=)|\bfor\s+([\w, ()]+?)\s+in\b`;

// The code without its comments, and of texts only what an f-string reads.
const TEXTS = /(?:\b([a-z]{1,2}))?("""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#.*/gi;
const bare = (code) => code.replace(TEXTS, (found, kind = "", text = "") => /f/i.test(kind) ? `(${text.match(/\{[^{}]*\}/g)?.join(" ") ?? ""})` : "()");

// What stands in brackets, taken out: what is given a value there is no name of the page.
const flat = (code) => {
  const less = code.replace(/\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}/g, "#");
  return less === code ? code : flat(less);
};
const BODY = /^([ \t]*)(def\b.*\n)(?:\1[ \t]+.*\n|[ \t]*\n)*/gm;

// The names of a cell that the reader has edited, told from its text. What a function binds is not read, unless a line
// outside of it says it too.
export const reread = (cell, written) => {
  const code = bare(written);
  const outside = new Set(all(code.split("\n").filter((line) => !/^(\s|def\b|@)/.test(line)).join("\n"), READ));
  const bound = new Set(all(code, BOUND).filter((name) => !outside.has(name)));
  const makes = all(flat(`${code}\n`).replace(BODY, "$1$2"), ...MADE);
  const reads = all(code, READ).filter((name) => !bound.has(name));
  const changes = all(code, ...CHANGED).filter((name) => !makes.includes(name));
  const unique = (...names) => [...new Set(names)];
  return {...cell, reads: unique(...reads), makes: unique(...cell.makes, ...makes), changes: unique(...cell.changes, ...changes)};
};

// joined(cells, sure): those that surely take part; and of the others, exercises not answered and solutions not opened,
// each that alone makes a name which one of them reads.
export const joined = (cells, sure) => {
  const taking = new Set(sure);
  for (const cell of taking) {
    for (const name of read(cells, cell)) {
      const makers = cells.filter((one) => one.n < cell.n && one.makes.includes(name));
      if (makers.length && !makers.some((one) => taking.has(one))) taking.add(makers.at(-1));
    }
  }
  return cells.filter((cell) => taking.has(cell));
};

// before(cells, target, state): the cells to run before `target`, in order. `cells` are those of the page that take part.
export const before = (cells, target, state) => {
  const above = cells.filter((cell) => cell.n < target.n);
  const due = fromTheTop([...above, target]);
  const found = needed(above, target);
  const again = new Set();
  for (let stable = false; !stable;) {
    stable = true;
    const now = new Map(state);
    for (const cell of [...found.filter((one) => again.has(one)), target]) {
      for (const name of [...read(above, cell), ...cell.changes]) {
        const makers = chain(above, name, cell);
        if (!makers.length || said(now, name) === said(due.get(makers.at(-1)).state, name)) continue;
        for (const one of makers) if (!again.has(one)) { again.add(one); stable = false; }
      }
      apply(now, cell, due.get(cell).mark);
    }
  }
  return found.filter((one) => again.has(one));
};

// What a cell is marked with if the page runs from the top: one that bears another mark shows what is no longer so.
export const mark = (cells, target) => fromTheTop(cells.filter((cell) => cell.n <= target.n)).get(target).mark;

// What the names hold once a cell has run; one that failed leaves what nobody expects.
export const apply = (state, cell, mark, failed = false) => {
  const left = failed ? `failed ${mark}` : mark;
  for (const name of cell.makes) state.set(name, [left]);
  for (const name of cell.changes) state.set(name, [...state.get(name) ?? [], left]);
};

const fromTheTop = (cells) => {
  const state = new Map(), due = new Map();
  for (const cell of cells) {
    const mark = number([cell.id, cell.version, ...cell.reads.map((name) => said(state, name))].join("|"));
    apply(state, cell, mark);
    due.set(cell, {mark, state: new Map(state)});
  }
  return due;
};

const said = (state, name) => (state.get(name) ?? []).join(",");

// The names that a cell reads, and those that the functions among them read when they are called.
const read = (above, cell) => {
  const names = new Set(cell.reads);
  for (const name of names) {
    const maker = above.findLast((one) => one.n < cell.n && one.makes.includes(name));
    for (const more of maker?.functions[name] ?? []) names.add(more);
  }
  return names;
};

const chain = (above, name, cell) => {
  const touched = above.filter((one) => one.n < cell.n && (one.makes.includes(name) || one.changes.includes(name)));
  return touched.slice(Math.max(0, touched.findLastIndex((one) => one.makes.includes(name))));
};

// needed(cells, target): those of `cells` on which `target` depends, in order.
export const needed = (cells, target) => {
  const above = cells.filter((cell) => cell.n < target.n);
  const found = new Set(), waiting = [target];
  while (waiting.length) {
    const cell = waiting.pop();
    for (const name of [...read(above, cell), ...cell.changes]) {
      for (const one of chain(above, name, cell)) if (!found.has(one)) { found.add(one); waiting.push(one); }
    }
  }
  return above.filter((one) => found.has(one));
};

// What the reader wrote and passed, a key a cell, in this browser only. Where nothing can be kept, `trouble` says so once.
const KEY = "rnncourse:cell:";
const trouble = new Set();
export const keeps = () => !trouble.size;
let tell = () => {};
export const onTrouble = (say) => { tell = say; };

// What is kept may be from elsewhere: whatever has not its own kind is as if it were not there.
export const load = (id) => {
  try {
    const entry = JSON.parse(localStorage.getItem(KEY + id)) ?? {}, {code, said, tries, hints} = entry;
    if (typeof code !== "string") delete entry.code;
    if (typeof said?.head !== "string" || typeof said.body !== "string") delete entry.said;
    return Object.assign(entry, tries && {tries: Number(tries) || 0}, hints && {hints: Number(hints) || 0});
  } catch { return {}; }
};

// Read again before writing: another tab may have written since. What was passed stays passed, tries only grow.
export const save = (id, change) => {
  const old = load(id), entry = {...old, ...change};
  for (const key of Object.keys(entry)) if (entry[key] == null) delete entry[key];
  try {
    if (Object.keys(entry).length) localStorage.setItem(KEY + id, JSON.stringify(entry));
    else localStorage.removeItem(KEY + id);
  } catch (error) {
    const full = error?.name === "QuotaExceededError";
    const sentence = full
      ? "The browser's storage is full: what you write here lasts until you leave the page."
      : "This browser keeps nothing for this page: what you write here lasts until you leave it.";
    const known = trouble.has(sentence);
    trouble.add(sentence);
    if (!known) tell(sentence);
  }
  dispatchEvent(new CustomEvent("rnn:progress"));
  return entry;
};

export const begun = (doc) => {
  try { localStorage.setItem(`rnncourse:seen:${doc}`, 1); } catch { /* then nothing is shown as begun */ }
};

// Another tab wrote: call back with the cell's id and what is stored now.
export const watch = (changed) => addEventListener("storage", ({key}) => {
  if (key === null || key.startsWith(KEY)) changed(key && key.slice(KEY.length));
});

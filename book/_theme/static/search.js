// For Sphinx's search: nothing is marked on the pages found, so nothing is stored; and what it says if there is none.
const SPHINX_HIGHLIGHT_ENABLED = false;
// A line of each page found; a page opened from a folder may not fetch the others.
DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";
// It is a line of the text: not of the contents, nor a formula's letters said twice, and it gives no answer away.
const UNTOLD = "details.contents, math, svg, pre, p.lesson, .lesson-foot, .choice-answer, .solution, .rnn-check, .verified, .fold > summary";
document.addEventListener("DOMContentLoaded", () => {
  const plain = Search.htmlToText;
  Search.htmlToText = (html, place) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(UNTOLD).forEach((part) => part.remove());
    return plain(page.documentElement.outerHTML, place);
  };
});
// A word that no page has may be one that is spelled nearly so.
const apart = (a, b) => {
  let row = [...b, ""].map((_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    row = row.reduce((next, up, j) => [...next, j ? Math.min(up + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1])) : i], []);
  }
  return row.at(-1);
};
const near = (word, words) => words.reduce((best, other) => {
  const far = Math.abs(other.length - word.length) > 2 || other[0] !== word[0] ? 9 : apart(word, other);
  return far < best.far ? {far, other} : best;
}, {far: Math.min(3, Math.ceil(word.length / 3))}).other;
addEventListener("load", () => {
  const asked = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase().match(/[a-z]{4,}/g) ?? [];
  const known = {...Search._index?.terms, ...Search._index?.titleterms}, words = Object.keys(known).filter((word) => /^[a-z]{4,}$/.test(word));
  const better = asked.map((word) => (words.some((other) => other.startsWith(word) || word.startsWith(other)) ? word : near(word, words) ?? word));
  if (!words.length || better.join() === asked.join()) return;
  const line = Object.assign(document.createElement("p"), {className: "near", textContent: "Did you mean "});
  line.append(Object.assign(document.createElement("a"), {href: `?q=${encodeURIComponent(better.join(" "))}`, textContent: better.join(" ")}), "?");
  document.querySelector("#search-results").before(line);
});
const VAIN = "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.";
Documentation.TRANSLATIONS["Search finished, found ${resultCount} page(s) matching the search query."] = "${resultCount} places found. The arrow keys go from one to the next.";
Documentation.TRANSLATIONS[VAIN] = "No page has these words. Try fewer of them, or the name of a function.";
// Numbers are words here; and who asks for words alone that every page has, is told so.
document.addEventListener("DOMContentLoaded", () => {
  const parse = Search._parseQuery;
  Search._parseQuery = (query) => {
    const read = parse(query), words = splitQuery(query.toLowerCase());
    words.filter((word) => /^\d+$/.test(word)).forEach((number) => { read[1].add(number); read[3].add(number); });
    if (words.length && !read[1].size && !read[2].size) {
      Documentation.TRANSLATIONS[VAIN] = `Words such as “${words[0]}” are on every page, so they are not searched. Try one that is rarer.`;
    }
    return read;
  };
});
// What is found stands in groups, lessons first; its words are marked, and the arrow keys go from one to the next.
const GROUPS = [["Lessons", /^(\d-|watch|prereq)/], ["Functions", /^appendix\/api/], ["Equations", /^appendix\/(cert|wild|notation)/], ["More", /./]];
const inMarks = (text, words) => text.split(words).map((part, i) => (i % 2 ? Object.assign(document.createElement("mark"), {textContent: part}) : part));
document.addEventListener("DOMContentLoaded", () => {
  let words = /(?!)/;
  const {query, _parseQuery: parse, makeSearchSummary: summary} = Search;
  Search._parseQuery = (text) => {
    const read = parse(text), stems = [...read[1]].filter((stem) => /^\w+$/.test(stem));
    if (stems.length) words = new RegExp(`(\\b(?:${stems.join("|")})\\w*)`, "i");
    return read;
  };
  Search.makeSearchSummary = (...asked) => {
    const line = summary(...asked);
    line?.replaceChildren(...inMarks(line.textContent, words));
    return line;
  };
  Search.query = (text) => {
    const lists = new Map(), all = document.createElement("div");
    for (const [name] of GROUPS) {
      const group = Object.assign(document.createElement("section"), {hidden: true}), list = document.createElement("ul");
      list.className = "search";
      group.append(Object.assign(document.createElement("h3"), {textContent: name}), list);
      all.append(group);
      lists.set(name, list);
    }
    Search.output.replaceWith(all);
    Search.output = {appendChild(found) {
      const link = found.querySelector("a"), [name] = GROUPS.find(([, pages]) => pages.test(link.getAttribute("href")));
      link.replaceChildren(...inMarks(link.textContent, words));
      lists.get(name).append(found);
      lists.get(name).parentElement.hidden = false;
    }};
    query(text);
  };
});
document.addEventListener("keydown", (event) => {
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key], at = document.activeElement;
  if (!step || !at.closest("form.search, #search-results")) return;
  const stops = [document.querySelector("form.search input"), ...document.querySelectorAll("#search-results li > a")];
  stops[stops.indexOf(at) + step]?.focus();
  event.preventDefault();
});

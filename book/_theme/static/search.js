// For Sphinx's search: nothing is marked on the pages found, so nothing is stored; and what it says if there is none.
const SPHINX_HIGHLIGHT_ENABLED = false;
// A line of each page found; a page opened from a folder may not fetch the others.
DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";
// It is a line of the text: not of the contents, nor a formula's letters said twice.
document.addEventListener("DOMContentLoaded", () => {
  const plain = Search.htmlToText;
  Search.htmlToText = (html, place) =>
    plain(html.replace(/<details class="contents">[^]*?<\/details>|<math[^]*?<\/math>|<p class="lesson[^]*?<\/p>/g, ""), place);
});
const VAIN = "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.";
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

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
Documentation.TRANSLATIONS[
  "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories."
] = "No page has these words. Try fewer of them, or the name of a function.";

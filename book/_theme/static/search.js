// For Sphinx's search: nothing is marked on the pages found, so nothing is stored; and what it says if there is none.
const SPHINX_HIGHLIGHT_ENABLED = false;
Documentation.TRANSLATIONS[
  "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories."
] = "No page has these words. Try fewer of them, or the name of a function.";

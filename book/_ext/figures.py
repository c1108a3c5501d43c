"""Pictures have numbers that say their page, and captions: what the function that draws says of itself."""

import ast
import importlib
import inspect
import re
from html import escape, unescape
from pkgutil import iter_modules

from docutils import nodes

from rnncourse import figures

from .mathematics import TERMS, typeset
from .numbering import prefix

ALONE = {"growth_curves", "confusion_matrix"}  # imported by name


def drawing(source):
    """The function of rnncourse.figures that the code calls or hands to explore, or None."""
    nodes_ = list(ast.walk(ast.parse(source)))
    used = {n.attr for n in nodes_ if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "pictures"}
    used |= ALONE & {n.id for n in nodes_ if isinstance(n, ast.Name)}
    modules = [
        importlib.import_module(f"{figures.__name__}.{m.name}") for m in iter_modules(figures.__path__)
    ]
    named = [getattr(module, name, None) for name in sorted(used) for module in modules]
    return next(filter(inspect.isfunction, named), None)


def caption(source, alt):
    """The first sentence of the function's docstring; of one that draws any curves, of the alt text."""
    function = drawing(source)
    words = function.__doc__.split("\n")[0] if function and function.__name__ != "growth_curves" else alt
    sentence = re.match(r".*?\.(?=\s|$)|.*", words.strip())[0].rstrip(".:")
    return sentence[:1].upper() + sentence[1:]


def buttons(doctree, drawn):
    """For the keyboard: a button for each term that the picture shares with an equation of the page."""
    shown = set(re.findall(r'data-term="(\w+)"', drawn))
    labels = [node.get("label") for node in doctree.findall(nodes.math_block)]
    shared = {name: term for label in labels for term, name in TERMS.get(label, {}).items() if name in shown}
    if not shared:
        return ""
    button = '<button type="button" data-term="{}"><span class="unseen">Light {} </span>{}</button>'
    row = (button.format(name, WORDS[name], inline(term)) for name, term in shared.items())
    return f'<span class="figure-terms">In formula and picture: {"".join(row)}</span>'


WORDS = {
    "f": "the forget gate",
    "i": "the input gate",
    "o": "the output gate",
    "c": "the candidate",
    "z": "what the gates read",
    "C": "the cell",
    "h": "the hidden state",
    "J": "the transport",
    "g": "the slope of the loss",
    "copy": "the copy of W",
    "W": "the weights W",
    "U": "the weights U",
    "x": "the input",
    "before": "the state before",
}


def inline(term):
    return typeset(term.rstrip(" ="), False)[0]


def number_figures(app, doctree, docname):
    cells = [n for n in doctree.findall(nodes.container) if n.get("nb_element") == "cell_code"]
    number = 0
    for cell in cells:
        outputs = [part for part in cell if part.get("nb_element") == "cell_code_output"]
        texts = [raw.astext() for part in outputs for raw in part.findall(nodes.raw)]
        drawn = next((text for text in texts if "rnn-figure" in text), None)
        if drawn is None:
            continue
        number += 1
        alt = unescape(re.search(r'aria-label="([^"]*)"', drawn[drawn.index("rnn-figure") :])[1])
        name = f"{prefix(docname)}{number}"
        source = next(cell.findall(nodes.literal_block)).astext()
        words = f"<b>Figure {name}.</b> {escape(caption(source, alt))}."
        says = f'<p class="figure-caption" id="figure-{name}">{words}{buttons(doctree, drawn)}</p>'
        cell.insert(cell.index(outputs[-1]) + 1, nodes.raw("", says, format="html"))


def setup(app):
    app.connect("doctree-resolved", number_figures, priority=945)

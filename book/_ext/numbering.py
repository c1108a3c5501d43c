"""Numbers that say their page: (1a.3) is the third equation of page a of chapter 1, with its certificate."""

import re

from docutils import nodes
from sphinx.util import logging

from rnncourse.certificates import LABELS

log = logging.getLogger(__name__)


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


def see_labels(app, env):
    """Where a label came, went or moved, all pages are written anew: any of them may refer to it."""
    labels = {name: number for name, (_, number) in env.get_domain("math").equations.items()}
    before, env.rnn_labels = getattr(env, "rnn_labels", labels), labels
    return [] if before == labels else sorted(env.found_docs)


def mark(self, label):
    """The link from an equation's number to its certificate."""
    if label not in LABELS:
        log.warning("equation %s has no certificate in rnncourse.certificates", label)
    page = self.builder.get_relative_uri(self.builder.current_docname, "appendix/certificates")
    href, name = f"{page}#{nodes.make_id(f'cert-{label}')}", f"certificate of equation {label}"
    return f' <a class="certificate" href="{href}" aria-label="{name}" title="{name}">✓</a>'


def setup(app):
    app.connect("doctree-read", number_equations)
    app.connect("env-updated", see_labels)
    app.connect("env-check-consistency", number_exercises)

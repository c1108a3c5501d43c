"""Numbers that say their page: (1a.3) is the third equation of page a of chapter 1, with its certificate."""

import json
import re
from functools import lru_cache
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from rnncourse.certificates import LABELS

log = logging.getLogger(__name__)


def prefix(docname):
    """What the numbers of a page begin with: "1a." in a lesson, "Memory." in a laboratory."""
    if lab := re.search(r"/lab-(\w+)", docname):
        return f"{lab[1].capitalize()}."
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
    href, name = f"{page}#{nodes.make_id(f'cert-{label}')}", f"How it was tested: equation {label}"
    link = f'<a class="certificate" href="{href}" aria-label="{name}">How it was tested</a>'
    facts = [line.split(": ", 1) for line in certificate(self.builder.app.srcdir).get(label, ())]
    rows = "".join(
        f"<li>{escape(value)} {escape(key)}</li>"
        if key.startswith("wrong")
        else f"<li>{escape(key)}: error {escape(value)}</li>"
        for key, value in facts
    )
    compared = f"<p>Compared by a program with</p><ul>{rows}</ul>" if rows else ""
    pill = f'<summary aria-label="equation {label}: verified">verified</summary>'
    return f'<details class="verified">{pill}<div class="verified-by">{compared}<p>{link}</p></div></details>'


@lru_cache(1)
def certificate(srcdir):
    """What the page of certificates prints of each equation: oracles, errors, wrong variants."""
    page = Path(srcdir) / "appendix/certificates.ipynb"
    if not page.exists():
        return {}
    cells = json.loads(page.read_text("utf-8"))["cells"]
    outputs = [
        out for cell in cells for out in cell.get("outputs", ()) if "text/plain" in out.get("data", {})
    ]
    printed = ["".join(out["data"]["text/plain"]).split("\n") for out in outputs]
    return {label.strip(): [line.strip() for line in lines if ": " in line] for label, *lines in printed}


def setup(app):
    app.connect("doctree-read", number_equations)
    app.connect("env-updated", see_labels)
    app.connect("env-check-consistency", number_exercises)

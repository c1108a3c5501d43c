"""Links into what a cell shows: an id in stored HTML that links name, such as a published row."""

import re

from docutils import nodes


def register(app, doctree):
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for node in doctree.findall(nodes.raw):
        for name, title in re.findall(r'\bid="(wild-(\w+))"', node.astext()):
            slugs[name] = 0, name, title.upper()


def setup(app):
    app.connect("doctree-read", register)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

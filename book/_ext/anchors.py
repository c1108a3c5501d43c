"""Links to a published row: MyST knows the headings of another page, and here its named containers too."""

from docutils import nodes


def register(app, doctree):
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for node in doctree.findall(nodes.container):
        slugs.update({name: (0, name, name) for name in node["ids"] if name.startswith("wild-")})


def setup(app):
    app.connect("doctree-read", register)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

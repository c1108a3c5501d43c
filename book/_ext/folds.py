"""What a first reading does not need is folded: imports, calls of pictures, what goes deeper."""

import ast

from docutils import nodes

from .raw import wrap

# Whatever else is called computes something worth reading.
HARMLESS = {"Grid", "range", "list", "np", "pictures", "stored"}


def picture_only(source):
    """Whether the code does no more than draw: pictures.name(...) or explore(...), and grids before it."""
    *before, last = ast.parse(source).body
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return False
    calls = [node.func for part in before for node in ast.walk(part) if isinstance(node, ast.Call)]
    calls += [node.func for part in last.value.args for node in ast.walk(part) if isinstance(node, ast.Call)]
    named = {_root(call) for call in calls}
    return _root(last.value.func) in {"pictures", "explore"} and named <= HARMLESS | {"explore"}


def _root(function):
    while isinstance(function, ast.Attribute):
        function = function.value
    return getattr(function, "id", None)


def imports(source):
    """How many import statements the code begins with; it may define small things after them."""
    body = ast.parse(source).body
    return sum(isinstance(part, ast.Import | ast.ImportFrom) for part in body)


def fold(node, summary):
    """Fold the cell's code under the summary; all of it stays on the page and in its toolbar's reach."""
    code = node[0]
    start = f'<details class="fold"><summary>{summary}</summary>'
    code.children, inside = [], code.children
    code += wrap(start, inside, "</details>")


def fold_cells(app, doctree, docname):
    cells = [
        node
        for node in doctree.findall(nodes.container)
        if node.get("nb_element") == "cell_code"
        and len(node)
        and node[0].get("nb_element") == "cell_code_source"
    ]
    for node in cells:
        source = node[0].astext()
        try:
            count, drawing = imports(source), picture_only(source)
        except SyntaxError:  # shown as a mistake, or a magic command
            continue
        if count and len(node) == 1:
            fold(node, f"Setup · {count} import{'s' * (count > 1)}")
        elif drawing and len(node) == 2 and "predict" not in node.get("classes", ()):
            fold(node, "How it was drawn")
            node["classes"].append("picture-first")
            node.children.reverse()


def fold_deeper(app, doctree, docname):
    for section in list(doctree.findall(nodes.section)):
        if section[0].astext().startswith("Going deeper"):
            title, *rest = section.children
            summary = wrap("<summary>", [title], "</summary>")
            section.children = []
            section += wrap('<details class="deeper">', [*summary, *rest], "</details>")


def setup(app):
    app.connect("doctree-resolved", fold_cells, priority=940)
    app.connect("doctree-resolved", fold_deeper, priority=960)

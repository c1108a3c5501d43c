"""Code that runs on the page: marks its cells, groups exercises into cards, writes what Run needs.

A page's own facts go to _static/live/pages/<page>.json, asked for at the first Run or Edit; those of all
pages together (exercises, questions) to _static/live/progress.json, asked for once something was answered.
"""

import ast
import json
import re
import symtable
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from rnncourse.check import EXERCISES
from rnncourse.check.verdicts import marked

from .numbering import prefix
from .raw import wrap

log = logging.getLogger(__name__)
CHECK = re.compile(r'\bcheck\(\s*"([^"]+)"')
CHANGES = {"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault"}
CHANGES |= {"add", "discard", "fill", "resize", "put", "setflags", "partition", "shuffle", "seed"}
WEIGHT = "Python, 9 MB, once; figures are 9 MB more"  # tests/book/test_live.py weighs them
REQUIRED = 3  # as many of a page's exercises count as required where it marks none


def names(source, generators=frozenset()):
    """What a cell reads, makes and changes, and what its functions read when they are called."""
    tree = ast.parse(source)
    reads, makes = flow(tree.body, set())
    changes = reads & generators
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            changes.add(root(node))
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES
        ):
            changes.add(root(node.func))
    scopes = symtable.symtable(source, "cell", "exec").get_children()
    functions = {scope.get_name(): asked(scope) for scope in scopes if scope.get_name() in makes}
    return reads, makes, (changes - makes) & reads, functions


def flow(statements, made):
    """What the statements read before they make it, and what they make."""
    reads, makes = set(), set()
    for node in statements:
        if isinstance(node, ast.For):
            found, targets = (
                flow([ast.Expr(node.iter)], set())[0],
                flow([ast.Assign([node.target], ast.Constant(0))], set())[1],
            )
            inner, more = flow(node.body + node.orelse, targets)
            found, own = found | inner, targets | more
        else:
            top = symtable.symtable(ast.unparse(ast.fix_missing_locations(node)), "cell", "exec")
            symbols = top.get_symbols()
            own = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
            found = {s.get_name() for s in symbols if s.is_referenced()}.union(
                *map(asked, top.get_children())
            )
        reads |= found - makes - made
        makes |= own
    return reads, makes


def asked(scope):
    """The page's names that a function or comprehension reads, and those within it."""
    own = {s.get_name() for s in scope.get_symbols() if s.is_global() and s.is_referenced()}
    return own.union(*map(asked, scope.get_children()))


def root(node):
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def generators(sources):
    """The names that hold random generators: whoever reads one changes it."""
    drawn = re.compile(r"^(\w+) = np\.random\.default_rng\(", re.MULTILINE)
    return {name for source in sources for name in drawn.findall(source)}


def code_cells(path):
    """The notebook's code cells that the page shows, by their place among all cells."""
    cells = json.loads(Path(path).read_text("utf-8"))["cells"]
    shown = {i: cell for i, cell in enumerate(cells) if cell["cell_type"] == "code"}
    return {
        i: cell
        for i, cell in shown.items()
        if not {"remove-cell", "remove-input"} & set(cell["metadata"].get("tags", ()))
    }


def text(value):
    return "".join(value)


def mark_cells(app, doctree, docname):
    """Give each code cell its place and name, and each exercise its card."""
    path = app.env.doc2path(docname)
    if not path.endswith(".ipynb"):
        return
    cells = code_cells(path)
    found = [
        node
        for node in doctree.findall(nodes.container)
        if node.get("nb_element") == "cell_code" and node["cell_index"] in cells
    ]
    facts = {}
    for n, node in enumerate(found, 1):
        cell = cells[node["cell_index"]]
        facts[cell["id"]] = {
            "id": cell["id"],
            "n": n,
            "source": text(cell["source"]),
            "outputs": [o | {"text": text(o["text"])} if "text" in o else o for o in cell["outputs"]],
            "tags": cell["metadata"].get("tags", []),
            "live": cell["metadata"].get("live", {}),
            "exercise": None,
            "role": None,
        }
        node["cell_id"] = cell["id"]
    exercises = make_cards(app, doctree, docname, facts)
    for node in found:
        fact = facts[node["cell_id"]]
        marks = {key: fact[key] for key in ("exercise", "role")} | {"minutes": takes(**fact["live"])}
        more = "".join(f' data-{key}="{escape(str(value))}"' for key, value in marks.items() if value)
        start = (
            f'<div class="{" ".join(node["classes"])}" data-cell="{fact["id"]}" data-n="{fact["n"]}"{more}>'
        )
        parent, place = node.parent, node.parent.index(node)
        del parent[place]
        parent[place:place] = wrap(start, node.children, "</div>")
    announce(doctree, docname, len(found))
    drawn = generators(fact["source"] for fact in facts.values())
    made = set()
    for fact in facts.values():
        reads, makes, changes, functions = names(fact["source"], drawn)
        made |= makes
        fact |= {"reads": reads, "makes": makes, "changes": changes, "functions": functions}
    for fact in facts.values():
        for key in ("reads", "makes", "changes"):
            fact[key] = sorted(fact[key] & made)
        fact["functions"] = {
            name: [n for n in found if n in made] for name, found in fact["functions"].items()
        }
    write(facts_of_page(app, docname), {"doc": docname, "cells": list(facts.values()), **exercises})


def takes(minutes=None, **others):
    return minutes and f"Takes about {f'{minutes} minutes' if minutes > 1 else 'a minute'} here"


def make_cards(app, doctree, docname, facts):
    """Each exercise with its code and its solution in one box; what the scripts want to know of them."""
    wanted = [node for node in doctree.findall(nodes.Element) if "exercise" in node.get("classes", ())]
    entries, answers = [], {}
    for node in wanted:
        parent, label = node.parent, node["ids"][0]
        card, stubs, solved = [node], [], []
        for after in parent.children[parent.index(node) + 1 :]:
            last = "solution" in after.get("classes", ())
            if not last and after.get("nb_element") != "cell_code":
                break
            card.append(after)
            (solved if last else stubs).extend(
                facts[one["cell_id"]] for one in after.findall(nodes.container) if "cell_id" in one
            )
            if last:
                break
        for role, group in (("stub", stubs), ("solution", solved)):
            for fact in group:
                key = CHECK.search(fact["source"])
                if role == "solution" or (key and key[1] in EXERCISES):
                    fact |= {"role": role, "exercise": key[1] if key else label}
        asked = [fact for fact in stubs if fact["exercise"] in EXERCISES]
        entries.append((node, card, asked))
    checked = [node for node, _, asked in entries if asked]
    required = [node for node in checked if "required" in node["classes"]] or checked[:REQUIRED]
    numbers = app.env.toc_fignumbers.get(docname, {}).get("exercise", {})
    known = []
    for node, card, asked in entries:
        label = node["ids"][0]
        facts_of = head(node, ".".join(map(str, numbers.get(label, ()))), node in required if asked else None)
        if asked:
            known.append(facts_of | {"cells": [fact["id"] for fact in asked]})
        for fact in asked:
            name_verdicts(card, fact["exercise"], facts_of["number"])
            hints = [marked(hint) for hint in EXERCISES[fact["exercise"]].hints]
            answers[fact["id"]] = {"exercise": label, "number": facts_of["number"], "hints": hints}
        if asked and card[-1] is not node:
            suggest(card[-1])
        parent, place = node.parent, node.parent.index(node)
        del parent[place : place + len(card)]
        start = f'<div class="card" data-label="{label}">'
        parent[place:place] = wrap(start, card, "</div>")
    return {"exercises": known, "answers": answers, "equations": equations(app, docname)}


def name_verdicts(card, key, number):
    """What a check says is headed by the exercise's number on the page, where a notebook has its key."""
    for raw in (raw for part in card for raw in part.findall(nodes.raw)):
        said = raw.astext()
        if 'class="rnn-check"' in said:
            raw[0] = nodes.Text(re.sub(rf"(?<=[>\"]){re.escape(key)}(?= · )", f"Exercise {number}", said))


def head(node, number, required):
    """The exercise's title as a row: number, name, stars, whether it is required, a place for its state."""
    title = node[0]
    stars = title.astext().count("★")
    for leaf in list(title.findall(nodes.Text)):
        if "★" in leaf:
            leaf.parent.replace(leaf, nodes.Text(re.sub(r"\s*\(★+\)", "", leaf)))
    name = title.astext().removeprefix("Exercise").strip()
    drawn = "★" * stars + "☆" * (3 - stars)
    shown = f'<span class="stars" role="img" aria-label="{stars} of 3 stars">{drawn}</span>'
    kind = "" if required is None else "required" if required else "further practice"
    state = f'<span class="kind">{kind}</span><span class="pill" hidden="hidden">not answered</span>'
    title += nodes.raw("", f" {shown if stars else ''} {state if kind else ''}", format="html")
    return {"id": node["ids"][0], "number": number, "title": name, "required": bool(required)}


def suggest(solution):
    """A word beside the solution's name, which goes once the reader has tried."""
    for node in solution.findall(nodes.raw):
        if node.astext() == "</summary>":
            suggestion = nodes.raw("", ' <span class="first">Try once first?</span>', format="html")
            node.parent.insert(node.parent.index(node), suggestion)
            return


def equations(app, docname):
    """Where each labelled equation is, seen from this page, and its number."""
    builder, domain = app.builder, app.env.get_domain("math")
    return {
        label: [
            f"{prefix(page)}{str(number).rpartition('.')[2]}",
            f"{builder.get_relative_uri(docname, page)}#equation-{label}",
        ]
        for label, (page, number) in domain.equations.items()
    }


def announce(doctree, docname, count):
    """One line below the head of the page: how many cells run, and what that costs."""
    if not count or docname == "index":
        return
    line = (
        f'<p class="runs" hidden="hidden">{count} '
        f"{'cells run' if count > 1 else 'cell runs'} here, in your browser. "
        f"<strong>Nothing is fetched until you press Run</strong>; then {WEIGHT}.</p>"
    )
    top = next(doctree.findall(nodes.section))
    place = next(
        (i for i, node in enumerate(top) if i and not isinstance(node, nodes.paragraph | nodes.bullet_list)),
        len(top),
    )
    top.insert(place, nodes.raw("", line, format="html"))


def facts_of_page(app, docname):
    return Path(app.outdir) / "_static/live/pages" / f"{docname.replace('/', '--')}.json"


def write(path, facts):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, ensure_ascii=False, separators=(",", ":")), "utf-8")


def write_progress(app, error):
    """All pages in the order of the course: their exercises and questions."""
    if error or app.builder.format != "html":
        return
    env, pages = app.env, []
    for docname in sorted(env.found_docs, key=reading_order(env)):
        path = facts_of_page(app, docname)
        exercises = json.loads(path.read_text("utf-8"))["exercises"] if path.exists() else []
        questions = env.metadata.get(docname, {}).get("choices", [])
        if exercises or questions:
            title = env.titles[docname].astext()
            pages.append({"doc": docname, "title": title, "exercises": exercises, "questions": questions})
    write(Path(app.outdir) / "_static/live/progress.json", {"pages": pages})


def reading_order(env):
    """The place of a page in the table of contents."""
    order, waiting = {}, [env.config.root_doc]
    while waiting:
        docname = waiting.pop(0)
        if docname not in order:
            order[docname] = len(order)
            waiting[:0] = env.toctree_includes.get(docname, [])
    return lambda docname: order.get(docname, len(order))


def see_progress(app, pagename, templatename, context, doctree):
    context["cells_run"] = doctree is not None and 'data-cell="' in context.get("body", "")


def setup(app):
    app.connect("doctree-resolved", mark_cells, priority=950)
    app.connect("html-page-context", see_progress)
    app.connect("build-finished", write_progress)
    return {"env_version": 2, "parallel_read_safe": True}

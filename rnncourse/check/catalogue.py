"""The known mistakes as tables: what the course's page "Mistakes this course knows" shows."""

from html import escape
from typing import NamedTuple

from .exercises import EXERCISES
from .judging import confusion, unknown
from .verdicts import LEFT, Note, marked, printable


class Table(NamedTuple):
    """A table with a caption; the first column names its row."""

    caption: str
    columns: tuple
    rows: list

    def __str__(self):
        rows = [" | ".join(row) for row in [self.columns, *self.rows]]
        return printable("\n".join([self.caption, *rows]))

    __repr__ = __str__

    def _repr_html_(self):
        head = "".join(f'<th scope="col" {LEFT}>{escape(column)}</th>' for column in self.columns)
        rows = ""
        for first, *rest in self.rows:
            cells = "".join(f"<td {LEFT}>{marked(cell)}</td>" for cell in rest)
            rows += f'<tr><th scope="row" {LEFT}>{marked(first)}</th>{cells}</tr>'
        return (
            f'<table class="rnn-mistakes"><caption>{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def catalogue(exercise=None):
    """The mistakes of one exercise with their reasons; or, for all, how many are made and how many named."""
    if exercise is None:
        counts = ("exercise", "mistakes", "wrong answers tried", "called by their name")
        return Table("Every wrong answer, handed in", counts, [_count(key) for key in sorted(EXERCISES)])
    if not isinstance(exercise, str) or exercise not in EXERCISES:
        return Note("No exercise", unknown(exercise))
    ex = EXERCISES[exercise]
    rows = [(f"{m.slug} `{m.breaks}`" if m.breaks else m.slug, m.says, m.why) for m in ex.mistakes.values()]
    return Table(
        f"{exercise}: {ex.title}", ("mistake, equation", "what the check says", "why one makes it"), rows
    )


def _count(key):
    made = [row for row in confusion(key, pairs=True) if row[0] != "right"]
    named = sum(name == called for name, called in made)
    return key, str(len(EXERCISES[key].mistakes)), str(len(made)), str(named)

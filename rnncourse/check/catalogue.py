"""The known mistakes as tables: what the course's page "Mistakes this course knows" shows."""

from collections import Counter
from html import escape
from typing import NamedTuple

from . import relations, search
from .answers import TOLERANCE
from .exercises import EXERCISES, draw
from .judging import confusion, samples_of, unknown, which
from .verdicts import LEFT, Note, marked, printable


class Table(NamedTuple):
    """A table with a caption; the first column names its row, the others hold numbers or else sentences."""

    caption: str
    columns: tuple
    rows: list
    sentences: bool = False

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
        kind = "rnn-mistakes sentences" if self.sentences else "rnn-mistakes"
        return (
            f'<table class="{kind}"><caption>{escape(self.caption)}</caption>'
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
        f"{exercise}: {ex.title}",
        ("mistake, equation", "what the check says", "why one makes it"),
        rows,
        True,
    )


def _count(key):
    made = [row for row in confusion(key, pairs=True) if row[0] != "right"]
    named = sum(name == called for name, called in made)
    return key, str(len(EXERCISES[key].mistakes)), str(len(made)), str(named)


def slips(exercise=None):
    """What becomes of every slip that the search knows: of those of one exercise, or of all."""
    if exercise is not None and (not isinstance(exercise, str) or exercise not in search.sources()):
        return Note("No slips", f"The search knows slips in {', '.join(search.sources())}.")
    columns = ("exercise", "slips", "called by name", "by kind", "numbers alone", "an error", "no change")
    rows = [_slips(key) for key in sorted(search.sources()) if exercise in (None, key)]
    if exercise is None:
        rows.append(("all", *(str(sum(int(row[i]) for row in rows)) for i in range(1, len(columns)))))
    return Table("Right answers with one slip, handed in", columns, rows)


def _slips(key):
    """A row of the table: slips that give the same value share their fate."""
    ex = EXERCISES[key]
    probe = draw(ex, 0)
    inputs, counts, groups = [probe.arguments, *samples_of(ex)], Counter(), []

    def alike(values, others):
        return all(ex.kind.error(a, b) <= TOLERANCE for a, b in zip(values, others, strict=True))

    due = [ex.kind.read(ex.right(*arguments)) for arguments in inputs]
    made = [slip for function in search.sources()[key] for slip in search.alterations(function, inputs[0])]
    for slip in made:
        values = [search.value_of(slip.function, arguments, ex.kind.read) for arguments in inputs]
        if any(value is None for value in values) or not alike(values, values):  # NaN is not even itself
            counts["error"] += 1
        elif alike(values, due):
            counts["same"] += 1
        elif which(ex, probe, values[0]):
            counts["name"] += 1
        else:
            fits = next((fits for others, fits in groups if alike(values, others)), [])
            groups += [] if fits else [(values, fits)]
            fits.append(slip)
    for values, fits in groups:
        samples = [*zip(inputs, values, due, strict=True)]
        counts["kind" if search.one_slip(fits) or relations.any_of(samples) else "alone"] += len(fits)
    cells = len(made), counts["name"], counts["kind"], counts["alone"], counts["error"], counts["same"]
    return key, *map(str, cells)

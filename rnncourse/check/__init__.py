"""Checks that know the mistake: `check("1a", jacobian)` says what is wrong, `hint("1a")` helps in steps.

The learner's answer and every known wrong derivation run on the same fresh inputs; the verdict says which of
them it is.
"""

from . import records
from .catalogue import catalogue, slips
from .exercises import EXERCISES
from .judging import check, confusion, unknown
from .verdicts import Note, Verdict

__all__ = ["EXERCISES", "Verdict", "catalogue", "check", "confusion"]
__all__ += ["hint", "progress", "question", "reset", "slips"]
_hints_given = {}


def hint(exercise):
    """The next of three hints; the last one stays."""
    if not isinstance(exercise, str) or exercise not in EXERCISES:
        return Note("No hint", unknown(exercise))
    hints = EXERCISES[exercise].hints
    given = _hints_given[exercise] = min(_hints_given.get(exercise, 0) + 1, len(hints))
    last = " This is the last hint; the solution is on the page." if given == len(hints) else ""
    return Note(f"{exercise} · Hint {given} of {len(hints)}", hints[given - 1] + last)


def question(exercise):
    """The question of an exercise that is answered by letters."""
    if not isinstance(exercise, str) or exercise not in EXERCISES:
        return Note("No question", unknown(exercise))
    ex = EXERCISES[exercise]
    return Note(f"{exercise} · {ex.title}", ex.question or f"The page asks for {ex.takes}.")


def progress():
    """Which checks have passed, in this session and before."""
    titles = {key: ex.title for key, ex in sorted(EXERCISES.items())}
    return records.Progress(titles, records.passed(), records.where())


def reset():
    """Forget which checks have passed, and start the hints again."""
    _hints_given.clear()
    cleared = records.reset()
    return Note("Progress", "Cleared." if cleared else f"Cleared {records.where()}.")

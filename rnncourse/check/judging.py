"""Hold an answer against the right one and every known mistake, and say what came of it."""

import builtins
import dis
import sys
import time
import warnings
from contextlib import contextmanager
from itertools import count
from numbers import Number
from types import CodeType

import numpy as np

from rnncourse._pages import equations, where

from . import records, relations, search
from .answers import SEPARATION, TOLERANCE, a_thing
from .exercises import EXERCISES, candidates, draw
from .running import SECONDS, holds_dots, run, watched
from .search import explained
from .verdicts import Verdict

NOT_YET, UNANSWERED, CORRECT = "Not yet", "Not answered yet", "Correct"
CHANGED = (
    "The value is right, but your function changes its arguments: whoever calls it loses the originals. "
    "Work on a copy (`a = a.copy()`), and write `a = a * b` where you have `a *= b`."
)
AGAIN = (
    "The value was right once, but a second call with the same arguments gave another: does your function "
    "keep something between calls, or draw random numbers?"
)
CLOSE = "That is close, within 1 %, but more than rounding: give more digits, or look for a small slip."
LOCATED = {"one-term-wrong", "steps-out-of-order", "step-left-out", "step-too-many"}  # it is told where
_attempts = {}


def judge(ex, probe, answer, seconds=SECONDS):
    """The verdict on one answer, after so many seconds at most."""
    if ex.function and not callable(answer):
        unanswered = holds_dots(answer)
        return (
            _verdict(ex, UNANSWERED, _stub(ex)) if unanswered else _verdict(ex, NOT_YET, _value(ex, answer))
        )
    function = answer if callable(answer) else lambda: answer
    took, end = [], time.monotonic() + seconds

    def outcome(arguments):
        began = time.monotonic()
        came = run(function, arguments, ex.kind.read, max(end - began, 0.1), again=bool(took))
        took.append(time.monotonic() - began)
        return came._replace(trouble=_late(ex, seconds, took)) if came.stopped else came

    first = outcome(probe.arguments)
    if first.unanswered:
        return _verdict(ex, UNANSWERED, _stub(ex), first)
    if first.trouble:
        return _verdict(ex, NOT_YET, _trouble(ex, first) + outside(function), first)
    slugs, right = which(ex, probe, first.value), probe.values[0][1]
    if slugs and not confirmed(ex, slugs, outcome):
        slugs = None
    error = ex.kind.error(first.value, right)
    if slugs is None:
        slip, says = _unknown(ex, function, probe, first.value, outcome)
        return _verdict(ex, NOT_YET, says, first, error, slip)
    if slugs:
        where = f"\n{ex.kind.differs(first.value, right)}" if LOCATED & {*slugs} else ""
        return _verdict(ex, NOT_YET, _named(ex, slugs) + where, first, error, "+".join(slugs))
    slip, trouble = None, CHANGED if first.changed else None
    if not trouble:
        slip, trouble = _once_only(ex, function, probe, outcome, first, end - seconds / 2)
    if not trouble and (used := forbidden(ex, function, probe.arguments)):
        trouble = f"The value is right, but it comes from `{used}`, and the exercise asks you to do without."
    if trouble:
        return _verdict(ex, NOT_YET, trouble, first, error, slip)
    slow = f" It took {sum(took):.1f} of its {seconds:g} seconds." if sum(took) > seconds / 2 else ""
    return _verdict(ex, CORRECT, _praise(ex, error) + slow, first, error)


def forbidden(ex, function, arguments):
    """The name of a function that the exercise forbids and the answer calls, under whatever name, or None."""
    codes = {getattr(f, "__wrapped__", f).__code__: f.__name__ for f in ex.forbids}
    if not codes:
        return None
    called = []
    with watched(lambda frame, event, _: event == "call" and called.append(frame.f_code)):
        run(function, arguments, ex.kind.read, again=True)
    return next((codes[code] for code in called if code in codes), None)


def _unknown(ex, function, probe, value, outcome):
    """(slug or None, sentence) for an answer that is none of the known mistakes: a slip may explain it."""
    right = probe.values[0][1]
    samples = [(probe.arguments, value, right)]
    says = ex.kind.differs(value, right) + outside(function)
    for arguments in samples_of(ex):
        other = outcome(arguments)
        if other.trouble or other.unanswered:
            return None, says
        samples.append((arguments, other.value, ex.kind.read(ex.right(*arguments))))
    if not ex.kind.numeric:
        return None, says
    found = explained(ex, samples)
    vague = found is None or found[0] in relations.LOOSE or found[0].endswith("+another")
    if ex.function and vague:
        found = spoilt(ex, probe, samples) or found
    if found:
        return found[0], f"{found[1]}\n{says}"
    close = all(ex.kind.error(value, right) < SEPARATION for _, value, right in samples)
    return None, f"{says} {CLOSE}" if close else says


def spoilt(ex, probe, samples):
    """(slug, sentence) for a known mistake, or a slip, whose result was spoilt once more, or None."""
    for kind, undo in relations.UNDONE:
        undone = []
        for arguments, value, right in samples:
            mended = search.value_of(undo, (value, right), lambda parts: parts)
            if mended is None or [part.shape for part in mended] != [part.shape for part in right]:
                break
            undone.append((arguments, mended, right))
        if len(undone) < len(samples):
            continue
        also = f"And there is another slip, in the result: {search.KINDS[kind]}."
        slugs = which(ex, probe, undone[0][1])
        if slugs and all(made_by(ex, slugs, arguments, mended) for arguments, mended, _ in undone[1:]):
            return f"{'+'.join(slugs)}+{kind}", f"{_named(ex, slugs)}\n{also}"
        if kind == "result-reshaped" and (slip := explained(ex, undone)):
            return f"{slip[0]}+{kind}", f"{slip[1]}\n{also}"
    return None


def made_by(ex, slugs, arguments, value):
    """Whether a value is what these mistakes make of the arguments."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [ex.kind.read(c.answer(*arguments)) for c in candidates(ex) if c.slugs == slugs]
    return any(ex.kind.error(value, other) <= TOLERANCE for other in made)


def confirmed(ex, slugs, outcome):
    """Whether an answer is what these mistakes make on further draws too, and not by coincidence on one."""
    for arguments in samples_of(ex):
        other = outcome(arguments)
        if other.trouble or other.unanswered:
            return True
        if not made_by(ex, slugs, arguments, other.value):
            return False
    return True


def samples_of(ex):
    """Further arguments on which an explanation of an answer must hold."""
    return [ex.probes[0](np.random.default_rng(seed)) for seed in (1, 2)] if ex.function else []


def which(ex, probe, value):
    """The candidate that a value is: its slugs, () for the right one, None for none of them."""
    within = ex.kind.tolerance
    return next((slugs for slugs, known in probe.values if ex.kind.error(value, known) <= within), None)


def _once_only(ex, function, probe, outcome, first, half_time):
    """(slug, what is wrong), or Nones, for a function that is right once: it must be so all over its domain.

    A slow answer gets no more draws after half of its time.
    """
    if not ex.function:
        return None, None
    again = outcome(probe.arguments)
    if again.stopped:
        return None, again.trouble
    if again.unanswered or again.trouble:
        twice = "Right at a first call, but not at a second one with the same arguments."
        return None, f"{twice}\n{_trouble(ex, again)}"
    if not ex.kind.error(again.value, first.value) <= TOLERANCE:
        return None, AGAIN
    for number, (inputs, arguments, right) in enumerate(ex.further(), 1):
        if number >= len(ex.probes) and time.monotonic() > half_time:
            break
        other = outcome(arguments)
        if other.stopped:
            return None, other.trouble
        trouble = _trouble(ex, other)
        found = None
        if not trouble and not ex.kind.error(other.value, right) <= TOLERANCE:
            trouble = ex.kind.differs(other.value, right)
            samples = (arguments, other.value, right), (probe.arguments, first.value, None)
            found = explained(ex, samples) if ex.kind.numeric else None
        if trouble:
            slip, why = found or (None, "")
            only = f"Right on the first inputs, but not for {inputs}."
            slip = slip or (None if other.trouble else partly_right(other.value))
            return slip, "\n".join(filter(None, [only, why, trouble + outside(function)]))
    return None, None


def partly_right(value):
    """The slug of a value that is wrong where others were right."""
    finite = all(np.isfinite(part).all() for part in value)
    return "not-everywhere" if finite else "overflow"


def outside(function):
    """A hint at the numbers that an answer takes from the page around it and not from its arguments."""
    names = getattr(function, "__globals__", {})
    read = [f"`{n}`" for n in looked_up(function) if isinstance(names.get(n), np.ndarray | Number | tuple)]
    if not read:
        return ""
    return f" It reads {', '.join(read)} from the page, the same at every call: is that one of its arguments?"


def looked_up(code):
    """The names that a function, or one within it, reads outside, each once."""
    code = getattr(code, "__code__", code)
    if not isinstance(code, CodeType):
        return {}
    own = [i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"]
    return dict.fromkeys([*own, *(name for inner in code.co_consts for name in looked_up(inner))])


def _praise(ex, error):
    if not ex.kind.numeric:
        return "All of it."
    bound = next(bound for bound in ("1e-12", "1e-8", "1e-4", "1e-3") if error <= float(bound))
    rounded = " Finite differences, float32 or few digits? The formula itself would reach 1e-12."
    return f"The relative error is below {bound}.{rounded if error > 1e-8 else ''}"


def _verdict(ex, status, says, outcome=None, error=None, mistake=None):
    printed = outcome.printed if outcome else ""
    return Verdict(ex.key, status, status == CORRECT, mistake, error, says, printed)


def _stub(ex):
    asked = f"In the place of `...` {'write' if ex.function else 'give'} {ex.takes}. Then run the cell again."
    return f'{asked} Stuck? `hint("{ex.key}")`.'


def _value(ex, answer):
    return (
        f"This exercise takes a function, {ex.takes}; you gave {a_thing(answer)}. "
        f'Pass the function itself, uncalled: `check("{ex.key}", your_function)`.'
    )


def _trouble(ex, outcome):
    if outcome.unanswered:
        return "There it still returns `...`."
    return f"{outcome.trouble} The exercise calls {ex.takes}." if outcome.misfit else outcome.trouble


def _late(ex, seconds, took):
    """What to say of an answer whose time was over."""
    more = f'A slow answer can have more: `check("{ex.key}", your_function, seconds={12 * seconds:g})`.'
    if len(took) == 1:
        return f"It was stopped, its {seconds:g} seconds were over: is there a loop that never ends? {more}"
    return (
        f"It was stopped: a check calls the function several times, and has {seconds:g} seconds for all "
        f"of them; the first call took {took[0]:.1f} s. {more}"
    )


def _named(ex, slugs):
    lines = [f"{slug}: {ex.mistakes[slug].says}{_pointer(ex.mistakes[slug].breaks)}" for slug in slugs]
    both = "Two mistakes at once.\n" if len(slugs) > 1 else ""
    return both + "\n".join(lines)


def _pointer(label):
    return f" (See `{label}` {where(equations()[label])}.)" if label else ""


def check(exercise, answer, record=True, *, seconds=SECONDS):
    """Judge an answer to an exercise; a pass is recorded as the reader's progress unless record=False.

    Never raises for what the answer does; stops it after so many seconds in all. Each call draws another
    probe, the same ones in every session.
    """
    ex = EXERCISES.get(exercise) if isinstance(exercise, str) else None
    if ex is None:
        return Verdict("No such exercise", NOT_YET, False, None, None, unknown(exercise))
    verdict = judge(ex, draw(ex, next(_attempts.setdefault(ex.key, count()))), answer, seconds)
    if verdict.passed and record:
        records.add(ex.key)
    show_if_dropped(verdict, sys._getframe(1))
    return verdict


@contextmanager
def first_calls():
    """Within it, each exercise draws the probes of a first call; after it, the count goes on as before.

    A search takes the time that it needs, so that a slow browser says what is printed.
    """
    kept, seconds = _attempts.copy(), search.SECONDS
    _attempts.clear()
    search.SECONDS = 60
    try:
        yield
    finally:
        _attempts.clear()
        _attempts.update(kept)
        search.SECONDS = seconds


def show_if_dropped(verdict, frame):
    """Display a verdict that the notebook's code drops, as in a loop: a cell's last value is shown anyway."""
    after = (i for i in dis.get_instructions(frame.f_code) if i.offset > frame.f_lasti)
    names = frame.f_globals
    display = names.get("display") or getattr(builtins, "display", None)
    if names.get("__name__") == "__main__" and display and next(after).opname == "POP_TOP":
        display(verdict)


def unknown(exercise):
    """What to say to a key that does not exist."""
    key = repr(exercise) if isinstance(exercise, str) else a_thing(exercise)
    return f"The first argument names an exercise: one of {', '.join(sorted(EXERCISES))}; yours is {key}."


def confusion(exercise, pairs=False):
    """What is made and what the check calls it, (made, called) for every candidate, on one probe."""
    ex = EXERCISES[exercise]
    probe = draw(ex, 0)
    made = [c for c in candidates(ex) if pairs or len(c.slugs) < 2]
    verdicts = [judge(ex, probe, c.answer) for c in made]
    return [
        ("+".join(c.slugs) or "right", v.mistake or ("right" if v.passed else "unknown"))
        for c, v in zip(made, verdicts, strict=True)
    ]

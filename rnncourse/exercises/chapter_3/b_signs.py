"""The exercises of page 3b: what is always positive."""

from itertools import combinations

import numpy as np

from rnncourse.check.answers import Kind, a_thing, unequal
from rnncourse.check.exercises import exercise
from rnncourse.check.running import UnreadableError
from rnncourse.exercises import domains

# 3b: what is always positive

NAMES = ("f", "i", "o", "C_tilde", "C", "h")


def of_six(value, names, such_as):
    """The names and values of a dict in which nothing is named but these six."""
    if not isinstance(value, dict):
        raise UnreadableError(
            f"Give a dict such as {such_as} for {', '.join(names)}; this is {a_thing(value)}."
        )
    for name in value:
        if name not in names:
            raise UnreadableError(f"{str(name)[:20]!r} is none of the six quantities {', '.join(names)}.")
    return value.items()


def differing_of_six(names, asked, advice):
    """What to say of a dict that is not the right one."""

    def differs(a, right):
        missing = [name for name in names if name not in a]
        if missing:
            return f"{asked} for each of {', '.join(names)}; missing: {', '.join(missing)}."
        good = sum(a[name] == right[name] for name in names)
        return f"{good} of the six are right. {advice}"

    return differs


def read_signs(value):
    signs = dict(of_six(value, NAMES, "{'f': True, ...}"))
    for name, positive in signs.items():
        if not isinstance(positive, bool | np.bool_):
            raise UnreadableError(f"{name!r} must be True (always positive) or False (not always).")
    return {name: bool(positive) for name, positive in signs.items()}


differing_signs = differing_of_six(
    NAMES, "Say True or False", "Which function makes each, and what is its range?"
)


@exercise(
    "3b",
    "What is always positive",
    "a dict from 'f', 'i', 'o', 'C_tilde', 'C', 'h' to True (always positive) or False",
    hints=(
        "For each of the six: which function is applied last, and what is the range of that function?",
        "sigma maps into (0, 1), whatever its argument; tanh maps into (-1, 1). Which quantities come out of "
        "which?",
        "A product is positive for certain only if all factors are. C adds a product with C_tilde, h is a "
        "product with tanh(C): can one of these factors be negative?",
    ),
    kind=Kind(read_signs, unequal, differing_signs, numeric=False),
    alike=("output-omitted+bias-argument",),
)
def signs(gates=dict, output=dict, candidate=dict, memory=dict, hidden=dict):
    parts = gates() | output() | candidate() | memory() | hidden()
    return {name: name in ("f", "i", "o") for name in NAMES} | parts


@signs.mistake("cell-positive", "eq-lstm-cell", part="memory")
def _():
    """C is not always positive: it is a sum of what was kept and what was written, and the candidate may
    write a negative value.

    A memory looks like an amount; and both gates in its formula are positive.
    """
    return {"C": True}


@signs.mistake("hidden-positive", "eq-lstm-hidden", part="hidden")
def _():
    """h is not always positive: o is, but tanh(C) has the sign of C.

    In chapter 1 the states came out of a sigma and were positive.
    """
    return {"h": True}


@signs.mistake("candidate-positive", "eq-lstm-gates", part="candidate")
def _():
    """The candidate is not always positive: its last function is tanh, not sigma.

    Its line looks like those of the three gates.
    """
    return {"C_tilde": True}


@signs.mistake("output-omitted", "eq-lstm-gates", part="output")
def _():
    """The output gate is missing from the positive ones: it is a gate like the other two.

    o belongs to the output, so it is counted with h.
    """
    return {"o": False}


signs.also("output-omitted", lambda: {name: name in ("f", "i") for name in NAMES if name != "o"})


@signs.mistake("bias-argument", "eq-lstm-gates", part="gates")
def _():
    """A negative bias, or a negative pre-activation, does not make a gate negative: sigma maps every number
    into (0, 1). Where a computer prints 0.0, it has rounded a positive number.

    The argument of the gate can be negative, and its sign is taken for the sign of the gate.
    """
    return dict.fromkeys("fio", False)


for some in [*combinations("fio", 1), *combinations("fio", 2)]:
    if some != ("o",):
        signs.also("bias-argument", gates=lambda some=some: dict.fromkeys(some, False))


@signs.mistake("nonnegative-is-positive", "eq-lstm-cell")
def _():
    """All six cannot be positive. Even with C_0 = 0, which is not negative, the cell is only as positive as
    what is written into it; find the one with a tanh and follow it.

    One starts from C_0 = 0 and h_0 = 0, which are not negative, and sees only gates between 0 and 1 act on
    them.
    """
    return dict.fromkeys(NAMES, True)


@signs.mistake("turned-round", "eq-lstm-gates")
def _():
    """All six are the other way round: the gates come out of a sigma, and nothing else does.

    True is written for "may be negative".
    """
    return {name: name not in "fio" for name in NAMES}


# 3b-effects: which way a step responds

RAISED = ("f", "i", "C_tilde", "C_prev", "o", "C")
SIGNS = {"f": "+", "i": "+", "o": "+", "h": "C"}  # what has the same sign


def read_effects(value):
    effects = {}
    for name, sign in of_six(value, RAISED, "{'f': '+', ...}"):
        effects[name] = SIGNS.get(sign, sign) if isinstance(sign, str) else None
        if effects[name] not in ("+", "C_prev", "C_tilde", "C"):
            raise UnreadableError(
                f"For {name!r} give '+' or one of 'C_prev', 'C_tilde' and 'C', not {str(sign)[:20]!r}."
            )
    return effects


differing_effects = differing_of_six(
    RAISED, "Give a sign", "Write each derivative down: which of its factors can be negative?"
)


@exercise(
    "3b-effects",
    "Which way a step responds",
    "a dict from 'f', 'i', 'C_tilde', 'C_prev' (effects on C_t), 'o' and 'C' (effects on h_t) to '+' or to "
    "the quantity whose sign the derivative has, 'C_prev', 'C_tilde' or 'C'",
    hints=(
        "C_t = f * C_{t-1} + i * C~ in one unit. If only f moves, what is it multiplied by?",
        "The derivative of a product with respect to one factor is the other factor. Which of these other "
        "factors are gates?",
        "The derivatives of C_t are C_{t-1}, C~, i and f; those of h_t are tanh(C_t) and "
        "o (1 - tanh(C_t)^2). Now take the sign of each.",
    ),
    kind=Kind(read_effects, unequal, differing_effects, numeric=False),
)
def effects(forget=dict, write=dict, candidate=dict, old=dict, output=dict, shown=dict):
    changed = forget() | write() | candidate() | old() | output() | shown()
    return {**dict.fromkeys(RAISED, "+"), "f": "C_prev", "i": "C_tilde", "o": "C"} | changed


@effects.mistake("forget-raises", "eq-lstm-cell", part="forget")
def _():
    """A forget gate that opens further does not always raise C_t: what if the cell is below zero?

    A gate is positive, so its effect is thought to be positive.
    """
    return {"f": "+"}


@effects.mistake("new-cell-for-old", "eq-lstm-cell", part="forget")
def _():
    """The forget gate multiplies the cell of the step before, and the sign of the new cell may differ.

    The gate and the cell have the same index.
    """
    return {"f": "C"}


@effects.mistake("input-raises", "eq-lstm-cell", part="write")
def _():
    """An input gate that opens further does not always raise C_t: what if the candidate is negative?

    Writing sounds like adding.
    """
    return {"i": "+"}


@effects.mistake("candidate-for-factor", "eq-lstm-cell", part="candidate")
def _():
    """The candidate may be negative, but its derivative is what it is multiplied by. Which way does
    the cell move if the candidate rises from -0.5 to -0.4?

    The sign of a quantity is taken for that of its effect.
    """
    return {"C_tilde": "C_tilde"}


@effects.mistake("cell-for-factor", "eq-lstm-cell", part="old")
def _():
    """The old cell may be negative, but its derivative is what it is multiplied by. Which way does
    the new cell move if the old cell rises from -0.5 to -0.4?

    The sign of a quantity is taken for that of its effect.
    """
    return {"C_prev": "C_prev"}


@effects.mistake("output-raises", "eq-lstm-hidden", part="output")
def _():
    """An output gate that opens further does not always raise h_t: what if the cell is below zero?

    A gate is positive, so its effect is thought to be positive.
    """
    return {"o": "+"}


@effects.mistake("old-cell-for-new", "eq-lstm-hidden", part="output")
def _():
    """The output gate multiplies tanh of the new cell, and the sign of the old cell may differ.

    The gates read the state of the step before, and the cell is thought to be that of the step before, too.
    """
    return {"o": "C_prev"}


@effects.mistake("value-for-slope", "eq-lstm-hidden", part="shown")
def _():
    """This is the sign of tanh(C_t). Asked for is that of its slope: where does tanh fall?

    The value of tanh is taken for its derivative.
    """
    return {"C": "C"}


@effects.mistake("quantities-for-effects", "eq-lstm-cell")
def _():
    """These are the signs of the six quantities themselves. Asked for is which way C_t and h_t move if one of
    them is raised.

    The exercise before asked for the signs of the quantities.
    """
    return {name: "+" if name in "fio" else name for name in RAISED}


@effects.mistake("all-raise", "eq-lstm-cell")
def _():
    """Not all six effects are positive. A gate multiplies something, and that may be negative.

    All gates are positive, and the slopes are, too.
    """
    return dict.fromkeys(RAISED, "+")


@effects.mistake("gates-exchanged", "eq-lstm-cell")
def _():
    """Forget and input gate have changed places: each of them multiplies what the other should.

    What is forgotten is old, but it is the input gate that is thought to let the old cell in.
    """
    return effects(forget=lambda: {"f": "C_tilde"}, write=lambda: {"i": "C_prev"})


# 3b-bound: how large a leaking cell can become


@exercise(
    "3b-bound",
    "A sharper bound on the cell",
    "f(C0, phi, t), the best bound on |C_t| if no forget gate exceeds phi < 1",
    lambda rng: (float(rng.uniform(-3, -1)), float(rng.uniform(0.5, 0.8)), int(rng.integers(4, 7))),
    domain=domains.leaking,
    hints=(
        "One step: |C_t| <= phi |C_{t-1}| + 1. Why is the last term 1?",
        "Unroll it twice, starting from |C_0|. Which powers of phi multiply |C_0|, and which are only added?",
        "phi^t |C_0| + (1 + phi + ... + phi^(t-1)), and the bracket is a geometric sum.",
    ),
    alike=("start-forgotten+signed-start",),
)
def cell_bound(
    C0,
    phi,
    t,
    size=abs,
    kept=lambda phi, t: phi**t,
    written=lambda phi, t: (1 - phi**t) / (1 - phi),
):
    return kept(phi, t) * size(C0) + written(phi, t)


@cell_bound.mistake("start-forgotten", "eq-cell-bound", part="kept")
def _(phi, t):
    """The initial cell is missing: what is left of it after t steps?

    One starts from C_0 = 0, as most code does.
    """
    return 0.0


@cell_bound.mistake("start-kept", "eq-cell-bound", part="kept")
def _(phi, t):
    """The initial cell is added in full; it has been through t forget gates.

    The bound for phi = 1 is only half rewritten.
    """
    return 1.0


@cell_bound.mistake("signed-start", "eq-cell-bound", part="size")
def _(C0):
    """The sign of C_0 is in your bound: a bound on |C_t| starts from |C_0|.

    The recursion is unrolled for C, not for its absolute value.
    """
    return C0


@cell_bound.mistake("no-leak", "eq-cell-bound", part="written")
def _(phi, t):
    """What was written is counted in full, t times 1: earlier writings leak too.

    Only the old cell is thought to pass the forget gate.
    """
    return float(t)


@cell_bound.mistake("ceiling", "eq-cell-bound", part="written")
def _(phi, t):
    """That is the ceiling for t to infinity, right but not the best for finite t.

    The geometric series is summed to infinity.
    """
    return 1 / (1 - phi)


@cell_bound.mistake("one-term-too-many", "eq-cell-bound", part="written")
def _(phi, t):
    """The geometric sum has one term too many: t writings, of which the newest has not leaked.

    1 + phi + ... + phi^t has t + 1 terms.
    """
    return (1 - phi ** (t + 1)) / (1 - phi)


@cell_bound.mistake("newest-leaks", "eq-cell-bound", part="written")
def _(phi, t):
    """The newest writing has not met a forget gate yet: the sum starts with 1, not with phi.

    The forget gate is applied to the sum of old and new.
    """
    return phi * (1 - phi**t) / (1 - phi)

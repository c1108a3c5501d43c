"""The exercises of page 2a: the sum written out."""

from itertools import combinations, product
from operator import index

import numpy as np

from rnncourse import rnn
from rnncourse.check.answers import Kind, arrays, unequal
from rnncourse.check.exercises import exercise
from rnncourse.check.running import UnreadableError
from rnncourse.exercises import domains
from rnncourse.exercises.chapter_1.b_gradient import gradient, transport
from rnncourse.exercises.steps import network, triangle

# 2a: the terms of dL/dW for T = 3


def read_terms(value):
    """The terms as a sorted tuple: their order in the list does not matter."""
    if not isinstance(value, list | tuple | set):
        raise UnreadableError("Give a list of terms (t, k, [i, ...]), such as [(1, 1, []), ...].")
    terms = []
    for term in value:
        try:
            t, k, factors = term
            terms.append((index(t), index(k), tuple(map(index, factors))))
        except (TypeError, ValueError):
            raise UnreadableError(
                f"A term is (t, k, [i, ...]): two numbers and a list of numbers; `{str(term)[:60]}` is not."
            ) from None
    return tuple(sorted(terms))


def differing_terms(advice):
    """What to say to a list of terms; advice(t, k) is for the first that does not belong."""

    def differs(terms, right):
        twice = sorted({term for term in terms if terms.count(term) > 1})
        if twice:
            return f"The term {shown(twice[0])} is in your list more than once; each belongs there once."
        wrong = [term for term in terms if term not in right]
        text = f"{len(terms) - len(wrong)} of your {len(terms)} terms belong to the sum."
        if wrong:
            t, k, _ = wrong[0]
            text += f" The first that does not: {shown(wrong[0])}. {advice(t, k)}"
        else:
            text += " Others are missing."
        return text

    return differs


def walk(t, k):
    if k > t:
        return "In (t, k, ...) t is the loss and k the use of W, so k <= t."
    return f"Walk from h_{k} to h_{t}, one J a step."


def shown(term):
    return f"({term[0]}, {term[1]}, {list(term[2])})"


def newest_first(t, k):
    return list(range(t, k, -1))


@exercise(
    "2a",
    "The sum written out for T = 3",
    "a list of terms (t, k, [i, ...]), each for g_t J_i ... ∂⁺h_k with the factors from left to right",
    hints=(
        "Begin with the shortest loss: L_1 depends on W through h_1 only. How many copies of W does L_2 "
        "meet, and L_3?",
        "For each loss t there is one term for each k from 1 to t. Between h_k and h_t lie t - k steps, each "
        "with its own Jacobian J_i: which i?",
        "The term of (t, k) has the factors J_t, J_{t-1}, ..., J_{k+1}, newest first, none for t = k: as a "
        "list, `list(range(t, k, -1))`.",
    ),
    kind=Kind(read_terms, unequal, differing_terms(walk), numeric=False),
)
def expanded_sum(pairs=lambda: triangle(3), factors=newest_first):
    return [(t, k, factors(t, k)) for t, k in pairs()]


@expanded_sum.mistake("too-few", "eq-expanded-sum", part="pairs")
def _():
    """Terms are missing: each loss L_t contributes one term for each copy of W that it has met, and there are
    three losses.

    Only the last loss is expanded, or only one path for each loss; for T = 3 that leaves three or four terms.
    """
    return [(3, k) for k in (1, 2, 3)]


@expanded_sum.mistake("missing-immediate", "eq-expanded-sum", part="pairs")
def _():
    """The terms without any J are missing: h_t also depends on W directly, in the step from h_{t-1}.

    One follows the gradient back through time and leaves out the copy of W of the step itself.
    """
    return [(t, k) for t, k in triangle(3) if k < t]


@expanded_sum.mistake("loss-and-use-exchanged", "eq-expanded-sum")
def _():
    """t and k have changed places: in (t, k, ...) the loss t comes first, then the use of W, and k <= t.

    The copy of W comes first in time, so it is written first.
    """
    return [(k, t, factors) for t, k, factors in expanded_sum()]


expanded_sum.also("too-few", pairs=lambda: [(t, t) for t in (0, 1, 2, 3)])
expanded_sum.also("too-few", pairs=lambda: [(3, k) for k in (0, 1, 2, 3)])


for size in range(6):
    for some in combinations(triangle(3), size):
        if list(some) != [(2, 1), (3, 1), (3, 2)]:
            expanded_sum.also("too-few", pairs=lambda some=some: some)


@expanded_sum.mistake("too-many", "eq-expanded-sum", part="pairs")
def _():
    """There are terms that do not exist: a loss cannot depend on a later copy of W (k > t), and L_0 does not
    depend on W at all.

    Both sums are taken over the whole square, 3 x 3 = 9 terms; or both start at 0, which makes 10.
    """
    return [(t, k) for t in (1, 2, 3) for k in (1, 2, 3)]


expanded_sum.also("too-many", pairs=lambda: [(t, k) for t in (0, 1, 2, 3) for k in range(t + 1)])
expanded_sum.also("too-many", pairs=lambda: [(t, k) for t in (0, 1, 2, 3) for k in (0, 1, 2, 3)])


@expanded_sum.mistake("k0-terms", "eq-expanded-sum", part="pairs")
def _():
    """There are terms for k = 0: h_0 is given, it does not depend on W.

    The sum over t starts at 0 in the formula, so the one over k is taken to start there too.
    """
    return [(t, k) for t in (1, 2, 3) for k in range(t + 1)]


for size in (1, 2):
    for some in combinations([(1, 0), (2, 0), (3, 0)], size):
        expanded_sum.also("k0-terms", pairs=lambda some=some: [*triangle(3), *some])


@expanded_sum.mistake("ascending-order", "eq-transport", part="factors")
def _(t, k):
    """The factors are in the order of time. The newest step is applied last, so it comes leftmost.

    One writes the steps down in the order in which they happen.
    """
    return newest_first(t, k)[::-1]


@expanded_sum.mistake("power-form", "eq-transport", part="factors")
def _(t, k):
    """A product of different Jacobians is written as a power of one. The slopes differ from step to step: J_3
    J_2 is not a square.

    The paper itself writes [diag(sigma')W]^n, as if all pre-activations were the same.
    """
    return [t] * (t - k)


expanded_sum.also("power-form", factors=lambda t, k: [k + 1] * (t - k))
expanded_sum.also("power-form", factors=lambda t, k: [k] * (t - k))


@expanded_sum.mistake("from-h0", "eq-transport", part="factors")
def _(t, k):
    """Your products run down to h_0, as in dh_3/dh_0. The path to the copy of W used in step k ends at h_k.

    The paper's next question is about dh_n/dh_0, the whole way back.
    """
    return newest_first(t, 0)


expanded_sum.also("from-h0", lambda: [(t, 0, newest_first(t, 0)) for t in (1, 2, 3)])
expanded_sum.also("from-h0", lambda: [(3, 0, [3, 2, 1])])


@expanded_sum.mistake("jacobian-off-by-one", "eq-step-jacobian", part="factors")
def _(t, k):
    """Each J has the index of the state that it starts from. J_i leads from h_{i-1} into h_i.

    A step is named by its beginning, as a day is.
    """
    return list(range(t - 1, k - 1, -1))


@expanded_sum.mistake("one-factor-too-many", "eq-transport", part="factors")
def _(t, k):
    """Each product has one factor too many: J_k leads from h_{k-1} into h_k, and you start at h_k.

    From k to t inclusive there are t - k + 1 numbers, but t - k steps.
    """
    return newest_first(t, k - 1)


@expanded_sum.mistake("one-factor-too-few", "eq-transport", part="factors")
def _(t, k):
    """Products are one factor too short: from h_k to h_t there are t - k steps.

    `range` leaves out its end.
    """
    return newest_first(t, k + 1)


expanded_sum.also("one-factor-too-few", factors=lambda t, k: newest_first(t - 1, k))


@expanded_sum.mistake("one-term-wrong", "eq-expanded-sum")
def _():
    """All terms are right but one, which has the wrong factors. Walk from its h_k to its h_t, one J a step.

    One slip of the pen, or of the head.
    """
    return with_one(expanded_sum(), (3, 1, [3]))


def with_one(terms, other):
    return [other if term[:2] == other[:2] else term for term in terms]


def slips_of(t, k):
    """What may be written for the factors of a term: not the right ones, a power, or those reversed."""
    right = newest_first(t, k)
    lists = [[t, *right], [*right, k], [t + 1, *right], right[1:], right[:-1]]
    lists += [[i + more for i in right] for more in (1, -1)]
    lists += [[*right[:i], other, *right[i + 1 :]] for i in range(len(right)) for other in range(4)]
    powers = ([i, i] for i in range(4))
    return {tuple(factors) for factors in lists} - {*map(tuple, [right, right[::-1], [3], *powers])}


for t, k in triangle(3):
    for factors in slips_of(t, k):
        expanded_sum.also("one-term-wrong", lambda one=(t, k, factors): with_one(expanded_sum(), one))

for some in [(1, 2)], [(2, 3)], [(1, 3)], [(1, 2), (2, 3)], [(0, 0)], [(0, 1)]:
    expanded_sum.also("too-many", pairs=lambda some=some: [*triangle(3), *some])


# 2a-lag: the terms of one lag, for any T


def with_lag(rng):
    return *network(3, int(rng.integers(6, 8)))(rng), int(rng.integers(2, 4))


def lag_0(rng):
    """lag = 0"""
    return *network(2, 4)(rng), 0


@exercise(
    "2a-lag",
    "The terms of one lag",
    "f(W, h, dl, lag), the (n, n) sum of the terms with this lag, from states h and loss gradients dl, both "
    "(T+1, n)",
    with_lag,
    lag_0,
    domain=domains.lagged,
    hints=(
        "Take T = 3 and lag 1. Which pairs (t, k) are these, and which is the first t that has one?",
        "The pairs are (t, t - lag) for t = lag + 1, ..., T. Each term begins with the row g_t, and lag "
        "Jacobians follow, J_t first.",
        "J_i is `(h[i] * (1 - h[i]))[:, None] * W`. With the row `g = dl[t] @ J_t @ ... @ J_{k+1}` a term is "
        "`np.outer(g * h[k] * (1 - h[k]), h[k - 1])`.",
    ),
    alike=(
        *map("+".join, transport.alike),
        *("reused-loss-gradient+one-term-only", "jacobian-off-by-one+neighbouring-lag"),
        *("reversed-product+neighbouring-lag", "power-of-last+neighbouring-lag"),
    ),
)
def of_lag(W, h, dl, lag, pairs=lambda T, lag: [(t, t - lag) for t in range(lag + 1, T + 1)], **parts):
    return gradient(W, h, dl, terms=lambda T: pairs(T, lag), **parts)


SHARED = """
    transposed reused-loss-gradient loss-off-by-one state-off-by-one no-derivative-immediate
    no-derivative-transport transport-transposed order-swapped reversed-product power-of-last power-of-first
    jacobian-off-by-one one-factor-too-many one-factor-too-few derivative-at-h tanh-derivative
"""
gradient.share(of_lag, *SHARED.split())


@of_lag.mistake("other-lags-too", "eq-expanded-sum", part="pairs")
def _(T, lag):
    """There are terms of other lags in your sum. Only those with t - k equal to the lag belong to it.

    The double sum is cut off at the lag.
    """
    return [(t, k) for t, k in triangle(T) if t - k <= lag]


of_lag.also("other-lags-too", pairs=lambda T, lag: [(t, k) for t, k in triangle(T) if t - k >= lag])


@of_lag.mistake("neighbouring-lag", "eq-expanded-sum", part="pairs")
def _(T, lag):
    """This is the sum for a lag that is one off. The lag counts the steps from h_k to h_t, not the states.

    From k to t, both included, there is one number more than there are steps.
    """
    return [(t, t - lag + 1) for t in range(lag, T + 1)]


of_lag.also("neighbouring-lag", pairs=lambda T, lag: [(t, t - lag - 1) for t in range(lag + 2, T + 1)])


@of_lag.mistake("one-term-only", "eq-expanded-sum", part="pairs")
def _(T, lag):
    """Only one of the terms is there: several losses have one with this lag.

    The last loss is taken for the loss; or `=` is written for `+=`.
    """
    return [(T, T - lag)]


of_lag.also("one-term-only", pairs=lambda T, lag: [(lag + 1, 1)])


@of_lag.mistake("loss-of-the-use", "eq-expanded-sum")
def _(W, h, dl, lag):
    """A term starts with the loss gradient of step k, where W is used. The loss is that of step t.

    t and k are both at hand, and both are rows of dl.
    """
    return of_lag(W, h, np.roll(dl, lag, axis=0), lag)


@of_lag.mistake("spurious-k0", "eq-expanded-sum", part="pairs")
def _(T, lag):
    """There is a term for k = 0. h_0 is given and does not depend on W; and in Python `h[0 - 1]` is the last
    state, without a warning.

    One begins with the loss of step t = lag.
    """
    return [(t, t - lag) for t in range(lag, T + 1)]


@of_lag.mistake("end-missing", "eq-expanded-sum", part="pairs")
def _(T, lag):
    """The term of the first or of the last such loss is missing: t runs from lag + 1 to T, both included.

    `range` leaves out its end.
    """
    return [(t, t - lag) for t in range(lag + 1, T)]


of_lag.also("end-missing", pairs=lambda T, lag: [(t, t - lag) for t in range(lag + 2, T + 1)])


@of_lag.mistake("mean-over-terms", "eq-expanded-sum")
def _(W, h, dl, lag):
    """The terms are averaged. They add up: the lags together must give dL/dW.

    There are fewer terms with a long lag, and one wants to compare.
    """
    return of_lag(W, h, dl, lag) / (len(h) - 1 - lag)


# 2a: other states, the same Jacobian


def read_steps(value):
    """What becomes of z_1 in the other rows, and the slopes at all steps."""
    (z,) = arrays().read(value)
    if z.shape != (6, 2) or np.iscomplexobj(z) or not (np.abs(z) <= 30).all():
        raise UnreadableError(
            "Give real numbers between -30 and 30 in the shape (6, 2): row t - 1 is z_t, one column a unit; "
            f"yours is an array of shape {z.shape}."
        )
    slopes = rnn.dsigma(z)
    return fate(z, slopes), tuple(map(tuple, slopes.tolist()))


def fate(z, slopes):
    if np.abs(z - z[0]).max() < 0.01:
        return "alike"
    Js = slopes[:, :, None] * MIRRORED
    product, power = np.linalg.multi_dot(Js[::-1]), np.linalg.matrix_power(Js[0], 6)
    if np.abs(product - power).max() <= 1e-6 * np.abs(power).max():
        return "a power"

    def made_of(*rows):
        return all(min(np.abs(z_t - row).max() for row in rows) < 1e-6 for z_t in z)

    if made_of(z[0], -z[0], z[0, ::-1], -z[0, ::-1]):
        return "swapped"
    if np.abs(z[:, 0] * z[0, 1] - z[:, 1] * z[0, 0]).max() < 1e-6:
        return "scaled"
    return "reflected" if made_of(z[0], -z[0], 1 - z[0]) else "other"


def differing_steps(steps, right):
    slopes = np.array(steps[1])
    t, i = np.unravel_index(np.abs(slopes / slopes[0] - 1).argmax(), slopes.shape)
    return (
        "J_6 ... J_1 is not the sixth power of J_1. "
        f"The slope of unit {i + 1} is {slopes[0, i]:.3g} at step 1 and {slopes[t, i]:.3g} at step {t + 1}."
    )


MIRRORED = np.array([[1.0, -2.0], [3.0, 0.5]])


@exercise(
    "2a-mirror",
    "Other states, the same Jacobian",
    "an array z (6, 2), row t - 1 for z_t: pre-activations that differ from step to step, and for which "
    "J_6 ... J_1 is the sixth power of J_1",
    hints=(
        "J_t = diag(sigma'(z_t)) W: what must not change from step to step, if z_t does?",
        "Draw sigma'. Which two places z have the same slope?",
        "sigma' is even: flip the sign of z_t, of any unit at any step, `z[t] = -z[t - 1]`.",
    ),
    kind=Kind(read_steps, lambda a, b: float(a[0] != b[0]), differing_steps, numeric=False),
)
def mirror(other=lambda z: -z):
    z = np.array([1.0, -0.7])
    return [other(z) if t % 2 else z for t in range(6)]


@mirror.mistake("units-swapped", "eq-jacobian", part="other")
def _(z):
    """The two units exchange their z: then they exchange their slopes too, and each row of W belongs to one
    unit.

    All slopes are still there, only in other places.
    """
    return z[::-1]


@mirror.mistake("scaled", "eq-sigma-prime", part="other")
def _(z):
    """Your z_t are multiples of one another. A factor changes the slope, unless it is -1.

    A power keeps the direction, and so the direction of z is kept.
    """
    return 2 * z


mirror.also("scaled", lambda: [[t, -0.7 * t] for t in range(1, 7)])


@mirror.mistake("states-alike", "eq-jacobian", part="other")
def _(z):
    """Your z_t do not differ: then a power is no surprise. Change them by 0.01 or more, and keep the slopes.

    Equal states are the one case in which everybody knows that the product is a power.
    """
    return z


@mirror.mistake("symmetry-of-sigma", "eq-sigma-prime", part="other")
def _(z):
    """1 - z is not the mirror image of z: the slopes at z and at 1 - z differ. Where is the axis of σ'?

    σ(-z) = 1 - σ(z): the 1 belongs to the outputs.
    """
    return 1 - z


# 2a: a product and a power, one factor after the other


def keep(t, k):
    if t not in (1, 2, 3):
        return "In (t, p, ...) the difference is J_t - J, so t is 1, 2 or 3."
    return f"Each product has three factors: what is not yet replaced, then J_{t} - J, then powers of J."


@exercise(
    "2a-telescope",
    "From the product to the power, factor by factor",
    "a list of terms (t, p, [i, ...]), each for J_i ... (J_t - J) J^p, that add up to J_3 J_2 J_1 - J^3; the "
    "factors on the left, newest first, are the J_i themselves",
    hints=(
        "Replace one factor at a time, from the right: J_3 J_2 J_1, J_3 J_2 J, and so on. How many steps "
        "lead to J^3?",
        "Two neighbours of that chain differ in one factor, J_t for J. What is to its right, already "
        "replaced, and what to its left?",
        "The term of t has t - 1 factors J on the right and J_3 ... J_{t+1} on the left: as a list, "
        "`list(range(3, t, -1))`.",
    ),
    kind=Kind(read_terms, unequal, differing_terms(keep), numeric=False),
)
def telescope(power=lambda t: t - 1, left=lambda t: list(range(3, t, -1))):
    return [(t, power(t), left(t)) for t in (1, 2, 3)]


@telescope.mistake("power-too-high", "eq-transport", part="power")
def _(t):
    """The powers of J are too high by one: to the right of J_t there are t - 1 factors.

    t factors have been touched once the t-th is replaced, but the t-th is the difference itself.
    """
    return t


@telescope.mistake("power-missing", "eq-transport", part="power")
def _(t):
    """The powers of J are missing: right of J_t there are t - 1 factors, each of them replaced already.

    The difference and the factors on its left are looked at alone.
    """
    return 0


@telescope.mistake("powers-reversed", "eq-transport", part="power")
def _(t):
    """The powers are counted from the wrong end: right of J_t there are t - 1 factors, none for t = 1.

    One counts what is left to do, and not what is done.
    """
    return 3 - t


@telescope.mistake("factor-kept", "eq-transport", part="left")
def _(t):
    """J_t is still on the left. It is in the difference already: to its left there are the newer factors
    only.

    Every list begins one factor too early.
    """
    return list(range(3, t - 1, -1))


@telescope.mistake("ascending-order", "eq-transport", part="left")
def _(t):
    """The factors are in the order of time. The newest step is applied last, so it comes leftmost.

    One writes the steps down in the order in which they happen.
    """
    return list(range(t + 1, 4))


@telescope.mistake("from-the-left", "eq-transport")
def _():
    """This is the sum for the other way, p factors J on the left and J_i on the right. It is true too. Asked
    for are terms with the J_i on the left and the power on the right: begin at the right end.

    One replaces factors as one reads, from the left.
    """
    return [(t, 3 - t, list(range(t - 1, 0, -1))) for t in (1, 2, 3)]


@telescope.mistake("first-term-missing", "eq-transport")
def _():
    """The term with J_1 - J is missing. It is 0 for J = J_1; the sum must hold for any J.

    The network of the page has J = J_1.
    """
    return telescope()[1:]


@telescope.mistake("term-missing", "eq-transport")
def _():
    """One of the three terms is missing: each of the three factors is exchanged once.

    From J_3 J_2 J_1 to J^3 there are three steps.
    """
    return telescope()[:2]


telescope.also("term-missing", lambda: telescope()[::2])


@telescope.mistake("one-term-wrong", "eq-transport")
def _():
    """Two terms are right, and one is not: it needs t - 1 factors J on the right, and on the left what is
    newer than J_t.

    One slip of the pen, or of the head.
    """
    return with_one_step(2, 1, [])


def with_one_step(t, power, left):
    return [(t, power, left) if term[0] == t else term for term in telescope()]


for t, power in product((1, 2, 3), range(4)):
    right = list(range(3, t, -1))
    for left in [right, right[1:], right[:-1], [*right, t], [t, *right]]:
        if (power, left) != (t - 1, right):
            telescope.also("one-term-wrong", lambda one=(t, power, left): with_one_step(*one))

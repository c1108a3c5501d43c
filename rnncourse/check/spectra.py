"""The exercises of chapter 2: the sum written out, powers of a matrix, what eigenvalues decide."""

from itertools import combinations
from operator import index

import numpy as np

from rnncourse import rnn, spectra

from .answers import Kind, arrays, unequal
from .exercises import also, choice, exercise, mistake
from .running import UnreadableError

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
        return text

    return differs


def walk(t, k):
    if k > t:
        return "In (t, k, ...) t is the loss and k the use of W, so k <= t."
    return f"Walk from h_{k} to h_{t}, one J a step."


def shown(term):
    return f"({term[0]}, {term[1]}, {list(term[2])})"


def triangle():
    return [(t, k) for t in (1, 2, 3) for k in range(1, t + 1)]


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
def expanded_sum(pairs=triangle, factors=newest_first):
    return [(t, k, factors(t, k)) for t, k in pairs()]


@mistake("2a", "too-few", "eq-expanded-sum", part="pairs")
def _():
    """Terms are missing: each loss L_t contributes one term for each copy of W that it has met, and there are
    three losses.

    Only the last loss is expanded, or only one path for each loss; for T = 3 that leaves three or four terms.
    """
    return [(3, k) for k in (1, 2, 3)]


@mistake("2a", "missing-immediate", "eq-expanded-sum", part="pairs")
def _():
    """The terms without any J are missing: h_t also depends on W directly, in the step from h_{t-1}.

    One follows the gradient back through time and leaves out the copy of W of the step itself.
    """
    return [(t, k) for t, k in triangle() if k < t]


also("2a", "too-few", pairs=lambda: [(t, t) for t in (0, 1, 2, 3)])
also("2a", "too-few", pairs=lambda: [(3, k) for k in (0, 1, 2, 3)])


for size in range(6):
    for some in combinations(triangle(), size):
        if list(some) != [(2, 1), (3, 1), (3, 2)]:
            also("2a", "too-few", pairs=lambda some=some: some)


@mistake("2a", "too-many", "eq-expanded-sum", part="pairs")
def _():
    """There are terms that do not exist: a loss cannot depend on a later copy of W (k > t), and L_0 does not
    depend on W at all.

    Both sums are taken over the whole square, 3 x 3 = 9 terms; or both start at 0, which makes 10.
    """
    return [(t, k) for t in (1, 2, 3) for k in (1, 2, 3)]


also("2a", "too-many", pairs=lambda: [(t, k) for t in (0, 1, 2, 3) for k in range(t + 1)])
also("2a", "too-many", pairs=lambda: [(t, k) for t in (0, 1, 2, 3) for k in (0, 1, 2, 3)])


@mistake("2a", "k0-terms", "eq-expanded-sum", part="pairs")
def _():
    """There are terms for k = 0: h_0 is given, it does not depend on W.

    The sum over t starts at 0 in the formula, so the one over k is taken to start there too.
    """
    return [(t, k) for t in (1, 2, 3) for k in range(t + 1)]


for size in (1, 2):
    for some in combinations([(1, 0), (2, 0), (3, 0)], size):
        also("2a", "k0-terms", pairs=lambda some=some: [*triangle(), *some])


@mistake("2a", "ascending-order", "eq-transport", part="factors")
def _(t, k):
    """The factors stand in the order of time. The newest step is applied last, so it stands leftmost.

    One writes the steps down in the order in which they happen.
    """
    return newest_first(t, k)[::-1]


@mistake("2a", "power-form", "eq-transport", part="factors")
def _(t, k):
    """A product of different Jacobians is written as a power of one. The slopes differ from step to step: J_3
    J_2 is not a square.

    The paper itself writes [diag(sigma')W]^n, as if all pre-activations were the same.
    """
    return [t] * (t - k)


also("2a", "power-form", factors=lambda t, k: [k + 1] * (t - k))
also("2a", "power-form", factors=lambda t, k: [k] * (t - k))


@mistake("2a", "from-h0", "eq-transport", part="factors")
def _(t, k):
    """Your products run down to h_0, as in dh_3/dh_0. The path to the copy of W used in step k ends at h_k.

    The paper's next question is about dh_n/dh_0, the whole way back.
    """
    return newest_first(t, 0)


also("2a", "from-h0", lambda: [(t, 0, newest_first(t, 0)) for t in (1, 2, 3)])
also("2a", "from-h0", lambda: [(3, 0, [3, 2, 1])])


@mistake("2a", "one-factor-too-many", "eq-transport", part="factors")
def _(t, k):
    """Each product has one factor too many: J_k leads from h_{k-1} into h_k, and you start at h_k.

    From k to t inclusive there are t - k + 1 numbers, but t - k steps.
    """
    return newest_first(t, k - 1)


@mistake("2a", "one-factor-too-few", "eq-transport", part="factors")
def _(t, k):
    """Products are one factor too short: from h_k to h_t there are t - k steps.

    `range` leaves out its end.
    """
    return newest_first(t, k + 1)


also("2a", "one-factor-too-few", factors=lambda t, k: newest_first(t - 1, k))


# 2a: other states, the same Jacobian


def read_steps(value):
    """What becomes of z_1 in the other rows, and the slopes at all steps."""
    (z,) = arrays().read(value)
    if z.shape != (6, 2) or np.iscomplexobj(z) or not (np.abs(z) <= 30).all():
        raise UnreadableError(
            "Give real numbers between -30 and 30 in the shape (6, 2): row t - 1 is z_t, one column a unit; "
            f"yours is an array of shape {z.shape}."
        )
    if np.abs(z - z[0]).max() < 0.01:
        raise UnreadableError(
            "Your z_t do not differ: then a power is no surprise. Change them by 0.01 or more."
        )
    slopes = rnn.dsigma(z)
    return fate(z, slopes), tuple(map(tuple, slopes.tolist()))


def fate(z, slopes):
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


@mistake("2a-mirror", "units-swapped", "eq-jacobian", part="other")
def _(z):
    """The two units exchange their z: then they exchange their slopes too, and each row of W belongs to one
    unit.

    All slopes are still there, only in other places.
    """
    return z[::-1]


@mistake("2a-mirror", "scaled", "eq-sigma-prime", part="other")
def _(z):
    """Your z_t are multiples of one another. A factor changes the slope, unless it is -1.

    A power keeps the direction, and so the direction of z is kept.
    """
    return 2 * z


also("2a-mirror", "scaled", lambda: [[t, -0.7 * t] for t in range(1, 7)])


@mistake("2a-mirror", "symmetry-of-sigma", "eq-sigma-prime", part="other")
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
        "Two neighbours of that chain differ in one factor, J_t for J. What stands to its right, already "
        "replaced, and what to its left?",
        "The term of t has t - 1 factors J on the right and J_3 ... J_{t+1} on the left: as a list, "
        "`list(range(3, t, -1))`.",
    ),
    kind=Kind(read_terms, unequal, differing_terms(keep), numeric=False),
)
def telescope(power=lambda t: t - 1, left=lambda t: list(range(3, t, -1))):
    return [(t, power(t), left(t)) for t in (1, 2, 3)]


@mistake("2a-telescope", "power-too-high", "eq-transport", part="power")
def _(t):
    """The powers of J are too high by one: right of J_t stand t - 1 factors.

    t factors have been touched once the t-th is replaced, but the t-th is the difference itself.
    """
    return t


@mistake("2a-telescope", "factor-kept", "eq-transport", part="left")
def _(t):
    """J_t still stands on the left. It is in the difference already: left of it come the newer ones only.

    Every list begins one factor too early.
    """
    return list(range(3, t - 1, -1))


@mistake("2a-telescope", "ascending-order", "eq-transport", part="left")
def _(t):
    """The factors stand in the order of time. The newest step is applied last, so it stands leftmost.

    One writes the steps down in the order in which they happen.
    """
    return list(range(t + 1, 4))


@mistake("2a-telescope", "from-the-left", "eq-transport")
def _():
    """This is the sum for the other way, p factors J on the left and J_i on the right. It is true too. Asked
    for are terms with the J_i on the left and the power on the right: begin at the right end.

    One replaces factors as one reads, from the left.
    """
    return [(t, 3 - t, list(range(t - 1, 0, -1))) for t in (1, 2, 3)]


@mistake("2a-telescope", "first-term-missing", "eq-transport")
def _():
    """The term with J_1 - J is missing. It is 0 for J = J_1; the sum must hold for any J.

    The network of the page has J = J_1.
    """
    return telescope()[1:]


# 2b: powers of a diagonalizable matrix


def spiral(size, n):
    """A matrix that is not symmetric, with complex pairs of eigenvalues and well separated eigenvectors."""

    def draw(rng):
        while True:
            M = rng.uniform(-1, 1, (size, size))
            lam, Q = np.linalg.eig(M)
            if np.abs(lam.imag).max() > 0.3 and np.abs(lam).min() > 0.3 and np.linalg.cond(Q) < 10:
                return M, n

    draw.__doc__ = f"a matrix of shape {(size, size)} and n = {n}"
    return draw


@exercise(
    "2b",
    "A matrix power by eigendecomposition",
    "f(M, n), the power M^n of a diagonalizable M",
    spiral(3, 5),
    spiral(4, 8),
    spiral(2, 1),
    spiral(3, 0),
    hints=(
        "In the basis of the eigenvectors M is diagonal. What is the power of a diagonal matrix?",
        "There are three factors: into that basis, the power of the diagonal, and back. Which of them "
        "carries n?",
        "`lam, Q = np.linalg.eig(M)`, then `Q @ np.diag(lam**n) @ np.linalg.inv(Q)`. For a real M the "
        "imaginary parts cancel: take the real part of the finished product, not of a factor.",
    ),
    alike=("symmetric-solver+transpose-for-inverse", "symmetric-solver+lost-imaginary"),
)
def matrix_power(
    M,
    n,
    solve=np.linalg.eig,
    change=lambda lam, n: lam**n,
    join=lambda Q, L: Q @ L @ np.linalg.inv(Q),
):
    lam, Q = solve(M)
    return join(Q, np.diag(change(lam, n)))


@mistake("2b", "elementwise-power", "eq-power")
def _(M, n):
    """Every entry is raised to the power by itself. M² is M @ M: rows times columns.

    In numpy `M**n` works entry by entry.
    """
    return M**n


@mistake("2b", "transpose-for-inverse", "eq-power", part="join")
def _(Q, L):
    """The transpose of Q stands where its inverse is due. The two agree only if the eigenvectors are
    orthonormal, as for a symmetric M.

    The example of the paper is symmetric, and there Q^T is right.
    """
    return Q @ L @ Q.T


also("2b", "transpose-for-inverse", join=lambda Q, L: Q @ L @ Q.conj().T)


@mistake("2b", "swapped-q", "eq-power", part="join")
def _(Q, L):
    """Q and its inverse are exchanged. The eigenvectors are the columns of Q: M Q = Q Λ.

    Which side the inverse stands on is remembered, not derived; the paper mixes them up too.
    """
    return np.linalg.inv(Q) @ L @ Q


@mistake("2b", "symmetric-solver", "eq-power", part="solve")
def _(M):
    """This is the power of a symmetric matrix: eigh reads only one triangle of M and assumes the other.

    `eigh` gives real eigenvalues in order, which is pleasant, and does not check that M is symmetric.
    """
    return np.linalg.eigh(M)


also("2b", "symmetric-solver", solve=lambda M: np.linalg.eigh(M, UPLO="U"))


@mistake("2b", "multiplied", "eq-power", part="change")
def _(lam, n):
    """Λ is multiplied by n where it should be raised to the power n.

    n factors of M look like n of Λ; or `*` was typed for `**`.
    """
    return n * lam


@mistake("2b", "off-by-one", "eq-power", part="change")
def _(lam, n):
    """The exponent is off by one.

    A loop that starts from M, not from I, has multiplied once before it begins.
    """
    return lam ** (n + 1)


also("2b", "off-by-one", change=lambda lam, n: lam ** (n - 1))


@mistake("2b", "lost-imaginary", "eq-power", part="change")
def _(lam, n):
    """Imaginary parts were dropped too early: a complex pair of eigenvalues turns the plane, and its real
    part alone does not. Take the real part of the product, at the very end.

    M is real, so complex numbers look like an accident; numpy drops them with no more than a warning.
    """
    return lam.real**n


also("2b", "lost-imaginary", change=lambda lam, n: (lam**n).real)


def cut_imaginary(Q, L):
    return (Q @ L).real @ np.linalg.inv(Q).real


also("2b", "lost-imaginary", join=cut_imaginary)


@mistake("2b", "absolute-eigenvalues", "eq-power", part="change")
def _(lam, n):
    """The moduli of the eigenvalues were raised to the power, without their signs and angles.

    Only moduli matter for growth, so the rest is thought not to matter at all.
    """
    return np.abs(lam) ** n


@mistake("2b", "diagonal-only", "eq-power", part="join")
def _(Q, L):
    """This is the power of Λ, still in the basis of the eigenvectors: go back to the basis of M. (If Q and
    its inverse are both there, λⁿ scales the rows of Q, where its columns are due.)

    After the power the work looks done.
    """
    return L


# 2b-proof: the induction, put in order

STEPS = {
    "a": "Since Q⁻¹Q = I in the middle, M^(n+1) = Q ΛⁿΛ Q⁻¹ = Q Λ^(n+1) Q⁻¹, the claim for n + 1.",
    "b": "Assume that Mⁿ = Q Λⁿ Q⁻¹ for some n ≥ 0.",
    "c": "Since QᵀQ = I in the middle, M^(n+1) = Q ΛⁿΛ Qᵀ, the claim for n + 1.",
    "d": "For n = 0: M⁰ = I = Q Q⁻¹ = Q Λ⁰ Q⁻¹.",
    "e": "Factor by factor, M^(n+1) = Q^(n+1) Λ^(n+1) (Q⁻¹)^(n+1), the claim for n + 1.",
    "f": "Then M^(n+1) = Mⁿ M = (Q Λⁿ Q⁻¹)(Q Λ Q⁻¹).",
    "g": "Write M^(n+1) = (Q Λ Q⁻¹)(Q Λ Q⁻¹) ..., and so on for all n + 1 factors.",
}


def read_order(value):
    order = list(value.replace(",", "").replace(" ", "")) if isinstance(value, str) else value
    if not isinstance(order, list | tuple) or not all(
        isinstance(x, str) and x.lower() in STEPS for x in order
    ):
        raise UnreadableError('Give the letters of the steps in order, such as ["a", "b"].')
    return tuple(letter.lower() for letter in order)


def differing_order(order, right):
    good = next((i for i, letter in enumerate(order) if right[i : i + 1] != (letter,)), len(order))
    if not good and order:
        return f"The proof cannot begin with {order[0]!r}."
    where = f"look at the next one, {order[good]!r}" if good < len(order) else "then something is missing"
    return f"The first {good} of your steps stand well; {where}. A step may use only what stands before it."


@exercise(
    "2b-proof",
    "The induction for the power, in order",
    "the letters of the steps in order, as a list",
    hints=(
        "An induction has a first case, an assumption, and a step that uses the assumption. Which letters "
        "can be which?",
        "Three of the steps do not belong: one needs an orthogonal Q, one is dots in place of an argument, "
        "and one splits a power of a product, which matrices do not allow.",
        "Begin with n = 0, then assume the claim for n. Multiply by one more M, and cancel in the middle.",
    ),
    kind=Kind(read_order, unequal, differing_order, numeric=False),
    question="Put the steps of the proof of Mⁿ = Q Λⁿ Q⁻¹ in order, the first case first. Not all belong.\n"
    + "\n".join(f"{letter}) {step}" for letter, step in STEPS.items()),
    alike=("hypothesis-unused+q-power", "hypothesis-unused+assumed-orthogonal"),
)
def proof(base=lambda: "d", middle=lambda: "bf", cancel=lambda: "a"):
    return list(base() + middle() + cancel())


@mistake("2b-proof", "no-base-case", "eq-power", part="base")
def _():
    """There is no first case: from it the step carries on, and without it nothing has been proved.

    The first case is trivial here, and so it is forgotten.
    """
    return ""


@mistake("2b-proof", "hypothesis-unused", "eq-power", part="middle")
def _():
    """The assumption is not made, or not used: dots are no argument. The step must begin with Mⁿ and put the
    assumed formula in its place.

    Written out n times the product cancels visibly, which convinces, and looks like a proof.
    """
    return "g"


also("2b-proof", "hypothesis-unused", middle=lambda: "f")
also("2b-proof", "hypothesis-unused", middle=lambda: "bg")


@mistake("2b-proof", "q-power", "eq-power", part="cancel")
def _():
    """(Q Λ Q⁻¹)^n is not Q^n Λ^n Q^-n: matrices do not commute. Powers of Q appear nowhere.

    For numbers (a b c)^n is a^n b^n c^n.
    """
    return "e"


also("2b-proof", "q-power", lambda: list("dbe"))


@mistake("2b-proof", "assumed-orthogonal", "eq-power", part="cancel")
def _():
    """The step uses QᵀQ = I: that needs orthonormal eigenvectors, and nobody promised that M is symmetric.

    The example of the paper is symmetric, so that there the transpose is the inverse.
    """
    return "c"


# 2b: a defective matrix in disguise


def corner_of(*sizes):
    def draw(rng):
        return 10 ** rng.uniform(-12, -6), int(rng.choice(sizes))

    draw.__doc__ = f"a delta between 1e-12 and 1e-6 and m = {' or '.join(map(str, sizes))}"
    return draw


@exercise(
    "2b-disguise",
    "How far an m-fold eigenvalue moves",
    "f(delta, m), by how much the eigenvalues of an m x m Jordan block miss lambda when the 0 in its lower "
    "left corner becomes delta > 0",
    corner_of(4, 5, 6),
    corner_of(3),
    corner_of(2),
    corner_of(1),
    hints=(
        "Write down the characteristic polynomial of the block with delta in the corner, for m = 2 first.",
        "It is (lambda - x)^m, but for a constant: plus or minus delta. So what is |lambda - x|^m?",
        "All m roots lie on a circle around lambda, and its radius is the m-th root of delta: "
        "`delta ** (1 / m)`.",
    ),
)
def moved(delta, m, exponent=lambda m: 1 / m):
    return delta ** exponent(m)


@mistake("2b-disguise", "as-large-as-delta", "eq-jordan", part="exponent")
def _(m):
    """Eigenvalues that stand alone move by about delta. Here m of them coincide, and they move much further.

    A small change is thought to have a small effect, of the same size.
    """
    return 1


@mistake("2b-disguise", "always-a-square-root", "eq-jordan", part="exponent")
def _(m):
    """That is the case of two. An m-fold root of a polynomial parts like another root of delta.

    The block of two is the one that is known.
    """
    return 1 / 2


@mistake("2b-disguise", "one-fold-too-few", "eq-jordan", part="exponent")
def _(m):
    """The root is not deep enough: the polynomial has the degree m, and all m roots coincide.

    An m-fold block has m - 1 ones above the diagonal.
    """
    return 1 / (m - 1)


@mistake("2b-disguise", "m-times-delta", "eq-jordan")
def _(delta, m):
    """The effect of delta is not proportional to delta, with m in front or without.

    Each of the m eigenvalues is charged with one delta.
    """
    return m * delta


# 2b-three: a Jordan block of size 3


def block_power(n):
    def draw(rng):
        return rng.uniform(0.6, 0.9), n

    draw.__doc__ = f"a lambda between 0.6 and 0.9 and n = {n}"
    return draw


def thirty_ones(rng):
    """lambda = 1 and n = 30"""
    return 1.0, 30


@exercise(
    "2b-three",
    "The power of a Jordan block of size 3",
    "f(lam, n), the n-th power of the 3 x 3 Jordan block with lam on the diagonal, n >= 1",
    block_power(7),
    block_power(2),
    block_power(1),
    thirty_ones,
    hints=(
        "The block is lam I + N, with ones above the diagonal in N. What are N squared and N cubed?",
        "lam I and N commute, so the binomial sum holds; all but three of its terms vanish.",
        "The diagonal is lam^n, the line above it n lam^(n-1), the corner n (n - 1) / 2 lam^(n-2).",
    ),
)
def block_of_three(
    lam,
    n,
    edge=lambda n: n,
    corner=lambda n: n * (n - 1) // 2,
    lowered=lambda lam, n, m: lam ** (n - m),
    above=lambda m: m,
):
    numbers = lam**n, edge(n) * lowered(lam, n, 1), corner(n) * lowered(lam, n, 2)
    return sum(number * np.eye(3, k=above(m)) for m, number in enumerate(numbers))


@mistake("2b-three", "diagonal-only", "eq-jordan")
def _(lam, n):
    """Only the eigenvalue is raised to the power: the terms with N are missing. A power of a Jordan block is
    not diagonal.

    Λⁿ would be all if the block were diagonalizable.
    """
    return lam**n * np.eye(3)


@mistake("2b-three", "corner-missing", "eq-jordan", part="corner")
def _(n):
    """The corner is 0 here: N² is not 0 for a block of three, only N³ is.

    In the block of two the sum ends after two terms.
    """
    return 0


@mistake("2b-three", "pairs-counted-twice", "eq-jordan", part="corner")
def _(n):
    """The corner is too large by a factor: N stands in two of the n places, and the order of the two does not
    matter.

    n choices for the first and n - 1 for the second count every pair twice.
    """
    return n * (n - 1)


@mistake("2b-three", "edge-squared", "eq-jordan", part="corner")
def _(n):
    """The number in the corner is that of n², not of pairs: the same place cannot be chosen twice.

    n² / 2 is right in the limit, and so it is remembered.
    """
    return n**2 / 2


@mistake("2b-three", "ones-above", "eq-jordan", part="edge")
def _(n):
    """The line above the diagonal counts no places: N can stand in any one of the n factors.

    In the block itself a 1 stands there.
    """
    return 1


@mistake("2b-three", "power-not-lowered", "eq-jordan", part="lowered")
def _(lam, n, m):
    """The power of λ is the same everywhere. Where N has taken m of the n places, n - m are left for λ.

    At λ = 1 one does not see it.
    """
    return lam**n


@mistake("2b-three", "transposed", "eq-jordan", part="above")
def _(m):
    """The entries stand below the diagonal: N has its ones above it, and so have its powers.

    Some books write Jordan blocks that way.
    """
    return -m


# 2c: the power that the paper asks for


@exercise(
    "2c-misprint",
    "The product of the paper's factors",
    "the 2 x 2 array Q Λ Q⁻¹ for the paper's Q and Λ",
    hints=(
        "Q is a rotation: which matrix turns back?",
        "Multiply Q Λ first: Λ on the right scales columns. Then the rows of that meet the columns of Q⁻¹.",
        "With Q over 5 and Λ over 10 all entries are whole numbers over 250. Off the diagonal: "
        "3 · 4 · 4 - 3 · 4 · 9, over 250.",
    ),
)
def decomposed(first=lambda Q: Q, last=lambda Q: Q.T):
    Q = np.array([[0.8, -0.6], [0.6, 0.8]])
    return first(Q) @ np.diag([0.4, 0.9]) @ last(Q)


@mistake("2c-misprint", "printed", "eq-power")
def _():
    """This is the W that the paper prints. Multiply its factors out, in their order: Q stands on the left.

    One trusts what is printed; or the inverse is put on the other side, which gives the same.
    """
    return decomposed(lambda Q: Q.T, lambda Q: Q)


@mistake("2c-misprint", "no-inverse", "eq-power", part="last")
def _(Q):
    """Q stands where its inverse is due: the last factor turns back.

    The superscript is overlooked.
    """
    return Q


@mistake("2c-misprint", "half-way", "eq-power", part="last")
def _(Q):
    """This is Q Λ: the last factor is missing.

    Q Λ equals W Q, not W.
    """
    return np.eye(2)


@mistake("2c-misprint", "inverse-sign-lost", "eq-power", part="last")
def _(Q):
    """The last factor is no inverse of Q: multiply the two, and you must get I.

    Both minus signs are set, or none: the inverse of a rotation has one, in the other corner.
    """
    return np.abs(Q)


@mistake("2c-misprint", "entry-by-entry", "eq-power")
def _():
    """The entries are multiplied one by one. A product of matrices is rows times columns.

    In numpy `*` works entry by entry; `@` is the product.
    """
    return np.diag([0.256, 0.576])


@exercise(
    "2c",
    "The 30th power of the printed matrix",
    "the 2 x 2 array W^30 for the printed W = [[0.58, 0.24], [0.24, 0.72]]",
    hints=(
        "2b gives the way: which two numbers are raised to the power 30?",
        "Do not take Q from the paper unseen: multiply its Q Λ Q⁻¹ out and compare with the printed W, sign "
        "by sign.",
        "`lam, Q = np.linalg.eigh(W)` finds the right Q for the printed W; then `Q @ np.diag(lam**30) @ "
        "Q.T`. To check, `np.linalg.matrix_power(W, 30)`.",
    ),
)
def thirtieth(n=30, off_diagonal=0.24):
    return np.linalg.matrix_power(np.array([[0.58, off_diagonal], [off_diagonal, 0.72]]), n)


@mistake("2c", "other-matrix", "eq-power")
def _():
    """This belongs to the other matrix, the one with -0.24 off the diagonal: the paper prints one W and
    decomposes another. The errata page tells the story.

    The paper's own Q and Λ were used, and Q Λ Q⁻¹ is not the W it prints.
    """
    return thirtieth(off_diagonal=-0.24)


@mistake("2c", "elementwise-power", "eq-power")
def _():
    """Every entry is raised to the power by itself; a power of a matrix is a repeated product.

    In numpy `W**30` works entry by entry.
    """
    return thirtieth(1) ** 30


@mistake("2c", "multiplied", "eq-power")
def _():
    """This is 30 W: thirty factors, not thirty terms.

    `*` was typed for `**`, or the eigenvalues were multiplied by 30.
    """
    return 30 * thirtieth(1)


@mistake("2c", "off-by-one", "eq-power")
def _():
    """The exponent is off by one.

    A loop that starts from W, not from I, has multiplied once before it begins.
    """
    return thirtieth(31)


also("2c", "off-by-one", lambda: thirtieth(29))


@mistake("2c", "radius-times-identity", "eq-dominant-mode")
def _():
    """This is the largest eigenvalue to the 30th, times I. It rules the size of W^30, but W^30 has a
    direction too: it is nearly of rank one.

    "W^n behaves like 0.9^n" is remembered, and taken for the matrix itself.
    """
    return 0.9**30 * np.eye(2)


@mistake("2c", "norm-times-identity", "eq-bound")
def _():
    """This is a norm of W to the 30th, times I: a bound on the size, not the matrix.

    The bound on the gradient is a power of a norm, and it is taken for the power of the matrix.
    """
    return np.linalg.norm(thirtieth(1)) ** 30 * np.eye(2)


also("2c", "norm-times-identity", lambda: np.linalg.norm(thirtieth(1), 1) ** 30 * np.eye(2))


@mistake("2c", "diagonal-only", "eq-power")
def _():
    """This is Λ^30, still in the basis of the eigenvectors: go back to the basis of W.

    After the power the work looks done.
    """
    return np.diag([0.4**30, 0.9**30])


also("2c", "diagonal-only", lambda: np.diag([0.9**30, 0.4**30]))


@mistake("2c", "mismatched-eigenvalues", "eq-power")
def _():
    """Each eigenvalue stands with the other one's eigenvector: column j of Q belongs to entry j of Λ.

    Eigenvalues are sorted by size, and the columns of Q are not sorted with them.
    """
    lam, Q = np.linalg.eigh(thirtieth(1))
    return (Q * lam[::-1] ** 30) @ Q.T


# 2c: what eigenvalues tell

choice(
    "2c-any",
    "One eigenvalue above 1",
    "W is diagonalizable. One eigenvalue has modulus 1.1, all others are below 1. As n grows, the norm of Wⁿ "
    "...",
    (
        "Look at diag(1.1, 0.5): what are its powers?",
        "A norm is as large as the largest factor by which some direction is stretched.",
        "Along the eigenvector of 1.1 the factor is 1.1ⁿ, whatever the other directions do.",
    ),
    a=(
        "tends to 0, since most eigenvalues shrink",
        "majority-decides",
        "eq-power",
        "The small ones shrink their own directions only; the norm takes the worst direction.",
    ),
    b=(
        "explodes only if all eigenvalues exceed 1",
        "all-for-any",
        "eq-power",
        "One suffices. The paper says all; look at diag(1.1, 0.5): explosion and vanishing side by side.",
    ),
    c="tends to infinity",
)
choice(
    "2c-modulus",
    "Eigenvalues of modulus 1",
    "W is diagonalizable and every eigenvalue has modulus 1. The diagonal of Wⁿ ...",
    (
        "Modulus 1 is not the same as the value 1: name three numbers of modulus 1.",
        "A rotation of the plane by 1 rad has the eigenvalues e^(±i). Which matrix is its n-th power?",
        "The n-th power turns by n rad: its diagonal is cos n.",
    ),
    a="stays bounded, but can be almost anything: of a rotation by 1 rad it is cos n",
    b=(
        "is all ones",
        "modulus-for-value",
        "eq-power",
        "That would follow from eigenvalues equal to 1. Modulus 1 leaves an angle, and n turns it n times.",
    ),
    c=(
        "tends to 1",
        "limit-expected",
        "eq-power",
        "In general nothing tends anywhere: an eigenvalue other than 1 goes round the unit circle for ever.",
    ),
)
choice(
    "2c-monotone",
    "All eigenvalues below 1",
    "Every eigenvalue of W has modulus below 1. As n grows, the norm of Wⁿ ...",
    (
        "Try [[0.9, 10], [0, 0.9]] with n = 1, 2, 3.",
        "The eigenvalues decide what happens in the end. Do they also decide the way?",
        "The corner of [[0.9, 10], [0, 0.9]]^n is 10 n 0.9^(n-1): n grows first, the power wins in the end.",
    ),
    a=(
        "falls at every step",
        "monotone-decay",
        "eq-jordan",
        "Only a bound on the norm itself would give that. [[0.9, 10], [0, 0.9]] first grows beyond 38.",
    ),
    b=(
        "can stay above 1 for ever",
        "growth-for-ever",
        "eq-jordan",
        "Growth at first is not growth for ever. In the end the modulus wins: n λⁿ tends to 0 for every "
        "modulus below 1.",
    ),
    c=(
        "is below 1 from the first step on",
        "radius-for-norm",
        "eq-jordan",
        "The norm can exceed every eigenvalue: [[0.9, 10], [0, 0.9]] begins above 10.",
    ),
    d="tends to 0, but may grow for many steps first",
)
choice(
    "2c-radius",
    "What bounds the gradient of a logistic network",
    "Which of these makes the gradient dh_t/dh_k of a logistic network vanish for certain, whatever the "
    "inputs?",
    (
        "Each factor of the transport is diag(sigma') W. How large can it be, in the norm?",
        "The norm of a product is at most the product of the norms. Is the spectral radius of a product "
        "bounded so?",
        "sigma' is at most 1/4, so each factor is at most sigma_max(W)/4 in norm.",
    ),
    a=(
        "the spectral radius of W is below 1",
        "radius-decides",
        "eq-bound",
        "The factors differ from step to step, and radii of different factors say nothing about their "
        "product: even radius 0 can explode.",
    ),
    b="the largest singular value of W is below 4",
    c=(
        "the spectral radius of W is below 4",
        "radius-for-norm",
        "eq-bound",
        "The 4 is right, but it bounds the largest singular value: 8 [[1, -1], [1, -1]] has radius 0, "
        "yet its gradient can explode.",
    ),
)
choice(
    "2c-jordan",
    "All eigenvalues exactly 1",
    "Every eigenvalue of W is exactly 1. As n grows, Wⁿ ...",
    (
        "Square [[1, 1], [0, 1]] by hand. And again.",
        "Is every matrix diagonalizable?",
        "The corner of [[1, 1], [0, 1]]^n is n: only for a diagonalizable W does the power stay I.",
    ),
    a=(
        "is always I, since Q Iⁿ Q⁻¹ = I",
        "diagonalizing-jordan",
        "eq-jordan",
        "That holds if Q has an inverse. [[1, 1], [0, 1]] has only one eigenvector, and `np.linalg.eig` "
        "hides it.",
    ),
    b=(
        "always has the norm 1",
        "radius-for-norm",
        "eq-jordan",
        "Only for a diagonalizable W. The corner of [[1, 1], [0, 1]]^n grows with n.",
    ),
    c="stays I if W is diagonalizable, and else grows like a power of n",
)


# 2c: humps, and the direction of gradients


def decay(rng):
    """a lambda between 0.7 and 0.97"""
    return (rng.uniform(0.7, 0.97),)


def slow_decay(rng):
    """another lambda between 0.7 and 0.97"""
    return (rng.uniform(0.7, 0.97),)


@exercise(
    "2c-hump",
    "Where the corner is largest",
    "f(lam), the whole n at which n b lam^(n-1) is largest, for 0 < lam < 1 and any b > 0",
    decay,
    slow_decay,
    hints=(
        "Compare neighbours: when is the corner at n + 1 larger than that at n?",
        "The ratio of the two is (n + 1) lam / n. It exceeds 1 while n is below a certain number.",
        "It grows while n < lam / (1 - lam), so the largest stands at the first whole n from there on: "
        "`np.ceil(lam / (1 - lam))`.",
    ),
)
def hump(lam, peak=lambda lam: lam / (1 - lam), rounded=np.ceil):
    return rounded(peak(lam))


@mistake("2c-hump", "not-whole", "eq-jordan", part="rounded")
def _(n):
    """This is where the ratio of neighbours passes 1; it is no whole number. At which step is the corner
    largest?

    The inequality is solved, and its answer is not yet that of the question.
    """
    return n


@mistake("2c-hump", "one-too-early", "eq-jordan", part="rounded")
def _(n):
    """One step too early: from your n to the next the corner still grows.

    The number is rounded down, as `int` does.
    """
    return np.floor(n)


@mistake("2c-hump", "one-too-late", "eq-jordan", part="rounded")
def _(n):
    """One step too late: at the n before, the corner was larger.

    n < λ / (1 - λ) says that n + 1 is better than n, not that n + 2 is.
    """
    return np.ceil(n) + 1


@mistake("2c-hump", "as-if-continuous", "eq-jordan")
def _(lam):
    """This is the largest of all real n, where the derivative vanishes; n counts steps.

    n λ^(n-1) is differentiated by n.
    """
    return -1 / np.log(lam)


@mistake("2c-hump", "half-life", "eq-half-life")
def _(lam):
    """This is the half-life, the n at which λⁿ has fallen to a half. Here a factor n works against it.

    It is the number one usually asks for.
    """
    return np.log(2) / -np.log(lam)


def read_direction(value):
    """A vector as its direction: of length 1, its largest entry positive."""
    (v,) = arrays().read(value)
    v = v.ravel()
    largest = v[np.abs(v).argmax()] if v.size else 0
    if not 1e-15 < np.abs(largest) < 1e15:
        raise UnreadableError(
            f"The largest entry of your vector is {largest:.3g}, out of all scale for a direction. Divide "
            "the vector by its length, where it grows or fades."
        )
    return (v / largest / np.linalg.norm(v / largest),)


def one_direction(size):
    def draw(rng):
        while True:
            W = rng.normal(size=(size, size))
            lam = np.linalg.eigvals(W)
            lam = lam[np.argsort(-np.abs(lam))]
            if not lam[0].imag and np.abs(lam[1]) < 0.6 * np.abs(lam[0]):
                return (W,)

    draw.__doc__ = f"a matrix of shape {(size, size)}"
    return draw


@exercise(
    "2c-left",
    "The direction in which gradients arrive",
    "f(W), a vector along which the rows g W^n line up; one eigenvalue of W is real and strictly dominant",
    one_direction(3),
    one_direction(2),
    one_direction(5),
    hints=(
        "A state is multiplied from the left, W h; a gradient is a row, g W. Which vectors does W only "
        "stretch when it stands on the right?",
        "u with uᵀW = λuᵀ. Transpose: of which matrix is u an ordinary eigenvector?",
        "`lam, Q = np.linalg.eig(W.T)`; the answer is the column of Q whose eigenvalue is largest in "
        "modulus. Or let it arrive: multiply any row by W again and again.",
    ),
    kind=arrays()._replace(read=read_direction),
)
def arrives(W, solve=lambda W: np.linalg.eig(W.T), pick=lambda lam: np.argmax(np.abs(lam))):
    lam, Q = solve(W)
    return Q[:, pick(lam)].real


@mistake("2c-left", "right-eigenvector", "eq-dominant-mode", part="solve")
def _(W):
    """Along this vector states line up, not gradients: it is the right eigenvector, and a gradient is a row.

    For a symmetric W the two are the same.
    """
    return np.linalg.eig(W)


@mistake("2c-left", "weakest-mode", "eq-dominant-mode", part="pick")
def _(lam):
    """This belongs to the eigenvalue that is smallest in modulus: it is the first direction to be lost.

    `eigh` sorts from small to large, and `eig` does not sort.
    """
    return np.argmin(np.abs(lam))


@mistake("2c-left", "symmetric-solver", "eq-dominant-mode", part="solve")
def _(W):
    """This is an eigenvector of a symmetric matrix: eigh reads one triangle of W and assumes the other.

    `eigh` gives sorted and real eigenvalues, and does not check.
    """
    return np.linalg.eigh(W)


@mistake("2c-left", "singular-vector", "eq-sandwich")
def _(W):
    """This is a singular vector of W: it rules one step, not many.

    The largest stretch of one step is not what repetition favours.
    """
    return np.linalg.svd(W)[2][0]


also("2c-left", "singular-vector", lambda W: np.linalg.svd(W)[0][:, 0])


# 2c: a ruler in which nothing grows


def with_a_hump(rng):
    """a lambda between 0.6 and 0.85, a b between 2 and 20 and an r up to 0.95"""
    lam = rng.uniform(0.6, 0.85)
    return lam, rng.uniform(2, 20), rng.uniform(lam + 0.03, 0.95)


def above_one(rng):
    """lambda = 1, b = 10, r = 1.25"""
    return 1.0, 10.0, 1.25


@exercise(
    "2c-norm",
    "A ruler in which nothing grows",
    "f(lam, b, r), the largest d > 0 for which D^-1 W D has a spectral norm of at most r, where "
    "W = [[lam, b], [0, lam]], D = diag(1, d) and 0 < lam < r",
    with_a_hump,
    with_a_hump,
    above_one,
    hints=(
        "Multiply D^-1 W D out: only the corner changes. Call it c. What are the singular values of "
        "[[lam, c], [0, lam]]?",
        "Their product is lam^2, and the sum of their squares is 2 lam^2 + c^2. So what is the square of "
        "their difference?",
        "They differ by c. If the larger is r, the smaller is lam^2 / r: the corner b d may be "
        "r - lam^2 / r.",
    ),
)
def ruler(lam, b, r, corner=lambda lam, r: r - lam**2 / r, given=lambda d: d):
    return given(corner(lam, r) / b)


@mistake("2c-norm", "not-the-largest", "eq-sandwich", part="corner")
def _(lam, r):
    """With this d the norm is small enough, but a larger d would do: the norm is not λ + b d, only at most
    that.

    The norm of a sum is at most the sum of the norms, λ and the corner.
    """
    return r - lam


@mistake("2c-norm", "squares", "eq-sandwich", part="corner")
def _(lam, r):
    """A factor is missing: r times the smaller singular value is λ², so the smaller one is λ² / r.

    r² - λ² is on the way, before one divides by r.
    """
    return r**2 - lam**2


@mistake("2c-norm", "diagonal-forgotten", "eq-sandwich", part="corner")
def _(lam, r):
    """The corner alone may not be as large as r: the diagonal adds to the norm.

    The diagonal stays as it is in the new ruler, and so it is left out of the sum.
    """
    return r


@mistake("2c-norm", "price", "eq-sandwich", part="given")
def _(d):
    """This is 1/d, the price of the ruler. Which d was it?

    1/d is what stands in front of the bound.
    """
    return 1 / d


# 2d: tanh as a logistic


def tanh_network(n, T):
    def draw(rng):
        return rng.normal(size=(n, n)), rng.normal(size=(T, n))

    draw.__doc__ = f"{n} units and {T} steps"
    return draw


@exercise(
    "2d-tanh",
    "tanh, as a logistic",
    "f(W, x) -> (V, y), so that with h_t = tanh(W h_(t-1) + x_t) and g = (h + 1) / 2, "
    "g_t = sigma(V g_(t-1) + y_t); x and y (T, n)",
    tanh_network(3, 4),
    tanh_network(1, 2),
    tanh_network(5, 1),
    hints=(
        "Put h = 2 g - 1 on both sides, and tanh z = 2 sigma(2 z) - 1.",
        "What stands inside sigma is 2 (W (2 g - 1) + x). Which part of it goes with g, and which does not?",
        "V = 4 W, and y_t = 2 (x_t - W 1): `2 * (x - W.sum(axis=1))`.",
    ),
    kind=arrays("V", "y"),
)
def disguise(W, x, weights=lambda W: 4 * W, scale=lambda: 2, shift=lambda W: -W.sum(axis=1)):
    return weights(W), scale() * (x + shift(W))


@mistake("2d-tanh", "half-the-weights", "eq-bound", part="weights")
def _(W):
    """The weights are doubled once; h = 2 g - 1 doubles them a second time.

    The 2 inside tanh z = 2 σ(2z) - 1 is seen, the one in front is not.
    """
    return 2 * W


@mistake("2d-tanh", "weights-kept", "eq-bound", part="weights")
def _(W):
    """The weights stay as they are: then both bounds would be the same, and they differ by a factor of 4.

    Only the inputs are thought to move.
    """
    return W


@mistake("2d-tanh", "inputs-not-doubled", "eq-rnn", part="scale")
def _():
    """What the inputs bring is not doubled, and the 2 stands before all that is inside of tanh.

    It is taken for a factor of the weights.
    """
    return 1


@mistake("2d-tanh", "shift-forgotten", "eq-rnn", part="shift")
def _(W):
    """The inputs do not make up for the -1 in h = 2 g - 1: W acts on it too.

    A shift is thought to drop out, as it does in a derivative.
    """
    return 0


@mistake("2d-tanh", "shift-sign", "eq-rnn", part="shift")
def _(W):
    """The shift of the inputs has the wrong sign: it comes from W (2 g - 1).

    The -1 is moved to the other side.
    """
    return W.sum(axis=1)


@mistake("2d-tanh", "column-sums", "eq-rnn", part="shift")
def _(W):
    """The columns of W are summed. W times a vector of ones sums its rows.

    `sum(axis=0)` for `sum(axis=1)`.
    """
    return -W.sum(axis=0)


# 2d: a small slope, and an explosion all the same


def read_pair(value):
    """The moduli of w and z: a gradient grows as fast with -w, and the slope is the same at -z."""
    return tuple(map(np.abs, arrays("w", "z").read(value)))


@exercise(
    "2d-eighth",
    "An explosion with slope 1/8",
    "a pair (w, z): a weight, and a pre-activation with slope 1/8, so that gradients grow by 1.5 a step",
    hints=(
        "The factor per step is w times the slope.",
        "The slope is y (1 - y) for y = sigma(z). Solve y (1 - y) = 1/8 for y, then sigma(z) = y for z.",
        "y = (1 + sqrt(1/2)) / 2 and z = ln(y / (1 - y)); w is 1.5 divided by 1/8.",
    ),
    kind=arrays("w", "z")._replace(read=read_pair),
)
def eighth(weight=lambda: 12.0, output=lambda: (1 + np.sqrt(0.5)) / 2, invert=lambda y: np.log(y / (1 - y))):
    return weight(), invert(output())


@mistake("2d-eighth", "quarter-for-eighth", "eq-bound", part="weight")
def _():
    """This w makes 1.5 with the largest slope of all, 1/4; here the slope is 1/8.

    The 4 of the bound is remembered.
    """
    return 6.0


@mistake("2d-eighth", "multiplied-for-divided", "eq-bound", part="weight")
def _():
    """This is 1.5 times the slope, where w times the slope has to be 1.5.

    The equation is solved for the wrong letter.
    """
    return 1.5 / 8


@mistake("2d-eighth", "bound-only", "eq-bound", part="weight")
def _():
    """With this w the gradient keeps its size: w times the slope is 1.

    It is the weight that is necessary for an explosion, and no more.
    """
    return 8.0


@mistake("2d-eighth", "output-for-slope", "eq-sigma-prime", part="output")
def _():
    """At this z the output is 1/8, not the slope.

    σ and σ' are mixed up.
    """
    return 1 / 8


@mistake("2d-eighth", "output-for-preactivation", "eq-sigma-prime", part="invert")
def _(y):
    """This is the output at which the slope is right; which z makes it?

    y (1 - y) = 1/8 is solved for y, and y is taken for z.
    """
    return y


# 2d: what the bound guarantees


MATRIX_OF_C = np.array([[1.0, 2.0], [0.0, 1.0]])


@exercise(
    "2d-guarantee",
    "A guarantee",
    "a number: below which c > 0 the bound guarantees that the gradients of a logistic network with "
    "W = c [[1, 2], [0, 1]] vanish",
    hints=(
        "Each factor of the transport is diag(sigma') W. How large can it be, in the norm?",
        "sigma' is at most 1/4, so a factor is at most sigma_max(W) / 4. What is the largest singular value "
        "of [[1, 2], [0, 1]]?",
        "Its two singular values have the product 1, and their squares add up to 6: they are sqrt(2) + 1 and "
        "sqrt(2) - 1. Then c times the larger, over 4, must be below 1.",
    ),
)
def guaranteed(size=lambda M: np.linalg.norm(M, 2), slope=lambda: 1 / 4, solve=lambda factor: 1 / factor):
    return solve(size(MATRIX_OF_C) * slope())


@mistake("2d-guarantee", "radius-decides", "eq-bound", part="size")
def _(M):
    """The spectral radius of W bounds one power, not a product of different Jacobians: the bound multiplies
    norms.

    Both eigenvalues of the matrix are 1, and eigenvalues are what the page before was about.
    """
    return 1


@mistake("2d-guarantee", "frobenius-norm", "eq-bound", part="size")
def _(M):
    """The Frobenius norm guarantees too, but less: it is larger than the largest singular value.

    `np.linalg.norm` of a matrix is the Frobenius norm unless a 2 is asked for.
    """
    return np.linalg.norm(M)


@mistake("2d-guarantee", "row-sum", "eq-bound", part="size")
def _(M):
    """This is the largest sum of a row, or of a column. It bounds a norm, but the bound of the page uses the
    largest singular value.

    The sum of a row is the easiest of all norms by hand.
    """
    return 3


@mistake("2d-guarantee", "tanh-bound", "eq-bound", part="slope")
def _():
    """Without the 4 this is the bound for tanh: the slope of the logistic is at most 1/4.

    "Below 1" is what one remembers.
    """
    return 1


@mistake("2d-guarantee", "inverted", "eq-bound", part="solve")
def _(factor):
    """This is the factor per step for c = 1. How large may c be before c times it reaches 1?

    The equation is solved for the wrong letter.
    """
    return factor


# 2d: vanishing gradients are forgetting


def contraction(n):
    """A matrix for which the four ways to measure it, and the ways to round, give different numbers."""

    def draw(rng):
        while True:
            W = rng.normal(size=(n, n))
            W *= rng.uniform(2.2, 3.2) / np.linalg.norm(W, 2)
            eps = 10 ** rng.uniform(-6, -3)
            steps = np.log(eps) / np.log(np.linalg.norm(W, 2) / 4)
            if np.linalg.norm(W) < 3.8 and 0.1 < steps % 1 < 0.9:
                return W, eps

    draw.__doc__ = f"a matrix of shape {(n, n)}"
    return draw


def nothing_to_forget(rng):
    """W = [[3]] and eps = 1"""
    return np.array([[3.0]]), 1.0


def half_at_once(rng):
    """W = [[0.4]] and eps = 0.5"""
    return np.array([[0.4]]), 0.5


@exercise(
    "2d-forget",
    "How soon two starts are forgotten",
    "f(W, eps), the smallest whole t for which the bound guarantees that two copies of a logistic network, "
    "fed alike, are at most eps times as far apart as at their starts; sigma_max(W) < 4 and eps <= 1",
    contraction(3),
    contraction(2),
    nothing_to_forget,
    half_at_once,
    hints=(
        "By which factor does the bound shrink the distance in one step? And in t steps?",
        "(sigma_max / 4)^t <= eps. Take logarithms of both sides, and mind that they are negative.",
        "`np.ceil(np.log(eps) / np.log(np.linalg.norm(W, 2) / 4))`.",
    ),
)
def forget(W, eps, size=lambda W: np.linalg.norm(W, 2), slope=lambda: 1 / 4, rounded=np.ceil):
    return rounded(np.log(eps) / np.log(size(W) * slope()))


@mistake("2d-forget", "slope-forgotten", "eq-bound", part="slope")
def _():
    """The slope is missing from the factor per step: the logistic brings a 1/4.

    For tanh there is none.
    """
    return 1


@mistake("2d-forget", "radius-decides", "eq-bound", part="size")
def _(W):
    """This uses the spectral radius of W. The distance to the other copy is multiplied by different matrices:
    only norms bound it.

    It would be right, in the long run, for powers of W.
    """
    return np.abs(np.linalg.eigvals(W)).max()


@mistake("2d-forget", "frobenius-norm", "eq-bound", part="size")
def _(W):
    """This uses the Frobenius norm. It guarantees too, but later: the largest singular value is smaller.

    `np.linalg.norm(W)` is the Frobenius norm unless a 2 is asked for.
    """
    return np.linalg.norm(W)


@mistake("2d-forget", "one-step-early", "eq-bound", part="rounded")
def _(t):
    """One step too early: at your t the bound still exceeds eps.

    The number is rounded down, as `int` does.
    """
    return np.floor(t)


# 2-wall: another start


@exercise(
    "2-wall",
    "The wall of another start",
    "a pair (b, w): the b of the wall at w = 6, and the w above which it exists, for x_0 = 0",
    hints=(
        "The wall stands where the start is a fixed point of x -> w sigma(x) + b.",
        "And it is a wall if that fixed point repels: what is the slope of the map there?",
        "sigma(0) = 1/2 and sigma'(0) = 1/4; solve 0 = 6 sigma(0) + b, and w sigma'(0) > 1.",
    ),
    kind=arrays("b", "w"),
)
def other_wall(shift=lambda: 0.0, height=lambda: 0.5, sign=lambda: -1, slope=lambda: 0.25):
    return shift() + sign() * height() * 6, 1 / slope()


@mistake("2-wall", "old-start", "eq-wall")
def _():
    """This is the wall of the start 1/2: sigma and its slope are due at the new start.

    The numbers of the page are used.
    """
    return 0.5 - 6 * rnn.sigma(0.5), 1 / rnn.dsigma(0.5)


@mistake("2-wall", "shift-kept", "eq-wall", part="shift")
def _():
    """One half of the formula still has the old start: x_0 itself stands there, beside its sigma.

    The 1/2 in front looks like a constant.
    """
    return 0.5


@mistake("2-wall", "sign", "eq-wall", part="sign")
def _():
    """The sign of b is wrong: at the wall it takes back what w sigma(x_0) adds.

    The fixed point is solved for b, and the sign is lost on the way.
    """
    return 1


@mistake("2-wall", "sigma-for-slope", "eq-wall", part="slope")
def _():
    """The threshold uses sigma where its slope is due: a fixed point repels if the slope of the map exceeds
    1.

    Both have a 1/2 or a 1/4 at 0, and they are easily exchanged.
    """
    return 0.5


@mistake("2-wall", "slope-for-sigma", "eq-wall", part="height")
def _():
    """b uses the slope of sigma where sigma itself is due: a fixed point is a matter of values.

    Both have a 1/2 or a 1/4 at 0, and they are easily exchanged.
    """
    return 0.25


@mistake("2-wall", "threshold-of-old-start", "eq-wall", part="slope")
def _():
    """The threshold still belongs to the start 1/2: the slope is due at the new one.

    b is derived anew, and the second number is copied.
    """
    return rnn.dsigma(0.5)


# 2-width: how wide the wall is


def steep(rng):
    """a w between 4.6 and 6"""
    return (rng.uniform(4.6, 6),)


def steeper(rng):
    """w = 7"""
    return (7.0,)


@exercise(
    "2-width",
    "The width of the wall",
    "f(w), the linear estimate of the interval of b in which x_50 stays within 1/2 of its start 1/2",
    steep,
    steeper,
    hints=(
        "Lean b a little. By how much has x moved after one step, after two, after three?",
        "Each step multiplies what there is by mu and adds the lean again: a geometric sum.",
        "x_50 moves by (mu^50 - 1) / (mu - 1) times the lean, with mu = w sigma'(1/2); it may move "
        "by 1 in all.",
    ),
)
def width(
    w,
    slope=lambda: rnn.dsigma(0.5),
    total=lambda mu: (mu**50 - 1) / (mu - 1),
    room=lambda: 1,
):
    return room() / total(w * slope())


@mistake("2-width", "last-step-only", "eq-wall", part="total")
def _(mu):
    """Only the lean of the first step is followed. b leans in every step: all of them add up.

    This would be the width in x_0, 1 over the multiplier.
    """
    return mu**50


@mistake("2-width", "one-step-short", "eq-wall", part="total")
def _(mu):
    """The sum has one term too few: 50 steps, from mu^0 to mu^49.

    The last exponent is taken for the number of terms.
    """
    return (mu**49 - 1) / (mu - 1)


@mistake("2-width", "one-step-long", "eq-wall", part="total")
def _(mu):
    """The sum has one term too many: x_0 does not lean.

    Both ends are counted.
    """
    return (mu**51 - 1) / (mu - 1)


@mistake("2-width", "slope-of-the-cusp", "eq-wall", part="slope")
def _():
    """The slope is that at 0, where sigma is steepest; the unit stands at 1/2.

    1/4 is the slope that one knows by heart.
    """
    return 0.25


@mistake("2-width", "sigma-for-slope", "eq-wall", part="slope")
def _():
    """sigma stands where its slope is due: a small lean is passed on by the slope of the map.

    The wall's own formula has sigma in it.
    """
    return rnn.sigma(0.5)


@mistake("2-width", "one-side-only", "eq-wall", part="room")
def _():
    """This is the way to one side. The interval reaches to both.

    The 1/2 of the question is a half-width.
    """
    return 0.5


# 2-clip: the norm of a gradient, bounded


def gradients(*lengths):
    def draw(rng):
        g = rng.normal(size=(len(lengths), 4))
        return g / np.linalg.norm(g, axis=1, keepdims=True) * np.array(lengths)[:, None], 2.0

    draw.__doc__ = (
        f"{len(lengths)} gradients of 4 entries, of the lengths {', '.join(map(str, lengths))}; limit 2"
    )
    return draw


@exercise(
    "2-clip",
    "Gradients, clipped by norm",
    "f(g, limit), the clipped gradients; each row of g (m, n) is the gradient of one run",
    gradients(30, 0.5, 6),
    gradients(2, 1e-6, 1e6, 5),
    gradients(0, 3),
    hints=(
        "Each row has its own Euclidean norm. Which rows may stay as they are?",
        "A row that is too long keeps its direction: by which positive number do you multiply it?",
        "`norms = np.linalg.norm(g, axis=1, keepdims=True)`, then `g * limit / np.maximum(norms, limit)`: "
        "no row of zeros can do harm there.",
    ),
    alike=("always-rescaled+one-norm-for-all", "squared-norm+dropped"),
)
def clip(
    g,
    limit,
    norms=lambda g: np.linalg.norm(g, axis=1, keepdims=True),
    scale=lambda c, norms: c / np.maximum(norms, c),
):
    return g * scale(limit, norms(g))


@mistake("2-clip", "entry-by-entry", "eq-clip")
def _(g, limit):
    """Every entry is clipped by itself, which turns the gradient. Shorten it as a whole.

    `np.clip` is named after the thing and does another.
    """
    return np.clip(g, -limit, limit)


@mistake("2-clip", "always-rescaled", "eq-clip", part="scale")
def _(c, norms):
    """Short gradients are stretched to the limit too. A gradient within the limit stays as it is.

    Normalised descent does this, on purpose; clipping does not.
    """
    return c / norms


@mistake("2-clip", "unit-length", "eq-clip", part="scale")
def _(c, norms):
    """Long gradients come out with length 1, not with the length of the limit.

    With a limit of 1, the usual one, nobody would notice.
    """
    return np.where(norms > c, 1 / norms, 1)


@mistake("2-clip", "squared-norm", "eq-clip", part="norms")
def _(g):
    """This is the squared norm: the root is missing.

    The sum of squares is what the code computes first.
    """
    return (g**2).sum(axis=1, keepdims=True)


@mistake("2-clip", "one-norm-for-all", "eq-clip", part="norms")
def _(g):
    """All rows share one norm here. Each row is the gradient of a run of its own.

    `np.linalg.norm(g)` without an axis takes the whole array.
    """
    return np.linalg.norm(g)


@mistake("2-clip", "dropped", "eq-clip", part="scale")
def _(c, norms):
    """Long gradients are dropped. They are too long, not wrong: keep the direction.

    Skipping a bad step is what one does against NaN.
    """
    return np.where(norms > c, 0, 1)


# 2-rate: a step that is short enough


def beside_the_wall(rng):
    """a w between 4.4 and 5, b up to 0.1 beside the wall, and a length between 0.05 and 0.2"""
    w = rng.uniform(4.4, 5)
    return w, spectra.wall(w) + rng.uniform(-0.1, 0.1), rng.uniform(0.05, 0.2)


def on_the_wall(rng):
    """w = 6, b on the wall, length 0.1"""
    return 6.0, spectra.wall(6), 0.1


@exercise(
    "2-rate",
    "The largest rate for a bounded step",
    "f(w, b, length), the largest rate with which one plain step of descent on the error of the cliff, from "
    "(w, b), is no longer than length",
    beside_the_wall,
    on_the_wall,
    hints=(
        "The step is the rate times the gradient, a vector of two entries. How long is it?",
        "`spectra.cliff(w, b)` returns E, dE/dw, dE/db and the multiplier. Which two of these do you need?",
        "`_, dw, db, _ = spectra.cliff(w, b)`; the gradient is `np.hypot(dw, db)` long, and the rate is "
        "`length` divided by that.",
    ),
)
def largest_rate(
    w,
    b,
    length,
    size=lambda dw, db, multiplier: np.hypot(dw, db),
    solve=lambda length, size: length / size,
):
    return solve(length, np.abs(size(*spectra.cliff(w, b)[1:])))


@mistake("2-rate", "w-alone", "eq-clip", part="size")
def _(dw, db, multiplier):
    """The step goes along b too, and here only its share along w is kept short.

    dE/dw comes first among the derivatives.
    """
    return dw


@mistake("2-rate", "b-alone", "eq-clip", part="size")
def _(dw, db, multiplier):
    """The step goes along w too, and here only its share along b is kept short.

    The picture of the wall is a slice along b.
    """
    return db


@mistake("2-rate", "squared-norm", "eq-clip", part="size")
def _(dw, db, multiplier):
    """This divides by the squared norm: the root is missing.

    The sum of squares is what the code computes first.
    """
    return dw**2 + db**2


@mistake("2-rate", "multiplier-for-gradient", "eq-wall", part="size")
def _(dw, db, multiplier):
    """This divides by the multiplier, the derivative of x_50 by x_0. Descent moves w and b, along the
    gradient of E.

    The multiplier is the number that makes the wall steep.
    """
    return multiplier


@mistake("2-rate", "multiplied", "eq-clip", part="solve")
def _(length, size):
    """This is the length times that of the gradient: the steeper, the longer would be the step.

    Rate times gradient is the step, and length takes the place of the rate.
    """
    return length * size


@mistake("2-rate", "inverted", "eq-clip", part="solve")
def _(length, size):
    """The fraction stands upside down: where the gradient is long, the rate must be small.

    The equation is solved for the wrong letter.
    """
    return size / length


# 2e: the price of a half-life


def short_memory(rng):
    """a half-life between 4 and 15 steps"""
    return (rng.uniform(4, 15),)


def one_step(rng):
    """a half-life of 1 step"""
    return (1.0,)


def long_memory(rng):
    """a half-life of 1000 steps"""
    return (1000.0,)


@exercise(
    "2e-half-life",
    "The energy of a half-life",
    "f(T), the energy 1 / (1 - |lambda|^2) of a unit whose memory has the half-life T",
    short_memory,
    one_step,
    long_memory,
    hints=(
        "After T steps the memory is |lambda|^T. What is that at the half-life?",
        "|lambda|^T = 1/2: solve for |lambda|, then put it into the energy.",
        "`r = 2 ** (-1 / T)`, and the energy is `1 / (1 - r**2)`.",
    ),
)
def energy(T, modulus=lambda T: 2 ** (-1 / T), price=lambda r: 1 / (1 - r**2)):
    return price(modulus(T))


@mistake("2e-half-life", "modulus-not-squared", "eq-energy", part="price")
def _(r):
    """The modulus is not squared: an energy is a mean of squares.

    The sum of |λ|^k is the better known series.
    """
    return 1 / (1 - r)


@mistake("2e-half-life", "modulus-returned", "eq-energy", part="price")
def _(r):
    """This is |λ|, the radius on the ring. What does it cost?

    The first half of the question is answered.
    """
    return r


@mistake("2e-half-life", "e-fold", "eq-half-life", part="modulus")
def _(T):
    """After T steps of yours 1/e is left, not a half.

    A time constant is taken for a half-life.
    """
    return np.exp(-1 / T)


@mistake("2e-half-life", "straight-line", "eq-half-life", part="modulus")
def _(T):
    """With this |λ| more than a half is left after T steps: a decay loses a share of what is there, not of
    the start.

    Half is lost in T steps, so 1/(2T) a step.
    """
    return 1 - 1 / (2 * T)


@mistake("2e-half-life", "large-T-only", "eq-energy")
def _(T):
    """This is what the energy tends to for long half-lives; for short ones it is too small.

    1 - 2^(-2/T) is replaced by its first term.
    """
    return T / (2 * np.log(2))


# 2e: the volume that a tanh network keeps


def orthogonal(n, T):
    def draw(rng):
        return np.linalg.qr(rng.normal(size=(n, n)))[0], rng.uniform(-0.9, 0.9, size=n), T

    draw.__doc__ = f"{n} units and T = {T}"
    return draw


@exercise(
    "2e-volume",
    "The volume that a tanh network keeps",
    "f(W, h0, T), the geometric mean of all singular values of dh_T/dh_0 for h_t = tanh(W h_(t-1)) with an "
    "orthogonal W, without an SVD",
    orthogonal(3, 4),
    orthogonal(8, 20),
    orthogonal(1, 2),
    orthogonal(4, 0),
    hints=(
        "The product of all singular values of a matrix is the modulus of its determinant. And the "
        "determinant of a product?",
        "J_t = diag(1 - h_t^2) W, and |det W| = 1. What is left of |det J_t|?",
        "Multiply all 1 - h_i^2, over the units and over the steps 1 to T, and take the n-th root.",
    ),
)
def volume(
    W,
    h0,
    T,
    states=lambda h: h[1:],
    slopes=lambda h: 1 - h**2,
    mean=lambda s: np.abs(s).prod() ** (1 / s.shape[1]),
):
    h = [h0]
    for _ in range(T):
        h.append(np.tanh(W @ h[-1]))
    return mean(slopes(states(np.array(h))))


@mistake("2e-volume", "state-off-by-one", "eq-jacobian", part="states")
def _(h):
    """The slopes are one step late: the slope of step t belongs to h_t, so h_0 has none and h_T has one.

    h_0 is there before the loop, and the slope is taken before the step.
    """
    return h[:-1]


@mistake("2e-volume", "not-squared", "eq-jacobian", part="slopes")
def _(h):
    """The slope of tanh is not 1 - h: at h = 0 both are 1, but it falls on both sides of 0.

    The square is lost on the way.
    """
    return 1 - h


@mistake("2e-volume", "logistic-slope", "eq-jacobian", part="slopes")
def _(h):
    """h (1 - h) is the slope of the logistic; this network has tanh.

    It is the slope that the whole course uses.
    """
    return h * (1 - h)


@mistake("2e-volume", "arithmetic-mean", "eq-transport", part="mean")
def _(s):
    """The slopes of a step are averaged by a sum. The determinant multiplies them.

    A mean is a sum, divided by how many there are.
    """
    return np.abs(s).mean(axis=1).prod()


@mistake("2e-volume", "no-root", "eq-transport", part="mean")
def _(s):
    """This is the determinant, the product of all singular values. Their geometric mean is its n-th root.

    The product is the hard half.
    """
    return np.abs(s).prod()


# 2e: the variance that keeps a volume


@exercise(
    "2e-determinant",
    "The variance that keeps volume",
    "a number s: entries of variance s / n keep the volume, per direction and layer, as n grows",
    hints=(
        "With s = 1 the volume shrinks by e^(-1/2) in each direction. What does s do to a singular value?",
        "Entries of variance s / n are sqrt(s) times entries of variance 1 / n, and so are all singular "
        "values.",
        "sqrt(s) times e^(-1/2) must be 1.",
    ),
)
def variance():
    return np.e


@mistake("2e-determinant", "length-for-volume", None)
def _():
    """This keeps the mean square length of a vector. The volume shrinks with it, by e^(-1/2) in each
    direction.

    1 / n is the usual variance.
    """
    return 1


@mistake("2e-determinant", "deviation-for-variance", None)
def _():
    """By this factor each entry has to grow. The variance is that of the entries, squared.

    The factor of the standard deviation is taken for that of the variance.
    """
    return np.sqrt(np.e)


@mistake("2e-determinant", "inverted", None)
def _():
    """This shrinks the volume further. It has to make up for the loss.

    The loss itself is handed in, or its square.
    """
    return 1 / np.e


also("2e-determinant", "inverted", lambda: np.exp(-1 / 2))


@mistake("2e-determinant", "relu-variance", None)
def _():
    """2 / n is the variance for ReLU layers, where half of the units are silent. Here no unit is.

    It is the other well-known number for initial weights.
    """
    return 2

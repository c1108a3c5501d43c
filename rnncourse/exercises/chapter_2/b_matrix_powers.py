"""The exercises of page 2b: powers of a matrix."""

import re
from itertools import permutations, product

import numpy as np

from rnncourse.check.answers import Kind, unequal
from rnncourse.check.exercises import exercise
from rnncourse.check.running import UnreadableError
from rnncourse.exercises import domains

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
    domain=domains.diagonalizable,
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


@matrix_power.mistake("elementwise-power", "eq-power")
def _(M, n):
    """Every entry is raised to the power by itself. M² is M @ M: rows times columns.

    In numpy `M**n` works entry by entry.
    """
    return M**n


@matrix_power.mistake("transpose-for-inverse", "eq-power", part="join")
def _(Q, L):
    """The transpose of Q is used where its inverse is needed. The two agree only if the eigenvectors are
    orthonormal, as for a symmetric M.

    The example of the paper is symmetric, and there Q^T is right.
    """
    return Q @ L @ Q.T


matrix_power.also("transpose-for-inverse", join=lambda Q, L: Q @ L @ Q.conj().T)


@matrix_power.mistake("swapped-q", "eq-power", part="join")
def _(Q, L):
    """Q and its inverse are exchanged. The eigenvectors are the columns of Q: M Q = Q Λ.

    The side of the inverse was remembered, not derived; the paper mixes the sides up too.
    """
    return np.linalg.inv(Q) @ L @ Q


@matrix_power.mistake("symmetric-solver", "eq-power", part="solve")
def _(M):
    """This is the power of a symmetric matrix: eigh reads only one triangle of M and assumes the other.

    `eigh` gives real eigenvalues in order, which is pleasant, and does not check that M is symmetric.
    """
    return np.linalg.eigh(M)


matrix_power.also("symmetric-solver", solve=lambda M: np.linalg.eigh(M, UPLO="U"))


@matrix_power.mistake("multiplied", "eq-power", part="change")
def _(lam, n):
    """Λ is multiplied by n where it should be raised to the power n.

    n factors of M look like n of Λ; or `*` was typed for `**`.
    """
    return n * lam


@matrix_power.mistake("off-by-one", "eq-power", part="change")
def _(lam, n):
    """The exponent is off by one.

    A loop that starts from M, not from I, has multiplied once before it begins.
    """
    return lam ** (n + 1)


matrix_power.also("off-by-one", change=lambda lam, n: lam ** (n - 1))


@matrix_power.mistake("lost-imaginary", "eq-power", part="change")
def _(lam, n):
    """Imaginary parts were dropped too early: a complex pair of eigenvalues turns the plane, and its real
    part alone does not. Take the real part of the product, at the very end.

    M is real, so complex numbers look like an accident; numpy drops them with no more than a warning.
    """
    return lam.real**n


matrix_power.also("lost-imaginary", change=lambda lam, n: (lam**n).real)


def cut_imaginary(Q, L):
    return (Q @ L).real @ np.linalg.inv(Q).real


matrix_power.also("lost-imaginary", join=cut_imaginary)


@matrix_power.mistake("absolute-eigenvalues", "eq-power", part="change")
def _(lam, n):
    """The moduli of the eigenvalues were raised to the power, without their signs and angles.

    Only moduli matter for growth, so the rest is thought not to matter at all.
    """
    return np.abs(lam) ** n


@matrix_power.mistake("diagonal-only", "eq-power", part="join")
def _(Q, L):
    """This is the power of Λ, still in the basis of the eigenvectors: go back to the basis of M. (If Q and
    its inverse are both there, λⁿ scales the rows of Q and not its columns.)

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
    given = value if isinstance(value, list | tuple) else [value]
    text = " ".join(x if isinstance(x, str) else "?" for x in given).lower()
    if re.search(r"[^a-g\s.,;:()\[\]'\">→-]", text):
        raise UnreadableError('Give the letters of the steps in order, such as ["a", "b"].')
    return tuple(re.findall("[a-g]", text))


def differing_order(order, right):
    good = next((i for i, letter in enumerate(order) if right[i : i + 1] != (letter,)), len(order))
    if not good and order:
        return f"The proof cannot begin with {order[0]!r}."
    where = f"look at the next one, {order[good]!r}" if good < len(order) else "then something is missing"
    return f"The first {good} of your steps are right; {where}. A step may use only what comes before it."


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


@proof.mistake("no-base-case", "eq-power", part="base")
def _():
    """There is no first case: from it the step carries on, and without it nothing has been proved.

    The first case is trivial here, and so it is forgotten.
    """
    return ""


@proof.mistake("hypothesis-unused", "eq-power", part="middle")
def _():
    """The assumption is not made, or not used: dots are no argument. The step must begin with Mⁿ and put the
    assumed formula in its place.

    Written out n times the product cancels visibly, which convinces, and looks like a proof.
    """
    return "g"


proof.also("hypothesis-unused", middle=lambda: "f")
proof.also("hypothesis-unused", middle=lambda: "bg")


@proof.mistake("q-power", "eq-power", part="cancel")
def _():
    """(Q Λ Q⁻¹)^n is not Q^n Λ^n Q^-n: matrices do not commute. Powers of Q appear nowhere.

    For numbers (a b c)^n is a^n b^n c^n.
    """
    return "e"


proof.also("q-power", lambda: list("dbe"))


@proof.mistake("assumed-orthogonal", "eq-power", part="cancel")
def _():
    """The step uses QᵀQ = I: that needs orthonormal eigenvectors, and nobody promised that M is symmetric.

    The example of the paper is symmetric, so that there the transpose is the inverse.
    """
    return "c"


@proof.mistake("steps-out-of-order", "eq-power")
def _():
    """These are the steps, but one stands before what it uses. An induction goes: the first case, the
    assumption, the product that the assumption is put into, the cancelling.

    The steps are collected as they come to mind, and not read again in a row.
    """
    return list("bfad")


for order in permutations("dbfa"):
    if order not in [("b", "f", "a", "d"), ("d", "b", "f", "a")]:
        proof.also("steps-out-of-order", lambda order=order: list(order))


@proof.mistake("step-left-out", "eq-power")
def _():
    """One step between the assumption and the claim is left out: the product with one more M, or the
    cancelling in its middle.

    What is easy is done in the head.
    """
    return list("dbf")


proof.also("step-left-out", lambda: list("dba"))


@proof.mistake("step-too-many", "eq-power")
def _():
    """The proof is there, in its order, and one step more that does not belong to it: none of the three wrong
    ones is true for every M.

    Each step sounds right by itself.
    """
    return list("dbfca")


for place, letter in product(range(5), "ceg"):
    if (place, letter) != (3, "c"):
        proof.also("step-too-many", lambda i=place, x=letter: list("dbfa"[:i] + x + "dbfa"[i:]))


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
    domain=domains.corner,
    hints=(
        "Write down the characteristic polynomial of the block with delta in the corner, for m = 2 first.",
        "It is (lambda - x)^m, but for a constant: plus or minus delta. So what is |lambda - x|^m?",
        "All m roots lie on a circle around lambda, and its radius is the m-th root of delta: "
        "`delta ** (1 / m)`.",
    ),
)
def moved(delta, m, exponent=lambda m: 1 / m):
    return delta ** exponent(m)


@moved.mistake("as-large-as-delta", "eq-jordan", part="exponent")
def _(m):
    """Simple eigenvalues move by about delta. Here m of them coincide, and they move much further.

    A small change is thought to have a small effect, of the same size.
    """
    return 1


@moved.mistake("shared-out", "eq-jordan")
def _(delta, m):
    """The change is divided among the eigenvalues. It is |x - λ|^m, not m |x - λ|, that equals delta: which
    root is that?

    m eigenvalues share one change, so each is thought to get its part.
    """
    return delta / m


@moved.mistake("always-a-square-root", "eq-jordan", part="exponent")
def _(m):
    """That is the case of two. An m-fold root of a polynomial parts like another root of delta.

    The block of two is the one that is known.
    """
    return 1 / 2


@moved.mistake("one-fold-too-few", "eq-jordan", part="exponent")
def _(m):
    """The root is not deep enough: the polynomial has the degree m, and all m roots coincide.

    An m-fold block has m - 1 ones above the diagonal.
    """
    return 1 / (m - 1)


@moved.mistake("m-times-delta", "eq-jordan")
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
    domain=domains.block_power,
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
    lowered=lambda lam, n, m: lam ** max(n - m, 0),
    above=lambda m: m,
):
    numbers = lam**n, edge(n) * lowered(lam, n, 1), corner(n) * lowered(lam, n, 2)
    return sum(number * np.eye(3, k=above(m)) for m, number in enumerate(numbers))


@block_of_three.mistake("diagonal-only", "eq-jordan")
def _(lam, n):
    """Only the eigenvalue is raised to the power: the terms with N are missing. A power of a Jordan block is
    not diagonal.

    Λⁿ would be all if the block were diagonalizable.
    """
    return lam**n * np.eye(3)


@block_of_three.mistake("corner-missing", "eq-jordan", part="corner")
def _(n):
    """The corner is 0 here: N² is not 0 for a block of three, only N³ is.

    In the block of two the sum ends after two terms.
    """
    return 0


@block_of_three.mistake("pairs-counted-twice", "eq-jordan", part="corner")
def _(n):
    """The corner is too large by a factor: N is in two of the n places, and the order of the two does not
    matter.

    n choices for the first and n - 1 for the second count every pair twice.
    """
    return n * (n - 1)


@block_of_three.mistake("edge-squared", "eq-jordan", part="corner")
def _(n):
    """The number in the corner is that of n², not of pairs: the same place cannot be chosen twice.

    n² / 2 is right in the limit, and so it is remembered.
    """
    return n**2 / 2


@block_of_three.mistake("ones-above", "eq-jordan", part="edge")
def _(n):
    """The line above the diagonal counts no places: N can be taken from any one of the n factors.

    In the block itself that entry is 1.
    """
    return 1


@block_of_three.mistake("power-not-lowered", "eq-jordan", part="lowered")
def _(lam, n, m):
    """The power of λ is the same everywhere. Where N has taken m of the n places, n - m are left for λ.

    At λ = 1 one does not see it.
    """
    return lam**n


@block_of_three.mistake("transposed", "eq-jordan", part="above")
def _(m):
    """The entries are below the diagonal: N has its ones above it, and so have its powers.

    Some books write Jordan blocks that way.
    """
    return -m

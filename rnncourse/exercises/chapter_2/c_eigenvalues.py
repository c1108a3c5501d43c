"""The exercises of page 2c: what eigenvalues decide."""

import numpy as np

from rnncourse.check.answers import arrays
from rnncourse.check.exercises import exercise
from rnncourse.check.running import UnreadableError
from rnncourse.exercises import domains

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


@decomposed.mistake("printed", "eq-power")
def _():
    """This is the W that the paper prints. Multiply its factors out, in their order: Q is on the left.

    One trusts what is printed; or the inverse is put on the other side, which gives the same.
    """
    return decomposed(lambda Q: Q.T, lambda Q: Q)


@decomposed.mistake("no-inverse", "eq-power", part="last")
def _(Q):
    """Q is used where its inverse is needed: the last factor turns back.

    The superscript is overlooked.
    """
    return Q


@decomposed.mistake("half-way", "eq-power", part="last")
def _(Q):
    """This is Q Λ: the last factor is missing.

    Q Λ equals W Q, not W.
    """
    return np.eye(2)


@decomposed.mistake("inverse-sign-lost", "eq-power", part="last")
def _(Q):
    """The last factor is no inverse of Q: multiply the two, and you must get I.

    Both minus signs are set, or none: the inverse of a rotation has one, in the other corner.
    """
    return np.abs(Q)


@decomposed.mistake("entry-by-entry", "eq-power")
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


@thirtieth.mistake("other-matrix", "eq-power")
def _():
    """This belongs to the other matrix, the one with -0.24 off the diagonal: the paper prints one W and
    decomposes another. The errata page tells the story.

    The paper's own Q and Λ were used, and Q Λ Q⁻¹ is not the W it prints.
    """
    return thirtieth(off_diagonal=-0.24)


@thirtieth.mistake("elementwise-power", "eq-power")
def _():
    """Every entry is raised to the power by itself; a power of a matrix is a repeated product.

    In numpy `W**30` works entry by entry.
    """
    return thirtieth(1) ** 30


@thirtieth.mistake("multiplied", "eq-power")
def _():
    """This is 30 W: thirty factors, not thirty terms.

    `*` was typed for `**`, or the eigenvalues were multiplied by 30.
    """
    return 30 * thirtieth(1)


@thirtieth.mistake("off-by-one", "eq-power")
def _():
    """The exponent is off by one.

    A loop that starts from W, not from I, has multiplied once before it begins.
    """
    return thirtieth(31)


thirtieth.also("off-by-one", lambda: thirtieth(29))


@thirtieth.mistake("radius-times-identity", "eq-dominant-mode")
def _():
    """This is the largest eigenvalue to the 30th, times I. It rules the size of W^30, but W^30 has a
    direction too: it is nearly of rank one.

    "W^n behaves like 0.9^n" is remembered, and taken for the matrix itself.
    """
    return 0.9**30 * np.eye(2)


@thirtieth.mistake("norm-times-identity", "eq-bound")
def _():
    """This is a norm of W to the 30th, times I: a bound on the size, not the matrix.

    The bound on the gradient is a power of a norm, and it is taken for the power of the matrix.
    """
    return np.linalg.norm(thirtieth(1)) ** 30 * np.eye(2)


thirtieth.also("norm-times-identity", lambda: np.linalg.norm(thirtieth(1), 1) ** 30 * np.eye(2))


@thirtieth.mistake("diagonal-only", "eq-power")
def _():
    """This is Λ^30, still in the basis of the eigenvectors: go back to the basis of W.

    After the power the work looks done.
    """
    return np.diag([0.4**30, 0.9**30])


thirtieth.also("diagonal-only", lambda: np.diag([0.9**30, 0.4**30]))


@thirtieth.mistake("mismatched-eigenvalues", "eq-power")
def _():
    """Each eigenvalue is paired with the other one's eigenvector: column j of Q belongs to entry j of Λ.

    Eigenvalues are sorted by size, and the columns of Q are not sorted with them.
    """
    lam, Q = np.linalg.eigh(thirtieth(1))
    return (Q * lam[::-1] ** 30) @ Q.T


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
    domain=domains.decay,
    hints=(
        "Compare neighbours: when is the corner at n + 1 larger than that at n?",
        "The ratio of the two is (n + 1) lam / n. It exceeds 1 while n is below a certain number.",
        "It grows while n < lam / (1 - lam), so the largest is at the first integer n from there on: "
        "`np.ceil(lam / (1 - lam))`.",
    ),
)
def hump(lam, peak=lambda lam: lam / (1 - lam), rounded=np.ceil):
    return rounded(peak(lam))


@hump.mistake("not-whole", "eq-jordan", part="rounded")
def _(n):
    """This is where the ratio of neighbours passes 1; it is no whole number. At which step is the corner
    largest?

    The inequality is solved, and its answer is not yet that of the question.
    """
    return n


@hump.mistake("one-too-early", "eq-jordan", part="rounded")
def _(n):
    """One step too early: from your n to the next the corner still grows.

    The number is rounded down, as `int` does.
    """
    return np.floor(n)


@hump.mistake("one-too-late", "eq-jordan", part="rounded")
def _(n):
    """One step too late: at the n before, the corner was larger.

    n < λ / (1 - λ) says that n + 1 is better than n, not that n + 2 is.
    """
    return np.ceil(n) + 1


@hump.mistake("as-if-continuous", "eq-jordan")
def _(lam):
    """This is the largest of all real n, where the derivative vanishes; n counts steps.

    n λ^(n-1) is differentiated with respect to n.
    """
    return -1 / np.log(lam)


@hump.mistake("half-life", "eq-half-life")
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
    if not 0 < np.abs(largest) < np.inf:
        raise UnreadableError(
            f"The largest entry of your vector is {largest:.3g}, which has no direction. Divide "
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
    domain=domains.dominant,
    hints=(
        "A state is multiplied from the left, W h; a gradient is a row, g W. Which vectors does W only "
        "stretch when it is on the right?",
        "u with uᵀW = λuᵀ. Transpose: of which matrix is u an ordinary eigenvector?",
        "`lam, Q = np.linalg.eig(W.T)`; the answer is the column of Q whose eigenvalue is largest in "
        "modulus. Or let it arrive: multiply any row by W again and again.",
    ),
    kind=arrays()._replace(read=read_direction),
)
def arrives(W, solve=lambda W: np.linalg.eig(W.T), pick=lambda lam: np.argmax(np.abs(lam))):
    lam, Q = solve(W)
    return Q[:, pick(lam)].real


@arrives.mistake("right-eigenvector", "eq-dominant-mode", part="solve")
def _(W):
    """Along this vector states line up, not gradients: it is the right eigenvector, and a gradient is a row.

    For a symmetric W the two are the same.
    """
    return np.linalg.eig(W)


@arrives.mistake("weakest-mode", "eq-dominant-mode", part="pick")
def _(lam):
    """This belongs to the eigenvalue that is smallest in modulus: it is the first direction to be lost.

    `eigh` sorts from small to large, and `eig` does not sort.
    """
    return np.argmin(np.abs(lam))


@arrives.mistake("symmetric-solver", "eq-dominant-mode", part="solve")
def _(W):
    """This is an eigenvector of a symmetric matrix: eigh reads one triangle of W and assumes the other.

    `eigh` gives sorted and real eigenvalues, and does not check.
    """
    return np.linalg.eigh(W)


@arrives.mistake("singular-vector", "eq-sandwich")
def _(W):
    """This is a singular vector of W: it rules one step, not many.

    The largest stretch of one step is not what repetition favours.
    """
    return np.linalg.svd(W)[2][0]


arrives.also("singular-vector", lambda W: np.linalg.svd(W)[0][:, 0])


# 2c: a ruler in which nothing grows


def with_a_hump(rng):
    """a lambda between 0.6 and 0.85, a b between 2 and 20 and an r up to 0.95"""
    lam = rng.uniform(0.6, 0.85)
    return lam, rng.uniform(2, 20), rng.uniform(lam + 0.03, 0.95)


def with_room(rng):
    """a lambda between 0.3 and 0.6 and an r between one and a half and two and a half times as large"""
    lam = rng.uniform(0.3, 0.6)
    return lam, rng.uniform(2, 20), lam * rng.uniform(1.5, 2.5)


def above_one(rng):
    """lambda = 1, b = 10, r = 1.25"""
    return 1.0, 10.0, 1.25


@exercise(
    "2c-norm",
    "A ruler in which nothing grows",
    "f(lam, b, r), the largest d > 0 for which D^-1 W D has a spectral norm of at most r, where "
    "W = [[lam, b], [0, lam]], D = diag(1, d) and 0 < lam < r",
    with_room,
    with_a_hump,
    above_one,
    domain=domains.ruler,
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


@ruler.mistake("not-the-largest", "eq-sandwich", part="corner")
def _(lam, r):
    """With this d the norm is small enough, but a larger d would do: the norm is not λ + b d, only at most
    that.

    The norm of a sum is at most the sum of the norms, λ and the corner.
    """
    return r - lam


@ruler.mistake("squares", "eq-sandwich", part="corner")
def _(lam, r):
    """A factor is missing: r times the smaller singular value is λ², so the smaller one is λ² / r.

    r² - λ² is on the way, before one divides by r.
    """
    return r**2 - lam**2


@ruler.mistake("diagonal-forgotten", "eq-sandwich", part="corner")
def _(lam, r):
    """The corner alone may not be as large as r: the diagonal adds to the norm.

    The diagonal stays as it is in the new ruler, and so it is left out of the sum.
    """
    return r


@ruler.mistake("price", "eq-sandwich", part="given")
def _(d):
    """This is 1/d, the price of the ruler. Which d was it?

    1/d is the factor in front of the bound.
    """
    return 1 / d


@ruler.mistake("frobenius-norm", "eq-sandwich", part="corner")
def _(lam, r):
    """You set the Frobenius norm to r, the root of the sum of all squares. The spectral norm is smaller, so a
    larger d would do.

    The sum of the squares of the entries is easy to write down, and numpy's `norm` takes it by default.
    """
    return np.sqrt(np.maximum(r**2 - 2 * lam**2, 0))


ruler.also("frobenius-norm", corner=lambda lam, r: np.sqrt(abs(r**2 - 2 * lam**2)))


@ruler.mistake("row-length", "eq-sandwich", part="corner")
def _(lam, r):
    """You set the length of the first row to r. The norm is the largest stretch of any vector, and it is more
    than the length of a row.

    A row is the part of the matrix in which the corner lies.
    """
    return np.sqrt(r**2 - lam**2)

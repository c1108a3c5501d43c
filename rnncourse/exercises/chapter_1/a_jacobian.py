"""The exercises of page 1a: the Jacobian of a layer."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.exercises.steps import on_rows, unchanged
from rnncourse.rnn import dsigma, sigma

# 1a: the Jacobian of y = sigma(Wx)


def layer(n, d):
    """Inputs of order 1 for a layer of n units."""
    return lambda rng: (rng.uniform(-1.5, 1.5, (n, d)), rng.uniform(-1.5, 1.5, d))


square, wide = layer(4, 4), layer(3, 5)


wide.__doc__ = "W of shape (3, 5), where inputs and outputs differ in number"


def slope_at_z(z, x):
    return dsigma(z)


@exercise(
    "1a",
    "The Jacobian of one layer",
    "f(W, x), the (n, d) Jacobian of sigma(Wx)",
    square,
    wide,
    domain=domains.layer,
    hints=(
        "Write one entry first. Output i is y_i = sigma(z_i) with z_i = sum_j W_ij x_j. What is dy_i/dx_j?",
        "By the chain rule each entry is a slope of sigma times an entry of W. At which point is the slope "
        "taken, and which index does it carry: i or j?",
        "The slope belongs to the output i, so it scales row i of W. In numpy a vector `s` scales the rows "
        "of `W` as `s[:, None] * W`; take `z = W @ x` and `sigma(z) * (1 - sigma(z))`.",
    ),
    alike=(
        "no-derivative+order-swapped",
        "mean-derivative+order-swapped",
        "transposed+no-weights",
        "row-sum+no-weights",
    ),
)
def jacobian(W, x, slope=slope_at_z, place=on_rows, finish=unchanged):
    return finish(place(slope(W @ x, x), W))


@jacobian.mistake("transposed", "eq-jacobian", part="finish")
def _(J):
    """Rows and columns are exchanged: in this book row i belongs to output i and column j to input j.

    Gradients of a scalar are often written as columns, and many texts carry that layout over to Jacobians.
    """
    return J.T


@jacobian.mistake("order-swapped", "eq-jacobian", part="place")
def _(s, W):
    """You scale the columns of W and not its rows: each slope belongs to an output, and an output is a
    row.

    `W * s` looks like the formula, but numpy's broadcasting lines s up with the last axis; it is W diag(s).
    """
    return W * s


@jacobian.mistake("derivative-at-y", "eq-sigma-prime", part="slope")
def _(z, x):
    """You take sigma' at the output y: that runs sigma twice. The slope is taken where sigma is, at its
    argument.

    `dsigma(y)` is written where a helper expects z: other helpers take y, and compute y (1 - y).
    """
    return dsigma(sigma(z))


@jacobian.mistake("no-derivative", "eq-jacobian", part="slope")
def _(z, x):
    """This is W itself, the Jacobian of z = Wx. The logistic function on top of it has a slope too.

    The linear part is differentiated and the chain rule stops there.
    """
    return np.ones_like(z)


@jacobian.mistake("diag-y", "eq-sigma-prime", part="slope")
def _(z, x):
    """You scale with sigma itself, where its derivative is needed.

    y is at hand and is put on the diagonal in place of sigma'.
    """
    return sigma(z)


@jacobian.mistake("tanh-derivative", "eq-sigma-prime", part="slope")
def _(z, x):
    """1 - y² is the slope of y = tanh(z). Derive the one of the logistic function: it is never above 1/4.

    The most quoted derivative of a squashing function is that of tanh.
    """
    return 1 - sigma(z) ** 2


jacobian.also("tanh-derivative", slope=lambda z, x: 1 - np.tanh(z) ** 2)


@jacobian.mistake("derivative-at-x", "eq-jacobian", part="slope")
def _(z, x):
    """You take sigma' at x. The layer applies sigma to Wx, so the slope is taken there; for d ≠ n it would
    not even have the right length.

    The paper prints sigma' without its argument, and x is the variable of the derivative.
    """
    return dsigma(x)


@jacobian.mistake("mean-derivative", "eq-jacobian", part="slope")
def _(z, x):
    """All rows are scaled by the same number, the mean slope. Each output has a slope of its own.

    sigma' is treated as one number, as in the one-dimensional chain rule.
    """
    return np.full_like(z, dsigma(z).mean())


@jacobian.mistake("row-sum", "eq-jacobian", part="finish")
def _(J):
    """The entries of the Jacobian are added up along an axis: keep one entry for each pair of output and
    input.

    `y.sum().backward()` of a library returns such a sum, and so does a matrix product with a vector of ones.
    """
    return J.sum(axis=0)


jacobian.also("row-sum", finish=lambda J: J.sum(axis=1))
jacobian.also("row-sum", finish=lambda J: J.sum(axis=0, keepdims=True))
jacobian.also("row-sum", finish=lambda J: J.sum(axis=1, keepdims=True))
jacobian.also("row-sum", finish=lambda J: np.diag(J.sum(axis=1)))


@jacobian.mistake("sign", "eq-sigma-prime", part="finish")
def _(J):
    """Everything is right but the sign: sigma grows, so its slope is positive.

    1/(1 + e^-z) is differentiated as a quotient, and one of the two minus signs is lost.
    """
    return -J


@jacobian.mistake("no-weights", "eq-jacobian", part="place")
def _(s, W):
    """This is the Jacobian of sigma alone, diag(sigma'(z)). The inner function z = Wx has a Jacobian too.

    The outer function is differentiated and the inner derivative is left out.
    """
    return np.diag(s)


jacobian.also("no-weights", place=lambda s, W: s)


@jacobian.mistake("by-the-weights", "eq-jacobian")
def _(W, x):
    """This is the derivative with respect to the weights: entry [i, j] says how y_i answers to W_ij. The
    exercise asks for the derivative with respect to x.

    Training needs that one, and it has the same shape.
    """
    return np.outer(dsigma(W @ x), x)


@jacobian.mistake("softmax-jacobian", "eq-jacobian")
def _(W, x):
    """diag(y) - y yᵀ is the Jacobian of softmax, whose outputs share a denominator. Here each output has a
    sigma of its own.

    Both layers have values between 0 and 1.
    """
    y = sigma(W @ x)
    return (np.diag(y) - np.outer(y, y)) @ W


@jacobian.mistake("input-multiplied", "eq-jacobian")
def _(W, x):
    """x is there as a factor: the derivative of Wx with respect to x is W alone.

    W x is differentiated, and x is kept.
    """
    return (dsigma(W @ x))[:, None] * W * x


# 1a-tanh: the same for another squashing function


@exercise(
    "1a-tanh",
    "The Jacobian of a tanh layer",
    "f(W, x), the (n, d) Jacobian of tanh(Wx)",
    square,
    wide,
    domain=domains.layer,
    hints=(
        "Nothing changes but the slope: which step of 1a used that sigma is the logistic function?",
        "tanh is a quotient sinh/cosh. Its derivative can be written with y = tanh(z) alone, as that of "
        "sigma could.",
        "The slope of tanh at z is `1 - np.tanh(z) ** 2`, between 0 and 1. It scales row i of W.",
    ),
    alike=("no-derivative+order-swapped",),
)
def tanh_jacobian(W, x, slope=lambda z, x: 1 - np.tanh(z) ** 2, place=on_rows, finish=unchanged):
    return finish(place(slope(W @ x, x), W))


@tanh_jacobian.mistake("transposed", "eq-jacobian", part="finish")
def _(J):
    """Rows and columns are exchanged: row i belongs to output i.

    Many texts write one row per input.
    """
    return J.T


@tanh_jacobian.mistake("order-swapped", "eq-jacobian", part="place")
def _(s, W):
    """You scale the columns of W and not its rows.

    Broadcasting lines a vector up with the last axis.
    """
    return W * s


@tanh_jacobian.mistake("logistic-derivative", "eq-jacobian", part="slope")
def _(z, x):
    """y (1 - y) is the slope of the logistic function. For tanh it would be negative half of the time.

    The formula of 1a is kept and only the function is exchanged.
    """
    return np.tanh(z) * (1 - np.tanh(z))


tanh_jacobian.also("logistic-derivative", slope=lambda z, x: dsigma(z))


@tanh_jacobian.mistake("inverse-derivative", "eq-jacobian", part="slope")
def _(z, x):
    """1/(1 - y²) is the slope of the inverse function, artanh: yours is above 1 everywhere, that of tanh
    below.

    Tables of integrals list both, and public code has made this slip.
    """
    return np.cosh(z) ** 2


@tanh_jacobian.mistake("derivative-at-y", "eq-jacobian", part="slope")
def _(z, x):
    """The slope is taken at y = tanh(z), where it should be taken at z: tanh has been run twice.

    A helper that expects z was given y.
    """
    return 1 - np.tanh(np.tanh(z)) ** 2


@tanh_jacobian.mistake("derivative-at-x", "eq-jacobian", part="slope")
def _(z, x):
    """You take the slope of tanh at x. The layer applies tanh to Wx, so the slope is taken there.

    x is the variable of the derivative, and for a square W it has the right length.
    """
    return 1 - np.tanh(x) ** 2


@tanh_jacobian.mistake("no-derivative", "eq-jacobian", part="slope")
def _(z, x):
    """This is W, the Jacobian of z = Wx alone.

    The chain rule stops after the linear part.
    """
    return np.ones_like(z)


@tanh_jacobian.mistake("not-squared", "eq-jacobian", part="slope")
def _(z, x):
    """1 - y lacks the square: the slope of tanh is even in z, and yours is not.

    A square is lost on the way from paper to code.
    """
    return 1 - np.tanh(z)


@tanh_jacobian.mistake("by-the-weights", "eq-jacobian")
def _(W, x):
    """This is the derivative with respect to the weights: entry [i, j] says how y_i answers to W_ij. The
    exercise asks for the derivative with respect to x.

    Training needs that one, and it has the same shape.
    """
    return np.outer(1 - np.tanh(W @ x) ** 2, x)


@tanh_jacobian.mistake("input-multiplied", "eq-jacobian")
def _(W, x):
    """x is there as a factor: the derivative of Wx with respect to x is W alone.

    W x is differentiated, and x is kept.
    """
    return (1 - np.tanh(W @ x) ** 2)[:, None] * W * x


@tanh_jacobian.mistake("square-missing", "eq-jacobian", part="slope")
def _(z, x):
    """The slope of tanh is 1/cosh² z; here the square is missing.

    The quotient rule leaves cosh² below, and one of the two factors is cut against the fraction.
    """
    return 1 / np.cosh(z)


# 1a-batch: samples in rows


def batch(B, n, d):
    def draw(rng):
        return rng.uniform(-1.5, 1.5, (d, n)), rng.uniform(-1.5, 1.5, (B, d))

    draw.__doc__ = f"a batch of {B} with A of shape ({d}, {n})"
    return draw


@exercise(
    "1a-batch",
    "The Jacobians of a batch of rows",
    "f(A, X), the (B, d, n) array of Jacobians of sigma(x_b A), for which dy_b = dx_b G_b",
    batch(3, 4, 4),
    batch(2, 3, 5),
    domain=domains.batch,
    hints=(
        "Take one sample, a row x. The entry at [j, i] of G says how y_i moves with x_j: one row per input.",
        "z_i = sum_j x_j A_ji, so the entry is A_ji times the slope of unit i. Units are the columns of A.",
        "Scaling columns is what plain broadcasting does: `A * s` for one sample with slopes s, "
        "`A * S[:, None, :]` for all of them.",
    ),
    alike=("order-swapped+no-derivative", "mean-derivative+no-derivative"),
)
def jacobian_of_rows(A, X, slope=dsigma, place=lambda S, A: S[:, None, :] * A, finish=unchanged):
    return finish(place(slope(X @ A), A))


@jacobian_of_rows.mistake("transposed", "eq-jacobian", part="finish")
def _(G):
    """Each matrix is transposed. With samples in rows the step dx is on the left, so G has one row per input.

    The layout of 1a is carried over, where the step is on the right.
    """
    return G.swapaxes(1, 2)


@jacobian_of_rows.mistake("order-swapped", "eq-jacobian", part="place")
def _(S, A):
    """You scale the rows of A. A unit is a column of A here, so its slope scales a column.

    In 1a the slopes scaled rows, and the code is kept.
    """
    return S[:, :, None] * A


@jacobian_of_rows.mistake("mean-derivative", "eq-jacobian", part="place")
def _(S, A):
    """All samples share one matrix here, but each sample has its own slopes.

    The slopes are averaged over the batch, as a loss would be.
    """
    return S.mean(axis=0) * np.broadcast_to(A, (len(S), *A.shape))


@jacobian_of_rows.mistake("no-derivative", "eq-jacobian", part="slope")
def _(Z):
    """This is A for every sample, the Jacobian of z = xA alone.

    The chain rule stops after the linear part.
    """
    return np.ones_like(Z)


@jacobian_of_rows.mistake("derivative-at-y", "eq-sigma-prime", part="slope")
def _(Z):
    """You take sigma' at the output: that runs sigma twice.

    A helper that expects z was given y.
    """
    return dsigma(sigma(Z))


@jacobian_of_rows.mistake("by-the-weights", "eq-jacobian")
def _(A, X):
    """The inputs are factors here where the weights are needed: that is the derivative with respect to the
    weights.

    Training needs the derivative with respect to A, and out of habit X A is differentiated with respect to A.
    """
    return X[:, :, None] * dsigma(X @ A)[:, None, :]


# 1a-softmax: units that see each other


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@exercise(
    "1a-softmax",
    "The Jacobian of a softmax layer",
    "f(W, x), the (n, d) Jacobian of softmax(Wx)",
    square,
    wide,
    domain=domains.layer,
    hints=(
        "The logarithm helps: ln p_i = z_i - ln(sum of e^z_m). Differentiate that with respect to z_j.",
        "You get dp_i/dz_j = p_i (delta_ij - p_j): a diagonal, and a full matrix taken from it.",
        "As arrays: `(np.diag(p) - np.outer(p, p)) @ W`.",
    ),
    alike=("elementwise+order-swapped", "transposed+no-weights"),
)
def softmax_jacobian(
    W, x, inner=lambda p: np.diag(p) - np.outer(p, p), place=lambda S, W: S @ W, finish=unchanged
):
    return finish(place(inner(softmax(W @ x)), W))


@softmax_jacobian.mistake("transposed", "eq-jacobian", part="finish")
def _(J):
    """Rows and columns are exchanged: row i belongs to output i.

    Many texts write one row per input.
    """
    return J.T


@softmax_jacobian.mistake("order-swapped", "eq-jacobian", part="place")
def _(S, W):
    """W is on the wrong side: the last step of the computation, softmax, comes leftmost.

    With square matrices both orders exist.
    """
    return W @ S


@softmax_jacobian.mistake("own-share-twice", "eq-elementwise", part="inner")
def _(p):
    """The second term must depend on j, the index of z_j. In yours it is the same along a whole row.

    Both indices of p_i p_j are easily written as i.
    """
    return np.diag(p) - np.outer(p**2, np.ones_like(p))


@softmax_jacobian.mistake("elementwise", "eq-elementwise", part="inner")
def _(p):
    """You treat the outputs as if each looked at its own z only. In a softmax all share the denominator.

    p (1 - p) is the diagonal of the answer, and the whole of it for the logistic function.
    """
    return np.diag(p * (1 - p))


@softmax_jacobian.mistake("denominator-frozen", "eq-elementwise", part="inner")
def _(p):
    """The denominator is held fixed: it depends on every z_j as well.

    The exponential is its own derivative, and there one stops.
    """
    return np.diag(p)


@softmax_jacobian.mistake("no-diagonal", "eq-elementwise", part="inner")
def _(p):
    """Only the part through the denominator is there; the numerator e^z_i depends on z_i.

    The formula for i ≠ j is used for all entries.
    """
    return -np.outer(p, p)


@softmax_jacobian.mistake("sign-of-denominator", "eq-elementwise", part="inner")
def _(p):
    """The part through the denominator has the wrong sign: what one output gains, the others lose.

    The minus of the quotient rule is lost.
    """
    return np.diag(p) + np.outer(p, p)


@softmax_jacobian.mistake("one-for-delta", "eq-elementwise", part="inner")
def _(p):
    """p_i (1 - p_j) is in every entry: the 1 is a delta_ij, and belongs to the diagonal.

    The logistic function has p (1 - p), and the indices are added afterwards.
    """
    return np.outer(p, 1 - p)


@softmax_jacobian.mistake("no-weights", "eq-jacobian", part="place")
def _(S, W):
    """This is the Jacobian of softmax alone. The inner function z = Wx has a Jacobian too.

    The derivation by z is done, and one forgets that x was asked for.
    """
    return S

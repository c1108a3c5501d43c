"""The exercises of "Equations in the wild": eight published lines, four of them right as they are printed."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains


def vector(rng, n):
    return rng.uniform(0.3, 1.2, n) * rng.choice([-1, 1], n)


def matrix(rng, n):
    return rng.uniform(-1.2, 1.2, (n, n))


# wild-1: the weight of an old value in a moving average (G24, as printed)


@exercise(
    "wild-1",
    "A moving average",
    "f(alpha, k), d mu_t / d v_{t-k}",
    lambda rng: (rng.uniform(0.3, 0.8), 3),
    domain=domains.moving_average,
    hints=(
        "Write mu_t out for two steps. What multiplies v_{t-1}?",
        "Each step back multiplies once more by alpha. Does the newest value carry a factor too?",
        "Move v_{t-k} by an imaginary 1e-200 with complex_step, and compare with the line.",
    ),
)
def average(alpha, k):
    return (1 - alpha) * alpha**k


@average.mistake("factor-dropped", "eq-half-life")
def _(alpha, k):
    """The value enters with weight 1 - alpha, and that factor stays. The printed line was right.

    Only the decay is remembered, not how the value came in.
    """
    return alpha**k


@average.mistake("one-step-more", "eq-half-life")
def _(alpha, k):
    """You count one step too many: the newest value, k = 0, has not decayed yet. The printed line was right.

    The update multiplies by alpha, and one such factor seems to be due for the newest value too.
    """
    return (1 - alpha) * alpha ** (k + 1)


@average.mistake("one-step-less", "eq-half-life")
def _(alpha, k):
    """One power of alpha is missing: the value of k steps ago has decayed k times. The printed line was
    right.

    The first step back is counted as the newest value.
    """
    return (1 - alpha) * alpha ** (k - 1)


@average.mistake("shares-exchanged", "eq-half-life")
def _(alpha, k):
    """The two shares have changed places: alpha keeps, and 1 - alpha writes. The printed line was right.

    Other texts give alpha to the new value.
    """
    return alpha * (1 - alpha) ** k


# wild-2: the Jacobian of the pre-activation (P04, a misprint)


@exercise(
    "wild-2",
    "A Jacobian with a transpose",
    "f(W, x), dx_i/dx_{i-1} for x_i = W tanh(x_{i-1}) + ..., a row per output",
    lambda rng: (matrix(rng, 3), vector(rng, 3)),
    domain=domains.before_squashing,
    hints=(
        "Write x_i entry by entry: which entry of W goes with output a and input b?",
        "The slope belongs to the input entry b. Does it scale rows or columns?",
        "The network is written in columns. A transpose would belong to one that is written in rows.",
    ),
)
def before_squashing(W, x):
    return W * (1 - np.tanh(x) ** 2)


@before_squashing.mistake("as-printed", "eq-step-jacobian")
def _(W, x):
    """This is the line as printed. W is transposed, which belongs to a network written in rows: compare one
    entry with the complex step.

    The code beside the text is written in rows, and the line may come from there.
    """
    return W.T * (1 - np.tanh(x) ** 2)


@before_squashing.mistake("slopes-on-rows", "eq-step-jacobian")
def _(W, x):
    """The transpose is gone, but the slopes scale rows. Here the squashing comes first, so they belong to
    the inputs, and an input is a column.

    In h = tanh(Wh + ...) the slopes scale rows.
    """
    return (1 - np.tanh(x) ** 2)[:, None] * W


@before_squashing.mistake("whole-transposed", "eq-step-jacobian")
def _(W, x):
    """You transposed the whole Jacobian: row and column are exchanged.

    Gradients as columns are multiplied by this on the way back.
    """
    return (W * (1 - np.tanh(x) ** 2)).T


# wild-3: a power through an orthogonal matrix (G11, a misprint)


def symmetric(rng):
    Q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return Q, np.array([0.7, -1.2, 1.4]) * rng.uniform(0.9, 1.1), 3, vector(rng, 3)


@exercise(
    "wild-3",
    "A power through an orthogonal matrix",
    "f(Q, lam, t, h0), the state after t steps of h <- W h with W = Q diag(lam) Q.T",
    symmetric,
    domain=domains.symmetric_power,
    hints=(
        "Try t = 1: the answer must be W h0.",
        "Which of Q and Q.T meets h0 first in W h0?",
        "In W W the neighbours Q.T Q cancel. What is left at both ends?",
    ),
)
def powered(Q, lam, t, h0):
    return Q @ (lam**t * (Q.T @ h0))


@powered.mistake("as-printed", "eq-power")
def _(Q, lam, t, h0):
    """This is the line as printed. It belongs to W = Qᵀ Λ Q: already at t = 1 it is not W h0.

    Both letters appear with and without a transpose, and for the eye the two orders look alike.
    """
    return Q.T @ (lam**t * (Q @ h0))


@powered.mistake("moduli", "eq-power")
def _(Q, lam, t, h0):
    """The order is right, but the signs of the eigenvalues are lost. A negative one flips its direction in
    every step.

    Growth is decided by moduli, and they slip into the formula.
    """
    return Q @ (abs(lam) ** t * (Q.T @ h0))


@powered.mistake("transpose-dropped", "eq-power")
def _(Q, lam, t, h0):
    """Q is on both sides, and its transpose is gone. Without Q.T the start is not split into the
    eigenvectors, and at t = 0 it is not h0.

    One of the two transposes is taken for the slip and dropped.
    """
    return Q @ (lam**t * (Q @ h0))


# wild-4: what the cell sends back (N07, as printed)


def gates(rng):
    f, o = rng.uniform(0.2, 0.8, (2, 3))
    return f, o, vector(rng, 3), vector(rng, 3), vector(rng, 3)


@exercise(
    "wild-4",
    "What the cell sends back",
    "f(f, o, C, dh, dC), dL/dC_{t-1} with gates held fixed",
    gates,
    domain=domains.what_arrives,
    hints=(
        "Two things arrive at C_t: dC from the next step, and dh through the output.",
        "What is the derivative of o * tanh(C) with respect to C?",
        "Both together go back over C_t = f * C_{t-1} + ...: which factor do they share?",
    ),
)
def into_cell(f, o, C, dh, dC):
    return (dC + dh * o * (1 - np.tanh(C) ** 2)) * f


@into_cell.mistake("carry-left-out", "eq-lstm-bptt")
def _(f, o, C, dh, dC):
    """What arrives along the cell, dC, is missing. The printed line has both ways and was right.

    For the last step dC is zero, and there this form is enough.
    """
    return dh * o * (1 - np.tanh(C) ** 2) * f


@into_cell.mistake("one-factor-f", "eq-lstm-bptt")
def _(f, o, C, dh, dC):
    """The forget gate multiplies one of the two terms only. Both pass through C_t, so it belongs to both, as
    printed.

    A bracket is easily lost when the sum is written out.
    """
    return dC * f + dh * o * (1 - np.tanh(C) ** 2)


@into_cell.mistake("gate-slope", "eq-lstm-bptt")
def _(f, o, C, dh, dC):
    """You use the slope of the gate, f(1 - f). It belongs to the gate's pre-activation; the cell is
    multiplied by f itself, as printed.

    The neighbouring formulas of the same page all carry such a slope.
    """
    return (dC + dh * o * (1 - np.tanh(C) ** 2)) * f * (1 - f)


@into_cell.mistake("cell-for-tanh", "eq-lstm-hidden")
def _(f, o, C, dh, dC):
    """The slope of tanh is 1 - tanh² C. C itself has not been through tanh, and 1 - C² is not its slope.

    Beside it is 1 - c² for the candidate, which has been through tanh already.
    """
    return (dC + dh * o * (1 - C**2)) * f


# wild-5: the bias behind a reset gate (T02, as printed)


@exercise(
    "wild-5",
    "The bias behind the reset gate",
    "f(W, u, c, r, h), dn/dc for n = tanh(u + r * (W h + c)), a row per output",
    lambda rng: (matrix(rng, 3), vector(rng, 3), vector(rng, 3), rng.uniform(0.2, 0.8, 3), vector(rng, 3)),
    domain=domains.behind_reset,
    hints=(
        "n has one entry per unit, and c too. Which entries of the Jacobian are zero?",
        "c is inside the bracket that r multiplies.",
        "With n at hand, the slope of tanh is 1 - n². What else multiplies?",
    ),
)
def behind_reset(W, u, c, r, h):
    n = np.tanh(u + r * (W @ h + c))
    return np.diag(r * (1 - n**2))


@behind_reset.mistake("as-the-other-bias", "eq-lstm-gates")
def _(W, u, c, r, h):
    """This is the derivative with respect to the other bias, the one outside the bracket. Here r multiplies
    c, as printed.

    In most units the two biases act through their sum only.
    """
    return np.diag(1 - np.tanh(u + r * (W @ h + c)) ** 2)


@behind_reset.mistake("reset-before", "eq-lstm-gates")
def _(W, u, c, r, h):
    """You reset the state before the product, which is another unit: r multiplies h and no longer c.

    Both variants are called GRU, and texts differ in which one they mean.
    """
    return np.diag(1 - np.tanh(u + W @ (r * h) + c) ** 2)


@behind_reset.mistake("by-the-state", "eq-lstm-gates")
def _(W, u, c, r, h):
    """This is the derivative with respect to h. The product with W is on the way from h to n; c is added
    after it.

    The derivative with respect to h is the one that a recurrent network needs, and W belongs to it.
    """
    return behind_reset(W, u, c, r, h) @ W


@behind_reset.mistake("slope-without-bracket", "eq-lstm-gates")
def _(W, u, c, r, h):
    """r multiplies the slope, but inside the tanh it reaches W h only. There it multiplies c too, as printed.

    The bracket is read in the derivative and not in the unit.
    """
    return np.diag(r * (1 - np.tanh(u + r * (W @ h) + c) ** 2))


# wild-6: the candidate of an LSTM (N02, false)


@exercise(
    "wild-6",
    "The candidate's pre-activation",
    "f(i, o, c, C, dh, dC), dL/dz for the pre-activation z of c = C_tilde, with c and C given",
    lambda rng: (
        *rng.uniform(0.2, 0.8, (2, 3)),
        rng.uniform(0.3, 0.8, 3),
        vector(rng, 3),
        vector(rng, 3),
        vector(rng, 3),
    ),
    domain=domains.candidate,
    hints=(
        "First find dL/dC_t in full: two terms.",
        "The candidate enters as i * c. What is the derivative of C_t with respect to c?",
        "c = tanh(z), so its slope is 1 - c², with c as it is given: it has been through tanh already.",
    ),
)
def candidate(i, o, c, C, dh, dC):
    return (dC + o * (1 - np.tanh(C) ** 2) * dh) * i * (1 - c**2)


@candidate.mistake("as-printed", "eq-lstm-delta")
def _(i, o, c, C, dh, dC):
    """This is the line as printed: the slope reaches one term only, it is taken at tanh of the candidate,
    and a factor c is too many.

    Brackets were lost when two products were written out in one line.
    """
    return dC * i + o * (1 - np.tanh(C) ** 2) * i * dh * c * (1 - np.tanh(c) ** 2)


@candidate.mistake("brackets-only", "eq-lstm-delta")
def _(i, o, c, C, dh, dC):
    """The brackets are mended; the factor c and the second tanh are still there. The slope is 1 - c², once.

    One slip found seems to be the whole story.
    """
    return (dC + o * (1 - np.tanh(C) ** 2) * dh) * i * c * (1 - np.tanh(c) ** 2)


@candidate.mistake("tanh-twice", "eq-lstm-delta")
def _(i, o, c, C, dh, dC):
    """Nearly: the slope is taken at tanh(c), but c has been through tanh already.

    The candidate and its pre-activation are easily taken for each other.
    """
    return (dC + o * (1 - np.tanh(C) ** 2) * dh) * i * (1 - np.tanh(c) ** 2)


@candidate.mistake("one-bracket", "eq-lstm-delta")
def _(i, o, c, C, dh, dC):
    """The slope 1 - c² is right, but it multiplies one term only. Both terms pass through the candidate.

    The stray factor is found, and the missing bracket overlooked.
    """
    return dC * i + o * (1 - np.tanh(C) ** 2) * dh * i * (1 - c**2)


# wild-7: powers with a mirrored index (D11, as printed)


def outputs(rng):
    return matrix(rng, 2), matrix(rng, 2), rng.uniform(0.3, 1.2, (4, 2)) * rng.choice([-1, 1], (4, 2))


@exercise(
    "wild-7",
    "A sum with a mirrored index",
    "f(W, V, e), dL/dh_1 of a linear network, with e[t - 1] = dL/do_t for t = 1..T",
    outputs,
    domain=domains.outputs,
    hints=(
        "T = 2 by hand: which power of W goes with dL/do_2?",
        "How many steps lie between h_1 and o_t?",
        "In the sum, i = T goes with the power 0. Which output does T + t - i name there for t = 1?",
    ),
)
def mirrored(W, V, e):
    power = np.linalg.matrix_power
    return sum(power(W.T, t) @ V.T @ e_t for t, e_t in enumerate(e))


@mirrored.mistake("index-mended", "eq-bptt")
def _(W, V, e):
    """You put o_i for o_{T+t-i}. Then the last loss meets the power 0, and the nearest one the highest. The
    mirrored index was right as printed.

    T + t - i looks like a slip, since most sums name the output by their index.
    """
    power = np.linalg.matrix_power
    return sum(power(W.T, len(e) - 1 - t) @ V.T @ e_t for t, e_t in enumerate(e))


@mirrored.mistake("one-power-more", "eq-bptt")
def _(W, V, e):
    """One power too many: o_1 depends on h_1 directly. The printed power T - i begins at 0.

    T steps suggest T powers.
    """
    power = np.linalg.matrix_power
    return sum(power(W.T, t + 1) @ V.T @ e_t for t, e_t in enumerate(e))


@mirrored.mistake("not-transposed", "eq-bptt")
def _(W, V, e):
    """W is not transposed. Gradients are columns here, and on the way back a column meets the transpose, as
    printed.

    Forward in time it is W that is multiplied.
    """
    power = np.linalg.matrix_power
    return sum(power(W, t) @ V.T @ e_t for t, e_t in enumerate(e))


# wild-8: the error in the cell (E08, false)


def run_of_gates(rng):
    return *rng.uniform(0.3, 0.9, (2, 4, 2)), rng.uniform(0.3, 1.2, (4, 2)), rng.uniform(0.3, 1.2, (4, 2))


@exercise(
    "wild-8",
    "The error in the cell",
    "f(f, o, C, dh), dL/dC_t for t = 1..T with the gates held fixed; each argument has a row per step",
    run_of_gates,
    domain=domains.run_of_gates,
    hints=(
        "How many arrows leave C_t in the picture of the cell?",
        "One goes to h_t, the other to C_{t+1}. What does the second one multiply by?",
        "Walk backwards: start with zero, and in step t add what step t + 1 sent back over its forget gate.",
    ),
)
def cell_errors(f, o, C, dh):
    out, later = [], 0 * C[0]
    for t in range(len(C) - 1, -1, -1):
        out.insert(0, later + dh[t] * o[t] * (1 - np.tanh(C[t]) ** 2))
        later = out[0] * f[t]
    return np.array(out)


@cell_errors.mistake("as-printed", "eq-lstm-bptt")
def _(f, o, C, dh):
    """This is the line as printed: what comes back along the cell, from C_{t+1} over its forget gate, is
    missing. It is exact at the last step only.

    A check with two steps from a zero start does not see the missing path.
    """
    return dh * o * (1 - np.tanh(C) ** 2)


@cell_errors.mistake("own-forget-gate", "eq-lstm-bptt")
def _(f, o, C, dh):
    """The path along the cell is there, but it takes the forget gate of step t. From C_{t+1} back to C_t the
    gate of step t + 1 multiplies.

    The index of the gate and the index of the cell differ by one on this path.
    """
    out, later = [], 0 * C[0]
    for t in range(len(C) - 1, -1, -1):
        out.insert(0, later * f[t] + dh[t] * o[t] * (1 - np.tanh(C[t]) ** 2))
        later = out[0]
    return np.array(out)


@cell_errors.mistake("one-step-back-only", "eq-lstm-bptt")
def _(f, o, C, dh):
    """You add the next step's own error, but not what that step had received. The recursion uses the whole
    error of C_{t+1}.

    The sum is written out for one step and stops there.
    """
    own = dh * o * (1 - np.tanh(C) ** 2)
    return own + np.concatenate([own[1:] * f[1:], 0 * own[:1]])

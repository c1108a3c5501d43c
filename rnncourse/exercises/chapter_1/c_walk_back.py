"""The exercises of page 1c: the walk back, and what else it gives."""

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.exercises.chapter_1.b_gradient import gradient
from rnncourse.exercises.steps import network, on_rows, slope_from_h, unchanged


def add_then_scale(s, own, carried):
    return s * (own + carried)


def loss_of_step(dl, t):
    return dl[t]


@exercise(
    "1b-bptt",
    "The backward recursion",
    "f(W, h, dl), the (T, n) array of dL/dz_t with delta_t in row t - 1",
    network(4, 4),
    network(2, 7),
    network(3, 1),
    domain=domains.through_time,
    hints=(
        "Begin at the end: what depends on z_T? Only L_T, through h_T.",
        "h_t reaches the loss on two roads: directly, through L_t, and through z_{t+1}. Add both, then pass "
        "through sigma.",
        "Backwards from t = T: `delta = h[t] * (1 - h[t]) * (dl[t] + W.T @ delta)`, with delta = 0 before "
        "the start.",
    ),
    alike=("last-term-only+transport-transposed", "carry-past-slope+no-derivative"),
)
def recursion(
    W,
    h,
    dl,
    slope=slope_from_h,
    own=loss_of_step,
    carry=lambda W, delta: W.T @ delta,
    join=add_then_scale,
    finish=unchanged,
):
    T, s = len(h) - 1, slope(h)
    delta = np.zeros_like(h)
    delta[T] = s[T] * own(dl, T)
    for t in range(T - 1, 0, -1):
        delta[t] = join(s[t], own(dl, t), carry(W, delta[t + 1]))
    return finish(delta[1:])


gradient.share(recursion, "derivative-at-h", "tanh-derivative")


@recursion.mistake("transport-transposed", "eq-bptt", part="carry")
def _(W, delta):
    """W is used where its transpose is needed: backwards, unit b gathers over all units a that it feeds.

    Forward is W @ h, so backward is written W @ delta; for square matrices numpy does not object.
    """
    return W @ delta


@recursion.mistake("last-term-only", "eq-bptt", part="join")
def _(s, own, carried):
    """Nothing is carried back from the step after: each delta knows its own loss only.

    The carried gradient is computed and never added, or reset in the loop.
    """
    return s * own


@recursion.mistake("last-loss-only", "eq-bptt", part="own")
def the_last(dl, t):
    """The losses before the last are lost: `=` where `+=` belongs.

    The carried gradient replaces that of the step's own loss.
    """
    return dl[t] * (t == len(dl) - 1)


@recursion.mistake("loss-off-by-one", "eq-bptt", part="own")
def _(dl, t):
    """The loss gradients are a step too old: dl[t] belongs to h_t.

    delta_t is stored in row t - 1, and dl is read in the same way.
    """
    return dl[t - 1]


@recursion.mistake("carry-past-slope", "eq-bptt", part="join")
def scale_own_only(s, own, carried):
    """What is carried back is added after the slope: it too must pass through the sigma of its step.

    A bracket is missing: sigma' multiplies the sum of both roads.
    """
    return s * own + carried


@recursion.mistake("no-derivative", "eq-bptt", part="slope")
def _(h):
    """There is no sigma' at all: each step back, and the last one to z_t, passes through a sigma.

    The recursion is that of a linear network.
    """
    return np.ones_like(h)


@recursion.mistake("no-derivative-immediate", "eq-bptt")
def _(W, h, dl):
    """The last sigma' is missing: these are gradients with respect to h, and z_t is the input of sigma.

    dL/dh_t is taken for dL/dz_t.
    """
    return recursion(W, h, dl) / slope_from_h(h)[1:]


@recursion.mistake("reversed-time", "eq-bptt", part="finish")
def _(delta):
    """The rows run backwards: delta_1 belongs in the first row.

    The recursion runs from T to 1, and the results are appended as they come.
    """
    return delta[::-1]


@recursion.mistake("rows-from-0", "eq-bptt")
def _(W, h, dl):
    """Row 0 holds a delta of step 0 here, and delta_T is cut off: z_0 does not exist, and delta_t is in
    row t - 1.

    h has a row 0, and the walk back goes on to it.
    """
    delta = recursion(W, h, dl)
    start = slope_from_h(h[0]) * (dl[0] + W.T @ delta[0])
    return np.concatenate([start[None], delta[:-1]])


@exercise(
    "1b-U",
    "The gradient of the input weights",
    "f(W, h, x, dl), the (n, m) gradient dL/dU, with x_t in row t - 1 of x",
    network(4, 4, 3),
    network(2, 7, 1),
    domain=domains.with_inputs,
    hints=(
        "W and U meet in z_t = W h_{t-1} + U x_t. What changes in the derivation if U is varied in the place "
        "of W?",
        "The delta_t of the recursion are the same. Which vector does U multiply in step t?",
        "dL/dU is the sum of delta_t x_t^T: with delta_t and x_t in the same rows, `delta.T @ x`.",
    ),
)
def input_gradient(W, h, x, dl, delta=recursion, multiply=lambda delta, x: delta.T @ x):
    return multiply(delta(W, h, dl), x)


@input_gradient.mistake("state-off-by-one", "eq-bptt", part="multiply")
def _(delta, x):
    """The inputs are off by one: x_t is in row t - 1 of x, beside delta_t.

    States have a row 0 and inputs have none, so that their rows are numbered differently.
    """
    return delta[:-1].T @ x[1:]


input_gradient.also("state-off-by-one", multiply=lambda delta, x: delta[1:].T @ x[:-1])


@input_gradient.mistake("transposed", "eq-bptt", part="multiply")
def _(delta, x):
    """Rows and columns are exchanged: dL/dU has the shape of U.

    x^T delta for delta^T x.
    """
    return x.T @ delta


@input_gradient.mistake("last-term-only", "eq-bptt", part="delta")
def _(W, h, dl):
    """Nothing is carried back in time: U acts on the later losses too, through the states.

    U is no part of the recurrence, so its gradient seems to end with the step.
    """
    return (slope_from_h(h) * dl)[1:]


@input_gradient.mistake("last-loss-only", "eq-bptt", part="delta")
def _(W, h, dl):
    """Only the last loss is there; each L_t sends a gradient of its own.

    The walk back starts from the last row of dl and never adds the others.
    """
    return recursion(W, h, dl, own=the_last)


@input_gradient.mistake("transport-transposed", "eq-bptt", part="delta")
def _(W, h, dl):
    """W is used where its transpose is needed: backwards, unit b gathers over all units a that it feeds.

    Forward is W @ h, so backward is written W @ delta; for square matrices numpy does not object.
    """
    return recursion(W, h, dl, carry=np.matmul)


@input_gradient.mistake("no-derivative-immediate", "eq-bptt", part="delta")
def _(W, h, dl):
    """The last sigma' is missing: the vector beside x_t is the gradient with respect to z_t, not to h_t.

    The total dL/dh_t is at hand and is used as it is.
    """
    return recursion(W, h, dl) / slope_from_h(h)[1:]


@exercise(
    "1b-h0",
    "The gradient of the first state",
    "f(W, h, dl), the gradient dL/dh_0 of length n",
    network(4, 4),
    network(2, 7),
    domain=domains.through_time,
    hints=(
        "h_0 reaches the loss on two roads. Which?",
        "One road is L_0. The other leads through z_1, and delta_1 of the recursion is the gradient there.",
        "dL/dh_0 = dL_0/dh_0 + W^T delta_1. There is no sigma' of step 0: h_0 is given, not computed.",
    ),
)
def first_state(
    W, h, dl, own=lambda dl: dl[0], delta=recursion, back=lambda W, delta: W.T @ delta, finish=unchanged
):
    return finish(own(dl) + back(W, delta(W, h, dl)[0]), h)


@first_state.mistake("first-loss-missing", "eq-bptt", part="own")
def _(dl):
    """The loss L_0 is missing: it depends on h_0 directly.

    L_0 adds nothing to dL/dW, so it is left out here too.
    """
    return 0


@first_state.mistake("first-loss-only", "eq-bptt")
def _(W, h, dl):
    """Only L_0 is there. The later losses depend on h_0 too, through z_1 and the states that follow.

    h_0 has a loss gradient of its own in dl[0], and it is taken for the whole.
    """
    return dl[0]


@first_state.mistake("first-loss-transported", "eq-bptt")
def _(W, h, dl):
    """The loss L_0 goes through W too. It depends on h_0 directly, with no step between.

    Its row of dl joins the recursion like all others.
    """
    return W.T @ (recursion(W, h, dl)[0] + dl[0])


@first_state.mistake("transport-transposed", "eq-bptt", part="back")
def _(W, delta):
    """W is used where its transpose is needed in the last step back.

    For square matrices numpy does not object.
    """
    return W @ delta


@first_state.mistake("one-factor-too-few", "eq-bptt", part="back")
def _(W, delta):
    """W is missing between z_1 and h_0: delta_1 is the gradient with respect to z_1.

    The recursion is stopped one line too early.
    """
    return delta


@first_state.mistake("one-factor-too-many", "eq-bptt", part="finish")
def _(dh, h):
    """There is a sigma' too many: h_0 is given, no sigma has made it.

    The recursion is run once more, with its slope.
    """
    return slope_from_h(h[0]) * dh


@first_state.mistake("last-term-only", "eq-bptt", part="delta")
def _(W, h, dl):
    """Later losses are missing: only L_0 and L_1 reach your h_0.

    The carried gradient is reset in the loop.
    """
    return (slope_from_h(h) * dl)[1:]


# 1b-forward: the triangle by rows


def states_only(n, T):
    def draw(rng):
        return network(n, T)(rng)[:2]

    draw.__doc__ = f"n = {n}, T = {T}"
    return draw


@exercise(
    "1b-forward",
    "The derivatives of all states, forwards",
    "f(W, h), the (T+1, n, n, n) array with the total derivative of h_t with respect to W at index t",
    states_only(3, 4),
    states_only(2, 6),
    domain=domains.all_states,
    hints=(
        "Start with zeros for h_0. Which two parts make the derivative of h_1?",
        "eq-recurrence: the immediate derivative of h_t, plus J_t applied to the derivative of h_{t-1}.",
        "`np.tensordot(J_t, dh[t - 1], 1)` contracts the column index of J_t with the unit of dh[t-1].",
    ),
    alike=(
        "immediate-only+jacobian-off-by-one",
        "immediate-only+order-swapped",
        "immediate-only+transport-transposed",
        "immediate-only+without-immediate",
    ),
)
def sensitivity(
    W,
    h,
    factor=on_rows,
    slope=slope_from_h,
    at=lambda t: t,
    state=lambda h, t: h[t - 1],
    keep=unchanged,
    add=unchanged,
):
    s, dh = slope(h), np.zeros((len(h), *W.shape[:1], *W.shape))
    for t in range(1, len(h)):
        E = np.multiply.outer(np.diag(s[t]), state(h, t))
        dh[t] = add(E, t) + keep(np.tensordot(factor(s[at(t)], W), dh[t - 1], 1))
    return dh


@sensitivity.mistake("immediate-only", "eq-recurrence", part="keep")
def _(carried):
    """Only the immediate derivative is there; what comes through h_{t-1} is missing.

    The past is frozen although the total derivative is asked for.
    """
    return 0 * carried


@sensitivity.mistake("without-immediate", "eq-recurrence", part="add")
def _(E, t):
    """After the first step only the past is carried on; each step uses W itself as well.

    The immediate derivative is put in once, at the start.
    """
    return E if t == 1 else 0 * E


@sensitivity.mistake("summed-untransported", "eq-recurrence")
def _(W, h):
    """The derivative of h_{t-1} is added as it is; it must pass through J_t first.

    A running sum of the immediate derivatives.
    """
    E = [np.multiply.outer(np.diag(slope_from_h(h[t])), h[t - 1]) for t in range(1, len(h))]
    return np.cumsum([0 * E[0], *E], axis=0)


@sensitivity.mistake("jacobian-off-by-one", "eq-step-jacobian", part="at")
def _(t):
    """The slopes in the transport belong to another step: into h_t leads J_t.

    J at the old state is used, since that is what is carried.
    """
    return t - 1


@sensitivity.mistake("order-swapped", "eq-step-jacobian", part="factor")
def _(s, W):
    """The slopes scale the columns of W and not its rows.

    Broadcasting lines a vector up with the last axis.
    """
    return W * s


@sensitivity.mistake("transport-transposed", "eq-step-jacobian", part="factor")
def _(s, W):
    """The transport uses the transpose of W. Forwards, W is used as it is.

    The transpose of the walk back is kept on the walk forth.
    """
    return s[:, None] * W.T


@sensitivity.mistake("state-off-by-one", "eq-immediate", part="state")
def _(h, t):
    """The immediate derivative holds the new state; W met the one before.

    h[t] and h[t-1] differ by one keystroke.
    """
    return h[t]

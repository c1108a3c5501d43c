"""The exercises of page 1b: the gradient through time."""

from functools import partial

import numpy as np

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains, steps
from rnncourse.exercises.steps import chain, network, on_rows, slope_from_h, triangle, unchanged
from rnncourse.rnn import dsigma

# 1b: the double sum


@exercise(
    "1b",
    "The gradient through time",
    "f(W, h, dl), the (n, n) gradient dL/dW, from states h (T+1, n) and local loss gradients dl (T+1, n)",
    network(4, 4),
    network(2, 7),
    network(3, 1),
    domain=domains.through_time,
    hints=(
        "Take T = 2 first and write down every path from a copy of W to a loss: (t, k) = (1, 1), (2, 1), (2, "
        "2).",
        "Each path has three factors: the row dl[t], the product of the step Jacobians that lead from h_k to "
        "h_t, J_t ... J_{k+1}, and the immediate derivative of h_k with respect to W, with "
        "h_{k-1} held fixed. sigma'(z_t) is h[t] * (1 - h[t]).",
        "With the row `g = dl[t] @ J_t @ ... @ J_{k+1}` a term is `np.outer(g * h[k] * (1 - h[k]), h[k - "
        "1])`. Add it up over t = 1..T and k = 1..t. The shorter way is the recursion of eq-bptt.",
    ),
    alike=(
        "last-term-only+double-counting",
        "last-term-only+no-derivative-transport",
        "last-term-only+transport-transposed",
        "last-term-only+order-swapped",
        "last-term-only+reversed-product",
        "last-term-only+power-of-last",
        "last-term-only+power-of-first",
        "last-term-only+jacobian-off-by-one",
        "last-term-only+one-factor-too-few",
        "last-term-only+elementwise-power",
        "last-loss-only+reused-loss-gradient",
        "no-derivative-transport+reversed-product",
        "no-derivative-transport+power-of-last",
        "no-derivative-transport+power-of-first",
        "no-derivative-transport+jacobian-off-by-one",
        "derivative-at-h+reversed-product",
        "derivative-at-h+power-of-last",
        "derivative-at-h+power-of-first",
        "derivative-at-h+jacobian-off-by-one",
    ),
)
def gradient(
    W,
    h,
    dl,
    terms=triangle,
    times=lambda t, k: 1,
    loss=lambda dl, t: dl[t],
    slope=slope_from_h,
    factor=on_rows,
    product=chain,
    immediate=lambda s, h, k: (s[k], h[k - 1]),
    finish=unchanged,
):
    T, s = len(h) - 1, slope(h)
    J = [factor(s_t, W) for s_t in s]
    dW = np.zeros_like(W)
    for t, k in terms(T):
        s_k, h_k = immediate(s, h, k)
        dW += times(t, k) * np.outer(loss(dl, t) @ product(J, t, k) * s_k, h_k)
    return finish(dW, T)


@gradient.mistake("transposed", "eq-double-sum", part="finish")
def _(dW, T):
    """Rows and columns are exchanged: entry (a, b) of dL/dW belongs to the weight from unit b to unit a.

    np.outer(h, delta) for np.outer(delta, h): which of the two is the row is easily mixed up.
    """
    return dW.T


@gradient.mistake("last-term-only", "eq-double-sum", part="terms")
def _(T):
    """Only the terms k = t are there: each loss sees the newest copy of W alone, and nothing travels back in
    time.

    The gradient that the next step hands back is reset at each step, or never added.
    """
    return [(t, t) for t in range(1, T + 1)]


@gradient.mistake("assigned-not-added", "eq-double-sum", part="terms")
def _(T):
    """Of each sum one use of W is left, the first or the last. In a loop, `dW = ...` throws away what was
    there, and `dW += ...` adds to it.

    `=` where `+=` belongs; walking back, the pass that survives is k = 1.
    """
    return [(t, 1) for t in range(1, T + 1)]


gradient.also("assigned-not-added", terms=lambda T: [(T, T)])


@gradient.mistake("last-loss-only", "eq-double-sum", part="terms")
def _(T):
    """Only the last loss is there; each L_t sends a gradient of its own.

    Networks that read a sequence and answer once have only this loss; here every step has one.
    """
    return [(T, k) for k in range(1, T + 1)]


@gradient.mistake("last-loss-missing", "eq-double-sum", part="terms")
def _(T):
    """The last loss is missing: t runs up to T, inclusive.

    `range(1, T)` ends at T - 1, and dl has one row more than there are steps.
    """
    return triangle(T - 1)


@gradient.mistake("reused-loss-gradient", "eq-double-sum", part="loss")
def _(dl, t):
    """Every term uses the loss gradient of the last step; take the row of dl that belongs to t.

    The gradient is computed once before the loop and then reused.
    """
    return dl[-1]


@gradient.mistake("loss-off-by-one", "eq-double-sum", part="loss")
def _(dl, t):
    """The loss gradients are a step too old: dl[t] belongs to h_t, since dl has a row for h_0 as well.

    Inputs have no row 0, so x_t is x[t - 1], and dl is read in the same way.
    """
    return dl[t - 1]


@gradient.mistake("previous-terms-only", "eq-double-sum", part="terms")
def _(T):
    """The terms k = t are missing: h_t depends on W directly, not only through h_{t-1}.

    One looks only at the road through the past and leaves out the newest copy of W.
    """
    return [(t, k) for t in range(1, T + 1) for k in range(1, t)]


@gradient.mistake("double-counting", "eq-total-derivative", part="times")
def _(t, k):
    """Term (t, k) is counted t - k + 1 times: one of the two outer factors is total where it must be local,
    the loss gradient dl[t], or the immediate derivative with h_{k-1} frozen.

    The last factor of the sum is read as a total derivative, which contains all earlier steps already.
    """
    return t - k + 1


@gradient.mistake("state-off-by-one", "eq-immediate", part="immediate")
def _(s, h, k):
    """The state in the last factor is a step too new: z_k = W h_{k-1} + U x_k, so W meets the state before.

    h[k] and h[k-1] differ by one keystroke, and the shapes agree.
    """
    return s[k], h[k]


def corner(T):
    return [(t, k) for t in range(T + 1) for k in range(t + 1)]


@gradient.mistake("spurious-k0", "eq-double-sum", part="terms")
def _(T):
    """There are terms for k = 0. h_0 is given and does not depend on W; and in Python `h[0 - 1]` is the last
    state, without a warning.

    The sum over t starts at 0, so the one over k is taken to start there too.
    """
    return corner(T)


gradient.also("spurious-k0", terms=lambda T: corner(T)[1:])
for terms in corner, lambda T: corner(T)[1:]:
    gradient.also("spurious-k0", terms=terms, immediate=lambda s, h, k: (s[k], h[max(k - 1, 0)]))


@gradient.mistake("no-derivative-immediate", "eq-immediate", part="immediate")
def _(s, h, k):
    """sigma' is missing from the last factor: sigma is between W and h_k.

    The slopes are thought to be in the transport already.
    """
    return 1, h[k - 1]


@gradient.mistake("no-derivative-transport", "eq-step-jacobian", part="factor")
def _(s, W):
    """The transport is a power of W alone: each step passes through sigma and is scaled by its slope.

    Linear networks are the textbook example, and there W^(t-k) is right.
    """
    return W


@gradient.mistake("transport-transposed", "eq-bptt", part="factor")
def _(s, W):
    """W is used where its transpose is needed, or the other way round. Backwards, the gradient of unit b
    gathers over the units a that b feeds.

    Forward is W @ h, so backward is written W @ delta; for square matrices numpy does not object.
    """
    return s[:, None] * W.T


# transport @ dl[t] where dl[t] @ transport is right: whole, since elsewhere it has another name
in_columns = partial(gradient, product=lambda J, t, k: chain(J, t, k).T)
gradient.also("transport-transposed", in_columns)


@gradient.mistake("order-swapped", "eq-step-jacobian", part="factor")
def _(s, W):
    """In each step the slopes scale the columns of W and not its rows.

    `W * s` broadcasts along the last axis; or the slope is multiplied after W^T instead of before.
    """
    return W * s


@gradient.mistake("reversed-product", "eq-transport", part="product")
def _(J, t, k):
    """The factors of the transport are in the wrong order. Matrices do not commute: the newest step comes
    leftmost.

    A loop over i = k+1..t that multiplies from the right writes the product in the order of time.
    """
    product = np.eye(len(J[0]))
    for i in range(k + 1, t + 1):
        product = product @ J[i]
    return product


@gradient.mistake("power-of-last", "eq-transport", part="product")
def _(J, t, k):
    """The transport is a power of one step's Jacobian, the last. The slopes differ from step to step.

    The paper writes a power itself, as if every step had the same slopes.
    """
    return np.linalg.matrix_power(J[t], t - k)


@gradient.mistake("power-of-first", "eq-transport", part="product")
def _(J, t, k):
    """The transport is a power of one step's Jacobian, the first. The slopes differ from step to step.

    As the power of the last, with the slopes frozen at the other end.
    """
    return np.linalg.matrix_power(J[k], t - k)


gradient.also("power-of-first", product=lambda J, t, k: np.linalg.matrix_power(J[min(k + 1, t)], t - k))


@gradient.mistake("jacobian-off-by-one", "eq-step-jacobian", part="product")
def _(J, t, k):
    """The slopes in the transport are a step too old: into h_i leads J_i, with the slopes at z_i.

    Walking back from h_i to h_{i-1}, one multiplies by the slopes of the state one arrives at.
    """
    return chain(J, t - 1, k - 1)


@gradient.mistake("one-factor-too-many", "eq-transport", part="product")
def _(J, t, k):
    """The transport from k to t has one factor too many: from h_k to h_t there are t - k steps, and for t = k
    none.

    A product from k to t inclusive has t - k + 1 factors: fence posts counted for panels.
    """
    return chain(J, t, k - 1)


@gradient.mistake("one-factor-too-few", "eq-transport", part="product")
def _(J, t, k):
    """The transport has one factor too few: from h_k to h_t there are t - k steps, the first one into
    h_{k+1}.

    `range(k + 1, t)` leaves out the last step, `range(k + 2, t + 1)` the first.
    """
    return chain(J, t, k + 1)


gradient.also("one-factor-too-few", product=lambda J, t, k: chain(J, max(t - 1, k), k))


@gradient.mistake("carry-past-slope", "eq-bptt")
def _(W, h, dl):
    """What comes back from the next step is added after the slope: it too must pass through the sigma of its
    step.

    A bracket is missing in the recursion: sigma' multiplies the sum of both roads.
    """
    s, delta, dW = slope_from_h(h), np.zeros(len(W)), np.zeros_like(W)
    for t in range(len(h) - 1, 0, -1):
        delta = s[t] * dl[t] + W.T @ delta
        dW += np.outer(delta, h[t - 1])
    return dW


@gradient.mistake("derivative-at-h", "eq-sigma-prime", part="slope")
def _(h):
    """You take sigma' at h_t: that runs sigma twice. The slope belongs to z_t; with h_t at hand it is h_t (1
    - h_t).

    A function dsigma(z) is given h, since z was not kept.
    """
    return dsigma(h)


only_there = partial(gradient, immediate=lambda s, h, k: (dsigma(h[k]), h[k - 1]))
gradient.also("derivative-at-h", only_there)


@gradient.mistake("tanh-derivative", "eq-sigma-prime", part="slope")
def _(h):
    """1 - h² is the slope of h = tanh(z); these units are logistic.

    Most published recurrent networks use tanh, and so does most public code.
    """
    return 1 - h**2


@gradient.mistake("elementwise-power", "eq-transport", part="product")
def _(J, t, k):
    """The Jacobians are multiplied entry by entry: `*` and `**` on arrays are not matrix products.

    In numpy `*` is the entrywise product, and `**` the entrywise power.
    """
    product = np.eye(len(J[0])) if t == k else J[t]
    for i in range(k + 1, t):
        product = product * J[i]
    return product


gradient.also(
    "elementwise-power", product=lambda J, t, k: np.prod(J[k + 1 : t + 1], axis=0) * np.ones_like(J[0])
)
gradient.also(
    "elementwise-power", product=lambda J, t, k: np.eye(len(J[0])) * np.prod(J[k + 1 : t + 1], axis=0)
)
gradient.also("elementwise-power", product=lambda J, t, k: J[t] ** (t - k))
gradient.also("elementwise-power", product=lambda J, t, k: J[t] ** (t - k) if t > k else np.eye(len(J[0])))


@gradient.mistake("mean-over-time", "eq-double-sum", part="finish")
def _(dW, T):
    """The sum over t is divided by a number of steps: L is a sum, not a mean.

    Libraries average losses by default, over a batch and often over time.
    """
    return dW / T


gradient.also("mean-over-time", finish=lambda dW, T: dW / (T + 1))


@gradient.mistake("sign", "eq-double-sum", part="finish")
def _(dW, T):
    """Everything is right but the sign: the gradient points uphill, the step of gradient descent goes the
    other way.

    The minus of the descent step slips into the gradient.
    """
    return -dW


# 1b, step by step: the immediate derivative and the transport


@exercise(
    "1b-immediate",
    "The immediate derivative",
    "f(h_prev, h_t), the (n, n, n) array of ∂⁺h_t/∂W with entry [i, a, b] for unit i and weight W_ab",
    steps.two_states(3),
    steps.two_states(2, says="two units"),
    domain=domains.two_states,
    hints=(
        "Write z_i = sum_b W_ib h_prev_b + ... for one unit i. Which weights W_ab occur in it?",
        "Only row i of W feeds unit i, so most entries are 0. The others hold a slope and an entry of "
        "h_prev.",
        "Entry [i, a, b] is h_i (1 - h_i) for a = i and 0 else, times h_prev_b: "
        "`np.einsum('i,ia,b->iab', s, np.eye(n), h_prev)`.",
    ),
)
def immediate(h_prev, h_t, slope=slope_from_h, state=lambda h_prev, h_t: h_prev, delta=np.eye, axes="iab"):
    return np.einsum(f"i,ia,b->{axes}", slope(h_t), delta(len(h_t)), state(h_prev, h_t))


@immediate.mistake("no-delta", "eq-immediate", part="delta")
def _(n):
    """Every weight is taken to feed every unit: W_ab feeds unit a alone, so entries with a ≠ i are 0.

    An outer product of slopes and states has two of the three axes, and broadcasting fills the third.
    """
    return np.ones((n, n))


@immediate.mistake("no-derivative-immediate", "eq-immediate", part="slope")
def _(h):
    """sigma' is missing: sigma is between W and h_t.

    z_t is differentiated in the place of h_t.
    """
    return np.ones_like(h)


@immediate.mistake("derivative-at-h", "eq-sigma-prime", part="slope")
def _(h):
    """You take sigma' at h_t; the slope belongs to z_t and is h_t (1 - h_t).

    A function dsigma(z) is given h, since z is not at hand.
    """
    return dsigma(h)


@immediate.mistake("state-off-by-one", "eq-immediate", part="state")
def _(h_prev, h_t):
    """W meets the state before: h_prev belongs in the last factor, not h_t.

    The two arguments look alike, and so do their shapes.
    """
    return h_t


@immediate.mistake("axes-swapped", "eq-immediate")
def _(h_prev, h_t):
    """The axes are in another order: entry [i, a, b] belongs to unit i and to W_ab. The unit is first, then
    row and column of the weight.

    Which index of W comes first is lost among three axes.
    """
    return immediate(h_prev, h_t, axes="iba")


@exercise(
    "1b-transport",
    "The transport from step k to step t",
    "f(W, h, t, k), the (n, n) Jacobian dh_t/dh_k",
    steps.stretch(4, 5, t=5, k=2),
    steps.stretch(4, 5, t=3, k=3, says="t = k"),
    steps.stretch(4, 5, t=4, k=3, says="t = k + 1"),
    steps.stretch(2, 6, t=4, k=0, says="n = 2, T = 6, t = 4 and k = 0"),
    domain=domains.from_k_to_t,
    hints=(
        "One step first: dh_i/dh_{i-1} is the Jacobian of 1a with W and z_i. How does it read with h_i at "
        "hand?",
        "The chain rule multiplies the steps. Which factor is leftmost, and how many are there for "
        "t = k + 1, and t = k?",
        "Start from `np.eye(n)` and for i = k + 1, ..., t multiply from the left with "
        "`(h[i] * (1 - h[i]))[:, None] * W`.",
    ),
    alike=(
        "no-derivative-transport+reversed-product",
        "no-derivative-transport+power-of-last",
        "no-derivative-transport+power-of-first",
        "no-derivative-transport+jacobian-off-by-one",
        "derivative-at-h+reversed-product",
        "derivative-at-h+power-of-last",
        "derivative-at-h+power-of-first",
        "derivative-at-h+jacobian-off-by-one",
        "no-derivative-transport+derivative-at-h",
        "no-derivative-transport+tanh-derivative",
    ),
)
def transport(W, h, t, k, slope=slope_from_h, factor=on_rows, product=chain):
    return product([factor(s, W) for s in slope(h)], t, k)


gradient.share(
    transport,
    "no-derivative-transport",
    "transport-transposed",
    "order-swapped",
    "reversed-product",
    "power-of-last",
    "power-of-first",
    "jacobian-off-by-one",
    "one-factor-too-many",
    "one-factor-too-few",
    "derivative-at-h",
    "tanh-derivative",
    "elementwise-power",
)


@transport.mistake("transposed", "eq-transport")
def _(W, h, t, k):
    """Rows and columns are exchanged: row i belongs to unit i of h_t.

    The backward pass multiplies by transposes, and they are kept.
    """
    return transport(W, h, t, k).T


@transport.mistake("slopes-in-front", "eq-transport")
def _(W, h, t, k):
    """All slopes are in front of a power of W. Each step scales by its slopes before the next one
    multiplies by W: J_t ... J_{k+1}, with both in each J.

    Numbers could be sorted like this; diagonal matrices do not change places with W.
    """
    slopes = slope_from_h(h[k + 1 : t + 1]).prod(axis=0)
    return slopes[:, None] * np.linalg.matrix_power(W, t - k)


# 1b-warm: the start was made by W too


@exercise(
    "1b-warm",
    "The terms with k = 0",
    "f(W, h_before, h, dl), the (n, n) gradient dL/dW when h_0 = sigma(W h_before + ...)",
    steps.warm(4, 4),
    steps.warm(3, 1),
    domain=domains.warm,
    hints=(
        "There is one copy of W more, W^(0). Which losses depend on it?",
        "All of them, L_0 included: the term is dL/dh_0, in total, times the immediate derivative of h_0.",
        "Add `np.outer(dh_0 * h[0] * (1 - h[0]), h_before)`; or put h_before in front of h, and a row of "
        "zeros in front of dl.",
    ),
)
def warm_gradient(
    W,
    h_before,
    h,
    dl,
    losses=lambda dl: dl,
    slope=slope_from_h,
    state=lambda h_before, h: h_before,
):
    J, g = [on_rows(slope_from_h(h_t), W) for h_t in h], losses(dl)
    dh_0 = sum(g[t] @ chain(J, t, 0) for t in range(len(h)))
    return gradient(W, h, dl) + np.outer(dh_0 * slope(h[0]), state(h_before, h))


@warm_gradient.mistake("k0-missing", "eq-double-sum")
def _(W, h_before, h, dl):
    """The terms k = 0 are missing: here W made h_0, so its copy at step 0 counts.

    The formula of 1b is applied where its condition fails.
    """
    return gradient(W, h, dl)


@warm_gradient.mistake("first-loss-missing", "eq-double-sum", part="losses")
def _(dl):
    """L_0 is missing: it depends on the copy of W at step 0.

    In 1b L_0 adds nothing, and the habit stays.
    """
    return np.concatenate([0 * dl[:1], dl[1:]])


@warm_gradient.mistake("first-loss-only", "eq-double-sum", part="losses")
def _(dl):
    """The copy of W at step 0 reaches later losses as well, through h_1, h_2 and so on.

    Only the new pair (0, 0) is added, not the new column.
    """
    return np.concatenate([dl[:1], 0 * dl[1:]])


@warm_gradient.mistake("no-derivative", "eq-immediate", part="slope")
def _(h):
    """sigma' of step 0 is missing: sigma is between W and h_0.

    dL/dh_0 is taken for delta_0.
    """
    return np.ones_like(h)


@warm_gradient.mistake("state-off-by-one", "eq-immediate", part="state")
def _(h_before, h):
    """At step 0 the matrix W met the state before h_0.

    h[0] is the first row of h, and h_before is a separate argument.
    """
    return h[0]


warm_gradient.also("state-off-by-one", state=lambda h_before, h: h[-1])

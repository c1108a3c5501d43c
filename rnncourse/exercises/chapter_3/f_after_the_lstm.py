"""The exercises of page 3f: gates that do not read the state, the scan, exponential gates, attention."""

import numpy as np

from rnncourse.check.answers import arrays
from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.exercises.chapter_3.c_carousel import gate_path
from rnncourse.rnn import sigma

# 3f-step: one step of the minGRU


def one_step(n, m):
    def draw(rng):
        shapes = (n, m), (n, m), (n,), (n,), (m,), (n,)
        return tuple(rng.uniform(-1.5, 1.5, shape) for shape in shapes)

    draw.__doc__ = f"n = {n}, m = {m}"
    return draw


@exercise(
    "3f-step",
    "One step of the minGRU",
    "f(W_z, W_h, b_z, b_h, x_t, h_prev), the state h_t, an array (n,)",
    one_step(3, 2),
    one_step(2, 2),
    one_step(1, 3),
    domain=domains.mingru_step,
    hints=(
        "Two layers read x_t: the gate z with a sigma, the candidate without any function.",
        "z is the share that is renewed. What is the share of the old state that stays?",
        "h_t = (1 - z) * h_prev + z * candidate, entry by entry.",
    ),
)
def mingru_step(
    W_z,
    W_h,
    b_z,
    b_h,
    x_t,
    h_prev,
    gate=lambda W, b, x: sigma(W @ x + b),
    candidate=lambda W, b, x: W @ x + b,
    mix=lambda z, h, c: (1 - z) * h + z * c,
):
    return mix(gate(W_z, b_z, x_t), h_prev, candidate(W_h, b_h, x_t))


@mingru_step.mistake("shares-exchanged", "eq-mingru", part="mix")
def _(z, h, c):
    """The two shares have changed places: z is the share that is renewed, and 1 - z stays.

    A GRU may be written either way, and a forget gate multiplies the old state.
    """
    return z * h + (1 - z) * c


@mingru_step.mistake("candidate-not-gated", "eq-mingru", part="mix")
def _(z, h, c):
    """The candidate is added in full here. The two shares must add up to 1.

    Only the old state is thought to be gated.
    """
    return (1 - z) * h + c


@mingru_step.mistake("state-not-gated", "eq-mingru", part="mix")
def _(z, h, c):
    """The old state is kept in full here. The two shares must add up to 1.

    The carousel of 1997 keeps everything and only adds.
    """
    return h + z * c


@mingru_step.mistake("candidate-squashed", "eq-mingru", part="candidate")
def _(W, b, x):
    """The candidate of this cell has no tanh: W_h x_t + b_h goes in as it is.

    LSTM and GRU have a tanh there.
    """
    return np.tanh(W @ x + b)


@mingru_step.mistake("gate-tanh", "eq-mingru", part="gate")
def _(W, b, x):
    """You have taken a tanh for the gate; a gate is a sigma, a share between 0 and 1.

    The cell of the LSTM has both functions.
    """
    return np.tanh(W @ x + b)


@mingru_step.mistake("gate-bias-missing", "eq-mingru", part="gate")
def _(W, b, x):
    """The gate's bias b_z is left out.

    The short form of the layers in many papers leaves biases out.
    """
    return sigma(W @ x)


@mingru_step.mistake("candidate-bias-missing", "eq-mingru", part="candidate")
def _(W, b, x):
    """The candidate's bias b_h is left out.

    The short form of the layers in many papers leaves biases out.
    """
    return W @ x


# 3f-path: the whole derivative


def a_run(n, m, T, t, k):
    def draw(rng):
        shapes = (n, m), (n, m), (n,), (n,), (T, m), (n,)
        return *(rng.uniform(-1.2, 1.2, shape) for shape in shapes), t, k

    draw.__doc__ = f"n = {n}, t = {t}, k = {k}"
    return draw


@exercise(
    "3f-path",
    "The whole derivative of the minGRU",
    "f(W_z, W_h, b_z, b_h, x, h0, t, k), the complete (n, n) matrix dh_t/dh_k, nothing frozen; x (T, m) has "
    "x_t in row t - 1",
    a_run(3, 2, 7, 5, 2),
    a_run(2, 3, 6, 4, 0),
    a_run(2, 2, 3, 2, 2),
    domain=domains.mingru_run,
    hints=(
        "Which of z_t, the candidate and (1 - z_t) depends on h_{t-1}? Differentiate one step.",
        "One step has the Jacobian diag(1 - z_t), with nothing left out. You need no state at all for it.",
        "The steps k + 1, ..., t read the rows `x[k:t]`. Multiply 1 - sigma(x @ W_z.T + b_z) along time.",
    ),
    alike=(
        *("from-k+last-only", "until-t-1+last-only", "row-off-by-one+last-only"),
        *("gate-for-share+power-of-last",),
    ),
)
def exact_path(
    W_z,
    W_h,
    b_z,
    b_h,
    x,
    h0,
    t,
    k,
    rows=lambda x, t, k: x[k:t],
    gate=lambda x, W, b: sigma(x @ W.T + b),
    share=lambda z: 1 - z,
    product=lambda a: a.prod(axis=0),
    shape=np.diag,
):
    return shape(product(share(gate(rows(x, t, k), W_z, b_z))))


@exact_path.mistake("one-minus-the-product", "eq-exact-path")
def _(W_z, W_h, b_z, b_h, x, h0, t, k):
    """You multiply first and then subtract. Each step keeps a share of its own; these shares are multiplied.

    1 - z is kept in a step, and all steps together are read as one.
    """
    z = sigma(x[k:t] @ W_z.T + b_z)
    return np.diag(1 - z.prod(axis=0))


gate_path.share(exact_path, "vector", "power-of-last", "last-only", "summed")
gate_path.share(exact_path, "from-k", "until-t-1", "row-off-by-one")


@exact_path.mistake("gate-for-share", "eq-exact-path", part="share")
def _(z):
    """You multiply the gates z. What a step keeps of the old state is the share 1 - z.

    In an LSTM the forget gate itself is the factor.
    """
    return z


@exact_path.mistake("bias-missing", "eq-mingru", part="gate")
def _(x, W, b):
    """The gate's bias b_z is left out.

    The short form of the layers in many papers leaves biases out.
    """
    return sigma(x @ W.T)


@exact_path.mistake("candidate-weights", "eq-mingru", part="gate")
def _(x, W, b):
    """The gate is missing its sigma: z = sigma(W_z x + b_z) is a share between 0 and 1.

    Gate and candidate are layers of the same shape, and the candidate has no function.
    """
    return x @ W.T + b


@exact_path.mistake("candidate-for-gate", "eq-mingru")
def _(W_z, W_h, b_z, b_h, x, h0, t, k):
    """The gate is made with W_h and b_h, which belong to the candidate.

    Both layers read the same input, and their weights have the same shape.
    """
    return exact_path(W_h, W_h, b_h, b_h, x, h0, t, k)


# 3f-scan: all maps from the start


@exercise(
    "3f-scan",
    "All maps from the start",
    "f(a, b), both (T, n): arrays A and B, both (T, n), with h_t = A_t h_0 + B_t in row t - 1, for "
    "h_t = a_t h_{t-1} + b_t",
    lambda rng: (rng.uniform(0.5, 1.5, (6, 3)), rng.uniform(-1.5, 1.5, (6, 3))),
    lambda rng: (rng.uniform(-1.5, 1.5, (1, 2)), rng.uniform(-1.5, 1.5, (1, 2))),
    kind=arrays("A", "B"),
    domain=domains.linear_recurrence,
    hints=(
        "Put h_1 = a_1 h_0 + b_1 into h_2 = a_2 h_1 + b_2. What multiplies h_0, and what is left?",
        "The later map after the earlier one has A = a_2 a_1 and B = a_2 b_1 + b_2.",
        "A_t = a_t A_{t-1} and B_t = a_t B_{t-1} + b_t, from A_1 = a_1 and B_1 = b_1. A loop over t is "
        "enough; the scan of the page gets there in fewer rounds.",
    ),
)
def all_maps(
    a,
    b,
    start=lambda a, b: (a, b),
    kept=lambda a2, a1: a2 * a1,
    written=lambda a2, b2, a1, b1: a2 * b1 + b2,
):
    a, b = start(a, b)
    A, B = [a[0]], [b[0]]
    for a_t, b_t in zip(a[1:], b[1:], strict=True):
        B.append(written(a_t, b_t, A[-1], B[-1]))
        A.append(kept(a_t, A[-1]))
    return np.array(A), np.array(B)


@all_maps.mistake("order-of-maps", "eq-scan", part="written")
def _(a2, b2, a1, b1):
    """You apply the later map first: the later factor a_2 multiplies the earlier b_1.

    Maps are joined from right to left, and read from left to right.
    """
    return a1 * b2 + b1


@all_maps.mistake("b-not-scaled", "eq-scan", part="written")
def _(a2, b2, a1, b1):
    """The b are added as they are: what was written earlier is multiplied by every later a.

    The sum of what was written forgets that a decay acts on it.
    """
    return b1 + b2


@all_maps.mistake("own-factor", "eq-scan", part="written")
def _(a2, b2, a1, b1):
    """b_t is multiplied by its own a_t here: a step scales the state before it, and then adds b_t.

    The bracket is set too early: a (h + b).
    """
    return a2 * (b1 + b2)


all_maps.also("own-factor", start=lambda a, b: (a, a * b), written=lambda a2, b2, a1, b1: a2 * b1 + b2)


@all_maps.mistake("last-map-only", "eq-scan", part="written")
def _(a2, b2, a1, b1):
    """B_t is only b_t here, what the last step wrote.

    The map of one step is taken for that of all.
    """
    return b2


@all_maps.mistake("factors-added", "eq-scan", part="kept")
def _(a2, a1):
    """The factors are added where they multiply: h_0 is scaled at every step.

    B is a sum, and A is drawn into it.
    """
    return a2 + a1


@all_maps.mistake("one-factor", "eq-scan", part="kept")
def _(a2, a1):
    """A_t is only a_t here, the factor of the last step.

    The map of one step is taken for that of all.
    """
    return a2


@all_maps.mistake("from-the-end", "eq-scan", part="start")
def _(a, b):
    """The chain runs from the end here: row t - 1 should hold the map of the first t steps.

    The walk back of a gradient runs that way.
    """
    return a[::-1], b[::-1]


# 3f-exponential: gates without overflow


def logarithms(scale, T, n):
    def draw(rng):
        return *rng.uniform(-scale, scale, (2, T, n)), rng.normal(size=(T, n))

    draw.__doc__ = f"logarithms of the gates up to {scale}"
    return draw


@exercise(
    "3f-exponential",
    "Exponential gates without overflow",
    "f(log_f, log_i, value), all (T, n): the ratio C_t / N_t of each step, (T, n), from C_0 = N_0 = 0; the "
    "logarithms may be as large as 2000",
    logarithms(1.5, 5, 2),
    logarithms(2000, 6, 2),
    logarithms(0, 3, 1),
    domain=domains.exponential_gates,
    hints=(
        "exp(800) overflows. C_t and N_t are needed only up to a common factor: keep both times exp(-m_t).",
        "m_t = max(log f_t + m_{t-1}, log i_t), from m_0 = -inf. Which two exponents replace log f_t and "
        "log i_t?",
        "keep = exp(log_f + m_old - m_new) and write = exp(log_i - m_new); neither exceeds 1.",
    ),
    alike=("write-not-scaled+forget-not-scaled",),
)
def exponential(
    log_f,
    log_i,
    value,
    maximum=np.maximum,
    keep=lambda log_f, m_old, m_new: np.exp(log_f + m_old - m_new),
    write=lambda log_i, m_new: np.exp(log_i - m_new),
    out=lambda C, N: C / N,
):
    C, N, m, ratios = 0, 0, -np.inf, np.empty(value.shape)
    with np.errstate(under="ignore"):
        for t in range(len(value)):
            new = maximum(log_f[t] + m, log_i[t])
            f, i = keep(log_f[t], m, new), write(log_i[t], new)
            C, N, m = f * C + i * value[t], f * N + i, new
            ratios[t] = out(C, N)
    return ratios


@exponential.mistake("write-not-scaled", "eq-stabiliser", part="write")
def _(log_i, m_new):
    """The input gate is not scaled: it needs the same factor exp(-m_t) as the memory.

    The maximum is subtracted where the overflow was first seen.
    """
    return np.exp(log_i)


@exponential.mistake("memory-not-scaled", "eq-stabiliser", part="keep")
def _(log_f, m_old, m_new):
    """The old maximum is missing: the memory already has the factor exp(-m_{t-1}), and needs exp(-m_t).

    The maximum is subtracted, as in a softmax, and the memory is taken for fresh.
    """
    return np.where(m_old > -np.inf, np.exp(log_f - m_new), 0)


@exponential.mistake("forget-not-scaled", "eq-stabiliser", part="keep")
def _(log_f, m_old, m_new):
    """The forget gate is not scaled: the memory changes its factor from exp(-m_{t-1}) to exp(-m_t).

    The input gate is new and is scaled; the memory seems to be scaled already.
    """
    return np.exp(log_f)


@exponential.mistake("logistic-forget", "eq-stabiliser", part="keep")
def _(log_f, m_old, m_new):
    """The forget gate is a sigma here: log_f is the logarithm of the gate itself.

    The gates of the LSTM are sigmas.
    """
    return sigma(log_f) * np.exp(m_old - m_new)


@exponential.mistake("not-normalised", "eq-stabiliser", part="out")
def _(C, N):
    """This is C alone, up to its factor; divided by N the factor cancels.

    The LSTM shows its cell without a denominator.
    """
    return C


@exponential.mistake("inverted", "eq-stabiliser", part="out")
def _(C, N):
    """This is N / C, the inverse.

    The two are exchanged.
    """
    return N / C


@exponential.mistake("nothing-kept", "eq-stabiliser")
def _(log_f, log_i, value):
    """These are the values themselves: nothing of the earlier steps is kept.

    With the memory left out, the input gate cancels.
    """
    return value.copy()


@exponential.mistake("plain-mean", "eq-stabiliser")
def _(log_f, log_i, value):
    """This is the plain mean of the values so far: the gates decide how much each of them counts.

    C and N are a sum and a count where all gates are 1.
    """
    return np.cumsum(value, axis=0) / np.arange(1, len(value) + 1)[:, None]


# 3f-attention: what a softmax readout sends back


@exercise(
    "3f-attention",
    "What a softmax readout sends back",
    "f(u, v, h), the gradients of the answer by each state, an array (T, n) like h, whose rows are h_1, "
    "..., h_T; each state is held while another moves",
    lambda rng: (rng.normal(size=3), rng.normal(size=3), rng.normal(size=(5, 3))),
    lambda rng: (rng.normal(size=2), rng.normal(size=2), rng.normal(size=(1, 2))),
    domain=domains.readout,
    alike=("plain-mean+equal-shares",),
    hints=(
        "h_t appears twice: in the score u . h_t, which moves all shares a, and in what is said, v . h_t.",
        "With the shares held, h_t counts a_t v. Page 1a has the Jacobian of softmax: da_s/d(score_t) = "
        "a_s (delta_st - a_t).",
        "Multiply by v . h_s and add over s: a_t (v . h_t - answer). The row is "
        "a_t (v + (v . h_t - answer) u).",
    ),
)
def sent_back(
    u,
    v,
    h,
    softmax=lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
    said=lambda a, v: v,
    score=lambda a, s, u: np.outer(s - a @ s, u),
):
    a = softmax(h @ u)
    return a[:, None] * (said(a, v) + score(a, h @ v, u))


@sent_back.mistake("shares-held", "eq-attention", part="score")
def _(a, s, u):
    """The shares a are held fixed here. h_t also moves its own score, and with it all shares.

    The answer looks linear in h, with the shares as its weights.
    """
    return 0 * np.outer(s, u)


@sent_back.mistake("diagonal-only", "eq-attention", part="score")
def _(a, s, u):
    """Of the Jacobian of softmax only the diagonal is there: a score that rises takes shares away from all
    other states, and with them what these say.

    Softmax is differentiated as if it acted on each score alone.
    """
    return np.outer(s * (1 - a), u)


@sent_back.mistake("mean-missing", "eq-attention", part="score")
def _(a, s, u):
    """The answer is not subtracted: a score that rises takes shares away from all other states.

    Softmax is differentiated like an exponential, without its denominator.
    """
    return np.outer(s, u)


@sent_back.mistake("plain-mean", "eq-attention", part="score")
def _(a, s, u):
    """You subtract the plain mean of v . h_s; the shares a weigh it, and that is the answer.

    A mean over all states is read as one with equal shares.
    """
    return np.outer(s - s.mean(), u)


@sent_back.mistake("vectors-exchanged", "eq-attention")
def _(u, v, h):
    """In the second term u and v have changed places. h_t moves its score along u, and what a share brings
    is v . h_s.

    Both are vectors that meet h_t, and both occur in both ways.
    """
    return sent_back(u, v, h, score=lambda a, s, _: np.outer(h @ u - a @ (h @ u), v))


@sent_back.mistake("scores-only", "eq-attention", part="said")
def _(a, v):
    """Only the way through the scores is there: h_t is also what is said, v . h_t.

    The shares are the new part, and the old one is forgotten.
    """
    return np.zeros((len(a), len(v)))


@sent_back.mistake("equal-shares", "eq-attention", part="softmax")
def _(z):
    """All states have the same share here: their scores decide.

    The mean over time is the simplest readout of all states.
    """
    return np.full(len(z), 1 / len(z))


@sent_back.mistake("not-normalised", "eq-attention", part="softmax")
def _(z):
    """The shares do not add up to 1: the exponentials are not divided by their sum.

    The denominator of softmax is left out.
    """
    return np.exp(z)

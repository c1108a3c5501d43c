"""The exercises of page 3e: what the carousel leaves out."""

import numpy as np

from rnncourse import lstm
from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.exercises.chapter_3.a_gates import weights

# 3c-full: the exact total, gates and all


def run(n, m, T, t, k):
    def draw(rng):
        params, x = weights(rng, n, m), rng.uniform(-1.5, 1.5, (T, m))
        states = lstm.forward(params, x, rng.uniform(-1, 1, n), rng.uniform(-2, 2, n))
        return params, x, states, t, k

    given = "" if k else ", where h_0 is given and does not move with C_0"
    draw.__doc__ = f"n = {n}, t = {t}, k = {k}{given}"
    return draw


def on_h(params, change, *names):
    """The parameters with change(W) for the columns that meet h, in each W that is named."""
    n, old = len(params.b_f), params._asdict()
    return params._replace(
        **{name: np.hstack([change(old[name][:, :n]), old[name][:, n:]]) for name in names}
    )


@exercise(
    "3c-full",
    "The exact gradient of the cell",
    "f(params, x, states, t, k), the (n, n) total dC_t/dC_k, with h_k = o_k tanh(C_k) moving with C_k and "
    "o_k fixed",
    run(3, 2, 6, 5, 2),
    run(2, 3, 4, 3, 0),
    run(2, 3, 4, 2, 2),
    domain=domains.lstm_run,
    forbids=(lstm.cell_transport,),
    hints=(
        "C_k reaches C_{k+1} on the direct path and, through h_k, on three more: f, i and C~ all read h_k.",
        "Carry two matrices forward, dC_s/dC_k and dh_s/dC_k. They start as I and diag(o_k (1 - tanh² C_k)); "
        "for k = 0 the second one is 0, since h_0 is given.",
        "A step adds to diag(f) dC the terms diag(C_prev f (1 - f)) W_f dh, diag(C~ i (1 - i)) W_i dh and "
        "diag(i (1 - C~²)) W_c dh, each W without its columns for x. Then dh is renewed, and o moves with dh "
        "too.",
    ),
)
def full_path(params, x, states, t, k, beside_f=lambda C, s: C[s]):
    _, C, f, i, o, C_tilde = (a[..., None] for a in states)
    W_f, W_i, W_o, W_c = (W[:, : len(W)] for W in params[:4])
    dC, D = np.eye(len(W_f)), o * (1 - np.tanh(C[1:]) ** 2)
    dh = D[k - 1] * dC if k else 0 * dC
    for s in range(k, t):
        A = beside_f(C, s) * f[s] * (1 - f[s]) * W_f + C_tilde[s] * i[s] * (1 - i[s]) * W_i
        dC = f[s] * dC + (A + i[s] * (1 - C_tilde[s] ** 2) * W_c) @ dh
        dh = D[s] * dC + np.tanh(C[s + 1]) * o[s] * (1 - o[s]) * W_o @ dh
    return dC


@full_path.mistake("gates-only", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the product of the forget gates, gates and candidate frozen. All four boxes read h_{t-1}, and
    h_{t-1} moves with C_{t-1}.

    The paper calls the other paths negligible.
    """
    return lstm.gate_transport(states, t, k)


@full_path.mistake("one-step-product", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is a product of one-step derivatives dC_i/dC_{i-1} with o_i fixed. C alone is not the whole state:
    the output gates carry h_{i-1} into h_i past C_i.

    The chain rule is used on C alone, as if C_{t-1} determined C_t.
    """
    product = np.eye(states.C.shape[1])
    for i in range(k + 1, t + 1):
        product = lstm.cell_transport(params, x, states, i, i - 1) @ product
    return product


@full_path.mistake("hidden-fixed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The path of the first step through h_k is missing: h_k = o_k tanh(C_k) moves with C_k.

    The derivative is started with dh_k/dC_k = 0, which is right for k = 0 only.
    """
    o = states.o.copy()
    o[k - 1] = 0  # o_k enters only there
    return lstm.cell_transport(params, x, states._replace(o=o), t, k)


@full_path.mistake("path-missing", "eq-full-jacobian")
def _(params, x, states, t, k):
    """One of the paths into C_t is missing: f, i and the candidate all read h_{t-1}.

    The product rule has four terms here, and one is easily dropped.
    """
    return full_path(on_h(params, np.zeros_like, "W_f"), x, states, t, k)


for name in "W_i", "W_c":  # without W_o it is the one-step product
    full_path.also("path-missing", lambda p, *a, name=name: full_path(on_h(p, np.zeros_like, name), *a))


@full_path.mistake("weights-transposed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The weights on h are transposed: forward in time each W itself is needed, its rows scaled by a slope.

    The backward pass multiplies by W^T.
    """
    return full_path(on_h(params, np.transpose, *params._fields[:4]), x, states, t, k)


@full_path.mistake("new-cell-for-old", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The path through the forget gate carries C_t: what the gate multiplies is the old cell, C_{t-1}.

    Row s of the gates belongs to step s + 1, and row s of the cell to step s.
    """
    return full_path(params, x, states, t, k, beside_f=lambda C, s: C[s + 1])


@full_path.mistake("transposed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """Rows and columns are exchanged: row a belongs to entry a of C_t.

    The backward pass multiplies by transposes, and they are kept.
    """
    return full_path(params, x, states, t, k).T


@full_path.mistake("from-k", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the derivative with respect to C_{k-1}: one step too many.

    Row k of the gates belongs to step k + 1, and that of the states to step k.
    """
    return lstm.cell_transport(params, x, states, t, k - 1)


@full_path.mistake("until-t-1", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the derivative of C_{t-1}: the last step is missing.

    `range` leaves out its end.
    """
    return lstm.cell_transport(params, x, states, t - 1, k)


# 3e-path: one path alone


def path_run(n, t, k):
    def draw(rng):
        params, _, states, *_ = run(n, 2, 6, t, k)(rng)
        return params.W_c[:, :n], states, t, k

    draw.__doc__ = f"n = {n}, t = {t}, k = {k}"
    return draw


def growing_path(rng):
    """n = 2 and weights so large that an entry exceeds 1"""
    while True:
        W_c, states, t, k = path_run(2, 3, 2)(rng)
        scale = 1.5 / np.abs(candidate_path(W_c, states, t, k)).max()
        if scale < 20:
            return W_c * scale, states, t, k


@exercise(
    "3e-path",
    "The network inside",
    "f(W_c, states, t, k), the (n, n) share of dC_t/dC_k; W_c (n, n) acts on h, k is at least 1",
    path_run(3, 5, 2),
    path_run(2, 3, 1),
    path_run(2, 4, 4),
    growing_path,
    domain=domains.candidate_path,
    hints=(
        "One step first: C_{s-1} moves h_{s-1}, h_{s-1} moves the candidate, the candidate moves C_s. Three "
        "factors, which one?",
        "From the right: diag(o_{s-1} (1 - tanh² C_{s-1})), diag(1 - C~_s²) W_c, and diag(i_s).",
        "Gates and candidate of step s are in row s - 1: o_{s-1} is in row s - 2, and C_{s-1} is C[s - 1]. "
        "Multiply the steps, the newest on the left; for t = k the product is the identity.",
    ),
)
def candidate_path(
    W_c,
    states,
    t,
    k,
    shown=lambda s, states: states.o[s - 2] * (1 - np.tanh(states.C[s - 1]) ** 2),
    written=lambda i, C_tilde: i * (1 - C_tilde**2),
    weights=lambda W: W,
    chain=lambda step, product: step @ product,
    carousel=lambda f: 0,
):
    product = np.eye(len(W_c))
    for s in range(k + 1, t + 1):
        path = written(states.i[s - 1], states.C_tilde[s - 1])[:, None] * weights(W_c) * shown(s, states)
        product = chain(path + carousel(states.f[s - 1]), product)
    return product


@candidate_path.mistake("shown-one-step-late", "eq-full-jacobian", part="shown")
def _(s, states):
    """The way from cell to hidden state is that of step s, in the gate, the cell or both: the candidate of
    step s reads h_{s-1}.

    Row s - 1 is right for all that step s computes, and is taken for all.
    """
    return states.o[s - 1] * (1 - np.tanh(states.C[s]) ** 2)


candidate_path.also(
    "shown-one-step-late", shown=lambda s, states: states.o[s - 1] * (1 - np.tanh(states.C[s - 1]) ** 2)
)
candidate_path.also(
    "shown-one-step-late", shown=lambda s, states: states.o[s - 2] * (1 - np.tanh(states.C[s]) ** 2)
)


@candidate_path.mistake("shown-missing", "eq-full-jacobian", part="shown")
def _(s, states):
    """The way from the cell to h is missing: C_{s-1} enters h_{s-1} through a tanh and the output gate.

    The candidate's derivative is taken with respect to h, as if h were the cell.
    """
    return 1


@candidate_path.mistake("output-gate-missing", "eq-full-jacobian", part="shown")
def _(s, states):
    """The output gate is missing: h_{s-1} = o_{s-1} * tanh(C_{s-1}).

    Of the way into h the slope of tanh is remembered, and the gate is not.
    """
    return 1 - np.tanh(states.C[s - 1]) ** 2


@candidate_path.mistake("input-gate-missing", "eq-full-jacobian", part="written")
def _(i, C_tilde):
    """The input gate is missing: the candidate enters C_s multiplied by it.

    The path is thought to end at the candidate.
    """
    return 1 - C_tilde**2


@candidate_path.mistake("candidate-slope-missing", "eq-full-jacobian", part="written")
def _(i, C_tilde):
    """The slope of the candidate is missing: h_{s-1} enters it through W_c and a tanh.

    The slope of the other tanh is there, and one tanh seems enough.
    """
    return i


@candidate_path.mistake("weights-transposed", "eq-full-jacobian", part="weights")
def _(W):
    """W_c is transposed: forward in time W_c itself is needed.

    The backward pass multiplies by W^T.
    """
    return W.T


@candidate_path.mistake("order-reversed", "eq-full-jacobian", part="chain")
def _(step, product):
    """The factors are in the reverse order: the newest step is on the left.

    The loop runs forward, and each new factor is put behind the others.
    """
    return product @ step


@candidate_path.mistake("carousel-added", "eq-full-jacobian", part="carousel")
def _(f):
    """The forget gates are in it: with them you follow two paths at every step, and one is asked.

    The whole of dC_s/dC_{s-1} begins with diag(f).
    """
    return np.diag(f)


# 3e-bias: the law, used


@exercise(
    "3e-bias",
    "How far must the gates go?",
    "f(B, error, target), the bias at which the law gives the error `target`",
    lambda rng: (float(rng.uniform(3, 8)), float(10 ** rng.uniform(-2, 0)), float(10 ** rng.uniform(-6, -3))),
    domain=domains.law,
    hints=(
        "The error is c e^-B for a number c that you do not know. One measurement gives it.",
        "Set c e^-B_new = target, and put in c = error e^B.",
        "Natural logarithms on both sides: B_new - B = ln(error / target).",
    ),
)
def bias(B, error, target, start=lambda B: B, raised=lambda error, target: np.log(error / target)):
    return start(B) + raised(error, target)


@bias.mistake("start-forgotten", None, part="start")
def _(B):
    """This is by how much the bias must be raised: it starts from B.

    The ratio of the errors gives a difference of biases, and the difference is returned.
    """
    return 0


@bias.mistake("sign", None, part="raised")
def _(error, target):
    """The bias goes the wrong way: for a smaller error it must grow.

    Two minus signs meet, that of the law and that of the logarithm of a number below 1.
    """
    return np.log(target / error)


@bias.mistake("other-logarithm", None, part="raised")
def _(error, target):
    """The logarithm has another base, 10 or 2: the law is a power of e.

    Errors are read in powers of ten.
    """
    return np.log10(error / target)


bias.also("other-logarithm", raised=lambda error, target: np.log2(error / target))


@bias.mistake("measurement-left-out", None)
def _(B, error, target):
    """This takes e^-B itself for the error, without its constant: the measured error is not used.

    The law says how fast the error falls, and is read as its size.
    """
    return -np.log(target)


@bias.mistake("both-gates-counted", None, part="raised")
def _(error, target):
    """You let the error fall like e^-2B, one factor for each gate: each path has one such factor.

    Two biases are moved.
    """
    return np.log(error / target) / 2


@bias.mistake("proportional", None)
def _(B, error, target):
    """You multiply B by the ratio of the errors, as if the error were proportional to 1/B.

    A hundredth of the error for a hundred times the bias.
    """
    return B * error / target


@bias.mistake("rounded-up", None)
def _(B, error, target):
    """You round up to a whole number: a bias may be any number.

    The page measures at whole numbers.
    """
    return np.ceil(bias(B, error, target))

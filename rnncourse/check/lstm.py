"""The exercises of chapter 3: one LSTM step, what is always positive, the gradient along the cell."""

from itertools import combinations

import numpy as np

from rnncourse import lstm
from rnncourse.rnn import sigma

from .answers import Kind, a_thing, arrays, unequal
from .exercises import also, exercise, mistake
from .running import UnreadableError


def weights(rng, n, m):
    return lstm.Params(*rng.uniform(-1.5, 1.5, (4, n, n + m)), *rng.uniform(-1.5, 1.5, (4, n)))


# 3a: one step


def cell(n, m):
    def draw(rng):
        return weights(rng, n, m), rng.uniform(-1.5, 1.5, m), rng.uniform(-1, 1, n), rng.uniform(-3, 3, n)

    draw.__doc__ = f"{n} units with {m} inputs"
    return draw


def cell_first(a, right):
    """Where two pairs (h_t, C_t) differ: a wrong cell spoils h_t too, and should be looked at first."""
    return arrays("C_t", "h_t").differs(a[::-1], right[::-1])


@exercise(
    "3a",
    "One LSTM step",
    "f(params, x_t, h_prev, C_prev), the pair (h_t, C_t), with params an lstm.Params",
    cell(3, 2),
    cell(1, 4),
    hints=(
        "Write the six lines in the order in which the values are needed: three gates, the candidate, the "
        "cell, the hidden state.",
        "All four weight matrices act on the same vector: `np.concatenate([h_prev, x_t])`. Three of the "
        "results pass through sigma, one through tanh.",
        "The cell is `f * C_prev + i * C_tilde`, entry by entry; what is shown of it is `o * np.tanh(C_t)`. "
        "Return both, h_t first.",
    ),
    kind=arrays("h_t", "C_t")._replace(differs=cell_first),
)
def step(
    params,
    x_t,
    h_prev,
    C_prev,
    stack=lambda h, x: np.concatenate([h, x]),
    bias=lambda b: b,
    gate=sigma,
    order=lambda f, i, o: (f, i, o),
    candidate=np.tanh,
    cell=lambda f, i, C_prev, C_tilde: f * C_prev + i * C_tilde,
    hidden=lambda o, C, C_prev: o * np.tanh(C),
    finish=lambda h, C: (h, C),
):
    hx = stack(h_prev, x_t)
    z_f, z_i, z_o, z_c = (W @ hx + bias(b) for W, b in zip(params[:4], params[4:], strict=True))
    f, i, o = order(gate(z_f), gate(z_i), gate(z_o))
    C_tilde = candidate(z_c)
    C = cell(f, i, C_prev, C_tilde)
    return finish(hidden(o, C, C_prev), C)


@mistake("3a", "forget-input-swapped", "eq-lstm-cell", part="cell")
def _(f, i, C_prev, C_tilde):
    """The forget gate and the input gate have changed places: f scales what is kept, i what is written.

    The name says forget, so it is put on what comes in; or two of four lines are exchanged.
    """
    return i * C_prev + f * C_tilde


@mistake("3a", "output-on-raw-cell", "eq-lstm-hidden", part="hidden")
def _(o, C, C_prev):
    """The output gate acts on the cell itself: a tanh is missing, and h_t can leave (-1, 1).

    The candidate had its tanh already, so the second one looks like too many.
    """
    return o * C


@mistake("3a", "forget-inverted", "eq-lstm-cell", part="cell")
def _(f, i, C_prev, C_tilde):
    """You keep 1 - f of the cell: f is the share that stays, in spite of its name.

    A gate called forget should forget when it is open, one would think.
    """
    return (1 - f) * C_prev + i * C_tilde


@mistake("3a", "gates-coupled", "eq-lstm-cell", part="cell")
def _(f, i, C_prev, C_tilde):
    """You write a share 1 - f: here the input gate is a gate of its own, and f + i need not be 1.

    Some texts couple the two, as the gated recurrent unit does.
    """
    return f * C_prev + (1 - f) * C_tilde


@mistake("3a", "gate-left-out", "eq-lstm-cell", part="cell")
def _(f, i, C_prev, C_tilde):
    """A gate is left out: there are three, one on the old cell, one on the candidate, one on what is shown.

    The first LSTM had no forget gate, and other cells have no output gate.
    """
    return f * C_prev + C_tilde


also("3a", "gate-left-out", cell=lambda f, i, C_prev, C_tilde: C_prev + i * C_tilde)
also("3a", "gate-left-out", hidden=lambda o, C, C_prev: np.tanh(C))


@mistake("3a", "input-output-swapped", "eq-lstm-gates", part="order")
def _(f, i, o):
    """The input gate and the output gate have changed places: i scales what is written, o what is shown.

    In params the weights stand in the order f, i, o; PyTorch stacks them as i, f, g, o.
    """
    return f, o, i


@mistake("3a", "scalar-gates", "eq-lstm-gates", part="gate")
def _(z):
    """One number gates all units: each gate is a vector, one entry for each unit.

    Pictures of the cell draw a gate as one valve.
    """
    return np.full_like(z, sigma(z).mean())


also("3a", "scalar-gates", gate=lambda z: np.full_like(z, sigma(z.mean())))
also("3a", "scalar-gates", gate=lambda z: np.full_like(z, sigma(z[0])))


@mistake("3a", "gated-candidate", "eq-lstm-gates", part="candidate")
def _(z):
    """The candidate went through sigma: it is no gate. It holds what is to be written and takes both signs.

    Four similar lines, and the fourth is copied from the other three.
    """
    return sigma(z)


@mistake("3a", "softmax-gates", "eq-lstm-gates", part="gate")
def _(z):
    """The entries of your gates add up to 1: that is a softmax. Gates do not compete, each unit has its own
    sigma.

    A share between 0 and 1 suggests a distribution over the units.
    """
    return np.exp(z) / np.exp(z).sum()


@mistake("3a", "input-order", "eq-lstm-gates", part="stack")
def _(h, x):
    """The input is stacked on the state: in this course the first columns of each W act on h_{t-1}, the
    others on x_t.

    Other texts write [x; h], and libraries keep two matrices; the shapes agree either way.
    """
    return np.concatenate([x, h])


@mistake("3a", "bias-left-out", "eq-lstm-gates", part="bias")
def _(b):
    """The biases are missing.

    They are in params, but not in the picture.
    """
    return 0 * b


@mistake("3a", "old-cell-shown", "eq-lstm-hidden", part="hidden")
def _(o, C, C_prev):
    """h_t shows the old cell: it is made from C_t, after the cell has been renewed.

    h is computed with the other gates, before the cell, and the variable still holds C_prev.
    """
    return o * np.tanh(C_prev)


@mistake("3a", "results-swapped", "eq-lstm-hidden", part="finish")
def _(h, C):
    """Both are right, but they stand in the wrong order: return h_t first, then C_t.

    The cell is computed first.
    """
    return C, h


# 3b: what is always positive

NAMES = ("f", "i", "o", "C_tilde", "C", "h")


def read_signs(value):
    if not isinstance(value, dict):
        raise UnreadableError(
            f"Give a dict such as {{'f': True, ...}} for {', '.join(NAMES)}; this is {a_thing(value)}."
        )
    for name, positive in value.items():
        if name not in NAMES:
            raise UnreadableError(f"{str(name)[:20]!r} is none of the six quantities {', '.join(NAMES)}.")
        if not isinstance(positive, bool | np.bool_):
            raise UnreadableError(f"{name!r} must be True (always positive) or False (not always).")
    return {name: bool(positive) for name, positive in value.items()}


def differing_signs(a, right):
    missing = [name for name in NAMES if name not in a]
    if missing:
        return f"Say True or False for each of {', '.join(NAMES)}; missing: {', '.join(missing)}."
    good = sum(a[name] == right[name] for name in NAMES)
    return f"{good} of the six are right. Which function makes each, and what is its range?"


@exercise(
    "3b",
    "What is always positive",
    "a dict from 'f', 'i', 'o', 'C_tilde', 'C', 'h' to True (always positive) or False",
    hints=(
        "For each of the six: which function is applied last, and what is the range of that function?",
        "sigma maps into (0, 1), whatever its argument; tanh maps into (-1, 1). Which quantities come out of "
        "which?",
        "A product is positive for certain only if all factors are. C adds a product with C_tilde, h is a "
        "product with tanh(C): can one of these factors be negative?",
    ),
    kind=Kind(read_signs, unequal, differing_signs, numeric=False),
    alike=("output-omitted+bias-argument",),
)
def signs(gates=dict, output=dict, candidate=dict, memory=dict, hidden=dict):
    parts = gates() | output() | candidate() | memory() | hidden()
    return {name: name in ("f", "i", "o") for name in NAMES} | parts


@mistake("3b", "cell-positive", "eq-lstm-cell", part="memory")
def _():
    """C is not always positive: it is a sum of what was kept and what was written, and the candidate may
    write a negative value.

    A memory looks like an amount; and both gates in its formula are positive.
    """
    return {"C": True}


@mistake("3b", "hidden-positive", "eq-lstm-hidden", part="hidden")
def _():
    """h is not always positive: o is, but tanh(C) has the sign of C.

    In chapter 1 the states came out of a sigma and were positive.
    """
    return {"h": True}


@mistake("3b", "candidate-positive", "eq-lstm-gates", part="candidate")
def _():
    """The candidate is not always positive: its last function is tanh, not sigma.

    Its line looks like those of the three gates.
    """
    return {"C_tilde": True}


@mistake("3b", "output-omitted", "eq-lstm-gates", part="output")
def _():
    """The output gate is missing from the positive ones: it is a gate like the other two.

    o belongs to the output, so it is counted with h.
    """
    return {"o": False}


also("3b", "output-omitted", lambda: {name: name in ("f", "i") for name in NAMES if name != "o"})


@mistake("3b", "bias-argument", "eq-lstm-gates", part="gates")
def _():
    """A negative bias, or a negative pre-activation, does not make a gate negative: sigma maps every number
    into (0, 1).

    The argument of the gate can be negative, and its sign is taken for the sign of the gate.
    """
    return dict.fromkeys("fio", False)


for some in [*combinations("fio", 1), *combinations("fio", 2)]:
    if some != ("o",):
        also("3b", "bias-argument", gates=lambda some=some: dict.fromkeys(some, False))


@mistake("3b", "nonnegative-is-positive", "eq-lstm-cell")
def _():
    """All six cannot be positive. Even with C_0 = 0, which is not negative, the cell is only as positive as
    what is written into it; find the one with a tanh and follow it.

    One starts from C_0 = 0 and h_0 = 0, which are not negative, and sees only gates between 0 and 1 act on
    them.
    """
    return dict.fromkeys(NAMES, True)


# 3c: the gradient along the cell, gates and candidate given


def gates(n, T, t, k):
    def draw(rng):
        return rng.uniform(0.2, 0.95, (T, n)), t, k

    draw.__doc__ = f"n = {n}, t = {t}, k = {k}"
    return draw


@exercise(
    "3c",
    "The gradient along the cell, gates and candidate given",
    "f(f, t, k), the (n, n) matrix dC_t/dC_k with f_t in row t - 1 of the array f",
    gates(3, 7, 5, 2),
    gates(4, 6, 4, 0),
    gates(2, 3, 2, 2),
    hints=(
        "One step first: C_t = f_t * C_{t-1} + i_t * C~_t with all gates and the candidate fixed. What is "
        "dC_t/dC_{t-1}, and what shape has it?",
        "Each step multiplies by its own diagonal matrix. Which steps lie between C_k and C_t? Count them "
        "for t = k + 1.",
        "The steps are k + 1, ..., t, and f_i stands in row i - 1: the rows `f[k:t]`. Their product along "
        "time is the diagonal; for t = k the product is empty, and the matrix the identity.",
    ),
    alike=(
        *("from-k+last-only", "until-t-1+first-only", "until-t-1+last-only", "row-off-by-one+first-only"),
        *("from-k-plus-1+last-only", "from-k-plus-1+first-only"),
        *("row-too-early+last-only", "row-too-early+first-only"),
    ),
)
def gate_path(
    f,
    t,
    k,
    rows=lambda f, t, k: f[k:t],
    share=lambda f: f,
    product=lambda f: f.prod(axis=0),
    shape=np.diag,
):
    return shape(product(share(rows(f, t, k))))


@mistake("3c", "scalar-one", "eq-carousel")
def _(f, t, k):
    """This is the number 1: dC_t/dC_k is a matrix, and it is the identity only in the limit f = 1.

    The paper itself writes 1 for the limit, where the identity matrix is meant.
    """
    return 1.0


@mistake("3c", "all-ones", "eq-carousel")
def _(f, t, k):
    """A matrix of ones is not the identity: it would mix every unit into every other.

    "The derivative is 1" is turned into a matrix by filling it.
    """
    return np.ones((f.shape[1],) * 2)


@mistake("3c", "vector", "eq-gate-path", part="shape")
def _(v):
    """These are the right entries for some diagonal, but as a vector: a Jacobian has one row per output.

    f * C acts entry by entry, so f itself looks like the derivative.
    """
    return v


@mistake("3c", "power-of-last", "eq-gate-path", part="product")
def _(f):
    """This is a power of the last gate: the gates differ from step to step.

    One step is computed well and then repeated.
    """
    return f[-1] ** len(f)


@mistake("3c", "from-k", "eq-gate-path", part="rows")
def _(f, t, k):
    """Your product begins one step too early: f_k leads into C_k, and you start at C_k.

    The product is taken from k to t, both included.
    """
    return f[k - 1 : t]


@mistake("3c", "until-t-1", "eq-gate-path", part="rows")
def _(f, t, k):
    """Your product ends one step too early: f_t is the last factor.

    `range` leaves out its end, or the row of f_t is taken for t.
    """
    return f[k : t - 1]


@mistake("3c", "row-off-by-one", "eq-gate-path", part="rows")
def _(f, t, k):
    """The rows of f are one too late: f_t stands in row t - 1, since there is no f_0.

    States have a row 0 and gates have none, so that their rows are numbered differently.
    """
    return f[k + 1 : t + 1]


@mistake("3c", "row-too-early", "eq-gate-path", part="rows")
def _(f, t, k):
    """The rows of f are one too early: they are those of f_k, ..., f_{t-1}, where f_{k+1}, ..., f_t are due.

    The offset between steps and rows is taken off twice.
    """
    return f[k - 1 : t - 1]


@mistake("3c", "from-k-plus-1", "eq-gate-path", part="rows")
def _(f, t, k):
    """Your product begins one step too late: f_{k+1}, the first factor, stands in row k.

    The product starts at k + 1, and the row of f_{k+1} is taken for k + 1.
    """
    return f[k + 1 : t]


@mistake("3c", "forget-inverted", "eq-gate-path", part="share")
def _(f):
    """You multiply by 1 - f: f is the share that stays, in spite of its name.

    A gate called forget should forget when it is open, one would think.
    """
    return 1 - f


@mistake("3c", "product-over-units", "eq-gate-path")
def _(f, t, k):
    """You multiply over the units as well as over time: each unit has a product of its own.

    `f[k:t].prod()` without an axis multiplies all numbers of the array.
    """
    return np.eye(f.shape[1]) * f[k:t].prod()


also("3c", "product-over-units", lambda f, t, k: f[k:t].prod())
also("3c", "product-over-units", lambda f, t, k: np.diag(f[k:t].prod(axis=1)))


@mistake("3c", "summed", "eq-gate-path", part="product")
def _(f):
    """The gates are added where they multiply: each step scales what the step before has left.

    The double sum adds over time, and the product inside it is drawn into the sum.
    """
    return f.sum(axis=0)


@mistake("3c", "mean-power", "eq-gate-path", part="product")
def _(f):
    """This is a power of the mean gate: a product of different numbers is not a power of their mean.

    A typical gate is put in the place of all.
    """
    return f.mean(axis=0) ** len(f)


@mistake("3c", "last-only", "eq-gate-path", part="product")
def _(f):
    """Only the last step is there: this is dC_t/dC_{t-1}.

    The slip of the paper's index: the factor is the same for all i, and one is written for all.
    """
    return f[-1]


@mistake("3c", "first-only", "eq-gate-path", part="product")
def _(f):
    """Only the first step is there: this is dC_{k+1}/dC_k.

    One step is computed, the one that leaves C_k, and the others are left out.
    """
    return f[0]


@mistake("3c", "zero", "eq-gate-path")
def _(f, t, k):
    """This is zero: C_k does reach C_t, on the path that every forget gate leaves open a little.

    With the gates fixed, C_t seems to depend on C_{t-1} alone.
    """
    return np.zeros((f.shape[1],) * 2)


@mistake("3c", "always-identity", "eq-carousel")
def _(f, t, k):
    """This is the identity whatever the gates. It is right in the limit f = 1, which a sigma never reaches,
    or for an empty product: does your slice of f hold any rows?

    The constant error carousel of 1997, before there was a forget gate, is remembered as a law.
    """
    return np.eye(f.shape[1])


# 3c-full: the exact total, gates and all


def run(n, m, T, t, k):
    def draw(rng):
        params, x = weights(rng, n, m), rng.uniform(-1.5, 1.5, (T, m))
        states = lstm.forward(params, x, rng.uniform(-1, 1, n), rng.uniform(-2, 2, n))
        return params, x, states, t, k

    draw.__doc__ = f"n = {n}, t = {t}, k = {k}" + (k == 0) * ", where h_0 is given and does not move with C_0"
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
    hints=(
        "C_k reaches C_{k+1} on the direct path and, through h_k, on three more: f, i and C~ all read h_k.",
        "Carry two matrices forward, dC_s/dC_k and dh_s/dC_k. They start as I and diag(o_k (1 - tanh² C_k)); "
        "for k = 0 the second one is 0, since h_0 is given.",
        "A step adds to diag(f) dC the terms diag(C_prev f (1 - f)) W_f dh, diag(C~ i (1 - i)) W_i dh and "
        "diag(i (1 - C~²)) W_c dh, each W without its columns for x. Then dh is renewed, and o moves with dh "
        "too.",
    ),
)
def full_path(params, x, states, t, k):
    return lstm.cell_transport(params, x, states, t, k)


@mistake("3c-full", "gates-only", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the product of the forget gates, gates and candidate frozen. All four boxes read h_{t-1}, and
    h_{t-1} moves with C_{t-1}.

    The paper calls the other paths negligible.
    """
    return lstm.gate_transport(states, t, k)


@mistake("3c-full", "one-step-product", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is a product of one-step derivatives dC_i/dC_{i-1} with o_i fixed. C alone is not the whole state:
    the output gates carry h_{i-1} into h_i past C_i.

    The chain rule is used on C alone, as if C_{t-1} determined C_t.
    """
    product = np.eye(states.C.shape[1])
    for i in range(k + 1, t + 1):
        product = lstm.cell_transport(params, x, states, i, i - 1) @ product
    return product


@mistake("3c-full", "hidden-fixed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The path of the first step through h_k is missing: h_k = o_k tanh(C_k) moves with C_k.

    The derivative is started with dh_k/dC_k = 0, which is right for k = 0 only.
    """
    o = states.o.copy()
    o[k - 1] = 0  # o_k enters only there
    return lstm.cell_transport(params, x, states._replace(o=o), t, k)


@mistake("3c-full", "path-missing", "eq-full-jacobian")
def _(params, x, states, t, k):
    """One of the paths into C_t is missing: f, i and the candidate all read h_{t-1}.

    The product rule has four terms here, and one is easily dropped.
    """
    return full_path(on_h(params, np.zeros_like, "W_f"), x, states, t, k)


for name in "W_i", "W_c":  # without W_o it is the one-step product
    also("3c-full", "path-missing", lambda p, *a, name=name: full_path(on_h(p, np.zeros_like, name), *a))


@mistake("3c-full", "weights-transposed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The weights on h stand there transposed: forward in time each W itself is due, rows scaled by a slope.

    The backward pass multiplies by W^T.
    """
    return full_path(on_h(params, np.transpose, *params._fields[:4]), x, states, t, k)


@mistake("3c-full", "new-cell-for-old", "eq-full-jacobian")
def _(params, x, states, t, k):
    """The path through the forget gate carries C_t: what the gate multiplies is the old cell, C_{t-1}.

    Row s of the gates belongs to step s + 1, and row s of the cell to step s.
    """
    _, C, f, i, o, C_tilde = (a[..., None] for a in states)
    W_f, W_i, W_o, W_c = (W[:, : len(W)] for W in params[:4])
    dC, D = np.eye(len(W_f)), o * (1 - np.tanh(C[1:]) ** 2)
    dh = D[k - 1] * dC
    for s in range(k, t):
        A = C[s + 1] * f[s] * (1 - f[s]) * W_f + C_tilde[s] * i[s] * (1 - i[s]) * W_i
        dC = f[s] * dC + (A + i[s] * (1 - C_tilde[s] ** 2) * W_c) @ dh
        dh = D[s] * dC + np.tanh(C[s + 1]) * o[s] * (1 - o[s]) * W_o @ dh
    return dC


@mistake("3c-full", "transposed", "eq-full-jacobian")
def _(params, x, states, t, k):
    """Rows and columns are exchanged: row a belongs to entry a of C_t.

    The backward pass multiplies by transposes, and they are kept.
    """
    return full_path(params, x, states, t, k).T


@mistake("3c-full", "from-k", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the derivative by C_{k-1}: one step too many.

    Row k of the gates belongs to step k + 1, and that of the states to step k.
    """
    return lstm.cell_transport(params, x, states, t, k - 1)


@mistake("3c-full", "until-t-1", "eq-full-jacobian")
def _(params, x, states, t, k):
    """This is the derivative of C_{t-1}: the last step is missing.

    `range` leaves out its end.
    """
    return lstm.cell_transport(params, x, states, t - 1, k)


# 3c-half-life: how long a gradient lasts


@exercise(
    "3c-half-life",
    "The half-life of the cell",
    "f(b), the steps until a gradient along the cell has halved, if every forget gate is sigma(b)",
    lambda rng: (float(rng.uniform(1.5, 4)),),
    hints=(
        "After s steps the gradient along the cell is f^s. For which s is that 1/2?",
        "Take logarithms on both sides, natural ones on both.",
        "s = ln 2 / -ln f, and f = sigma(b) = 1 / (1 + e^-b).",
    ),
)
def half_life(b, gate=sigma, steps=lambda f: np.log(2) / -np.log(f)):
    return steps(gate(b))


@mistake("3c-half-life", "time-constant", "eq-half-life", part="steps")
def _(f):
    """These are the steps until the gradient has fallen to 1/e, not to 1/2.

    Physics quotes decay times so, and 1/e is what the exponential offers.
    """
    return 1 / -np.log(f)


@mistake("3c-half-life", "linear-decay", "eq-half-life", part="steps")
def _(f):
    """You take the same amount away at each step; each step takes the same share of what is left.

    One step loses 1 - f, so that half should be gone after 1/2 : (1 - f).
    """
    return 0.5 / (1 - f)


@mistake("3c-half-life", "inverted", "eq-half-life", part="steps")
def _(f):
    """This is the inverse: halvings per step, not steps per halving.

    Solving f^s = 1/2 for s, one divides by the wrong logarithm.
    """
    return -np.log(f) / np.log(2)


@mistake("3c-half-life", "sign", "eq-half-life", part="steps")
def _(f):
    """The number is negative: ln f is, for f < 1, and so is ln 1/2.

    ln 2 / ln f forgets that the half is 1/2.
    """
    return np.log(2) / np.log(f)


@mistake("3c-half-life", "tanh-gate", "eq-half-life", part="gate")
def _(b):
    """You have taken tanh(b) for the gate; a gate is sigma(b).

    The cell has both functions.
    """
    return np.tanh(b)


# 3a-counter: a memory built by hand


def pulses(T):
    def draw(rng):
        x = rng.integers(0, 2, (T, 2)).astype(float)
        x[:3] = [[1, 0], [1, 0], [1, 1]]  # two pulses, then a reset together with a pulse
        return (x,)

    draw.__doc__ = f"T = {T}"
    return draw


@exercise(
    "3a-counter",
    "A counter with a reset",
    "f(x), the cell C (T+1, 1) of a counter that starts at 0; x (T, 2) holds pulse and reset, each 0 or 1",
    pulses(9),
    pulses(4),
    hints=(
        "Ask the three questions of each step: keep the count unless what? write when? write what?",
        "The forget gate listens to the reset only, the input gate to the pulse; the candidate is always 1.",
        "With K = 40: f = sigma(K - 2K reset), i = sigma(-K + 2K pulse), C~ = tanh(K). They read "
        "[h; pulse; reset].",
    ),
)
def counter(
    x,
    read=lambda x: x,
    keep=lambda pulse, reset: 1 - reset,
    write=lambda pulse, reset: pulse,
    finish=lambda C: C,
):
    C = [[0.0]]
    for pulse, reset in read(x):
        C.append([keep(pulse, reset) * C[-1][0] + write(pulse, reset)])
    return finish(np.array(C))


@mistake("3a-counter", "never-reset", "eq-lstm-cell", part="keep")
def _(pulse, reset):
    """The reset has no effect: which gate decides what is kept?

    The forget gate is pinned open, as in the counter of the page.
    """
    return 1.0


@mistake("3a-counter", "reset-inverted", "eq-lstm-cell", part="keep")
def _(pulse, reset):
    """The count is kept when it should be reset, and lost when it should be kept: an open forget gate keeps.

    A gate called forget is opened in order to forget.
    """
    return reset


@mistake("3a-counter", "pulse-lost", "eq-lstm-cell", part="write")
def _(pulse, reset):
    """A pulse in the step of a reset is lost: the reset belongs to the forget gate alone.

    The reset is made to shut both gates.
    """
    return pulse * (1 - reset)


@mistake("3a-counter", "counts-steps", "eq-lstm-cell", part="write")
def _(pulse, reset):
    """It counts steps, not pulses: the input gate must listen to the pulse.

    The input gate is pinned open.
    """
    return 1.0


@mistake("3a-counter", "latch", "eq-lstm-cell", part="keep")
def _(pulse, reset):
    """It holds one bit: a new pulse replaces the count. To add, keep and write at the same time.

    The latch of the page writes in place of what it held.
    """
    return (1 - reset) * (1 - pulse)


@mistake("3a-counter", "half-pulses", "eq-lstm-gates", part="write")
def _(pulse, reset):
    """Each pulse counts as one half: a gate with pre-activation 0 is half open.

    An input gate of sigma(K pulse - K) is sigma(0) at a pulse.
    """
    return pulse / 2


@mistake("3a-counter", "half-open", "eq-lstm-gates", part="write")
def _(pulse, reset):
    """A step without a pulse counts as one half: a gate with pre-activation 0 is half open.

    The bias of the input gate is left at 0, and sigma(2K pulse) looks shut at 0.
    """
    return (1 + pulse) / 2


@mistake("3a-counter", "columns-swapped", "eq-lstm-gates", part="read")
def _(x):
    """Pulse and reset have changed places: the rows of the weights act on [h; pulse; reset].

    The forget gate comes first in params, and so its input is taken to come first.
    """
    return x[:, ::-1]


@mistake("3a-counter", "hidden-returned", "eq-lstm-hidden", part="finish")
def _(C):
    """This is what the counter shows, tanh(C), which cannot pass 1; the count is in the cell.

    `lstm.forward` returns h before C.
    """
    return np.tanh(C)


# 3b-bound: how large a leaking cell can become


@exercise(
    "3b-bound",
    "A sharper bound on the cell",
    "f(C0, phi, t), the best bound on |C_t| if no forget gate exceeds phi < 1",
    lambda rng: (float(rng.uniform(-3, -1)), float(rng.uniform(0.5, 0.8)), int(rng.integers(4, 7))),
    hints=(
        "One step: |C_t| <= phi |C_{t-1}| + 1. Why is the last term 1?",
        "Unroll it twice, starting from |C_0|. Which powers of phi stand beside |C_0|, and which alone?",
        "phi^t |C_0| + (1 + phi + ... + phi^(t-1)), and the bracket is a geometric sum.",
    ),
    alike=("start-forgotten+signed-start",),
)
def cell_bound(
    C0,
    phi,
    t,
    size=abs,
    kept=lambda phi, t: phi**t,
    written=lambda phi, t: (1 - phi**t) / (1 - phi),
):
    return kept(phi, t) * size(C0) + written(phi, t)


@mistake("3b-bound", "start-forgotten", "eq-cell-bound", part="kept")
def _(phi, t):
    """The initial cell is missing: what is left of it after t steps?

    One starts from C_0 = 0, as most code does.
    """
    return 0.0


@mistake("3b-bound", "start-kept", "eq-cell-bound", part="kept")
def _(phi, t):
    """The initial cell stands there in full; it has been through t forget gates.

    The bound for phi = 1 is only half rewritten.
    """
    return 1.0


@mistake("3b-bound", "signed-start", "eq-cell-bound", part="size")
def _(C0):
    """The sign of C_0 is in your bound: a bound on |C_t| starts from |C_0|.

    The recursion is unrolled for C, not for its absolute value.
    """
    return C0


@mistake("3b-bound", "no-leak", "eq-cell-bound", part="written")
def _(phi, t):
    """What was written is counted in full, t times 1: earlier writings leak too.

    Only the old cell is thought to pass the forget gate.
    """
    return float(t)


@mistake("3b-bound", "ceiling", "eq-cell-bound", part="written")
def _(phi, t):
    """That is the ceiling for t to infinity, right but not the best for finite t.

    The geometric series is summed to infinity.
    """
    return 1 / (1 - phi)


@mistake("3b-bound", "one-term-too-many", "eq-cell-bound", part="written")
def _(phi, t):
    """The geometric sum has one term too many: t writings, of which the newest has not leaked.

    1 + phi + ... + phi^t has t + 1 terms.
    """
    return (1 - phi ** (t + 1)) / (1 - phi)


@mistake("3b-bound", "newest-leaks", "eq-cell-bound", part="written")
def _(phi, t):
    """The newest writing has not met a forget gate yet: the sum starts with 1, not with phi.

    The forget gate is applied to the sum of old and new.
    """
    return phi * (1 - phi**t) / (1 - phi)


# The gated recurrent unit


def gru_step(n, m):
    def draw(rng):
        return *rng.uniform(-1.5, 1.5, (3, n, n + m)), rng.uniform(-1.5, 1.5, m), rng.uniform(-1, 1, n)

    draw.__doc__ = f"{n} units with {m} inputs"
    return draw


def stacked(h, x):
    return np.concatenate([h, x])


@exercise(
    "gru",
    "One GRU step",
    "f(W_z, W_r, W_h, x_t, h_prev), the state h_t (n,) of a GRU without biases",
    gru_step(3, 2),
    gru_step(1, 3),
    hints=(
        "Two gates first, both from [h_{t-1}; x_t]; then the candidate; then the mixture.",
        "The candidate reads [r * h_{t-1}; x_t]: the reset gate acts before the matrix.",
        "h_t = z * h_prev + (1 - z) * h_tilde: z is the share of the old state.",
    ),
)
def gru(
    W_z,
    W_r,
    W_h,
    x_t,
    h_prev,
    stack=stacked,
    reset=lambda W_h, r, h, x, stack: W_h @ stack(r * h, x),
    candidate=np.tanh,
    mix=lambda z, h, h_tilde: z * h + (1 - z) * h_tilde,
):
    v = stack(h_prev, x_t)
    z, r = sigma(W_z @ v), sigma(W_r @ v)
    return mix(z, h_prev, candidate(reset(W_h, r, h_prev, x_t, stack)))


@mistake("gru", "update-inverted", None, part="mix")
def _(z, h, h_tilde):
    """The update gate and its complement have changed places: here z is the share that is kept.
    (Some libraries do it the other way round.)

    Update suggests: the share of the new.
    """
    return (1 - z) * h + z * h_tilde


@mistake("gru", "gate-not-coupled", None, part="mix")
def _(z, h, h_tilde):
    """The candidate enters in full: it is weighted by 1 - z.

    The LSTM's cell has two separate gates.
    """
    return z * h + h_tilde


@mistake("gru", "reset-after-matrix", None, part="reset")
def _(W_h, r, h, x, stack):
    """The reset gate acts after the matrix: it belongs on h_{t-1}, before W_h. (Some libraries do it after.)

    It saves a product, and libraries offer it.
    """
    n = len(h)
    return r * (W_h[:, :n] @ h) + W_h[:, n:] @ x


@mistake("gru", "reset-missing", None, part="reset")
def _(W_h, r, h, x, stack):
    """The reset gate is missing: the candidate reads r * h_{t-1}.

    All four boxes of the LSTM read the same vector.
    """
    return W_h @ stack(h, x)


@mistake("gru", "reset-on-input", None, part="reset")
def _(W_h, r, h, x, stack):
    """The reset gate acts on the old state only, not on what the candidate reads of the input.

    The whole pre-activation is gated.
    """
    return r * (W_h @ stack(h, x))


@mistake("gru", "gated-candidate", None, part="candidate")
def _(z):
    """The candidate went through sigma: it is no gate, it takes both signs.

    Three similar lines, and the third is copied.
    """
    return sigma(z)


@mistake("gru", "input-order", None, part="stack")
def _(h, x):
    """The input is stacked on the state: in this course the first columns of each W act on h.

    Other texts write [x; h]; the shapes agree either way.
    """
    return np.concatenate([x, h])


@exercise(
    "gru-jacobian",
    "The Jacobian of a GRU step",
    "f(W_z, W_r, W_h, x_t, h_prev), the (n, n) matrix dh_t/dh_{t-1}",
    gru_step(3, 2),
    gru_step(1, 3),
    hints=(
        "h_{t-1} is used in four places: beside z, inside z, beside r, inside r. One term for each.",
        "Beside z: diag(z). Inside z: z multiplies h_{t-1} and -z multiplies h_tilde, so that z' comes with "
        "(h_{t-1} - h_tilde).",
        "Through the candidate: diag((1 - z)(1 - h_tilde²)) W_h [diag(r) + diag(h_{t-1} r (1 - r)) W_r], "
        "each W without its columns for x.",
    ),
)
def gru_jacobian(
    W_z, W_r, W_h, x_t, h_prev, keep=1, update=1, candidate=1, reset=1, old=1, finish=lambda J: J
):
    n, v = len(h_prev), stacked(h_prev, x_t)
    z, r = sigma(W_z @ v), sigma(W_r @ v)
    h_tilde = np.tanh(W_h @ stacked(r * h_prev, x_t))
    inside = np.diag(r) + reset * (h_prev * r * (1 - r))[:, None] * W_r[:, :n]
    through_z = ((old * h_prev - h_tilde) * z * (1 - z))[:, None] * W_z[:, :n]
    through_h = ((1 - z) * (1 - h_tilde**2))[:, None] * (W_h[:, :n] @ inside)
    return finish(keep * np.diag(z) + update * through_z + candidate * through_h)


@mistake("gru-jacobian", "gates-only", None)
def _(*arguments):
    """This is the carousel alone, diag(z): all gates frozen. They read h_{t-1}, and so does the candidate.

    By analogy with the product of forget gates.
    """
    return gru_jacobian(*arguments, update=0, candidate=0)


@mistake("gru-jacobian", "update-frozen", None)
def _(*arguments):
    """The path through the update gate is missing: z reads h_{t-1}.

    z is treated as a given number.
    """
    return gru_jacobian(*arguments, update=0)


@mistake("gru-jacobian", "reset-frozen", None)
def _(*arguments):
    """The path through the reset gate is missing: r reads h_{t-1}.

    r is treated as a given number.
    """
    return gru_jacobian(*arguments, reset=0)


@mistake("gru-jacobian", "candidate-missing", None)
def _(*arguments):
    """The path through the candidate is missing: it reads r * h_{t-1}.

    Only the gates are differentiated.
    """
    return gru_jacobian(*arguments, candidate=0)


@mistake("gru-jacobian", "carousel-missing", None)
def _(*arguments):
    """The direct path is missing: h_{t-1} itself stands beside z.

    Only what passes through a matrix is differentiated.
    """
    return gru_jacobian(*arguments, keep=0)


@mistake("gru-jacobian", "one-side-of-update", None)
def _(*arguments):
    """z stands in the formula twice: it multiplies h_{t-1}, and 1 - z multiplies the candidate.

    The product rule is applied to one of the two products.
    """
    return gru_jacobian(*arguments, old=0)


@mistake("gru-jacobian", "transposed", None)
def _(*arguments):
    """Rows and columns are exchanged: row a belongs to entry a of h_t.

    The backward pass multiplies by the transpose, and it is returned.
    """
    return gru_jacobian(*arguments).T


# 3-latch: Bengio's latch


@exercise(
    "3-latch",
    "The threshold of the latch",
    "f(w), the largest constant pull u that a latched unit a_t = w tanh(a_{t-1}) - u withstands, w > 1",
    lambda rng: (float(rng.uniform(1.5, 4)),),
    hints=(
        "Draw w tanh(a) - u and the diagonal. The upper fixed point disappears when the curve just touches "
        "the diagonal.",
        "Touching means two equations: a = w tanh(a) - u, and slope w (1 - tanh² a) = 1.",
        "The second gives tanh a = s = sqrt(1 - 1/w), hence a = atanh s; put both into the first.",
    ),
)
def threshold(w, slope=lambda w: np.sqrt(1 - 1 / w), u=lambda w, s: w * s - np.arctanh(s)):
    return u(w, slope(w))


@mistake("3-latch", "fixed-point-forgotten", "eq-latch", part="u")
def _(w, s):
    """The pull must bring the curve down to the diagonal, not to zero: subtract the point where they touch.

    The height of the curve is taken for its distance from the diagonal.
    """
    return w * s


@mistake("3-latch", "tanh-for-atanh", "eq-latch", part="u")
def _(w, s):
    """The place where the slope is 1 is atanh(s), not s: s is the value of the tanh there.

    a and tanh(a) are confused.
    """
    return w * np.tanh(s) - s


@mistake("3-latch", "sign", "eq-latch", part="u")
def _(w, s):
    """The sign is wrong: the pull is counted downwards.

    u is put on the other side.
    """
    return np.arctanh(s) - w * s


@mistake("3-latch", "slope-of-state", "eq-latch", part="slope")
def _(w):
    """The slope of the map is w (1 - tanh² a): w stands there once, not squared.

    The slope is set to 1/w instead of 1.
    """
    return np.sqrt(1 - 1 / w**2)


@mistake("3-latch", "square-root-missing", "eq-latch", part="slope")
def _(w):
    """1 - 1/w is the square of the tanh.

    tanh² a = 1 - 1/w is read as tanh a.
    """
    return 1 - 1 / w

"""The exercises of page 3a: one LSTM step."""

import numpy as np

from rnncourse import lstm
from rnncourse.check.answers import arrays
from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.rnn import sigma


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
    domain=domains.cell,
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


@step.mistake("forget-input-swapped", "eq-lstm-cell", part="cell")
def _(f, i, C_prev, C_tilde):
    """The forget gate and the input gate have changed places: f scales what is kept, i what is written.

    The name says forget, so it is put on what comes in; or two of four lines are exchanged.
    """
    return i * C_prev + f * C_tilde


@step.mistake("output-on-raw-cell", "eq-lstm-hidden", part="hidden")
def _(o, C, C_prev):
    """The output gate acts on the cell itself: a tanh is missing, and h_t can leave (-1, 1).

    The candidate had its tanh already, so the second one looks like too many.
    """
    return o * C


@step.mistake("forget-inverted", "eq-lstm-cell", part="cell")
def _(f, i, C_prev, C_tilde):
    """You keep 1 - f of the cell: f is the share that stays, in spite of its name.

    A gate called forget should forget when it is open, one would think.
    """
    return (1 - f) * C_prev + i * C_tilde


@step.mistake("gates-coupled", "eq-lstm-cell", part="cell")
def _(f, i, C_prev, C_tilde):
    """You write a share 1 - f: here the input gate is a gate of its own, and f + i need not be 1.

    Some texts couple the two, as the gated recurrent unit does.
    """
    return f * C_prev + (1 - f) * C_tilde


@step.mistake("gate-left-out", "eq-lstm-cell", part="cell")
def _(f, i, C_prev, C_tilde):
    """A gate is left out: there are three, one on the old cell, one on the candidate, one on what is shown.

    The first LSTM had no forget gate, and other cells have no output gate.
    """
    return f * C_prev + C_tilde


step.also("gate-left-out", cell=lambda f, i, C_prev, C_tilde: C_prev + i * C_tilde)
step.also("gate-left-out", hidden=lambda o, C, C_prev: np.tanh(C))


@step.mistake("input-output-swapped", "eq-lstm-gates", part="order")
def _(f, i, o):
    """The input gate and the output gate have changed places: i scales what is written, o what is shown.

    In params the weights are in the order f, i, o; PyTorch stacks them as i, f, g, o.
    """
    return f, o, i


@step.mistake("forget-output-swapped", "eq-lstm-gates", part="order")
def _(f, i, o):
    """The forget gate and the output gate have changed places: f acts on the old cell, o on what is shown.

    Both multiply something of the cell.
    """
    return o, i, f


@step.mistake("order-of-libraries", "eq-lstm-gates")
def _(params, x_t, h_prev, C_prev):
    """The weights are taken in the order i, f, candidate, o; an lstm.Params holds f, i, o, candidate.

    PyTorch stores them so. The names, as in `params.W_f`, need no order.
    """
    W_i, W_f, W_c, W_o, b_i, b_f, b_c, b_o = params
    return step(lstm.Params(W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c), x_t, h_prev, C_prev)


@step.mistake("output-candidate-swapped", "eq-lstm-gates")
def _(params, x_t, h_prev, C_prev):
    """The weights of the output gate and of the candidate have changed places: an lstm.Params holds f, i, o,
    candidate.

    Many texts write the four lines in the order f, i, candidate, o.
    """
    W_f, W_i, W_c, W_o, b_f, b_i, b_c, b_o = params
    return step(lstm.Params(W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c), x_t, h_prev, C_prev)


@step.mistake("scalar-gates", "eq-lstm-gates", part="gate")
def _(z):
    """One number gates all units: each gate is a vector, one entry for each unit.

    Pictures of the cell draw a gate as one valve.
    """
    return np.full_like(z, sigma(z).mean())


step.also("scalar-gates", gate=lambda z: np.full_like(z, sigma(z.mean())))
step.also("scalar-gates", gate=lambda z: np.full_like(z, sigma(z[0])))


@step.mistake("gated-candidate", "eq-lstm-gates", part="candidate")
def _(z):
    """The candidate went through sigma: it is no gate. It holds what is to be written and takes both signs.

    Four similar lines, and the fourth is copied from the other three.
    """
    return sigma(z)


@step.mistake("softmax-gates", "eq-lstm-gates", part="gate")
def _(z):
    """The entries of your gates add up to 1: that is a softmax. Gates do not compete, each unit has its own
    sigma.

    A share between 0 and 1 suggests a distribution over the units.
    """
    return np.exp(z) / np.exp(z).sum()


@step.mistake("input-order", "eq-lstm-gates", part="stack")
def _(h, x):
    """The input is stacked on the state: in this course the first columns of each W act on h_{t-1}, the
    others on x_t.

    Other texts write [x; h], and libraries keep two matrices; the shapes agree either way.
    """
    return np.concatenate([x, h])


@step.mistake("bias-left-out", "eq-lstm-gates", part="bias")
def _(b):
    """The biases are missing.

    They are in params, but not in the picture.
    """
    return 0 * b


@step.mistake("old-cell-shown", "eq-lstm-hidden", part="hidden")
def _(o, C, C_prev):
    """h_t shows the old cell: it is made from C_t, after the cell has been renewed.

    h is computed with the other gates, before the cell, and the variable still holds C_prev.
    """
    return o * np.tanh(C_prev)


@step.mistake("results-swapped", "eq-lstm-hidden", part="finish")
def _(h, C):
    """Both are right, but they are in the wrong order: return h_t first, then C_t.

    The cell is computed first.
    """
    return C, h


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
    domain=domains.pulses,
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


@counter.mistake("never-reset", "eq-lstm-cell", part="keep")
def _(pulse, reset):
    """The reset has no effect: which gate decides what is kept?

    The forget gate is pinned open, as in the counter of the page.
    """
    return 1.0


@counter.mistake("reset-inverted", "eq-lstm-cell", part="keep")
def _(pulse, reset):
    """The count is kept when it should be reset, and lost when it should be kept: an open forget gate keeps.

    A gate called forget is opened in order to forget.
    """
    return reset


@counter.mistake("pulse-lost", "eq-lstm-cell", part="write")
def _(pulse, reset):
    """A pulse in the step of a reset is lost: the reset belongs to the forget gate alone.

    The reset is made to shut both gates.
    """
    return pulse * (1 - reset)


@counter.mistake("counts-steps", "eq-lstm-cell", part="write")
def _(pulse, reset):
    """It counts steps, not pulses: the input gate must listen to the pulse.

    The input gate is pinned open.
    """
    return 1.0


@counter.mistake("latch", "eq-lstm-cell", part="keep")
def _(pulse, reset):
    """It holds one bit: a new pulse replaces the count. To add, keep and write at the same time.

    The latch of the page writes in place of what it held.
    """
    return (1 - reset) * (1 - pulse)


@counter.mistake("candidate-squashed", "eq-lstm-gates")
def _(x):
    """Each pulse counts as 0.76, which is tanh(1): the candidate goes through tanh, so give it a large bias.

    The candidate should be 1, and 1 is put in before the tanh.
    """
    return counter(x, write=lambda pulse, reset: pulse * np.tanh(1))


@counter.mistake("half-pulses", "eq-lstm-gates", part="write")
def _(pulse, reset):
    """Each pulse counts as one half: a gate with pre-activation 0 is half open.

    An input gate of sigma(K pulse - K) is sigma(0) at a pulse.
    """
    return pulse / 2


@counter.mistake("half-open", "eq-lstm-gates", part="write")
def _(pulse, reset):
    """A step without a pulse counts as one half: a gate with pre-activation 0 is half open.

    The bias of the input gate is left at 0, and sigma(2K pulse) looks shut at 0.
    """
    return (1 + pulse) / 2


@counter.mistake("columns-swapped", "eq-lstm-gates", part="read")
def _(x):
    """Pulse and reset have changed places: the rows of the weights act on [h; pulse; reset].

    The forget gate comes first in params, and so its input is taken to come first.
    """
    return x[:, ::-1]


@counter.mistake("hidden-returned", "eq-lstm-hidden", part="finish")
def _(C):
    """This is what the counter shows, tanh(C), which cannot pass 1; the count is in the cell.

    `lstm.forward` returns h before C.
    """
    return np.tanh(C)


@counter.mistake("reset-late", "eq-lstm-cell")
def _(x):
    """The reset acts one step late: the gates of a step read the inputs of the same step.

    The inputs of the step before are read, as states are.
    """
    late = np.concatenate([[0.0], x[:-1, 1]])
    return counter(np.stack([x[:, 0], late], axis=1))

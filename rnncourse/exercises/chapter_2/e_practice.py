"""The exercises of page 2e: energy and volume."""

from functools import partial

import numpy as np

from rnncourse.check.answers import arrays
from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains

# 2e: the price of a half-life


def short_memory(rng):
    """a half-life between 4 and 15 steps"""
    return (rng.uniform(4, 15),)


def one_step(rng):
    """a half-life of 1 step"""
    return (1.0,)


def long_memory(rng):
    """a half-life of 1000 steps"""
    return (1000.0,)


@exercise(
    "2e-half-life",
    "The energy of a half-life",
    "f(T), the energy 1 / (1 - |lambda|^2) of a unit whose memory has the half-life T",
    short_memory,
    one_step,
    long_memory,
    domain=domains.half_life,
    hints=(
        "After T steps the memory is |lambda|^T. What is that at the half-life?",
        "|lambda|^T = 1/2: solve for |lambda|, then put it into the energy.",
        "`r = 2 ** (-1 / T)`, and the energy is `1 / (1 - r**2)`.",
    ),
)
def energy(T, modulus=lambda T: 2 ** (-1 / T), price=lambda r: 1 / (1 - r**2)):
    return price(modulus(T))


@energy.mistake("modulus-not-squared", "eq-energy", part="price")
def _(r):
    """The modulus is not squared: an energy is a mean of squares.

    The sum of |λ|^k is the better known series.
    """
    return 1 / (1 - r)


@energy.mistake("sum-squared", "eq-energy", part="price")
def _(r):
    """You square the whole sum of the |λ|^k. The inputs are uncorrelated, so each term is squared first and
    then added.

    One thinks of the largest possible state, to which all inputs add up.
    """
    return 1 / (1 - r) ** 2


@energy.mistake("modulus-returned", "eq-energy", part="price")
def _(r):
    """This is |λ|, the radius on the ring. What does it cost?

    The first half of the question is answered.
    """
    return r


@energy.mistake("e-fold", "eq-half-life", part="modulus")
def _(T):
    """After T steps of yours 1/e is left, not a half.

    A time constant is taken for a half-life.
    """
    return np.exp(-1 / T)


@energy.mistake("straight-line", "eq-half-life", part="modulus")
def _(T):
    """With this |λ| more than a half is left after T steps: a decay loses a share of what is there, not of
    the start.

    Half is lost in T steps, so 1/(2T) a step.
    """
    return 1 - 1 / (2 * T)


@energy.mistake("large-T-only", "eq-energy")
def _(T):
    """This is what the energy tends to for long half-lives; for short ones it is too small.

    1 - 2^(-2/T) is replaced by its first term.
    """
    return T / (2 * np.log(2))


# 2e: the volume that a tanh network keeps


def orthogonal(n, T):
    def draw(rng):
        return np.linalg.qr(rng.normal(size=(n, n)))[0], rng.uniform(-0.9, 0.9, size=n), T

    draw.__doc__ = f"{n} units and T = {T}"
    return draw


@exercise(
    "2e-volume",
    "The volume that a tanh network keeps",
    "f(W, h0, T), the geometric mean of all singular values of dh_T/dh_0 for h_t = tanh(W h_(t-1)) with an "
    "orthogonal W; no SVD is needed",
    orthogonal(3, 4),
    orthogonal(8, 20),
    orthogonal(1, 2),
    orthogonal(4, 0),
    domain=domains.orthogonal,
    hints=(
        "The product of all singular values of a matrix is the modulus of its determinant. And the "
        "determinant of a product?",
        "J_t = diag(1 - h_t^2) W, and |det W| = 1. What is left of |det J_t|?",
        "Multiply all 1 - h_i^2, over the units and over the steps 1 to T, and take the n-th root.",
    ),
)
def volume(
    W,
    h0,
    T,
    states=lambda h: h[1:],
    slopes=lambda h: 1 - h**2,
    mean=lambda s: np.abs(s).prod() ** (1 / s.shape[1]),
):
    h = [h0]
    for _ in range(T):
        h.append(np.tanh(W @ h[-1]))
    return mean(slopes(states(np.array(h))))


@volume.mistake("state-off-by-one", "eq-jacobian", part="states")
def _(h):
    """The slopes are one step late: the slope of step t belongs to h_t, so h_0 has none and h_T has one.

    h_0 is there before the loop, and the slope is taken before the step.
    """
    return h[:-1]


@volume.mistake("not-squared", "eq-jacobian", part="slopes")
def _(h):
    """The slope of tanh is not 1 - h: at h = 0 both are 1, but it falls on both sides of 0.

    The square is lost on the way.
    """
    return 1 - h


@volume.mistake("logistic-slope", "eq-jacobian", part="slopes")
def _(h):
    """h (1 - h) is the slope of the logistic; this network has tanh.

    It is the slope that the whole course uses.
    """
    return h * (1 - h)


@volume.mistake("arithmetic-mean", "eq-transport", part="mean")
def _(s):
    """The slopes of a step are averaged by a sum. The determinant multiplies them.

    A mean is a sum, divided by how many there are.
    """
    return np.abs(s).mean(axis=1).prod()


@volume.mistake("no-root", "eq-transport", part="mean")
def _(s):
    """This is the determinant, the product of all singular values. Their geometric mean is its n-th root.

    The product is the hard half.
    """
    return np.abs(s).prod()


# 2e-relu: which paths of a ReLU network stay open


def relu_network(rng):
    """Units with chance inputs, and five that tell mistakes apart."""
    n, T, w = rng.integers(9, 12), rng.integers(4, 6), rng.choice([0.8, 1.3]) * rng.uniform(0.9, 1.1)
    x, h0 = rng.uniform(-2, 1.7, (T, n)), rng.uniform(0, 2.5, n)
    x[:, :4] = np.abs(x[:, :4])  # unit 0 is always active,
    h0[1] = -0.1  # and so is 1, from a start below zero;
    x[0, 2], x[-1, 3] = -9, -99  # 2 is shut by the first step alone, 3 by the last,
    x[:, 4] = -9  # and 4 by all
    return w, x, h0


def active(w, x, h0):
    """Whether a unit is active at a step, (T, n)."""
    h, found = h0, []
    for x_t in x:
        h = np.maximum(w * h + x_t, 0)
        found.append(h > 0)
    return np.array(found)


@exercise(
    "2e-relu",
    "The open paths of a ReLU network",
    "f(w, x, h0), the (n, n) matrix dh_T/dh_0 for W = w I, inputs x of shape (T, n) and the first state h0",
    relu_network,
    domain=domains.relu_network,
    hints=(
        "One step of one unit first: what is dh_t/dh_{t-1} if z_t is positive, and what if it is negative?",
        "Each factor is diagonal, so every unit has a product of its own. What does a single 0 do to it?",
        "Run the network and keep a product per unit: `product = product * w * (z > 0)` at every step. "
        "At the end, `np.diag(product)`.",
    ),
)
def paths(
    w,
    x,
    h0,
    slopes=lambda w, x, h0: active(w, x, h0).all(axis=0),
    weight=lambda w, T: w**T,
    shape=np.diag,
):
    return shape(slopes(w, x, h0) * weight(w, len(x)))


@paths.mistake("last-step-only", "eq-transport", part="slopes")
def _(w, x, h0):
    """Only one step decides here which paths are open. A path is shut for good by any step at which its unit
    is not active.

    The mask is made once, after the loop or before it.
    """
    return active(w, x, h0)[-1]


paths.also("last-step-only", slopes=lambda w, x, h0: active(w, x, h0)[0])


@paths.mistake("any-step", "eq-transport", part="slopes")
def _(w, x, h0):
    """A path counts as open here if its unit was active at one step or more. It must be active at every step:
    a factor 0 is not made good by other factors.

    `any` for `all`.
    """
    return active(w, x, h0).any(axis=0)


@paths.mistake("averaged", "eq-transport", part="slopes")
def _(w, x, h0):
    """You add or average over the steps. The factors of the steps multiply, so a path is open or shut.

    The fraction of the active steps looks like the fraction of the gradient.
    """
    return active(w, x, h0).mean(axis=0)


paths.also("averaged", slopes=lambda w, x, h0: active(w, x, h0).sum(axis=0))


@paths.mistake("shut-steps-skipped", "eq-step-jacobian")
def _(w, x, h0):
    """A step at which the unit is not active counts as a factor 1 here. Its slope is 0, and so is its factor.

    Only the active steps multiply, and the others are passed over.
    """
    return np.diag(w ** active(w, x, h0).sum(axis=0))


@paths.mistake("no-slopes", "eq-step-jacobian", part="slopes")
def _(w, x, h0):
    """All paths are open here: the slopes of ReLU are missing, which are 0 where z is negative.

    ReLU is the identity, one thinks, and forgets its other half.
    """
    return np.ones(len(h0))


@paths.mistake("state-off-by-one", "eq-step-jacobian", part="slopes")
def _(w, x, h0):
    """The slopes are one step late: the slope of step t belongs to z_t, so h_0 has none and z_T has one.

    The slope is taken before the step, from the state that enters it.
    """
    return (h0 > 0) & active(w, x, h0)[:-1].all(axis=0)


@paths.mistake("start-counted", "eq-step-jacobian", part="slopes")
def _(w, x, h0):
    """The sign of h_0 can shut a path here. h_0 is given: no ReLU made it, and it has no slope.

    The product begins before the first step.
    """
    return (h0 > 0) & active(w, x, h0).all(axis=0)


@paths.mistake("inputs-alone", "eq-rnn", part="slopes")
def _(w, x, h0):
    """The sign of x_t decides here. ReLU acts on z_t = w h_{t-1} + x_t, so a unit with a large state stays
    active at a negative input.

    The inputs are at hand, and no loop is needed.
    """
    return (x > 0).all(axis=0)


@paths.mistake("weight-left-out", "eq-step-jacobian", part="weight")
def _(w, T):
    """The factor w of each step is missing; only for W = I is it 1.

    The mask is the new part.
    """
    return 1.0


@paths.mistake("weight-once", "eq-transport", part="weight")
def _(w, T):
    """w is there once for all steps. Every step multiplies by w.

    The weight is put in front of the product.
    """
    return w


@paths.mistake("one-factor-off", "eq-transport", part="weight")
def _(w, T):
    """The power of w is off by one: from h_0 to h_T there are T steps.

    Between T states there are T - 1 steps, but there are T + 1 states.
    """
    return w ** (T - 1)


paths.also("one-factor-off", weight=lambda w, T: w ** (T + 1))


@paths.mistake("step-left-out", "eq-transport")
def step_left_out(w, x, h0, cut=slice(1, None), steps=-1):
    """A step is left out of the product, or its slope: from h_0 to h_T there are T steps, each with a slope
    and a factor w.

    The loop starts at 1, or ends before T.
    """
    return np.diag(active(w, x, h0)[cut].all(axis=0) * w ** (len(x) + steps))


for cut in slice(1, None), slice(-1):
    for steps in -1, 0:
        paths.also("step-left-out", partial(step_left_out, cut=cut, steps=steps))


@paths.mistake("units-mixed", "eq-elementwise", part="shape")
def _(v):
    """There are entries off the diagonal here. W = w I and ReLU act on each unit by itself, so that unit i
    depends on no other unit.

    A matrix is made of a vector by filling its rows.
    """
    return np.tile(v, (len(v), 1))


paths.also("units-mixed", shape=lambda v: np.outer(v, np.ones(len(v))))


@paths.mistake("vector", "eq-transport", part="shape")
def _(v):
    """These may be the right entries, but as a vector: a Jacobian has one row per output.

    All factors act entry by entry, so their product looks like the derivative.
    """
    return v


# 2e: the variance that keeps a volume


@exercise(
    "2e-determinant",
    "The variance that keeps volume",
    "a number s: entries of variance s / n keep the volume, per direction and layer, as n grows",
    hints=(
        "With s = 1 the volume shrinks by e^(-1/2) in each direction. What does s do to a singular value?",
        "Entries of variance s / n are sqrt(s) times entries of variance 1 / n, and so are all singular "
        "values.",
        "sqrt(s) times e^(-1/2) must be 1.",
    ),
    kind=arrays()._replace(tolerance=1e-3),  # three digits are enough
)
def variance():
    return np.e


@variance.mistake("length-for-volume", None)
def _():
    """This keeps the mean square length of a vector. The volume shrinks with it, by e^(-1/2) in each
    direction.

    1 / n is the usual variance.
    """
    return 1


@variance.mistake("deviation-for-variance", None)
def _():
    """By this factor each entry has to grow. The variance is that of the entries, squared.

    The factor of the standard deviation is taken for that of the variance.
    """
    return np.sqrt(np.e)


@variance.mistake("inverted", None)
def _():
    """This shrinks the volume further. It has to make up for the loss.

    The loss itself is handed in, or its square.
    """
    return 1 / np.e


variance.also("inverted", lambda: np.exp(-1 / 2))


@variance.mistake("relu-variance", None)
def _():
    """2 / n is the variance for ReLU layers, where half of the units are silent. Here no unit is.

    It is the other well-known number for initial weights.
    """
    return 2

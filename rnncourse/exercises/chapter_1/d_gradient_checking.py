"""The exercises of page 1d: truncation as libraries do it."""

from rnncourse.check.exercises import exercise
from rnncourse.exercises import domains
from rnncourse.exercises.chapter_1.b_gradient import gradient
from rnncourse.exercises.steps import network, on_rows, triangle

# 1b-windows: truncation as libraries do it


def windows(T, tau):
    return [(t, k) for t, k in triangle(T) if (t - 1) // tau == (k - 1) // tau]


def with_window(n, T, tau):
    def draw(rng):
        return *network(n, T)(rng), tau

    draw.__doc__ = f"n = {n}, T = {T}, tau = {tau}"
    return draw


@exercise(
    "1b-windows",
    "Truncation in windows",
    "f(W, h, dl, tau), the (n, n) sum of the terms whose loss and use of W lie in one window of tau steps",
    with_window(4, 10, 4),
    with_window(3, 4, 1),
    with_window(3, 3, 9),
    domain=domains.windows,
    hints=(
        "Write down the triangle for T = 6 and tau = 3, and cross out what is cut. What is left?",
        "Two small triangles. In the walk back, what is carried must be forgotten between them: at which t?",
        "At a t that is a multiple of tau you enter a window from the right: set delta to zero, then go on.",
    ),
    alike=("last-term-only+transport-transposed",),
)
def windowed(W, h, dl, tau, terms=windows, back=on_rows):
    return gradient(W, h, dl, terms=lambda T: terms(T, tau), factor=back)


@windowed.mistake("not-truncated", "eq-truncated", part="terms")
def _(T, tau):
    """Nothing is cut: this is the whole gradient.

    The reset is forgotten, or made on a copy.
    """
    return triangle(T)


@windowed.mistake("sliding-window", "eq-truncated", part="terms")
def _(T, tau):
    """Each loss has its own tau newest terms here; in windows a loss just behind a border sees one only.

    That is the truncation of eq-truncated.
    """
    return [(t, k) for t, k in triangle(T) if t - k < tau]


@windowed.mistake("border-shifted", "eq-truncated", part="terms")
def _(T, tau):
    """The borders are off by one step: the first window holds the steps 1 to tau.

    The reset comes one step too late or too early.
    """
    return [(t, k) for t, k in triangle(T) if t // tau == k // tau]


windowed.also(
    "border-shifted",
    terms=lambda T, tau: [(t, k) for t, k in triangle(T) if (t - 2) // tau == (k - 2) // tau],
)


@windowed.mistake("counted-from-the-end", "eq-truncated", part="terms")
def _(T, tau):
    """The windows are counted from the end; they start with step 1.

    The walk back counts its own steps.
    """
    return [(t, k) for t, k in triangle(T) if (T - t) // tau == (T - k) // tau]


@windowed.mistake("last-term-only", "eq-truncated", part="terms")
def _(T, tau):
    """Only k = t is left: what is carried is forgotten at every step, not at every border.

    The reset is outside the `if`.
    """
    return [(t, t) for t in range(1, T + 1)]


@windowed.mistake("loss-dropped", "eq-truncated", part="terms")
def _(T, tau):
    """At the border the loss is thrown away with what was carried: forget what comes from the right, keep
    dl[t].

    delta is set to zero after it was computed, not before.
    """
    return [(t, k) for t, k in windows(T, tau) if t % tau]


@windowed.mistake("transport-transposed", "eq-bptt", part="back")
def _(s, W):
    """W is used where its transpose is needed.

    Forward is W @ h, so backward is written W @ delta.
    """
    return s[:, None] * W.T


@windowed.mistake("last-window-dropped", "eq-truncated")
def _(W, h, dl, tau):
    """The last window is left out where it is not full. It is shorter, and its losses count like the others.

    `T // tau` counts the full windows alone.
    """
    T = (len(h) - 1) // tau * tau
    return windowed(W, h[: T + 1], dl[: T + 1], tau)

"""The further exercises of chapter 1: what differentiates the program, and knows no formula, passes."""

import numpy as np
import pytest

from rnncourse.check import check
from rnncourse.gradcheck import complex_step


def sigma(z):
    return 1 / (1 + np.exp(-z))


def logit(h):
    return np.log(h / (1 - h))


def softmax(z):
    return np.exp(z) / np.exp(z).sum()


def drive(W, h):
    """What the inputs add to the pre-activations."""
    return logit(h[1:]) - h[:-1] @ W.T


def run(W, h_0, b):
    h = [h_0]
    for b_t in b:
        h.append(sigma(W @ h[-1] + b_t))
    return np.array(h)


def by_rows(A, X):
    return np.stack([complex_step(lambda x: sigma(x @ A), x).T for x in X])


def immediate(h_prev, h_t):
    W = np.zeros((len(h_t), len(h_prev)))
    return complex_step(lambda W: sigma(W @ h_prev + logit(h_t)), W)


def transport(W, h, t, k):
    return complex_step(lambda h_k: run(W, h_k, drive(W, h)[k:t])[-1], h[k])


def deltas(W, h, dl):
    """A nudge b_t in each pre-activation: its gradient is dL/dz_t."""
    b = drive(W, h)
    return complex_step(lambda nudge: (dl * run(W, h[0], b + nudge)).sum(), np.zeros_like(b))


def input_gradient(W, h, x, dl):
    b = drive(W, h)
    return complex_step(lambda dU: (dl * run(W, h[0], b + x @ dU.T)).sum(), np.zeros((len(W), x.shape[1])))


def start(W, h, dl):
    return complex_step(lambda h_0: (dl * run(W, h_0, drive(W, h))).sum(), h[0])


def warm(W, h_before, h, dl):
    b = drive(W, np.concatenate([h_before[None], h]))
    return complex_step(lambda W: (dl * run(W, h_before, b)[1:]).sum(), W)


def sensitivity(W, h):
    return complex_step(lambda W: run(W, h[0], drive(W.real, h)), W)


def windowed(W, h, dl, tau):
    """Each window is a program of its own that starts from a state which is given."""
    b, dW = drive(W, h), np.zeros_like(W)
    for first in range(0, len(b), tau):
        steps = slice(first, first + tau)
        dW += complex_step(lambda W, s=steps, k=first: (dl[1:][s] * run(W, h[k], b[s])[1:]).sum(), W)
    return dW


PROGRAMS = {
    "1a-tanh": lambda W, x: complex_step(lambda x: np.tanh(W @ x), x),
    "1a-batch": by_rows,
    "1a-softmax": lambda W, x: complex_step(lambda x: softmax(W @ x), x),
    "1b-immediate": immediate,
    "1b-transport": transport,
    "1b-bptt": deltas,
    "1b-U": input_gradient,
    "1b-h0": start,
    "1b-warm": warm,
    "1b-forward": sensitivity,
    "1b-windows": windowed,
}


@pytest.mark.parametrize("key", PROGRAMS)
def test_the_complex_step_through_the_program_passes(key):
    verdict = check(key, PROGRAMS[key], record=False)
    assert verdict.passed and verdict.error < 1e-10, str(verdict)


def walk(W, h, dl, loss=0, slope=0, back=np.transpose):
    """dW and the deltas, with rows of dl or slopes of the carry so many steps off."""
    dW, deltas, carried = np.zeros_like(W), [], np.zeros(len(W))
    s = h * (1 - h)
    for t in range(len(h) - 1, 0, -1):
        deltas.insert(0, s[t] * (dl[t + loss] + carried))
        dW += np.outer(deltas[0], h[t - 1])
        carried = back(W) @ (s[t + slope] * (dl[t + loss] + carried))
    return dW, np.array(deltas)


def slope_of_own_loss_only(W, h, dl):
    dW, delta = np.zeros_like(W), np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):
        delta = h[t] * (1 - h[t]) * dl[t] + W.T @ delta
        dW += np.outer(delta, h[t - 1])
    return dW


def shifted_transport(W, h, t, k):
    product = np.eye(len(W))
    for i in range(k, t):
        product = (h[i] * (1 - h[i]))[:, None] * W @ product
    return product


def for_the_last_loss(W, h, x, dl):
    return walk(W, h, dl * (np.arange(len(h)) == len(x))[:, None])[1].T @ x


SLIPS = [
    ("1a-tanh", "derivative-at-x", lambda W, x: np.diag(1 - np.tanh(x) ** 2) @ W),
    ("1a-softmax", "no-weights", lambda W, x: complex_step(softmax, W @ x)),
    ("1b", "carry-past-slope", slope_of_own_loss_only),
    ("1b", "loss-off-by-one", lambda *a: walk(*a, loss=-1)[0]),
    ("1b", "jacobian-off-by-one", lambda *a: walk(*a, slope=-1)[0]),
    ("1b-transport", "jacobian-off-by-one", shifted_transport),
    ("1b-bptt", "loss-off-by-one", lambda *a: walk(*a, loss=-1)[1]),
    ("1b-U", "transport-transposed", lambda W, h, x, dl: walk(W, h, dl, back=np.copy)[1].T @ x),
    ("1b-U", "last-loss-only", for_the_last_loss),
    ("1b-h0", "first-loss-only", lambda W, h, dl: dl[0]),
]


@pytest.mark.parametrize("key, slug, wrong", SLIPS, ids=[f"{key} {slug}" for key, slug, _ in SLIPS])
def test_a_slip_as_one_writes_it_is_named(key, slug, wrong):
    verdict = check(key, wrong)
    assert (verdict.passed, verdict.mistake) == (False, slug), str(verdict)


def without_identity(W, h, t, k):
    """Starts from J_{k+1}, and so from a factor too many where there is none."""
    product = (h[k + 1] * (1 - h[k + 1]))[:, None] * W
    for i in range(k + 2, t + 1):
        product = (h[i] * (1 - h[i]))[:, None] * W @ product
    return product


PARTIAL = {
    "one t and k": (lambda W, h, t, k: transport(W, h, 5, 2), "not for t = k."),
    "zeros for t = k": (lambda W, h, t, k: transport(W, h, t, k) * (t > k), "not for t = k."),
    "no identity": (without_identity, "not for t = k."),
    "not one step": (lambda W, h, t, k: transport(W, h, t, k) * (t != k + 1), "not for t = k + 1."),
    "not from the start": (lambda W, h, t, k: transport(W, h, t, max(k, 1)), "t = 4 and k = 0."),
}


@pytest.mark.parametrize("wrong, words", PARTIAL.values(), ids=PARTIAL)
def test_a_transport_must_be_right_for_other_steps_too(wrong, words):
    verdict = check("1b-transport", wrong)
    assert not verdict.passed and words in str(verdict), str(verdict)

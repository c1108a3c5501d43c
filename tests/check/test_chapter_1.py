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

"""LSTMs with a part left out, and the gradient with its paths through h left out, for the memory laboratory.

Weights are those of adding.weights("LSTM", ...): the eight of lstm.Params, then v and c of the prediction
v . h_T + c. A part that is left out keeps its weights, whose gradients are then 0.
"""

import numpy as np

from ._arguments import brief
from .rnn import sigma

VARIANTS = "full", "no forget gate", "no input gate", "no output gate", "coupled gates", "no output tanh"


def check(variant):
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, got {brief(variant)}")


def forward(w, x, variant="full"):
    """The states from x (T, B, m), from zero: h, C (T+1, B, n) and f, i, o, C_tilde (T, B, n).

    "no forget gate": f = 1, "no input gate": i = 1, "no output gate": o = 1, "coupled gates": i = 1 - f,
    "no output tanh": h_t = o_t * C_t, and otherwise the LSTM of eq-lstm-gates to eq-lstm-hidden. ValueError
    for another variant. Greff et al. (2017) compare such parts on three tasks.
    """
    check(variant)
    W, b = np.concatenate(w[:4]).T, np.concatenate(w[4:8])
    n = len(w[4])
    a = x @ W[n:] + b  # f, i, o, C_tilde side by side
    f, i, o, C_tilde = np.split(a, 4, axis=-1)
    h, C = np.zeros((2, len(x) + 1, *f.shape[1:]), a.dtype)
    for t, a_t in enumerate(a, 1):
        a_t += h[t - 1] @ W[:n]
        a_t[..., : 3 * n] = sigma(a_t[..., : 3 * n])
        C_tilde[t - 1] = np.tanh(C_tilde[t - 1])
        for name, gate in ("forget", f), ("input", i), ("output", o):
            if variant == f"no {name} gate":
                gate[t - 1] = 1
        if variant == "coupled gates":
            i[t - 1] = 1 - f[t - 1]
        C[t] = f[t - 1] * C[t - 1] + i[t - 1] * C_tilde[t - 1]
        h[t] = o[t - 1] * (C[t] if variant == "no output tanh" else np.tanh(C[t]))
    return h, C, f, i, o, C_tilde


def gradient(w, x, y, variant="full", truncated=False):
    """The mean squared error of v . h_T + c on a batch x (T, B, m), y (B,), and its gradients by all weights.

    truncated: the rule of Hochreiter & Schmidhuber (1997). The gradient reaches C_{t-1} from C_t only,
    through f_t, and it ends where it would leave a gate or the candidate for h_{t-1}.
    """
    h, C, f, i, o, C_tilde = forward(w, x, variant)
    *_, v, c = w
    n, error = len(v), h[-1] @ v + c - y
    shown = C[1:] if variant == "no output tanh" else np.tanh(C[1:])
    slope = np.ones_like(shown) if variant == "no output tanh" else 1 - shown**2
    by_f, by_i = C[:-1] * f * (1 - f), C_tilde * i * (1 - i)
    if variant == "coupled gates":
        by_f, by_i = (C[:-1] - C_tilde) * f * (1 - f), 0 * by_i
    delta = np.concatenate([by_f, by_i, shown * o * (1 - o), i * (1 - C_tilde**2)], axis=-1)
    W_h = np.concatenate(w[:4])[:, :n]
    dh, dC = 2 / len(y) * np.multiply.outer(error, v), 0
    for t in range(len(x) - 1, -1, -1):
        dC = dC + dh * o[t] * slope[t]
        delta[t] *= np.concatenate([dC, dC, dh, dC], axis=-1)
        dh = np.zeros_like(dh) if truncated else delta[t] @ W_h
        dC = f[t] * dC
    rows = delta.reshape(-1, 4 * n).T
    dW = np.hstack([rows @ a.reshape(-1, a.shape[-1]) for a in (h[:-1], x)])
    readout = [2 / len(y) * error @ h[-1], 2 / len(y) * error.sum(keepdims=True)]
    return (error**2).mean(), [*np.split(dW, 4), *np.split(rows.sum(1), 4), *readout]

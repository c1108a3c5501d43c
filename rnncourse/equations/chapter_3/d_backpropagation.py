"""The equations of page 3d, and what supports each."""

import numpy as np

from rnncourse import lstm
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_dual_numbers,
    lstm_step,
    tanh,
)
from rnncourse.lstm import Params

from .a_gates import cells, package
from .c_carousel import deltas, loss, totals


def eq_lstm_delta():
    """The gradients by the pre-activations"""

    def loss_of_offsets(e, *a):
        """The loss when e[t, g] is added to pre-activation g of step t."""
        *P, x, h, C, c = a
        L = 0  # L_0 depends on no pre-activation
        for x_t, c_t, e_t in zip(x, c[1:], e, strict=True):
            *_, C, h = lstm_step(*P[:4], *(b + e_g for b, e_g in zip(P[4:], e_t, strict=True)), x_t, h, C)
            L = L + (h - c_t) @ (h - c_t)
        return L

    def by(way):
        return Oracle(lambda *a: way(loss_of_offsets, 0, np.zeros((len(a[8]), 4, len(a[9]))), *a))

    def claim(*a, choose=lambda s, dh, dC: (dh, dC), states=lambda s: s):
        s, dh, dC = totals(*a)
        return np.stack(deltas(states(s), *choose(s, dh, dC)), axis=1)

    def with_states(**changed):
        return lambda *a: claim(*a, states=lambda s: s._replace(**{k: v(s) for k, v in changed.items()}))

    return Certificate(
        conditions=r"$\mathrm{d}h_t$ and $\mathrm{d}C_t$ are the total gradients by $h_t$ and $C_t$; "
        r"$\delta$ is that by the pre-activation.",
        inputs=cells,
        claim=claim,
        oracles={"complex step": by(by_complex_step), "dual numbers": by(by_dual_numbers)},
        wrong={
            "dC_t for dh_t": lambda *a: claim(*a, choose=lambda s, dh, dC: (dC, dC)),
            "dh_t for dC_t": lambda *a: claim(*a, choose=lambda s, dh, dC: (dh, dh)),
            "totals one step late": lambda *a: claim(*a, choose=lambda s, dh, dC: np.roll([dh, dC], 1, 1)),
            "C_t for C_{t-1}": with_states(C=lambda s: np.roll(s.C, -1, axis=0)),
            "no slope of the gates": lambda *a: (
                claim(*a)
                / np.stack([*(g * (1 - g) for g in package(*a)[2:5]), np.ones_like(package(*a).f)], axis=1)
            ),
            "sigma's slope for the candidate": with_states(C_tilde=lambda s: s.C_tilde / 2),
            "i for o": with_states(o=lambda s: s.i),
        },
    )


def eq_lstm_dW():
    """The gradients of the weights and biases of the LSTM"""

    def claim(
        *a, h_of=lambda h: h[:-1], weigh=lambda d: d, stack=lambda h, x: np.concatenate([h, x], axis=1)
    ):
        s, dh, dC = totals(*a)
        v, d = stack(h_of(s.h), a[8]), [weigh(d_g) for d_g in deltas(s, dh, dC)]
        return *(d_g.T @ v for d_g in d), *(d_g.sum(axis=0) for d_g in d)

    def by(way):
        return Oracle(lambda *a: tuple(way(loss, j, *a) for j in range(8)))

    return Certificate(
        conditions=r"$v_t = [h_{t-1}; x_t]$; $h_0$ and $C_0$ do not depend on the weights.",
        inputs=cells,
        claim=claim,
        oracles={"complex step": by(by_complex_step), "dual numbers": by(by_dual_numbers)},
        wrong={
            "h_t for h_{t-1}": lambda *a: claim(*a, h_of=lambda h: h[1:]),
            "last step only": lambda *a: claim(*a, weigh=lambda d: np.concatenate([0 * d[:-1], d[-1:]])),
            "mean over time": lambda *a: tuple(g / max(len(a[8]), 1) for g in claim(*a)),
            "[x; h] for [h; x]": lambda *a: claim(*a, stack=lambda h, x: np.concatenate([x, h], axis=1)),
            "gates in another order": lambda *a: tuple(claim(*a)[g] for g in (1, 0, 2, 3, 5, 4, 6, 7)),
            "sign": lambda *a: tuple(-g for g in claim(*a)),
        },
    )


def eq_lstm_bptt():
    """Backpropagation through time for the LSTM"""

    def loss_of_nudges(e, *a):
        """The loss when e[t, 0] is added to h_t, and e[t, 1] to C_t before the output gate reads it."""
        *P, x, h, C, c = a
        h, C = h + e[0, 0], C + e[0, 1]
        L = (h - c[0]) @ (h - c[0])
        for x_t, c_t, e_t in zip(x, c[1:], e[1:], strict=True):
            _, _, o, _, C, _ = lstm_step(*P, x_t, h, C)
            C = C + e_t[1]
            h = o * tanh(C) + e_t[0]
            L = L + (h - c_t) @ (h - c_t)
        return L

    def gradients(way):
        def oracle(*a):
            nudged = way(loss_of_nudges, 0, np.zeros((len(a[-1]), 2, len(a[9]))), *a)
            return *(way(loss, i, *a) for i in range(8)), nudged[:, 0], nudged[:, 1]

        return oracle

    def claim(*a, local=lambda dl: dl, states=lambda s: s, weights=lambda P: P):
        *P, x, h0, C0, c = a
        s = lstm.forward(Params(*P), x, h0, C0)
        dP, dh, dC = lstm.backward(weights(Params(*P)), x, states(s), local(2 * (s.h - c)))
        return *dP, dh, dC

    def with_states(**changed):
        return lambda *a: claim(*a, states=lambda s: s._replace(**{k: v(s) for k, v in changed.items()}))

    def with_weights(change):
        return lambda *a: claim(*a, weights=lambda P: Params(*(change(W) for W in P[:4]), *P[4:]))

    return Certificate(
        conditions=r"$t = T, \dots, 1$, with $\mathrm{d}C_{T+1} = 0$ and $\delta_{T+1} = 0$; at $t = 0$ "
        r"too, with $o_0 = 0$. All are columns: $\mathrm{d}C_t$ and $\mathrm{d}h_t$ hold the total "
        r"gradients, $\mathrm{d}l_t$ the local one $\partial L_t/\partial h_t$, $\delta_t$ those by the "
        r"four pre-activations, stacked, and $W_h$ stacks the blocks that meet $h_{t-1}$. Verified with it: "
        r"$\mathrm{d}L/\mathrm{d}W = \sum_t \delta_t [h_{t-1}; x_t]^{\top}$ and $\mathrm{d}L/\mathrm{d}b = "
        r"\sum_t \delta_t$.",
        inputs=cells,
        claim=claim,
        oracles={
            "complex step": Oracle(gradients(by_complex_step)),
            "dual numbers": Oracle(gradients(by_dual_numbers)),
        },
        wrong={
            "last loss only": lambda *a: claim(*a, local=lambda dl: np.concatenate([0 * dl[:-1], dl[-1:]])),
            "nothing through h": with_weights(lambda W: W * (np.arange(W.shape[1]) >= len(W))),
            "W_h transposed": with_weights(
                lambda W: np.concatenate([W[:, : len(W)].T, W[:, len(W) :]], axis=1)
            ),
            "nothing along the cell": with_states(f=lambda s: 0 * s.f),
            "C_t for C_{t-1}": with_states(C=lambda s: np.roll(s.C, -1, axis=0)),
            "h_t for h_{t-1}": with_states(h=lambda s: np.roll(s.h, -1, axis=0)),
            "forget gates one step late": with_states(f=lambda s: np.roll(s.f, 1, axis=0)),
            "sign": lambda *a: tuple(-g for g in claim(*a)),
        },
    )

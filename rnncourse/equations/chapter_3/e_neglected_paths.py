"""The equations of page 3e, and what supports each."""

import numpy as np

from rnncourse import lstm
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_decimals,
    by_dual_numbers,
    lstm_step,
    product,
    tanh,
)
from rnncourse.lstm import Params

from .a_gates import cells, forward, package
from .c_carousel import loss, pairs, totals


def eq_full_jacobian():
    """The total derivative of a cell with respect to an earlier one"""

    def restarted(way):
        """Differentiates C_t of the network run on from C_k and h_k = o_k tanh(C_k); o_k and h_0 are held."""

        def oracle(*a):
            *P, x, h0, C0, _ = a
            s = forward(*P, x, h0, C0)

            def cell(*b):
                *P, x, o, h, C = b
                return forward(*P, x, o * tanh(C) + h, C).C[-1]

            def start(k):
                return (s.o[k - 1], 0 * h0) if k else (0 * h0, h0)

            return np.array([way(cell, 11, *P, x[k:t], *start(k), s.C[k]) for t, k in pairs(s)])

        return oracle

    def formula(cell=(1, 1, 1), output=1, column=1, feed=1, late=0):
        """The product of pair Jacobians with factors of its blocks switched off."""

        def product_of_pairs(*a):
            *P, x, h0, C0, _ = a
            s, n = forward(*P, x, h0, C0), len(h0)
            W_f, W_i, W_o, W_c = (W[:, :n] for W in P[:4])
            D = [np.zeros((n, n))] + [
                np.diag(o * (1 - tanh(C) ** 2)) for o, C in zip(s.o, s.C[1:], strict=True)
            ]
            J = [None]
            for t in range(1, len(s.C)):
                f, i, o, C_tilde, C = s.f[t - 1], s.i[t - 1], s.o[t - 1], s.C_tilde[t - 1], s.C[t - 1 + late]
                gates = (C * f * (1 - f), W_f), (C_tilde * i * (1 - i), W_i), (i * (1 - C_tilde**2), W_c)
                A = sum(on * d[:, None] * W for on, (d, W) in zip(cell, gates, strict=True))
                B = output * (tanh(s.C[t]) * o * (1 - o))[:, None] * W_o
                J.append(np.block([[np.diag(f), A], [feed * D[t] * f, feed * D[t] @ A + B]]))
            start = [np.concatenate([np.eye(n), column * D_k]) for D_k in D]
            return np.array([(product(J[t:k:-1], np.eye(2 * n)) @ start[k])[:n] for t, k in pairs(s)])

        return product_of_pairs

    def by_package(*a):
        *P, x, _, _, _ = a
        s = package(*a)
        return np.array([lstm.cell_transport(Params(*P), x, s, t, k) for t, k in pairs(s)])

    def twice(f):
        """For both claims: the block matrices of the statement, and the package, which multiplies none."""
        return lambda *a: (f(*a),) * 2

    def claim(*a):
        return formula()(*a), by_package(*a)

    def gates_only(*a):
        return np.array([lstm.gate_transport(package(*a), t, k) for t, k in pairs(package(*a))])

    def one_step_products(*a):
        *P, x, _, _, _ = a
        s = package(*a)
        J = [None] + [lstm.cell_transport(Params(*P), x, s, t, t - 1) for t in range(1, len(s.C))]
        return np.array([product(J[t:k:-1], np.eye(s.C.shape[1])) for t, k in pairs(s)])

    return Certificate(
        conditions=r"$A_t = \operatorname{diag}(C_{t-1} \odot f_t \odot (1 - f_t)) W_f + "
        r"\operatorname{diag}(\tilde C_t \odot i_t \odot (1 - i_t)) W_i + "
        r"\operatorname{diag}(i_t \odot (1 - \tilde C_t^2)) W_c$, $B_t = "
        r"\operatorname{diag}(\tanh(C_t) \odot o_t \odot (1 - o_t)) W_o$, of each $W$ the columns that meet "
        r"$h_{t-1}$; "
        r"$D_t = \operatorname{diag}(o_t \odot (1 - \tanh^2 C_t))$ and $D_0 = 0$. $o_k$ and $h_0$ are "
        r"held fixed.",
        inputs=cells,
        claim=claim,
        oracles={
            "complex step from C_k on": Oracle(twice(restarted(by_complex_step))),
            "dual numbers from C_k on": Oracle(twice(restarted(by_dual_numbers))),
            "50-digit differences from C_k on": Oracle(twice(restarted(by_decimals))),
        },
        wrong={
            "gates only": twice(gates_only),
            "product of one-step derivatives": twice(one_step_products),
            "no forget gate's share": twice(formula(cell=(0, 1, 1))),
            "no input gate's share": twice(formula(cell=(1, 0, 1))),
            "no candidate's share": twice(formula(cell=(1, 1, 0))),
            "no output gate's share": twice(formula(output=0)),
            "h_k held": twice(formula(column=0)),
            "C_t for C_{t-1}": twice(formula(late=1)),
            "transposed": twice(lambda *a: by_package(*a).swapaxes(1, 2)),
        },
    )


def eq_cell_gradient():
    """The gradients of the weights from totals, each summed once"""

    def gradients(choose=lambda g, dh, dC: (dh, dC), C_of=lambda C: C[:-1], h_of=lambda h: h[:-1]):
        """Each total times the immediate derivative of its step, which a complex step finds."""

        def formula(*a):
            *P, x, _, _, c = a
            s, dh, dC = totals(*a)
            dh, dC = choose(2 * (s.h - c), dh, dC)
            found = [0 * W for W in P[:4]]
            for k, (x_k, h, C) in enumerate(zip(x, h_of(s.h), C_of(s.C), strict=True), 1):
                for g in 0, 1, 3:
                    found[g] += np.tensordot(dC[k], by_complex_step(cell, g, *P, x_k, h, C), 1)
                found[2] += np.tensordot(dh[k], by_complex_step(hidden, 2, *P, x_k, h, C), 1)
            return tuple(found)

        return formula

    def cell(*a):
        return lstm_step(*a)[4]

    def hidden(*a):
        return lstm_step(*a)[5]

    def by(way):
        return Oracle(lambda *a: tuple(way(loss, j, *a) for j in range(4)))

    return Certificate(
        conditions=r"$\mathrm{d}L/\mathrm{d}C_k$ and $\mathrm{d}L/\mathrm{d}h_k$ are totals; $\partial^{+}$ "
        r"holds $h_{k-1}$, $C_{k-1}$ and $x_k$ fixed, and for $W_o$ also $C_k$; $h_0$ and $C_0$ do not "
        r"depend on the weights.",
        inputs=cells,
        claim=gradients(),
        oracles={"dual numbers": by(by_dual_numbers), "50-digit differences": by(by_decimals)},
        wrong={
            "local losses for W_o": gradients(choose=lambda g, dh, dC: (g, dC)),
            "the cell alone, nothing for W_o": gradients(choose=lambda g, dh, dC: (0 * dh, dC)),
            "C_k for C_{k-1}": gradients(C_of=lambda C: C[1:]),
            "h_k for h_{k-1}": gradients(h_of=lambda h: h[1:]),
            "totals of k - 1": gradients(choose=lambda g, dh, dC: (np.roll(dh, 1, 0), np.roll(dC, 1, 0))),
            "dL/dh for dL/dC": gradients(choose=lambda g, dh, dC: (dh, dh)),
        },
    )

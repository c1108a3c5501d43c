"""The equations of page 3c, and what supports each."""

from decimal import Decimal, localcontext

import numpy as np

from rnncourse import lstm
from rnncourse.certificates.oracles import (
    Certificate,
    Oracle,
    by_complex_step,
    by_decimals,
    by_dual_numbers,
    exact,
    product,
    tanh,
)
from rnncourse.lstm import Params, States

from .a_gates import cells, forward, package


def pairs(s):
    """All (t, k) with 0 <= k <= t <= T."""
    return [(t, k) for t in range(len(s.C)) for k in range(t + 1)]


def loss(*a):
    """L = sum_t |h_t - c_t|^2, so that dL_t/dh_t = 2 (h_t - c_t)."""
    *P, x, h0, C0, c = a
    h = forward(*P, x, h0, C0).h
    return sum((h_t - c_t) @ (h_t - c_t) for h_t, c_t in zip(h, c, strict=True))


def deltas(s, dh, dC, C_prev=None):
    """dL/d(pre-activation) of f, i, o and the candidate, from the totals of each step."""
    _, C, f, i, o, C_tilde = s
    C_prev = C[:-1] if C_prev is None else C_prev
    dh, dC = dh[1:], dC[1:]
    return [
        dC * C_prev * f * (1 - f),
        dC * C_tilde * i * (1 - i),
        dh * np.tanh(C[1:]) * o * (1 - o),
        dC * i * (1 - C_tilde**2),
    ]


def totals(*a):
    """The States and the totals dL/dh_t and dL/dC_t by the package."""
    *P, x, _, _, c = a
    s = package(*a)
    _, dh, dC = lstm.backward(Params(*P), x, s, 2 * (s.h - c))
    return s, dh, dC


def eq_gate_path():
    """The derivative along the cell, gates and candidate frozen"""

    def frozen(way):
        def oracle(*a):
            s = forward(*a[:-1])

            def cell(C, t, k):
                for i in range(k, t):
                    C = s.f[i] * C + s.i[i] * s.C_tilde[i]
                return C

            return np.array([way(lambda C, t=t, k=k: cell(C, t, k), 0, s.C[k]) for t, k in pairs(s)])

        return oracle

    def in_fractions(*a):
        s = forward(*a[:-1])
        one = exact(np.eye(len(s.C[0]), dtype=int))
        return np.array(
            [product([np.diag(exact(f)) for f in s.f[k:t]], one) for t, k in pairs(s)], dtype=float
        )

    def made_of(diagonal):
        """For each (t, k) the diagonal matrix of diagonal(f, t, k), with f_t in row t - 1."""

        def formula(*a):
            s = forward(*a[:-1])
            f = np.array(s.f).reshape(-1, len(s.C[0]))
            return np.array([np.diag(np.broadcast_to(diagonal(f, t, k), len(s.C[0]))) for t, k in pairs(s)])

        return formula

    return Certificate(
        statement=r"\left.\frac{\partial C_t}{\partial C_k}\right|_{\substack{\text{gates and} \\ "
        r"\text{candidate frozen}}} = \prod_{s=k+1}^{t} \operatorname{diag}(f_s)",
        conditions=r"$0 \le k \le t \le T$; $f$, $i$ and $\tilde C$ are held at their values; for $t = k$ "
        r"the product is the identity.",
        inputs=cells,
        claim=lambda *a: np.array([lstm.gate_transport(package(*a), t, k) for t, k in pairs(package(*a))]),
        oracles={
            "complex step, gates held": Oracle(frozen(by_complex_step)),
            "dual numbers, gates held": Oracle(frozen(by_dual_numbers)),
            "product of fractions": Oracle(in_fractions),
        },
        wrong={
            "power of the last": made_of(lambda f, t, k: f[t - 1] ** (t - k) if t > k else 1),
            "power of the mean": made_of(lambda f, t, k: f[k:t].mean(0) ** (t - k) if t > k else 1),
            "from k": made_of(lambda f, t, k: f[max(k - 1, 0) : t].prod(0)),
            "until t - 1": made_of(lambda f, t, k: f[k : max(t - 1, k)].prod(0)),
            "sum": made_of(lambda f, t, k: f[k:t].sum(0)),
            "last only": made_of(lambda f, t, k: f[t - 1] if t > k else 1),
            "always the identity": made_of(lambda f, t, k: 1),
            "a vector": lambda *a: np.array(
                [np.array(forward(*a[:-1]).f)[k:t].prod(0) for t, k in pairs(forward(*a[:-1]))]
            ),
        },
    )


def eq_carousel():
    """The constant error carousel"""

    def always(matrix):
        """The same matrix for every (t, k), and C_t = C_0."""

        def formula(*a):
            times = len(pairs(forward(*a[:-1])))
            return np.array([matrix(len(a[-2]))] * times), np.array([a[-2]] * times)

        return formula

    def gates_set(*a):
        s = package(*a)
        s = s._replace(f=np.ones_like(s.f), i=np.zeros_like(s.i))
        for t in range(1, len(s.C)):
            s.C[t] = s.f[t - 1] * s.C[t - 1] + s.i[t - 1] * s.C_tilde[t - 1]
        return np.array([lstm.gate_transport(s, t, k) for t, k in pairs(s)]), np.array(
            [s.C[t] for t, _ in pairs(s)]
        )

    def biases_at_60(way):
        """The whole network, differentiated by C_k, with b_f = 60 and b_i = -60."""

        def oracle(*a):
            W, (b_f, b_i, b_o, b_c), (x, h0, C0, _) = a[:4], a[4:8], a[8:]
            P = [*W, np.full_like(b_f, 60), np.full_like(b_i, -60), b_o, b_c]
            s = forward(*P, x, h0, C0)
            J = [
                way(lambda C, t=t, k=k: forward(*P, x[k:t], s.h[k], C).C[-1], 0, s.C[k]) for t, k in pairs(s)
            ]
            return np.array(J), np.array([s.C[t] for t, _ in pairs(s)])

        return oracle

    return Certificate(
        statement=r"\begin{aligned} &f_s = 1,\; i_s = 0 \;\text{ for } k < s \le t \\ "
        r"&\Longrightarrow\quad C_t = C_k, \qquad \frac{\partial C_t}{\partial C_k} = I \end{aligned}",
        conditions=r"A limit: a logistic gate never reaches 0 or 1. $I$ is the $n \times n$ identity matrix.",
        inputs=cells,
        claim=always(np.eye),
        oracles={
            "gates set to 1 and 0": Oracle(gates_set),
            "biases 60 and -60, complex step": Oracle(biases_at_60(by_complex_step)),
            "biases 60 and -60, dual numbers": Oracle(biases_at_60(by_dual_numbers)),
        },
        wrong={
            "the scalar 1": always(lambda n: 1.0),
            "all ones": always(lambda n: np.ones((n, n))),
            "zero": always(lambda n: np.zeros((n, n))),
            "half the identity": always(lambda n: np.eye(n) / 2),
            "a vector of ones": always(np.ones),
        },
    )


def eq_half_life():
    """The half-life of a memory"""

    def inputs(rng):
        """f = sigma(1), sigma(5), 1/2 and five values in (0, 1)"""
        for f in 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-5)), 0.5, *rng.uniform(0.05, 0.99, size=5):
            yield (f,)

    def by_bisection(f):
        with localcontext(prec=50):
            low, high = Decimal(0), Decimal(1000)
            for _ in range(100):
                middle = (low + high) / 2
                low, high = (middle, high) if Decimal(f) ** middle > Decimal("0.5") else (low, middle)
            return float(low)

    def by_counting(f):
        """Steps over halvings along the gate path, until the smallest normal float is near."""
        steps = min(4096, int(-900 / np.log2(f)))
        s = States(None, None, np.full((steps, 1), f), None, None, None)
        return -steps / np.log2(lstm.gate_transport(s, steps, 0)[0, 0])

    return Certificate(
        statement=r"\tau = \frac{\ln 2}{-\ln f} \quad\text{steps}, \qquad f^{\tau} = \tfrac12",
        conditions=r"$0 < f < 1$, the same at every step, gates and candidate frozen.",
        inputs=inputs,
        claim=lambda f: np.log(2) / -np.log(f),
        oracles={
            "bisection of f^s = 1/2, 50 digits": Oracle(by_bisection),
            "decay measured along the gate path": Oracle(by_counting),
        },
        wrong={
            "time constant": lambda f: 1 / -np.log(f),
            "1 / (1 - f)": lambda f: 1 / (1 - f),
            "ln 2 / (1 - f)": lambda f: np.log(2) / (1 - f),
            "ln 2 / f": lambda f: np.log(2) / f,
            "decimal logarithm": lambda f: np.log(2) / -np.log10(f),
            "sign": lambda f: np.log(2) / np.log(f),
        },
    )


def eq_full_jacobian():
    """The total derivative of a cell by an earlier one"""

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

    def claim(*a):
        *P, x, _, _, _ = a
        s = package(*a)
        return np.array([lstm.cell_transport(Params(*P), x, s, t, k) for t, k in pairs(s)])

    def gates_only(*a):
        return np.array([lstm.gate_transport(package(*a), t, k) for t, k in pairs(package(*a))])

    def one_step_products(*a):
        *P, x, _, _, _ = a
        s = package(*a)
        J = [None] + [lstm.cell_transport(Params(*P), x, s, t, t - 1) for t in range(1, len(s.C))]
        return np.array([product(J[t:k:-1], np.eye(s.C.shape[1])) for t, k in pairs(s)])

    return Certificate(
        statement=r"\begin{aligned} \frac{\mathrm{d}C_t}{\mathrm{d}C_k} &= \begin{pmatrix} I & 0 "
        r"\end{pmatrix} P_t \cdots P_{k+1} \begin{pmatrix} I \\ D_k \end{pmatrix}, \\ P_t &= "
        r"\begin{pmatrix} \operatorname{diag}(f_t) & A_t \\ D_t \operatorname{diag}(f_t) & D_t A_t + B_t "
        r"\end{pmatrix} \end{aligned}",
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
            "complex step from C_k on": Oracle(restarted(by_complex_step)),
            "dual numbers from C_k on": Oracle(restarted(by_dual_numbers)),
            "50-digit differences from C_k on": Oracle(restarted(by_decimals)),
            "product of block matrices": Oracle(formula()),
        },
        wrong={
            "gates only": gates_only,
            "product of one-step derivatives": one_step_products,
            "no forget gate's share": formula(cell=(0, 1, 1)),
            "no input gate's share": formula(cell=(1, 0, 1)),
            "no candidate's share": formula(cell=(1, 1, 0)),
            "no output gate's share": formula(output=0),
            "h_k held": formula(column=0),
            "C_t for C_{t-1}": formula(late=1),
            "transposed": lambda *a: claim(*a).swapaxes(1, 2),
        },
    )


def eq_cell_gradient():
    """The gradients of the weights from totals, each summed once"""

    def gradients(choose=lambda g, dh, dC: (dh, dC), C_of=lambda C: C[:-1], h_of=lambda h: h[:-1]):
        def formula(*a):
            s, dh, dC = totals(*a)
            v = np.concatenate([h_of(s.h), a[8]], axis=1)
            d = deltas(s, *choose(2 * (s.h - a[-1]), dh, dC), C_of(s.C))
            return tuple(d_g.T @ v for d_g in d)

        return formula

    def by(way):
        return Oracle(lambda *a: tuple(way(loss, j, *a) for j in range(4)))

    return Certificate(
        statement=r"\begin{aligned} \frac{\mathrm{d}L}{\mathrm{d}W_g} &= \sum_{k=1}^{T} "
        r"\frac{\mathrm{d}L}{\mathrm{d}C_k}\,\frac{\partial^{+} C_k}{\partial W_g} \\ &\qquad (g = f, i, "
        r"c), \\ \frac{\mathrm{d}L}{\mathrm{d}W_o} &= \sum_{k=1}^{T} "
        r"\frac{\mathrm{d}L}{\mathrm{d}h_k}\,\frac{\partial^{+} h_k}{\partial W_o} \end{aligned}",
        conditions=r"$\mathrm{d}L/\mathrm{d}C_k$ and $\mathrm{d}L/\mathrm{d}h_k$ are totals; $\partial^{+}$ "
        r"holds $h_{k-1}$, $C_{k-1}$ and $x_k$ fixed, and for $W_o$ also $C_k$; $h_0$ and $C_0$ do not "
        r"depend on the weights.",
        inputs=cells,
        claim=gradients(),
        oracles={"complex step": by(by_complex_step), "dual numbers": by(by_dual_numbers)},
        wrong={
            "local losses for W_o": gradients(choose=lambda g, dh, dC: (g, dC)),
            "the cell alone, nothing for W_o": gradients(choose=lambda g, dh, dC: (0 * dh, dC)),
            "C_k for C_{k-1}": gradients(C_of=lambda C: C[1:]),
            "h_k for h_{k-1}": gradients(h_of=lambda h: h[1:]),
            "totals of k - 1": gradients(choose=lambda g, dh, dC: (np.roll(dh, 1, 0), np.roll(dC, 1, 0))),
            "dL/dh for dL/dC": gradients(choose=lambda g, dh, dC: (dh, dh)),
        },
    )

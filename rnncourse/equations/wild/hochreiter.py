"""Rows from Long Short-Term Memory."""

from functools import partial
from itertools import product as choices

import numpy as np

from ...certificates.oracles import Dual, Oracle, exact, logistic
from . import Row, Source
from ._networks import bounded, norm, product, turned

SOURCE = Source(
    "Hochreiter and Schmidhuber, *Long Short-Term Memory* (Neural Computation, 1997)",
    "two independent transcriptions; no original PDF was seen. Sections and equation numbers are the "
    "paper's.",
    "$y_t$ is the state, $net_t$ the pre-activation, $w_{ij}$ the weight from unit $j$ to unit $i$, and "
    "$\\vartheta = -\\partial E / \\partial net$. A sentence that names the column of $[A]_{ij}$ first is "
    "not counted.",
)


def flat(z):
    return logistic(z) * (1 - logistic(z))


def paths(rng):
    """q = 1, 2, 3 and 5 steps back in logistic networks of 2, 3, 2 and 2 units, W large in the last two"""
    for q, n, size in (1, 2, 1), (2, 3, 1), (3, 2, 30), (5, 2, 30):
        yield size * rng.normal(size=(n, n)), flat(2 * rng.normal(size=(q, n)))


def iterated(W, slopes):
    """d theta(t - q) / d theta(t) by equation (1), one unit vector after the other; slopes[m - 1] is f'
    at t - m."""
    columns = []
    for theta in np.eye(len(W)):
        for slope in slopes:
            theta = np.array(
                [s * sum(W[i, j] * theta[i] for i in range(len(W))) for j, s in enumerate(slope)]
            )
        columns.append(theta)
    return np.array(columns).T


def h01():
    def inputs(rng):
        """T = 1, 3 and 5 steps of 2, 3 and 2 logistic units, a target at the last step, at last a far one"""
        for T, n, size in (1, 2, 1), (3, 3, 1), (5, 2, 20):
            shapes = (n, n), (T, n), (n,)
            yield *(rng.normal(size=shape) for shape in shapes), size * rng.normal(size=n)

    def forward(W, x, y0):
        y, net = [y0], []
        for x_t in x:
            net.append(W @ y[-1] + x_t)
            y.append(logistic(net[-1]))
        return y, net

    def error(W, x, y0, d):
        e = d - forward(W, x, y0)[0][-1]
        return e @ e * 0.5

    def truth(W, x, y0, d):
        units = np.eye(W.size).reshape(-1, *W.shape)
        steps = [-np.imag(error(W + 1e-200j * e, x, y0, d)) / 1e-200 for e in units]
        return np.reshape(steps, W.shape)

    def claim(W, x, y0, d, turn=False, late=0):
        y, net = forward(W, x, y0)
        theta, out = flat(net[-1]) * (d - y[-1]), 0 * W
        for t in range(len(x), 0, -1):
            out = out + np.outer(theta, y[t - 1 + late])
            theta = flat(net[t - 2]) * ((W if turn else W.T) @ theta)
        return out

    return Row(
        "sec. 3.1, (1) and the update",
        r"\vartheta_j(t) = f_j'\bigl(net_j(t)\bigr)\sum_i w_{ij}\,\vartheta_i(t+1), \qquad \Delta w_{jl} "
        r"\propto \sum_t \vartheta_j(t)\,y_l(t-1)",
        "$E = \\tfrac12\\sum(d - y)^2$, here with a target at the last step.",
        "true",
        "eq-bptt",
        inputs,
        claim,
        {"complex step": Oracle(truth)},
        {"w_ji for w_ij": lambda *a: claim(*a, turn=True), "y(t) for y(t - 1)": lambda *a: claim(*a, late=1)},
    )


def h02():
    def claim(W, slopes, swapped=True, shift=0):
        n, q = len(W), len(slopes)
        out = np.zeros((n, n))
        for l in choices(range(n), repeat=q + 1):
            factors = (
                slopes[(m + shift) % q, l[m + 1]] * (W[l[m], l[m + 1]] if swapped else W[l[m + 1], l[m]])
                for m in range(q)
            )
            out[l[q], l[0]] += np.prod(list(factors))
        return out

    return Row(
        "sec. 3.1, (2)",
        r"\frac{\partial \vartheta_v(t-q)}{\partial \vartheta_u(t)} = "
        r"\sum_{l_1}\cdots\sum_{l_{q-1}}\prod_{m=1}^{q}f_{l_m}'\bigl(net_{l_m}(t-m)\bigr)\,w_{l_m l_{m-1}}, "
        r"\quad l_0 = u,\; l_q = v",
        "With $w_{ij}$ from $j$ to $i$, iterating (1) gives $w_{l_{m-1} l_m}$: the two indices are "
        "exchanged. The estimates of size in the section are not affected.",
        "misprint",
        "eq-transport",
        paths,
        claim,
        {"iterating (1)": Oracle(iterated)},
        {
            "the result transposed": lambda W, slopes: claim(W, slopes).T,
            "slopes of the neighbouring step": lambda W, slopes: claim(W, slopes, shift=1),
        },
        {"indices as printed": lambda W, slopes: claim(W, slopes, swapped=False)},
        correct=r"\prod_{m=1}^{q} f_{l_m}'\bigl(net_{l_m}(t-m)\bigr)\,w_{l_{m-1} l_m}",
    )


def of_one_sign(rng):
    """1, 2 and 4 linear units, q = 1, 2 and 5 steps, all weights 0.5, 1 or -2; 2 units with unequal
    negative weights"""
    for q in 1, 2, 5:
        yield from ((np.full((n, n), w), q) for n in (1, 2, 4) for w in (0.5, 1.0, -2.0))
        yield np.array([[-0.5, -2.0], [-1.0, -0.7]]), q


def row_sums(W):
    """The largest sum of the sizes in a row."""
    return max(sum(abs(w) for w in row) for row in W)


def largest(W, q):
    """The largest entry of the whole error factor, in fractions."""
    return float(max(abs(a) for a in product_of(exact(W), q).flat))


def product_of(W, q):
    out = W
    for _ in range(q - 1):
        out = out @ W
    return out


def h03():
    def opposed(rng):
        """[[2, 2], [-2, -2]], 2 steps: every path product is 4 in size, and they cancel"""
        yield np.array([[2.0, 2], [-2, -2]]), 2

    def claim(W, q, more=0):
        return np.min(abs(W)) ** (q + more)

    def short(bound, value):
        return max(0.0, 1 - value / bound - 1e-12)

    return Row(
        "sec. 3.1, after (2)",
        r"|f'(net)\,w| > 1 \text{ on every path: the largest product grows, the error blows up}",
        "The largest product does. The sum over the paths can cancel; with weights of one sign it cannot.",
        "true if",
        "eq-bound",
        of_one_sign,
        claim,
        {
            "the whole error factor": Oracle(largest, 0, short),
            "attained by one unit": Oracle(lambda W, q: largest(np.array([[np.min(abs(W))]]), q)),
        },
        {
            "one factor more": lambda W, q: claim(W, q, 1),
            "every path as large as all together": lambda W, q: len(W) * largest(W, q),
        },
        outside=opposed,
    )


def h04():
    def claim(W, q, count=lambda n, q: n ** (q - 1)):
        return count(len(W), q) * np.max(abs(W)) ** q

    return Row(
        "sec. 3.1, after (2)",
        r"|f'(net)\,w| < 1 \text{ on every path: the largest product decays, the error vanishes}",
        "There are $n^{q-1}$ paths: decay is certain if $n\\max|f' w| < 1$, a bound that the paper adds "
        "itself later in the section.",
        "true if",
        "eq-bound",
        of_one_sign,
        claim,
        {
            "the whole error factor": bounded(largest),
            "attained by equal weights": Oracle(lambda W, q: largest(np.full_like(W, np.max(abs(W))), q)),
        },
        {
            "n^(q - 2) paths": lambda W, q: claim(W, q, lambda n, q: float(n) ** (q - 2)),
            "n q paths": lambda W, q: claim(W, q, lambda n, q: n ** min(q - 1, 1)),
        },
        {"one path for all": lambda W, q: claim(W, q, lambda n, q: 1)},
        correct=r"\Bigl|\frac{\partial\vartheta_v(t-q)}{\partial\vartheta_u(t)}\Bigr| \le n^{q-1}\,(\max|f' "
        r"w|)^{q}",
    )


def h05():
    def inputs(rng):
        """y = 0.3, 0.7 and 1"""
        yield from ((y,) for y in (0.3, 0.7, 1.0))

    def searched(y):
        low, high = 0.1 / y, 5 / y
        for _ in range(200):  # the derivative of w f'(w y) changes sign at the largest value
            w = (low + high) / 2
            up = np.imag((w + 1e-200j) * flat((w + 1e-200j) * y)) > 0
            low, high = (w, high) if up else (low, w)
        return low

    def claim(y, half=0.5, scale=True):
        s = 1.5
        for _ in range(400):
            s = (s + 1 / np.tanh(half * s)) / 2
        return s / y if scale else s

    return Row(
        "sec. 3.1",
        r"|f'(net)\,w| \text{ is largest at } w = \frac1y\coth\bigl(\tfrac12 net\bigr)",
        "$y$ constant and $net = w y$: one incoming connection.",
        "true",
        "eq-sigma-prime",
        inputs,
        claim,
        {"bisection": Oracle(searched, 1e-10)},
        {"coth(net)": lambda y: claim(y, 1.0), "without 1/y": lambda y: claim(y, scale=False)},
    )


def h06():
    def inputs(rng):
        """weights of 0.5 to 3.9, net = 0 and random"""
        for w in 0.5, -2.0, 3.9:
            for net in 0.0, rng.normal():
                yield w, net

    return Row(
        "sec. 3.1",
        r"|f'(net)\,w| \le \tfrac14 |w| < 1 \quad\text{for } |w| < 4",
        "The logistic function, whose slope is at most 1/4.",
        "true",
        "eq-bound",
        inputs,
        lambda w, net: abs(w) / 4,
        {
            "the product itself": bounded(lambda w, net: abs(flat(net) * w)),
            "attained at net = 0": Oracle(lambda w, net: abs(flat(0.0) * w)),
        },
        {"1/5": lambda w, net: abs(w) / 5, "the square": lambda w, net: (w / 4) ** 2},
    )


def h07():
    def longer(rng):
        """q = 2, 3 and 5 steps back in logistic networks of 3, 2 and 2 units, W large in the last two"""
        return (a for a in paths(rng) if len(a[1]) > 1)

    def claim(W, slopes, V=None, shift=0):
        V = W if V is None else V
        F = np.roll(slopes, shift, axis=0)
        q, n = F.shape
        middle = product([np.diag(F[0]), *(V @ np.diag(F[m]) for m in range(1, q - 1)), np.eye(n)])
        return np.array([[W[u] @ middle @ W[:, v] * F[-1, v] for u in range(n)] for v in range(n)])

    return Row(
        "sec. 3.1, weak upper bound",
        r"\frac{\partial\vartheta_v(t-q)}{\partial\vartheta_u(t)} = W_{u^{\top}}^{\top} "
        r"F'(t-1)\prod_{m=2}^{q-1}\bigl(W F'(t-m)\bigr)\,W_v\,f_v'\bigl(net_v(t-q)\bigr)",
        "$[W_{u^\\top}]_i = w_{ui}$ and $[W_v]_i = w_{iv}$.",
        "true",
        "eq-transport",
        longer,
        claim,
        {"iterating (1)": Oracle(iterated)},
        {
            "W transposed in the product": lambda W, slopes: claim(W, slopes, W.T),
            "slopes of the neighbouring step": lambda W, slopes: claim(W, slopes, shift=1),
        },
    )


def h09():
    def inputs(rng):
        """vectors of 1, 2 and 5 entries: all of one size and of either sign, and random"""
        for n in 1, 2, 5:
            yield np.ones(n), -np.ones(n)
            yield -np.ones(n), np.ones(n)
            yield rng.normal(size=n), rng.normal(size=n)

    def claim(x, y, times=lambda n: n):
        return times(len(x)) * np.max(abs(x)) * np.max(abs(y))

    return Row(
        "sec. 3.1, weak upper bound",
        r"|x^{\top} y| \le n\,\lVert x \rVert\,\lVert y \rVert",
        "For every norm with $\\max|x_i| \\le \\lVert x \\rVert$; tried with the largest entry, the "
        "smallest such norm.",
        "true",
        "eq-bound",
        inputs,
        claim,
        {
            "the product itself": bounded(lambda x, y: abs(x @ y)),
            "attained by equal entries": Oracle(
                lambda x, y: abs(np.full(len(x), np.max(abs(x))) @ np.full(len(y), np.max(abs(y))))
            ),
        },
        {
            "without n": lambda x, y: claim(x, y, lambda n: 1),
            "the root of n": lambda x, y: claim(x, y, np.sqrt),
        },
    )


def h10():
    def inputs(rng, norms=((np.inf, np.inf), (2, 2))):
        """3 units, random weights and a single weight, for the row-sum norm with the largest entry and
        the 2-norm"""
        for orders in norms:
            yield np.eye(3)[[1, 0, 0]] * [1, 1, 0] * 2.0, 0, *orders
            yield np.diag([1.0, 3, 2]), 1, *orders
            yield rng.normal(size=(3, 3)), 2, *orders

    def sums(rng):
        """a first row of ones, with the sum norm"""
        yield np.array([[1.0, 1, 1], [0, 0, 0], [0, 0, 0]]), 0, 1, 1

    def claim(W, u, vector, matrix, times=1.0):
        return times * np.linalg.norm(W, matrix)

    return Row(
        "sec. 3.1, weak upper bound",
        r"\lVert e_u W \rVert_x \le \lVert W \rVert_A\,\lVert e_u \rVert_x",
        "For norms that bound row vectors too, as the paper's pair of row-sum norm and largest entry does; "
        "it fails for the sum norm. The paper's final bound stands.",
        "true if",
        "eq-bound",
        inputs,
        claim,
        {
            "the row itself": bounded(lambda W, u, vector, matrix: np.linalg.norm(W[u], vector)),
            "attained by a multiple of I": Oracle(
                lambda W, u, vector, matrix: row_sums(W) if matrix == np.inf else norm(turned(W))
            ),
        },
        {
            "nine tenths": lambda *a: claim(*a, times=0.9),
            "the mean size of an entry": lambda W, u, vector, matrix: np.mean(abs(W)),
        },
        outside=sums,
    )


def h11():
    def inputs(rng):
        """1, 2 and 3 logistic units near net = 0, q = 1, 2 and 5 steps, weights 1 and 3; random weights"""
        for n in 1, 2, 3:
            for q in 1, 2, 5:
                for w in 1.0, 3.0:
                    yield np.full((n, n), w), flat(1e-9 * rng.normal(size=(q, n)))
        yield rng.normal(size=(3, 3)), flat(rng.normal(size=(4, 3)))

    def claim(W, slopes, steepest=0.25, more=0):
        return len(W) * (steepest * np.linalg.norm(W, np.inf)) ** (len(slopes) + more)

    return Row(
        "sec. 3.1, weak upper bound",
        r"\Bigl|\frac{\partial\vartheta_v(t-q)}{\partial\vartheta_u(t)}\Bigr| \le "
        r"n\,\bigl(f'_{\max}\,\lVert W \rVert_A\bigr)^{q}",
        "The row-sum norm; $f'_{\\max} = 1/4$ for logistic units, so $w_{\\max} < 4/n$ makes the factor "
        "decay.",
        "true",
        "eq-bound",
        inputs,
        claim,
        {
            "iterating (1)": bounded(lambda W, slopes: np.max(abs(iterated(W, slopes)))),
            "n times one unit at rest with a row's weights": Oracle(
                lambda W, slopes: len(W) * iterated(np.array([[row_sums(W)]]), flat(0 * slopes[:, :1]))[0, 0]
            ),
        },
        {
            "slopes up to 1/5": lambda *a: claim(*a, steepest=0.2),
            "one factor more": lambda *a: claim(*a, more=1),
        },
    )


def h12():
    def inputs(rng):
        """weights 0.5, 1 and 1.7, 1, 10 and 100 steps"""
        for w in 0.5, 1.0, 1.7:
            for n in 1, 10, 100:
                yield w, float(rng.normal()), n

    def claim(w, y, n, f=lambda net, w: net / w):
        for _ in range(n):
            y = f(w * y, w)
        return y

    return Row(
        "sec. 3.2",
        r"f_j'(net_j)\,w_{jj} = 1 \;\Longrightarrow\; f_j(net) = \frac{net}{w_{jj}}, \quad y_j(t+1) = y_j(t)",
        "Up to a constant of integration, set to 0: the constant error carousel.",
        "true",
        "eq-carousel",
        inputs,
        claim,
        {"the value kept": Oracle(lambda w, y, n: y, 1e-10)},
        {
            "the identity": lambda *a: claim(*a, f=lambda net, w: net),
            "tanh(net)/w": lambda *a: claim(*a, f=lambda net, w: np.tanh(net) / w),
        },
    )


def h13():
    def inputs(rng, cut=True):
        """1, 3 and 10 steps, nothing sent back through gates and net inputs"""
        for T in 1, 3, 10:
            yield rng.normal(size=(3, 2)), rng.normal(size=(T, 3)), float(rng.normal()), cut

    def run(w, x, s0, cut, kept=1.0):
        s, y = Dual(s0, 1.0), Dual(0.5)
        for x_t in x:
            y = Dual(y.value) if cut else y
            gate, write, out = (
                1 / (1 + (-(y * w_g[0] + float(w_g[1] + x_g))).exp()) for w_g, x_g in zip(w, x_t, strict=True)
            )
            s = s * kept + gate * (write * 4 - 2)
            y = out * (2 / (1 + (-s).exp()) - 1)
        return s.slope

    def untruncated(rng):
        """3 and 10 steps, the way through the output included"""
        return (a for a in inputs(rng, cut=False) if len(a[1]) > 1)

    return Row(
        "sec. 4",
        r"s_c(t) = s_c(t-1) + y^{in}(t)\,g\bigl(net_c(t)\bigr): \quad \frac{\partial s_c(t)}{\partial "
        r"s_c(k)} = 1",
        "With the paper's truncation: nothing is sent back through gates and net inputs. The full "
        "derivative has the way through $y^c(t-1)$ too.",
        "true if",
        "eq-carousel",
        inputs,
        lambda w, x, s0, cut: 1.0,
        {"dual numbers": Oracle(run)},
        {
            "a forget gate of 0.9": partial(run, kept=0.9),
            "one more for every step": lambda w, x, s0, cut: 1.0 + len(x),
        },
        outside=untruncated,
    )


def h14():
    def inputs(rng):
        """T = 1, 3 and 5 steps of 2, 3 and 2 logistic units, a loss at every step, at last a steep one"""
        for T, n, size in (1, 2, 1), (3, 3, 1), (5, 2, 10):
            shapes = (n, n), (T, n), (n,)
            yield *(rng.normal(size=shape) for shape in shapes), size * rng.normal(size=(T, n))

    def forward(W, x, y):
        out = []
        for x_t in x:
            y = logistic(W @ y + x_t)
            out.append(y)
        return out

    def truth(W, x, y0, g):
        units = np.eye(W.size).reshape(-1, *W.shape)
        moved = (sum(a @ b for a, b in zip(g, forward(W + 1e-200j * e, x, y0), strict=True)) for e in units)
        return np.reshape([np.imag(L) / 1e-200 for L in moved], W.shape)

    def claim(W, x, y0, g, carried=1.0, turn=False):
        """Forward in time: S = dy/dW goes along with the state."""
        y, S, out = y0, np.zeros((len(y0), *W.shape)), 0 * W
        for x_t, g_t in zip(x, g, strict=True):
            slope = flat(W @ y + x_t)
            back = np.tensordot(W.T if turn else W, S, 1)
            S = slope[:, None, None] * (np.einsum("ia,b->iab", np.eye(len(y)), y) + carried * back)
            y = logistic(W @ y + x_t)
            out = out + np.tensordot(g_t, S, 1)
        return out

    return Row(
        "sec. 5",
        r"\text{untruncated BPTT and offline RTRL give the same gradient}",
        "RTRL carries $\\mathrm{d}h_t/\\mathrm{d}W$ forward.",
        "true",
        "eq-two-ways",
        inputs,
        claim,
        {"complex step": Oracle(truth)},
        {
            "nothing carried": lambda *a: claim(*a, carried=0.0),
            "the Jacobian transposed": lambda *a: claim(*a, turn=True),
        },
    )

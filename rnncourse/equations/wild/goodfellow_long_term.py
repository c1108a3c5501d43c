"""Rows from Deep Learning, chapter 10: long-term dependencies."""

from fractions import Fraction

import numpy as np

from ...certificates.oracles import Dual, Oracle, exact, logistic
from . import Row, Source
from ._networks import Unit, by, decided, last, matrices, nets, norm, part, product, radius

SOURCE = Source(
    "Goodfellow, Bengio and Courville, *Deep Learning* (2016), sections 10.7 to 10.11",
    "as above: commit a03e98d. For every row that is not plainly right, the English text reads the same.",
    "Columns, except where a row says so. $s$ is the cell $C$, $g$ the input gate, $q$ the output gate. "
    "Three slips of typing are not counted: a transpose in line 879, half a sentence in line 889, and an "
    "input's index that only the translation has (line 1054).",
)


def starts(rng):
    """t = 1, 2 and 7 steps with matrices of 2, 3 and 2 rows"""
    for t, n in (1, 2), (2, 3), (7, 2):
        yield rng.normal(size=(n, n)), rng.normal(size=n), t


def stepped(W, h, t):
    """t steps of h <- W^T h, in fractions."""
    W, h = exact(W), exact(h)
    for _ in range(t):
        h = W.T @ h
    return h.astype(float)


def g10():
    power = np.linalg.matrix_power
    return Row(
        "l.792 to 798",
        r"h_t = W^{\top} h_{t-1} \;\Longrightarrow\; h_t = \bigl(W^{t}\bigr)^{\top} h_0",
        "The book multiplies by $W^{\\top}$ in this section.",
        "true",
        "eq-power",
        starts,
        lambda W, h, t: power(W, t).T @ h,
        {"steps in fractions": Oracle(stepped)},
        {
            "not transposed": lambda W, h, t: power(W, t) @ h,
            "one step more": lambda W, h, t: power(W, t + 1).T @ h,
        },
    )


def g11():
    def inputs(rng):
        """t = 1, 2 and 7 steps with symmetric matrices of 2, 3 and 3 rows"""
        for t, n in (1, 2), (2, 3), (7, 3):
            A = rng.normal(size=(n, n))
            yield A + A.T, rng.normal(size=n), t

    def claim(W, h, t, turned=False):
        lam, Q = np.linalg.eigh(W)
        Q = Q.T if turned else Q
        return Q @ (lam**t * (Q.T @ h))

    return Row(
        "l.802 to 806",
        r"W = Q \Lambda Q^{\top},\; Q \text{ orthogonal} \;\Longrightarrow\; h_t = Q^{\top} \Lambda^{t} Q\, "
        r"h_0",
        "With $W = Q\\Lambda Q^{\\top}$ the result is $Q\\Lambda^t Q^{\\top} h_0$; the line printed belongs "
        "to $W = Q^{\\top}\\Lambda Q$.",
        "misprint",
        "eq-power",
        inputs,
        claim,
        {"steps in fractions": Oracle(stepped)},
        {
            "one power more": lambda W, h, t: claim(W, h, t + 1),
            "moduli of the eigenvalues": lambda W, h, t: (
                np.linalg.eigh(W)[1] @ (abs(np.linalg.eigh(W)[0]) ** t * (np.linalg.eigh(W)[1].T @ h))
            ),
        },
        {"Q and its transpose as printed": lambda W, h, t: claim(W, h, t, turned=True)},
        correct=r"h_t = Q \Lambda^{t} Q^{\top} h_0",
    )


def g12():
    def inputs(rng):
        """0.9, 1.1, -0.9, -1, -1.1, and complex numbers of modulus 0.9 and 1.27"""
        for lam in 0.9, 1.1, -0.9, -1.0, -1.1, 0.9 * np.exp(2j), 0.9 + 0.9j:
            yield (lam,)

    return Row(
        "l.808",
        r"\Lambda^{t}:\quad |\lambda| < 1 \text{ decays to } 0, \quad |\lambda| > 1 \text{ explodes}",
        "The book says magnitude.",
        "true",
        "eq-sandwich",
        inputs,
        lambda lam: abs(lam) > 1,
        {"the power 400": decided(lambda lam: abs(lam**400) > 1)},
        {
            "the signed real part": lambda lam: np.real(lam) > 1,
            "the modulus of the real part": lambda lam: abs(np.real(lam)) > 1,
        },
    )


def g13():
    def inputs(rng, spectra=((1.2, 1.1, 0.5), (-1.2, 1, 0.9), (0.9, 0.8, 0.1))):
        """three eigenvalues with one modulus strictly largest, above and below 1"""
        yield from ((np.array(lam), 1 + rng.uniform(size=3)) for lam in spectra)

    def tied(rng):
        """eigenvalues 1.2, -1.2 and 0.5"""
        return inputs(rng, ((1.2, -1.2, 0.5),))

    def shares(lam, start):
        h = start
        for _ in range(1000):
            h = lam * h / np.max(abs(lam * h))
        return abs(h) / np.linalg.norm(h)

    return Row(
        "l.809",
        r"\text{the part of } h_0 \text{ not along the leading eigenvector is lost in the end}",
        "In proportion, and only if one $|\\lambda_1|$ is strictly largest. A second eigenvalue above 1 "
        "still grows in absolute size.",
        "true if",
        "eq-dominant-mode",
        inputs,
        lambda lam, start: np.array([1.0, 0, 0]),
        {"shares after 1000 steps": Oracle(shares)},
        {
            "the second stays": lambda lam, start: np.array([1.0, 1, 0]) / np.sqrt(2),
            "the shares of the start": lambda lam, start: start / np.linalg.norm(start),
        },
        outside=tied,
    )


def variances(rng):
    """n = 1, 2, 5 and 8 weights of variance 0.5, 1 and 1.3"""
    for n in 1, 2, 5, 8:
        for v in 0.5, 1.0, 1.3:
            yield n, v


def g14():
    def by_all_signs(n, v):
        """Weights that are +-sqrt(2v) or 0 with probability 1/4, 1/4 and 1/2: every product there can be."""
        values, chances = np.array([np.sqrt(2 * v), 0, -np.sqrt(2 * v)]), np.array([0.25, 0.5, 0.25])
        out, weight = np.ones(1), np.ones(1)
        for _ in range(n):
            out, weight = np.outer(out, values).ravel(), np.outer(weight, chances).ravel()
        return weight @ out**2 - (weight @ out) ** 2

    return Row(
        "l.816 to 818",
        r"\operatorname{Var} \prod_{t=1}^{n} w^{(t)} = O(v^{n})",
        "Independent $w^{(t)}$ of mean 0 and variance $v$; it even equals $v^n$.",
        "true",
        "eq-energy",
        variances,
        lambda n, v: v**n,
        {"all products of three values": Oracle(by_all_signs)},
        {"n v": lambda n, v: n * v, "v^(n - 1)": lambda n, v: v ** (n - 1)},
    )


def g15():
    def bisected(n, v):
        low, high = 0.0, 10.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if np.prod([middle] * n) < v else (low, middle)
        return low

    return Row(
        "l.819",
        r"\text{wanted variance } v^{*}:\quad v = \sqrt[n]{v^{*}}",
        "Follows from the line before, as an equality.",
        "true",
        "eq-energy",
        variances,
        lambda n, v: v ** (1 / n),
        {"bisection": Oracle(bisected)},
        {"v*/n": lambda n, v: v / n, "the power n": lambda n, v: v**n},
    )


def g16():
    def inputs(rng):
        """n = 1, 2 and 5 steps with matrices of 2, 3 and 2 rows, not symmetric"""
        for n, size in (1, 2), (2, 3), (5, 2):
            yield rng.normal(size=(size, size)), rng.normal(size=size), n

    def truth(J, g, n):
        """The loss g . s_n, moved through each entry of s_0 by a dual number."""
        s = np.array([Dual(0.0, e) for e in np.eye(len(g))])
        for _ in range(n):
            s = J @ s
        return (g @ s).slope

    power = np.linalg.matrix_power
    return Row(
        "l.854 to 861",
        r"J = \frac{\partial s_t}{\partial s_{t-1}}: \quad n \text{ steps back turn } g \text{ into } J^{n} "
        r"g",
        "With the chapter's column gradients, $n$ steps back give $(J^{\\top})^n g$; $J^n g$ is the forward "
        "motion of a perturbation. The growth rates agree, since $J$ and $J^{\\top}$ have the same "
        "eigenvalues.",
        "two readings",
        "eq-transport",
        inputs,
        lambda J, g, n: power(J.T, n) @ g,
        {"dual numbers": Oracle(truth)},
        {
            "one step more": lambda J, g, n: power(J.T, n + 1) @ g,
            "transposed in the last step only": lambda J, g, n: power(J, n - 1) @ J.T @ g,
        },
        {"J itself applied to a column gradient": lambda J, g, n: power(J, n) @ g},
        correct=r"\bigl(J^{\top}\bigr)^{n} g",
    )


def g17():
    def inputs(rng):
        """n = 1, 5 and 20 steps with symmetric matrices of 2 and 3 rows, delta 0.001 and 2; 3 with -0.8"""
        yield np.array([[-0.8]]), 2.0, 3
        for n, size, delta in (1, 2, 2.0), (5, 3, 0.001), (20, 3, 2.0):
            A = rng.normal(size=(size, size))
            yield (A + A.T) / 2, delta, n

    def runs(J, delta, n):
        v = np.linalg.eigh(J)[1][:, -1]
        a, b = exact(np.zeros(len(v))), exact(delta * v)
        for _ in range(n):
            a, b = exact(J) @ a, exact(J) @ b
        return np.linalg.norm((b - a).astype(float))

    def claim(J, delta, n):
        return delta * abs(np.linalg.eigvalsh(J)[-1]) ** n

    return Row(
        "l.863 to 867",
        r"\text{runs from } g \text{ and } g + \delta v \text{ part by } \delta\,|\lambda|^{n}",
        "$v$ is an eigenvector of length 1 to $\\lambda$.",
        "true",
        "eq-sandwich",
        inputs,
        claim,
        {"two runs in fractions": Oracle(runs, 1e-10)},
        {
            "one step less": lambda J, delta, n: claim(J, delta, n - 1),
            "n times lambda": lambda J, delta, n: delta * n * abs(np.linalg.eigvalsh(J)[-1]),
        },
    )


def g18():
    def inputs(rng):
        """symmetric and turned matrices, n = 1, 3 and 5 steps"""
        for n in 1, 3, 5:
            A = rng.normal(size=(3, 3))
            yield A + A.T, n
            yield 0.9 * np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]]), n

    def sheared(rng):
        """[[0.5, 10], [0, 0.5]], 5 steps"""
        yield np.array([[0.5, 10], [0, 0.5]]), 5

    def widest(J, n):
        """The largest stretch of a direction, by repeated multiplication with M^T M."""
        M = product([J] * n)
        v = np.ones(len(J)) + 0.1 * np.arange(len(J))
        for _ in range(3000):
            v = M.T @ (M @ v)
            v = v / np.linalg.norm(v)
        return np.linalg.norm(M @ v)

    return Row(
        "l.868",
        r"\text{the eigenvector of the largest } |\lambda| \text{ gives the widest separation}",
        "True for normal $J$. In general the widest separation after $n$ steps is along a singular vector "
        "of $J^n$: for [[0.5, 10], [0, 0.5]] and $n = 5$ it is a hundred times as wide.",
        "true if",
        "eq-sandwich",
        inputs,
        lambda J, n: radius(J) ** n,
        {"the most stretched direction": Oracle(widest, 1e-9)},
        {
            "one step less": lambda J, n: radius(J) ** (n - 1) * 1.01,
            "the sum of squares": lambda J, n: np.linalg.norm(J) ** n,
        },
        outside=sheared,
    )


def g20():
    def shrinks(W):
        """Whether one step shortens every one of 2000 directions of each plane of two axes, and of
        eigenvectors."""
        n = len(W)
        angle = np.linspace(0, np.pi, 2000)
        tried = [np.linalg.svd(W)[2].T]
        for i in range(n):
            for j in range(i):
                v = np.zeros((n, 2000))
                v[i], v[j] = np.cos(angle), np.sin(angle)
                tried.append(v)
        return bool(max(np.max(np.linalg.norm(W @ v, axis=0)) for v in tried) < 1)

    return Row(
        "l.881 to 882",
        r"\rho(W) < 1 \;\Longrightarrow\; h_t \mapsto h_{t+1} \text{ is contractive at every step}",
        "$\\rho < 1$ gives decay in the end, not at every step: for [[0.5, 10], [0, 0.5]], with $\\rho = "
        "0.5$, a vector of length 1 can first grow to 10. Shrinking at every step in the 2-norm needs "
        "$\\sigma_{\\max} < 1$; for normal matrices the two agree.",
        "false",
        "eq-sandwich",
        matrices,
        lambda W: norm(W) < 1,
        {"2000 directions": decided(shrinks)},
        {
            "the largest entry below 1": lambda W: np.max(abs(W)) < 1,
            "the sum of squares below 1": lambda W: np.linalg.norm(W) < 1,
        },
        {"the spectral radius below 1": lambda W: radius(W) < 1},
        correct=r"\sigma_{\max}(W) < 1 \iff \lVert W h \rVert < \lVert h \rVert \text{ for all } h \ne 0",
    )


def g22():
    def inputs(rng):
        """1, 5 and 50 steps of 2 units in state 0 with W = 1.5 times a rotation or a reflection"""
        for t in 1, 5, 50:
            for Q in [[0.6, -0.8], [0.8, 0.6]], [[0.6, 0.8], [0.8, -0.6]]:
                yield 1.5 * np.array(Q), t

    def truth(W, t):
        h = np.array([Dual(0.0, e) for e in np.eye(2)])
        for _ in range(t):
            h = W @ h
            h = np.array([Dual(np.tanh(a.value), (1 - np.tanh(a.value) ** 2) * a.slope) for a in h])
        return norm(np.array([a.slope for a in h]))

    return Row(
        "l.894 to 895",
        r"\text{bounded states, yet } \Bigl\lVert\frac{\partial h_t}{\partial h_0}\Bigr\rVert = 1.5^{t} "
        r"\text{ with } W = 1.5\,Q \text{ in state } 0",
        "The book's case: every tanh unit in its linear part and $\\rho > 1$; here with an orthogonal $Q$.",
        "true",
        "eq-bound",
        inputs,
        lambda W, t: 1.5**t,
        {"dual numbers": Oracle(truth)},
        {"1, as the states are bounded": lambda W, t: 1.0, "one step less": lambda W, t: 1.5 ** (t - 1)},
    )


def g23():
    def inputs(rng):
        """tau = 10, 30 and 60 steps, delays of 2 and 5, weights 0.9 and 1.1"""
        for tau in 10, 30, 60:
            for d in 2, 5:
                for w in 0.9, 1.1:
                    yield w, d, tau

    def truth(w, d, tau):
        h = [Dual(1.0, 1.0), *([Dual(0.0)] * (d - 1))]
        for _ in range(tau):
            h.append(h[-d] * w)
        return h[tau].slope

    return Row(
        "l.919 to 921",
        r"\text{links of delay } d: \quad \frac{\partial h_{t}}{\partial h_{t-\tau}} = w^{\tau / d}",
        "One linear unit and $\\tau$ a multiple of $d$: the rate goes with $\\tau/d$ instead of $\\tau$.",
        "true",
        "eq-power",
        inputs,
        lambda w, d, tau: w ** (tau // d),
        {"dual numbers": Oracle(truth)},
        {"the power tau": lambda w, d, tau: w**tau, "the power tau - d": lambda w, d, tau: w ** (tau - d)},
    )


def g24():
    def inputs(rng):
        """averages over 12 values with alpha = 0.1, 0.5 and 0.9, from 0, 3 and 11 steps back"""
        for alpha in 0.1, 0.5, 0.9:
            for k in 0, 3, 11:
                yield alpha, k

    def truth(alpha, k):
        mu = Dual(0.0)
        for t in range(12):
            mu = mu * alpha + Dual(1.0, float(11 - t == k)) * (1 - alpha)
        return mu.slope

    return Row(
        "l.930 to 931",
        r"\mu_t = \alpha\,\mu_{t-1} + (1 - \alpha)\,v_t: \quad \frac{\partial \mu_t}{\partial v_{t-k}} = (1 "
        r"- \alpha)\,\alpha^{k}",
        "A leaky unit.",
        "true",
        "eq-half-life",
        inputs,
        lambda alpha, k: (1 - alpha) * alpha**k,
        {"dual numbers": Oracle(truth)},
        {
            "without 1 - alpha": lambda alpha, k: alpha**k,
            "one step more": lambda alpha, k: (1 - alpha) * alpha ** (k + 1),
        },
    )


def g25():
    def inputs(rng):
        """one step of 2 and 3 units with h_{t-1} held fixed; all that is given is normal"""
        for n in 2, 3:
            yield (Unit(*rng.normal(size=(7, n))),)

    def cell(u):
        return logistic(u.f) * u.C_prev + logistic(u.i) * logistic(u.c)

    return Row(
        "l.1016 to 1035",
        r"C_t = f_t \odot C_{t-1} + i_t \odot \sigma(\cdot),\quad \frac{\partial^{+}C_t}{\partial C_{t-1}} "
        r"= \operatorname{diag}(f_t)",
        "The candidate goes through the logistic function here, where many texts have tanh: the cell is "
        "only pushed upwards. The direct derivative is the same.",
        "true",
        "eq-lstm-cell",
        inputs,
        lambda u: np.diag(logistic(u.f)),
        by("C_prev", cell),
        {
            "the input gate": lambda u: np.diag(logistic(u.i)),
            "1, a cell without a forget gate": lambda u: np.eye(len(u.f)),
        },
    )


def g27():
    def inputs(rng):
        """gradients of norm 0.1 to 100, with v = 1 and 2; one of 4 entries of size 0.8, with v = 1"""
        for size in 0.1, 1.5, 4.0, 100.0:
            for v in 1.0, 2.0:
                g = rng.normal(size=4)
                yield size * g / np.linalg.norm(g), v
        yield np.array([0.8, -0.8, 0.8, 0.8]), 1.0

    def truth(g, v):
        """The direction from angles, the length from a comparison of squares in fractions."""
        q = sum(a * a for a in exact(g))
        return g if q <= Fraction(v) ** 2 else np.sign(g) * np.sqrt(v * v * (g * g) / float(q))

    return Row(
        "l.1131 to 1137",
        r"\lVert g \rVert > v: \quad g \;\leftarrow\; \frac{g\,v}{\lVert g \rVert}",
        "The norm over all parameters together.",
        "true",
        "eq-clip",
        inputs,
        lambda g, v: g * v / np.linalg.norm(g) if np.linalg.norm(g) > v else g,
        {"squares in fractions": Oracle(truth)},
        {
            "below v too": lambda g, v: g * v / np.linalg.norm(g),
            "entry by entry": lambda g, v: np.clip(g, -v, v),
        },
    )


def g29():
    def inputs(rng):
        """gradients of 5 entries, sizes 0.5 to 50, and one of 20 entries with one large; clipped at 1"""
        for size in 0.5, 3.0, 50.0:
            yield (size * rng.normal(size=5),)
        yield (np.array([50.0] + [1.0] * 19),)

    def cosine(g):
        clipped = np.clip(g, -1, 1)
        return g @ clipped / np.linalg.norm(g) / np.linalg.norm(clipped)

    return Row(
        "l.1146",
        r"\text{entry-by-entry clipping: not along } g, \text{ yet a descent direction}",
        "To first order: the angle to the gradient stays below a right angle.",
        "true",
        "eq-clip",
        inputs,
        lambda g: 0.0,
        {
            "the cosine": Oracle(cosine, 0, lambda bound, value: max(0.0, bound - value)),
            "approached with a million entries": Oracle(
                lambda g: cosine(np.append(1e9, np.ones(10**6))),
                2e-3,
                lambda bound, value: abs(bound - value),
            ),
        },
        {"along the gradient": lambda g: 1.0, "within 37 degrees": lambda g: 0.8},
    )


def g30():
    def claim(net, J=lambda net: net.J[-1]):
        return net.e[-1] @ net.V @ J(net)

    return Row(
        "l.1160 to 1171",
        r"\bigl(\nabla_{h_t} L\bigr)\,\frac{\partial h_t}{\partial h_{t-1}} \text{ is the gradient one step "
        r"earlier}",
        "The gradient is a row in this section, a column elsewhere in the chapter.",
        "true",
        "eq-transport",
        nets,
        claim,
        part(by("dh", last), -2),
        {
            "the Jacobian transposed": lambda net: claim(net, lambda net: net.J[-1].T),
            "W without the slopes": lambda net: claim(net, lambda net: net.W),
        },
    )

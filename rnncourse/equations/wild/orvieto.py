"""Rows from Resurrecting Recurrent Neural Networks for Long Sequences."""

import numpy as np

from ...certificates.oracles import Oracle, exact
from . import Row, Source

SOURCE = Source(
    "Orvieto and others, *Resurrecting Recurrent Neural Networks for Long Sequences* (ICML 2023)",
    "the ar5iv conversion of arXiv 2303.06349; sections as there.",
    "$x_k = \\Lambda x_{k-1} + B u_k$ with a complex diagonal $\\Lambda$: $x$ is the state and $u$ the "
    "input. An $i$ that the conversion lacks in the paragraph on phases is not counted.",
)


def o01():
    def inputs(rng):
        """nu = -3, 0 and 1, theta = 0, 1 and 3"""
        for nu in -3.0, 0.0, 1.0:
            for theta in 0.0, 1.0, 3.0:
                yield nu, theta

    def modulus(nu, theta):
        a = np.exp(-np.exp(nu))
        return np.hypot(a * np.cos(theta), a * np.sin(theta))

    return Row(
        "sec. 3.3",
        r"\lambda = \exp\bigl(-e^{\nu} + i\theta\bigr) \;\Longrightarrow\; |\lambda| = e^{-e^{\nu}} < 1",
        "In exact arithmetic; in double precision it rounds to 1 for very negative $\\nu$.",
        "true",
        "eq-half-life",
        inputs,
        lambda nu, theta: np.exp(-np.exp(nu)),
        {"cosine and sine": Oracle(modulus)},
        {
            "e^(-nu)": lambda nu, theta: np.exp(-nu),
            "with theta inside": lambda nu, theta: np.exp(-np.exp(nu) + theta),
        },
    )


def o02():
    def inputs(rng):
        """rings from 0 to 0.9 and from 0.4 to 0.99; u = 0.1, 0.5 and 0.9"""
        for low, high in (0.0, 0.9), (0.4, 0.99):
            for u in 0.1, 0.5, 0.9:
                yield u, low, high

    def by_area(u, low, high):
        """The radius inside which the share u of the ring's area lies."""
        a, b = low, high
        for _ in range(80):
            r = (a + b) / 2
            inside = (np.pi * r * r - np.pi * low * low) / (np.pi * high * high - np.pi * low * low)
            a, b = (r, b) if inside < u else (a, r)
        return a

    def claim(u, low, high, half=0.5):
        return np.exp(half * np.log(u * (high**2 - low**2) + low**2))

    return Row(
        "sec. 3.2.2, lemma",
        r"\nu = -\tfrac12\ln\bigl(u_1(r_{\max}^2 - r_{\min}^2) + r_{\min}^2\bigr): \quad e^{-\nu + i\theta} "
        r"\text{ uniform on the ring}",
        "$u_1$ uniform on $[0, 1]$ and $\\theta$ uniform on the circle: the share $u_1$ of the area lies "
        "inside.",
        "true",
        "eq-ring-energy",
        inputs,
        claim,
        {"areas": Oracle(by_area, 1e-10)},
        {
            "without the half": lambda *a: claim(*a, half=1.0),
            "a uniform radius": lambda u, low, high: low + u * (high - low),
        },
    )


def o03():
    def inputs(rng):
        """rings from 0 to 0.9, from 0.4 to 0.8 and from 0.5 to 0.95"""
        yield from ((0.0, 0.9), (0.4, 0.8), (0.5, 0.95))

    def mean(low, high, f):
        nodes, weights = np.polynomial.legendre.leggauss(120)
        r = (high - low) / 2 * nodes + (high + low) / 2
        angle = 2 * np.pi * np.arange(2048) / 2048
        values = np.mean(f(r[:, None] * np.exp(1j * angle)), axis=1)
        return weights @ (2 * r * values) * (high - low) / 2 / (high**2 - low**2)

    def claim(low, high, power=2):
        a, b = high**power, low**power
        return np.log((1 - b) / (1 - a)) / (a - b)

    return Row(
        "sec. 3.4, proposition",
        r"\mathbb{E}\,\lVert x_\infty \rVert^2 = \frac{1}{r_{\max}^2 - r_{\min}^2}\ln\frac{1 - "
        r"r_{\min}^2}{1 - r_{\max}^2}\;\mathbb{E}\,\lVert B u \rVert^2",
        "The mean over the ring, for white noise as for constant input.",
        "true",
        "eq-ring-energy",
        inputs,
        claim,
        {
            "white noise, quadrature": Oracle(lambda a, b: mean(a, b, lambda z: 1 / (1 - abs(z) ** 2)), 1e-9),
            "constant input, quadrature": Oracle(
                lambda a, b: mean(a, b, lambda z: 1 / abs(1 - z) ** 2), 1e-9
            ),
        },
        {
            "radii not squared": lambda *a: claim(*a, power=1),
            "at the outer radius": lambda low, high: 1 / (1 - high**2),
        },
    )


def signs(rng):
    """k = 1, 3 and 8 steps, lambda complex with modulus 0.5, 0.9 and 1.1"""
    for k in 1, 3, 8:
        for r in 0.5, 0.9, 1.1:
            yield r * np.exp(1j * rng.uniform(0.3, 2.8)), k


def o04():
    def truth(lam, k):
        """The mean over all inputs of +1 and -1."""
        u = 1 - 2 * (np.arange(2**k)[:, None] >> np.arange(k) & 1)
        x = np.zeros(2**k, dtype=complex)
        for column in u.T:
            x = lam * x + column
        return np.mean(abs(x) ** 2)

    def claim(lam, k, term=lambda lam, i: abs(lam) ** (2 * i)):
        return sum(term(lam, i) for i in range(k))

    return Row(
        "sec. 3.4, one dimension",
        r"\mathbb{E}|x_k|^2 = \Bigl(\sum_i \lambda^i\,\mathbb{E}[u_{k-i}]\Bigr)\Bigl(\sum_j "
        r"\lambda^j\,\mathbb{E}[u_{k-j}]\Bigr)^{*} = \dots = \sum_i |\lambda|^{2i}",
        "In the first step the expectation should enclose the product of the two sums: under white noise "
        "the product of the means is 0. The next step and the result $1/(1 - |\\lambda|^2)$ are right.",
        "misprint",
        "eq-energy",
        signs,
        claim,
        {"all signs": Oracle(truth)},
        {
            "modulus not squared": lambda lam, k: claim(lam, k, lambda lam, i: abs(lam) ** i),
            "one term more": lambda lam, k: claim(lam, k + 1),
        },
        {"the product of the means": lambda lam, k: 0.0},
        correct=r"\mathbb{E}|x_k|^2 = \mathbb{E}\Bigl[\Bigl(\sum_i \lambda^i u_{k-i}\Bigr)\Bigl(\sum_j "
        r"\lambda^j u_{k-j}\Bigr)^{*}\Bigr] = \sum_i |\lambda|^{2i}",
    )


def o05():
    def inputs(rng):
        """moduli 0, 0.5, 0.9 and 0.99"""
        yield from ((r,) for r in (0.0, 0.5, 0.9, 0.99))

    def truth(r):
        """1 over the root of the variance after 4000 steps of unit noise."""
        v = 0.0
        for _ in range(4000):
            v = r * r * v + 1
        return v**-0.5

    return Row(
        "sec. 3.4",
        r"\gamma = \sqrt{1 - |\lambda|^2}: \quad x_k = \lambda x_{k-1} + \gamma u_k \text{ has } "
        r"\mathbb{E}|x_\infty|^2 = 1",
        "White noise of variance 1.",
        "true",
        "eq-energy",
        inputs,
        lambda r: np.sqrt(1 - r * r),
        {"4000 steps of the variance": Oracle(truth)},
        {"without the root": lambda r: 1 - r * r, "the modulus not squared": lambda r: np.sqrt(1 - r)},
    )


def o07():
    def inputs(rng, lasting=False):
        """lambda = 0.5, 0.9, -0.9 and -1.1, an impulse of 1 at the start, k = 1, 5 and 40"""
        for lam in 0.5, 0.9, -0.9, -1.1:
            for k in 1, 5, 40:
                yield lam, k, lasting

    def constant(rng):
        """the same with a constant input of 1"""
        return (a for a in inputs(rng, lasting=True) if a[1] > 1)

    def run(lam, k, lasting):
        lam, x = exact(lam), 1
        for _ in range(k):
            x = lam * x + (1 if lasting else 0)
        return abs(float(x))

    return Row(
        "sec. 3.2.1",
        r"x_k = \sum_j \Lambda^{j} B u_{k-j}, \quad\text{so}\quad |x_{k,j}| = O\bigl(|\lambda_j|^{k}\bigr)",
        "For an impulse. Under lasting input the state tends to a level that is not 0. The conclusion, that "
        "$|\\lambda_j| < 1$ suffices for stability, is right.",
        "true if",
        "eq-power",
        inputs,
        lambda lam, k, lasting: abs(lam) ** k,
        {"steps in fractions": Oracle(run)},
        {
            "one step more": lambda lam, k, lasting: abs(lam) ** (k + 1),
            "k times": lambda lam, k, lasting: (1 + k) * abs(lam) ** k,
        },
        outside=constant,
    )


def o08():
    def inputs(rng):
        """one matrix of 300 rows; radii 0.3, 0.6 and 0.9"""
        moduli = abs(np.linalg.eigvals(rng.normal(size=(300, 300)) / np.sqrt(300)))
        yield from ((moduli, r) for r in (0.3, 0.6, 0.9))

    return Row(
        "sec. 3.2.2, theorem",
        r"\text{independent entries of variance } \tfrac1N: \text{ spectrum uniform on the unit disk as } N "
        r"\to \infty",
        "Asymptotic: at finite $N$ some moduli exceed 1. The share of eigenvalues within $r$ is compared "
        "with $r^2$.",
        "true",
        "eq-sandwich",
        inputs,
        lambda moduli, r: r**2,
        {"the eigenvalues of one matrix": Oracle(lambda moduli, r: np.mean(moduli < r), 0.15)},
        {"r": lambda moduli, r: r, "1.5 r^2": lambda moduli, r: 1.5 * r**2},
    )

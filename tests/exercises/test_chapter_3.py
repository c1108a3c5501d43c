"""Wrong answers to the exercises of chapter 3, as a learner would write them, and what they are called."""

import numpy as np
import pytest

from rnncourse import lstm
from rnncourse.check import check
from rnncourse.gradcheck import complex_step
from rnncourse.rnn import sigma


def a_step(cell, hidden=lambda f, i, o, C: o * np.tanh(C)):
    def step(params, x_t, h_prev, C_prev):
        v = np.concatenate([h_prev, x_t])
        f, i, o, c = (W @ v + b for W, b in zip(params[:4], params[4:], strict=True))
        f, i, o = sigma(f), sigma(i), sigma(o)
        C_t = cell(f, i, o, np.tanh(c), C_prev)
        return hidden(f, i, o, C_t), C_t

    return step


def a_counter(W_f=(0, 0, -80), W_i=(0, 80, 0), b_i=-40, field="C"):
    def counter(x):
        W = [np.array([row], dtype=float) for row in (W_f, W_i, (0, 0, 0), (0, 0, 0))]
        b = [np.array([float(entry)]) for entry in (40, b_i, 40, 40)]
        return getattr(lstm.forward(lstm.Params(*W, *b), x, np.zeros(1), np.zeros(1)), field)

    return counter


def a_transport(weights=lambda W: W, forget=1, write=1, candidate=1, late=0, at_0=0):
    def full(params, x, states, t, k):
        h, C, f, i, o, C_tilde = states
        n = h.shape[1]
        W_f, W_i, W_o, W_c = (weights(W[:, :n]) for W in params[:4])
        dC = np.eye(n)
        dh = (1.0 if k else at_0) * np.diag(o[k - 1] * (1 - np.tanh(C[k]) ** 2))
        for s in range(k, t):
            A = forget * np.diag(C[s + late] * f[s] * (1 - f[s])) @ W_f
            A = A + write * np.diag(C_tilde[s] * i[s] * (1 - i[s])) @ W_i
            A = A + candidate * np.diag(i[s] * (1 - C_tilde[s] ** 2)) @ W_c
            dC = np.diag(f[s]) @ dC + A @ dh
            tanh_C = np.tanh(C[s + 1])
            dh = np.diag(o[s] * (1 - tanh_C**2)) @ dC + np.diag(tanh_C * o[s] * (1 - o[s])) @ W_o @ dh
        return dC

    return full


def a_peephole(inside=1, carry=1, over_all=False):
    """Through sech^2, and the gate's slope by the complex step."""

    def into_cell(f_next, o, C, p, dh, dC_next):
        move = sigma(np.log(o / (1 - o)) + inside * p * 1e-30j).imag / 1e-30
        own = dh * (o / np.cosh(C) ** 2 + np.tanh(C) * move)
        return f_next * (carry * dC_next + own) if over_all else carry * f_next * dC_next + own

    return into_cell


def a_path(late=0, gate=1, reverse=False):
    """Through the Jacobians of single steps, kept in a list."""

    def path(W_c, s, t, k):
        J = [
            np.diag(s.i[j] * (1 - s.C_tilde[j] ** 2))
            @ W_c
            @ np.diag((s.o[j - 1 + late] if gate else 1) / np.cosh(s.C[j + late]) ** 2)
            for j in range(k, t)
        ]
        return np.linalg.multi_dot([np.eye(len(W_c)), *(J if reverse else J[::-1]), np.eye(len(W_c))])

    return path


def a_table(first=0, rows=1, log=np.log2):
    """Letter after letter, from counts of pairs in a dict."""

    def cost(codes):
        codes = [int(code) for code in codes]
        after = list(zip(codes[:-1], codes[1:], strict=True))  # noqa: RUF007
        known = [pair[first] for pair in after]
        each = [-log(after.count(pair) / known.count(pair[first])) for pair in after]
        return sum(each) / len(after) if rows else sum(each)

    return cost


def averaging(z, h, c):
    return h + z * (c - h)


def a_truncated(carry=lambda t, f: f[t - 1], through_h=0.0):
    """The walk back with dh and dC side by side, the paths through h switched by a number."""

    def walk(params, x, s, dl):
        n, W = len(params.b_f), np.concatenate(params[:4])[:, : len(params.b_f)]
        dh, dC, dW = np.zeros(n), np.zeros(n), 0
        for t in range(len(x), 0, -1):
            j, shown = t - 1, np.tanh(s.C[t])
            dh = dl[t] + through_h * dh
            dC = dC + dh * s.o[j] * (1 - shown**2)
            slopes = [dC * s.C[j] * s.f[j] * (1 - s.f[j]), dC * s.C_tilde[j] * s.i[j] * (1 - s.i[j])]
            slopes += [dh * shown * s.o[j] * (1 - s.o[j]), dC * s.i[j] * (1 - s.C_tilde[j] ** 2)]
            dW = dW + np.outer(slopes[0], [*s.h[j], *x[j]])
            dh, dC = np.concatenate(slopes) @ W, carry(t, s.f) * dC
        return dW

    return walk


def gates_of(W_z, b_z, x):
    return np.array([[sigma(w @ row + b) for w, b in zip(W_z, b_z, strict=True)] for row in x])


def path(share=lambda z: 1 - z, first=0):
    def answer(W_z, W_h, b_z, b_h, x, h0, t, k):
        product = np.eye(len(h0))
        for z in gates_of(W_z, b_z, x[k + first : t]):
            product = np.diag(share(z)) @ product
        return product

    return answer


def quotient(unit=np.exp, normalise=True):
    """The softmax over all steps so far, from its scores."""

    def answer(log_f, log_i, value):
        rows = []
        for t in range(1, len(value) + 1):
            score = np.array([log_i[k] + log_f[k + 1 : t].sum(0) for k in range(t)])
            weight = unit(score - score.max(0))
            rows.append((weight * value[:t]).sum(0) / (weight.sum(0) if normalise else 1))
        return np.array(rows)

    return answer


def prefix_maps(a, b):
    """Each row on its own: a product, and a sum over paths."""
    T = range(len(a))
    B = [sum(a[k + 1 : t + 1].prod(0) * b[k] for k in range(t + 1)) for t in T]
    return np.array([a[: t + 1].prod(0) for t in T]), np.array(B)


def by_differences(u, v, h):
    """Central differences of the answer."""

    def answer(h):
        e = np.exp(h @ u)
        return e @ (h @ v) / e.sum()

    out = np.zeros_like(h)
    for entry in np.ndindex(h.shape):
        step = np.zeros_like(h)
        step[entry] = 1e-5
        out[entry] = (answer(h + step) - answer(h - step)) / 2e-5
    return out


ANSWERS = [
    ("3f-step", "shares-exchanged", lambda W, V, b, c, x, h: averaging(1 - sigma(W @ x + b), h, V @ x + c)),
    (
        "3f-step",
        "candidate-squashed",
        lambda W, V, b, c, x, h: averaging(sigma(W @ x + b), h, np.tanh(V @ x + c)),
    ),
    ("3f-path", "gate-for-share", path(lambda z: z)),
    ("3f-path", "vector", lambda W, V, b, c, x, h0, t, k: (1 - gates_of(W, b, x[k:t])).prod(0)),
    ("3f-scan", "b-not-scaled", lambda a, b: (np.cumprod(a, 0), np.cumsum(b, 0))),
    ("3f-scan", "last-map-only+one-factor", lambda a, b: (a, b)),
    ("3f-exponential", "plain-mean", quotient(np.ones_like)),
    ("3f-attention", "shares-held", lambda u, v, h: np.outer(np.exp(h @ u) / np.exp(h @ u).sum(), v)),
    ("3-truncated", "full-gradient", a_truncated(through_h=1.0)),
    ("3-truncated", "not-carried", a_truncated(carry=lambda t, f: 0)),
    ("3-truncated", "gates-left-out", a_truncated(carry=lambda t, f: 1)),
    ("3-bits", "nats", lambda log_p, k: -np.mean([row[j] for row, j in zip(log_p, k, strict=True)])),
    ("3-bits", "best-letter", lambda log_p, k: np.mean(-np.log2(np.exp(log_p).max(1)))),
    (
        "3a",
        "input-output-swapped",
        a_step(lambda f, i, o, c, C: f * C + o * c, lambda f, i, o, C: i * np.tanh(C)),
    ),
    ("3a", "gate-left-out", a_step(lambda f, i, o, c, C: f * C + c)),
    ("3a", "gate-left-out", a_step(lambda f, i, o, c, C: C + i * c)),
    ("3a", "gate-left-out", a_step(lambda f, i, o, c, C: f * C + i * c, lambda f, i, o, C: np.tanh(C))),
    ("3a", "gates-coupled", a_step(lambda f, i, o, c, C: f * C + (1 - f) * c)),
    ("3a-counter", "hidden-returned", a_counter(field="h")),
    ("3a-counter", "columns-swapped", a_counter(W_f=(0, -80, 0), W_i=(0, 0, 80))),
    ("3a-counter", "half-open", a_counter(b_i=0)),
    ("3c", "always-identity", lambda f, t, k: np.diag(f[t:k].prod(axis=0))),
    ("3c", "row-too-early", lambda f, t, k: np.diag(f[k - 1 : t - 1].prod(axis=0))),
    ("3c", "from-k-plus-1", lambda f, t, k: np.diag(f[k + 1 : t].prod(axis=0))),
    ("3c", "forget-inverted", lambda f, t, k: np.diag((1 - f[k:t]).prod(axis=0))),
    ("3c", "product-over-units", lambda f, t, k: f[k:t].prod()),
    ("3c", "product-over-units", lambda f, t, k: np.diag(f[k:t].prod(axis=1))),
    ("3c-varying", "arithmetic-mean", lambda f: [1 / -np.log2(sum(unit) / len(f)) for unit in f.T]),
    ("3c-varying", "mean-of-half-lives", lambda f: sum(1 / -np.log2(gates) for gates in f)),
    ("3c-varying", "one-step-only", lambda f: 1 / -np.log2(f.min(axis=0))),
    ("3c-varying", "forget-inverted", lambda f: len(f) / -np.log2(np.prod(1 - f, axis=0))),
    ("3c-varying", "not-per-step", lambda f: 1 / -np.log2(f.prod(axis=0))),
    ("3c-varying", "over-units", lambda f: 1 / -np.log2(f).mean(axis=1)),
    ("3c-varying", "over-units", lambda f: 1 / -np.log2(f).mean()),
    (
        "3d-coupled",
        "use-missing",
        lambda dC, C, f, c: [-a * b * g * (1 - g) for a, b, g in zip(dC, c, f, strict=True)],
    ),
    (
        "3d-coupled",
        "signs-alike",
        lambda dC, C, f, c: dC * f * (1 - f) * C + dC * c * (1 - f) * (1 - (1 - f)),
    ),
    ("3d-coupled", "sign", lambda dC, C, f, c: dC * (c - C) * f * (1 - f)),
    ("3d-peephole", "peephole-missing", a_peephole(inside=0)),
    ("3d-peephole", "gate-over-all", a_peephole(over_all=True)),
    ("3d-peephole", "not-carried", a_peephole(carry=0)),
    ("3e-path", "shown-one-step-late", a_path(late=1)),
    ("3e-path", "output-gate-missing", a_path(gate=0)),
    ("3e-path", "order-reversed", a_path(reverse=True)),
    ("3e-bias", "other-logarithm", lambda B, e, target: B + (np.log10(e) - np.log10(target))),
    ("3e-bias", "measurement-left-out", lambda B, e, target: np.log(1 / target)),
    ("3e-bias", "both-gates-counted", lambda B, e, target: B + np.log((e / target) ** 0.5)),
    ("3-entropy", "kinds-alike", lambda c: np.mean([-np.log2(np.mean(c == k)) for k in set(c)])),
    ("3-entropy", "uniform", lambda c: np.log(len(set(c))) / np.log(2)),
    ("3-entropy", "summed", lambda c: sum(-np.log2(np.mean(c == k)) for k in c)),
    ("3-context", "letter-after", a_table(first=1)),
    ("3-context", "nats", a_table(log=np.log)),
    ("3-context", "summed", a_table(rows=0)),
    ("3c-full", "path-missing", a_transport(forget=0)),
    ("3c-full", "path-missing", a_transport(write=0)),
    ("3c-full", "path-missing", a_transport(candidate=0)),
    ("3c-full", "weights-transposed", a_transport(weights=np.transpose)),
    ("3c-full", "new-cell-for-old", a_transport(late=1)),
]


@pytest.mark.parametrize(("key", "slug", "answer"), ANSWERS, ids=lambda x: x if isinstance(x, str) else "")
def test_what_learners_write_is_called_by_its_name(key, slug, answer):
    assert check(key, answer, record=False).mistake == slug


def half_life(b):
    """By bisection: how many steps, whole or not, leave a half."""
    low, high = 0.0, 1e6
    for _ in range(200):
        steps = (low + high) / 2
        low, high = (steps, high) if np.exp(-steps * np.log1p(np.exp(-b))) > 0.5 else (low, steps)
    return steps


def constant_gates(f):
    """By bisection on the gate of each unit, from the products of the steps."""
    found = []
    for column in f.T:
        low, high = 0.0, 1.0
        for _ in range(100):
            g = (low + high) / 2
            low, high = (g, high) if g ** len(f) < np.multiply.reduce(column) else (low, g)
        found.append(1 / -np.log2(g))
    return found


def biases(shortest, longest, n):
    """By bisection: with which forget bias is a half left after so many steps?"""
    low, high = np.full(n, -30.0), np.full(n, 30.0)
    for _ in range(60):
        b = (low + high) / 2
        too_open = sigma(b) ** np.linspace(shortest, longest, n) > 0.5
        low, high = np.where(too_open, low, b), np.where(too_open, b, high)
    return [b, -b]


def effects():
    """By sampling: which sign, of these four, is that of the derivative in each of a thousand steps?"""
    rng = np.random.default_rng(0)
    f, i, o = rng.uniform(size=(3, 1000))
    at = {"f": f, "i": i, "C_tilde": rng.uniform(-1, 1, 1000), "C_prev": rng.normal(size=1000), "o": o}

    def cell(f, i, C_tilde, C_prev, o):
        return f * C_prev + i * C_tilde

    at["C"] = cell(**at)
    signs = {name: np.sign(at[name]) for name in ("C_prev", "C_tilde", "C")} | {"+": np.ones(1000)}
    found = {}
    for name in at:
        moved = at | {name: at[name] + 1e-30j}
        C = moved.pop("C")
        slope = (cell(**moved) if name not in "oC" else moved["o"] * np.tanh(C)).imag
        (found[name],) = (sign for sign, values in signs.items() if (np.sign(slope) == values).all())
    return found


def leaking(C0, phi, t):
    """The worst case, step by step."""
    bound = abs(C0)
    for _ in range(t):
        bound = phi * bound + 1
    return bound


def gru(W_z, W_r, W_h, x_t, h_prev):
    """One unit and one weight at a time."""

    def unit(row, v):
        return sum(w * a for w, a in zip(row, v, strict=True))

    v = [*h_prev, *x_t]
    r = [sigma(unit(row, v)) for row in W_r]
    kept = [*(a * b for a, b in zip(r, h_prev, strict=True)), *x_t]
    return [
        h + (1 - sigma(unit(z, v))) * (np.tanh(unit(row, kept)) - h)
        for z, row, h in zip(W_z, W_h, h_prev, strict=True)
    ]


def pull(w):
    """The largest u for which w tanh(a) - u still meets the diagonal: the highest point of w tanh(a) - a."""
    low, high = 0.0, 30.0
    for _ in range(200):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (a, high) if w * np.tanh(a) - a < w * np.tanh(b) - b else (low, b)
    return w * np.tanh(low) - low


RIGHT = {
    "3a-counter": a_counter(),
    "3c-full": a_transport(),
    "3c-half-life": half_life,
    "3c-varying": constant_gates,
    "3b-bound": leaking,
    "3b-effects": effects(),
    "3d-coupled": lambda dC, C, f, c: dC * (C - (f * C + (1 - f) * c)) * f,  # C_{t-1} - C_t is a share of it
    "3d-peephole": a_peephole(),
    "3e-path": a_path(),
    "3e-bias": lambda B, e, target: np.log(e * np.exp(B) / target),
    "3-entropy": lambda c: -np.mean([np.log2(np.mean(c == k)) for k in c]),
    "3-context": a_table(),
    "gru": gru,
    "gru-jacobian": lambda *weights_and_x: complex_step(
        lambda h: np.array(gru(*weights_and_x[:-1], h)), weights_and_x[-1]
    ),
    "3-latch": pull,
    "3-chrono": biases,
    "3f-step": lambda W, V, b, c, x, h: averaging(gates_of(W, b, [x])[0], h, V @ x + c),
    "3f-path": path(),
    "3f-scan": prefix_maps,
    "3f-exponential": quotient(),
    "3f-attention": by_differences,
    "3-truncated": a_truncated(),
    "3-bits": lambda log_p, k: np.mean([-np.log2(np.exp(row[j])) for row, j in zip(log_p, k, strict=True)]),
}


@pytest.mark.parametrize("key", RIGHT)
def test_an_answer_found_in_another_way_passes(key):
    assert check(key, RIGHT[key], record=False).passed


def test_signs_that_nobody_gets_wrong_together_are_counted():
    signs = {"f": False, "i": True, "o": True, "C_tilde": True, "C": True, "h": True}
    assert "2 of the six are right" in check("3b", signs, record=False).says


GATES = {"f": "C_prev", "i": "C_tilde", "o": "C"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (GATES | {"C_tilde": "f", "C_prev": "i", "C": "o", "o": "h"}, "All of it."),
        (GATES | dict.fromkeys(["C_tilde", "C_prev", "C"], "C_tilde"), "3 of the six are right."),
        (GATES, "missing: C_tilde, C_prev, C."),
        (GATES | {"h": "+"}, "'h' is none of the six quantities f, i, C_tilde, C_prev, o, C."),
        (GATES | {"C": True}, "For 'C' give '+' or one of 'C_prev', 'C_tilde' and 'C', not 'True'."),
        (GATES | {"C": "-"}, "For 'C' give '+' or one of 'C_prev', 'C_tilde' and 'C', not '-'."),
        (["+"], "Give a dict such as"),
    ],
)
def test_what_is_said_of_effects(answer, words):
    assert words in check("3b-effects", answer, record=False).says


def test_an_empty_slice_is_thought_of():
    assert "slice" in check("3c", lambda f, t, k: np.eye(f.shape[1]), record=False).says


def test_a_wrong_cell_is_reported_before_the_hidden_state_that_it_spoils():
    verdict = check("3a", a_step(lambda f, i, o, c, C: f * C + 1.7 * i * c), record=False)
    assert not verdict.mistake and verdict.says.startswith("Your C_t")
    spoilt = a_step(lambda f, i, o, c, C: f * C + i * c, lambda f, i, o, C: 1.7 * o * np.tanh(C))
    assert check("3a", spoilt, record=False).says.splitlines()[1].startswith("Your h_t")


def test_a_first_state_that_moves_is_told_that_it_is_given():
    says = check("3c-full", a_transport(at_0=1), record=False).says
    assert "k = 0, where h_0 is given and does not move" in says


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"q": True}, "'q' is none of the six quantities f, i, o, C_tilde, C, h."),
        ({"f": 1}, "'f' must be True (always positive) or False (not always)."),
        ({"f": True}, "missing: i, o, C_tilde, C, h."),
        (True, "Give a dict such as"),
    ],
)
def test_what_are_no_signs_is_told_how_to_give_them(answer, words):
    assert words in check("3b", answer, record=False).says

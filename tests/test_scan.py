"""Linear recurrences: two orders of computing the same states, the minGRU's gradients, exponential gates."""

from decimal import Decimal

import numpy as np
import pytest

from rnncourse import adding, scan


def cell(rng, n=3, m=2):
    return scan.Params(*(rng.normal(size=shape) for shape in ((n, m), (n, m), (n,), (n,))))


@pytest.mark.parametrize("T", [0, 1, 2, 3, 7, 8, 33])
def test_scans_give_the_sum_over_paths(T):
    rng = np.random.default_rng(T)
    a, b, h0 = rng.normal(size=(T, 2, 3)), rng.normal(size=(T, 2, 3)), rng.normal(size=(2, 3))
    for scan_of in scan.sequential, scan.parallel:
        h = scan_of(a, b, h0)
        assert h.shape == (T + 1, 2, 3)
        for t in range(T + 1):
            paths = [b[k - 1] * a[k:t].prod(0) for k in range(1, t + 1)]
            assert np.allclose(h[t], sum(paths) + a[:t].prod(0) * h0, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("T", [1, 5, 64, 65])
def test_parallel_needs_log_T_rounds(T, monkeypatch):
    joined, concatenate = [], np.concatenate
    monkeypatch.setattr(np, "concatenate", lambda arrays: joined.append(1) or concatenate(arrays))
    scan.parallel(np.ones((T, 1)), np.ones((T, 1)), np.zeros(1))
    assert (len(joined) - 1) / 2 == np.ceil(np.log2(T))


def test_mingru_by_the_equations():
    rng = np.random.default_rng(0)
    p, x, h = cell(rng), rng.normal(size=(6, 4, 2)), rng.normal(size=(4, 3))
    states, z, candidate = scan.forward(p, x, h)
    for t, x_t in enumerate(x):
        gate = 1 / (1 + np.exp(-(x_t @ p.W_z.T + p.b_z)))
        h = (1 - gate) * h + gate * (x_t @ p.W_h.T + p.b_h)
        assert np.allclose(states[t + 1], h, rtol=1e-13) and np.allclose(z[t], gate, rtol=1e-13)
    assert np.allclose(scan.forward(p, x, states[0], scan.parallel)[0], states, rtol=1e-13)
    assert candidate.shape == z.shape == (6, 4, 3)


@pytest.mark.parametrize("scan_of", [scan.sequential, scan.parallel])
def test_mingru_gradients_by_complex_step(scan_of):
    rng = np.random.default_rng(1)
    p, x, h0 = cell(rng), rng.normal(size=(5, 4, 2)), rng.normal(size=(4, 3))
    r = rng.normal(size=(6, 4, 3))
    gradients, dh = scan.backward(p, x, scan.forward(p, x, h0), r, scan_of)
    for j, g in enumerate(gradients):
        assert g.shape == p[j].shape
        for entry in np.ndindex(g.shape):
            moved = [a.astype(complex) for a in p]
            moved[j][entry] += 1e-30j
            slope = (scan.forward(moved, x.astype(complex), h0)[0] * r).sum().imag / 1e-30
            assert np.isclose(g[entry], slope, rtol=1e-10)
    for entry in np.ndindex(h0.shape):
        start = h0.astype(complex)
        start[entry] += 1e-30j
        assert np.isclose(dh[0][entry], (scan.forward(p, x, start)[0] * r).sum().imag / 1e-30, rtol=1e-10)


def test_the_gates_product_is_the_whole_derivative():
    rng = np.random.default_rng(2)
    p, x = cell(rng), rng.normal(size=(9, 2))
    h, z, _ = scan.forward(p, x, np.zeros(3))
    for unit in range(3):
        start = h[4].astype(complex)
        start[unit] += 1e-30j
        column = scan.forward(p, x[4:], start)[0][-1].imag / 1e-30
        assert np.allclose(column, np.diag((1 - z[4:]).prod(0))[unit], rtol=1e-12, atol=0)


def exact(log_f, log_i, value):
    """The ratio by 60-digit numbers, which do not overflow."""
    C, N, ratios = Decimal(0), Decimal(0), []
    for f, i, v in zip(log_f, log_i, value, strict=True):
        f, i = Decimal(float(f)).exp(), Decimal(float(i)).exp()
        C, N = f * C + i * Decimal(float(v)), f * N + i
        ratios.append(float(C / N))
    return np.array(ratios)


@pytest.mark.parametrize("size", [0.1, 1, 30, 3000])
def test_exponential_gates_do_not_overflow(size):
    rng = np.random.default_rng(3)
    log_f, log_i, value = size * rng.normal(size=(3, 20))
    assert np.allclose(scan.exponential_gates(log_f, log_i, value), exact(log_f, log_i, value), rtol=1e-9)


def test_exponential_gates_may_be_shut():
    ratio = scan.exponential_gates(
        [[0.0], [-np.inf], [0.0]], [[0.0], [5.0], [-np.inf]], [[1.0], [2.0], [3.0]]
    )
    assert np.array_equal(ratio, [[1], [2], [2]])


def test_the_last_mark_counts():
    x, y = scan.last_marked(np.random.default_rng(4), 30, 500)
    for j in range(500):
        marked = np.flatnonzero(x[:, j, 1])
        assert marked[0] == 0 and y[j] == x[marked[-1], j, 0]
    assert not x[..., 0][x[..., 1] == 0].any()
    assert np.isclose(x[1:, :, 1].mean(), 0.2, atol=0.01) and np.isclose(np.var(y), 1 / 12, rtol=0.1)


def test_gradient_of_the_task_and_what_stays_fixed():
    rng = np.random.default_rng(5)
    w = [*cell(rng), rng.normal(size=3), rng.normal(size=1)]
    x, y = scan.last_marked(rng, 6, 4)
    loss, gradients = scan.gradient(w, x, y)
    for j, g in enumerate(gradients):
        way = rng.normal(size=g.shape)
        up, down = (scan.gradient([*w[:j], w[j] + h * way, *w[j + 1 :]], x, y)[0] for h in (1e-5, -1e-5))
        assert np.isclose((g * way).sum(), (up - down) / 2e-5, rtol=1e-7, atol=1e-10)
    same, fixed = scan.gradient(w, x, y, selective=False)
    assert same == loss and not fixed[0].any()
    assert all(np.array_equal(a, b) for a, b in zip(gradients[1:], fixed[1:], strict=True))


def test_choosing_needs_a_decay_that_reads_the_input():
    ends = {}
    for selective in True, False:
        rng = np.random.default_rng(6)
        cell = [np.zeros((8, 2)), rng.normal(size=(8, 2)) / 2, rng.uniform(-4, 1, 8), np.zeros(8)]
        w = [*cell, rng.normal(size=8) / 3, np.zeros(1)]

        def gradient(w, rng=rng, selective=selective):
            return scan.gradient(w, *scan.last_marked(rng, 20), selective)

        w, losses = adding.descend(w, gradient, 0.03, 300, until=lambda losses: False)
        assert selective or not w[0].any()
        ends[selective] = np.mean(losses[-20:])
    x, y = scan.last_marked(np.random.default_rng(7), 20, 4000)
    inputs = np.hstack([*x, np.ones((4000, 1))])
    best_linear = np.mean((inputs @ np.linalg.lstsq(inputs, y, rcond=None)[0] - y) ** 2)
    assert ends[True] < 0.01 < 0.03 < best_linear < 1.1 * ends[False]

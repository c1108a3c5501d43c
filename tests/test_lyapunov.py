"""Lyapunov exponents: of powers, of triangular products, by determinants; Jacobians by complex step."""

import numpy as np
import pytest

from rnncourse import lstm, lyapunov


def test_of_a_power_they_are_the_logarithms_of_the_eigenvalues():
    rng = np.random.default_rng(0)
    Q = rng.normal(size=(4, 4))
    lam = np.array([1.5, -0.9, 0.4, 0.1])
    M = Q @ np.diag(lam) @ np.linalg.inv(Q)
    found = lyapunov.exponents(np.broadcast_to(M, (4000, 4, 4)))
    assert np.allclose(found, np.log(np.abs(lam)), atol=5e-3)
    assert np.allclose(lyapunov.exponents(np.broadcast_to(M, (4000, 4, 4)), 2), found[:2], atol=5e-3)


def test_their_sum_is_the_mean_logarithm_of_the_determinants():
    J = np.random.default_rng(1).normal(size=(50, 5, 5))
    assert np.isclose(lyapunov.exponents(J).sum(), np.log(np.abs(np.linalg.det(J))).mean(), rtol=1e-10)


def test_the_largest_is_the_growth_of_the_product():
    J = np.random.default_rng(2).normal(size=(300, 3, 3))
    product, total = np.eye(3), 0.0
    for J_t in J:
        product = J_t @ product
        size = np.linalg.norm(product, 2)
        product, total = product / size, total + np.log(size)
    assert np.isclose(lyapunov.exponents(J, 1)[0], total / 300, atol=0.01)


def test_random_matrices_have_the_known_exponent():
    n = 20  # of Gaussian factors: (ln 2 + digamma(n / 2)) / 2, and digamma(10) = 2.251753 (Newman 1986)
    J = np.random.default_rng(3).normal(size=(4000, n, n))
    assert np.isclose(lyapunov.exponents(J, 1)[0], (np.log(2) + 2.251753) / 2, atol=0.01)


def test_a_direction_that_is_lost():
    assert lyapunov.exponents(np.zeros((3, 2, 2)), 1)[0] == -np.inf
    with pytest.raises(ValueError, match="k must be an integer from 1 to 2, got 3"):
        lyapunov.exponents(np.zeros((3, 2, 2)), 3)


def test_jacobians_of_the_tanh_network():
    rng = np.random.default_rng(4)
    W, h0 = rng.normal(size=(3, 3)), rng.normal(size=3)
    J = lyapunov.tanh_jacobians(W, np.array([h0, np.tanh(W @ h0)]))[0]
    for j in range(3):
        moved = np.tanh(W @ (h0 + 1e-30j * np.eye(3)[j]))
        assert np.allclose(J[:, j], moved.imag / 1e-30, rtol=1e-12)


def test_jacobians_of_the_lstm():
    rng = np.random.default_rng(5)
    params = lstm.Params(
        *(rng.normal(size=(3, 5)) for _ in range(4)), *(rng.normal(size=3) for _ in range(4))
    )
    x, h0, C0 = rng.normal(size=(4, 2)), rng.normal(size=3), rng.normal(size=3)
    states = lstm.forward(params, x, h0, C0)
    J = lyapunov.lstm_jacobians(params, states)
    for t in range(4):
        for j in range(6):
            C, h = np.split(np.concatenate([states.C[t], states.h[t]]) + 1e-30j * np.eye(6)[j], 2)
            after = lstm.forward(params, x[t : t + 1], h, C)
            column = np.concatenate([after.C[1], after.h[1]]).imag / 1e-30
            assert np.allclose(J[t, :, j], column, rtol=1e-10, atol=1e-14)
    shown = np.diag(states.o[0] * (1 - np.tanh(states.C[1]) ** 2))
    full = lstm.cell_transport(params, x, states, 4, 1)
    assert np.allclose(np.linalg.multi_dot(J[:0:-1])[:3] @ np.vstack([np.eye(3), shown]), full, rtol=1e-10)

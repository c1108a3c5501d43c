"""Chapter 2's mathematics against exact rationals, repeated multiplication and closed forms."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import rnn, spectra
from rnncourse.gradcheck import complex_step, relative_error

W_PLUS = [[0.58, 0.24], [0.24, 0.72]]
W_MINUS = [[0.58, -0.24], [-0.24, 0.72]]


def jordan(lam, n):
    return lam * np.eye(n) + np.diag(np.ones(n - 1), 1)


@pytest.mark.parametrize(("W", "sign"), [(W_PLUS, 1), (W_MINUS, -1)])
def test_the_thirtieth_power_of_both_matrices_is_the_exact_rational(W, sign):
    exact = np.linalg.matrix_power(np.array([[Fraction(str(w)) for w in row] for row in W], dtype=object), 30)
    closed = [
        [16 * 4**30 + 9 * 9**30, sign * 12 * (9**30 - 4**30)],
        [sign * 12 * (9**30 - 4**30), 9 * 4**30 + 16 * 9**30],
    ]
    assert exact.tolist() == [[Fraction(c, 25 * 10**30) for c in row] for row in closed]
    assert relative_error(spectra.power(W, 30), exact.astype(float)) < 1e-13


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(0, 9))
def test_power_is_repeated_multiplication(seed, n, exponent):
    M = np.random.default_rng(seed).normal(size=(n, n))
    try:
        P = spectra.power(M, exponent)
    except ValueError:
        assert np.linalg.cond(np.linalg.eig(M)[1]) > 1e6
        return
    assert P.dtype == np.float64
    assert relative_error(P, np.linalg.matrix_power(M, exponent)) < 1e-8


def test_power_takes_complex_spectra_negative_exponents_and_other_dtypes():
    turn = [[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]]
    np.testing.assert_allclose(spectra.power(turn, 30), [[np.cos(30), -np.sin(30)], [np.sin(30), np.cos(30)]])
    np.testing.assert_allclose(spectra.power(turn, -7), np.linalg.matrix_power(np.transpose(turn), 7))
    np.testing.assert_allclose(spectra.power([[2, 1], [0, -1]], -3), [[1 / 8, 3 / 8], [0, -1]], atol=1e-15)
    np.testing.assert_allclose(spectra.power([[0, 0], [0, 2]], 0), np.eye(2))
    assert spectra.power(np.float32(W_PLUS), 30).dtype == np.float32
    np.testing.assert_allclose(spectra.power([[1j, 1], [0, 2]], 2), [[-1, 2 + 1j], [0, 4]], atol=1e-14)
    assert np.isinf(spectra.power([[10]], 400)).all()
    assert np.isnan(spectra.power([[np.nan, 1], [0, 1]], 3)).all()


def test_what_is_invertible_does_not_depend_on_the_unit_of_measure():
    np.testing.assert_allclose(spectra.power(1e-20 * np.eye(2), -1), 1e20 * np.eye(2))
    np.testing.assert_allclose(spectra.power([[0, 0], [0, 2]], 3), [[0, 0], [0, 8]])
    for M in [[0]], 1e20 * np.array([[1, 2], [2, 4]]):
        with pytest.raises(ValueError, match="M must be invertible for n = -1"):
            spectra.power(M, -1)


@pytest.mark.parametrize("sign", [1, -1])
def test_exponents_end_where_floats_stop_counting(sign):
    assert spectra.power([[1]], sign * 2**53) == 1
    with pytest.raises(ValueError, match="n must be an integer from -9007199254740992 to 9007199254740992"):
        spectra.power([[1]], sign * (2**53 + 1))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.floats(-2, 2))
def test_a_jordan_block_is_refused_in_every_basis(seed, n, lam):
    S = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]
    for M in (jordan(lam, n), S @ jordan(lam, n) @ S.T):
        with pytest.raises(ValueError, match="M must be diagonalizable, got a defective matrix"):
            spectra.power(M, 30)


def test_what_power_refuses_eig_gets_wrong_in_silence():
    lam, Q = np.linalg.eig(jordan(1, 2))
    assert relative_error(Q * lam**30 @ np.linalg.inv(Q), np.eye(2)) < 1e-12
    assert np.linalg.matrix_power(jordan(1, 2), 30)[0, 1] == 30
    with pytest.raises(ValueError, match="defective"):
        spectra.power([[2, -1], [1, 0]], 30)


@pytest.mark.parametrize("M", [[[1, 1e7], [0, 2]], [[1, 1], [0, 1 + 1e-7]]])
def test_a_matrix_with_distinct_eigenvalues_is_called_nearly_defective(M):
    assert M[0][0] != M[1][1]
    with pytest.raises(
        ValueError, match=r"defective matrix or one nearly so: its eigenvectors .* cond\(Q\) > 1e6"
    ):
        spectra.power(M, 30)


def test_radius_and_norm_in_closed_form():
    assert spectra.radius([[0, 4], [-1, 0]]) == pytest.approx(2)
    assert spectra.norm([[0, 4], [-1, 0]]) == pytest.approx(4)
    assert spectra.radius(8 * np.array([[1, -1], [1, -1]])) == pytest.approx(0, abs=1e-6)
    assert spectra.norm(8 * np.array([[1, -1], [1, -1]])) == pytest.approx(16)
    assert spectra.norm([[3, 4]]) == pytest.approx(5)
    assert np.isnan(spectra.radius([[np.inf]]))
    assert spectra.norm([[1, -np.inf]]) == np.inf
    assert np.isnan(spectra.norm([[np.inf, np.nan]]))


def test_growth_is_not_monotone_even_if_all_eigenvalues_are_small():
    norms = spectra.growth([[0.9, 10], [0, 0.9]], 70)
    assert (norms.shape, norms[0], norms.argmax()) == ((71,), 1, 9)
    assert norms.max() == pytest.approx(38.7, abs=0.05)
    assert next(n for n in range(1, 71) if norms[n] < 1) == 63
    norms = spectra.growth(jordan(0.9, 8), 80)
    assert abs(norms.argmax() - 69) <= 1
    assert norms.max() == pytest.approx(1.6e6, rel=0.03)
    np.testing.assert_allclose(spectra.growth(np.diag([0.5, -3]), 4), [1, 3, 9, 27, 81])
    assert spectra.growth([[1e200]], 3).tolist() == [1, 1e200, np.inf, np.inf]


def test_the_cliff_is_a_one_unit_network():
    w, b = 4.6, -2.3
    E, dw, db, multiplier = spectra.cliff(w, b)
    x, h0 = np.ones((50, 1)), rnn.sigma([0.5])
    h = rnn.forward(([[w]], [[b]]), x, h0)
    dl = np.zeros_like(h)
    dl[-1] = 2 * (h[-1] - 0.7)
    (dW, dU), _ = rnn.backward(([[w]], [[b]]), x, h, dl)
    np.testing.assert_allclose([E, dw, db], [(h[-1, 0] - 0.7) ** 2, dW[0, 0], dU[0, 0]], rtol=1e-9)
    assert relative_error(complex_step(lambda v: spectra.cliff(v, b)[0], w), dw) < 1e-12
    assert relative_error(complex_step(lambda v: spectra.cliff(w, v)[0], b), db) < 1e-12
    slopes = w * h[:-1, 0] * (1 - h[:-1, 0])
    assert multiplier == pytest.approx(slopes.prod())


@pytest.mark.parametrize("w", [4.3, 5, 6])
def test_the_wall_stands_where_the_start_is_a_fixed_point(w):
    sigma = 1 / (1 + np.exp(-0.5))
    multiplier = spectra.cliff(w, 0.5 - w * sigma, T=10)[3]
    assert multiplier == pytest.approx((w * sigma * (1 - sigma)) ** 10)


@pytest.mark.parametrize("w", [4.3, 5, 6])
def test_the_closed_form_of_the_wall_and_its_multiplier(w):
    b = spectra.wall(w)
    assert relative_error(w / (1 + np.exp(-0.5)) + b, 0.5) < 1e-12
    assert spectra.cliff(w, b)[3] == pytest.approx((rnn.dsigma(0.5) * w) ** 50, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(4.05, 9))
def test_fixed_points_are_counted_by_the_fold(w):
    x = np.linspace(-12, 12, 4001)
    low, high = spectra.fold(w)
    width = high - low

    def count(b):
        return np.count_nonzero(np.diff(np.sign(w * rnn.sigma(x) + b - x)))

    inside, outside = (low + 0.1 * width, high - 0.1 * width), (low - 0.1 * width, high + 0.1 * width)
    assert [count(b) for b in inside] == [3, 3] and [count(b) for b in outside] == [1, 1]


def test_the_fold_is_a_cusp_at_4_and_empty_below():
    np.testing.assert_allclose(spectra.fold([4, 5]), [[-2, -2.655610], [-2, -2.344390]], atol=5e-7)
    assert np.isnan(spectra.fold(3.9)).all()


@pytest.mark.parametrize("turn", [1, -1, np.exp(2j)])
def test_the_kreiss_constant_where_it_is_known(turn):
    """For a single entry b off the diagonal it is the largest (x - 1)(b + sqrt(b^2 + 4 x^2)) / 2 x^2."""
    x = np.linspace(1.5, 3, 200_001)
    known = ((x - 1) * (9 + np.sqrt(81 + 4 * x**2)) / (2 * x**2)).max()
    assert spectra.kreiss(turn * np.array([[0, 9], [0, 0]])) == pytest.approx(known, rel=1e-9)
    assert spectra.kreiss(0.9 * turn * np.eye(3)) == 1
    assert spectra.kreiss(np.zeros((0, 0))) == 1


def test_the_cliff_takes_grids():
    w, b = np.linspace(4, 7, 5), np.linspace(-3, -1, 4)[:, None]
    for surface in (grid := spectra.cliff(w, b)):
        assert surface.shape == (4, 5)
    assert [g[2, 3] for g in grid] == pytest.approx(list(spectra.cliff(w[3], b[2, 0])), rel=1e-12)


def test_the_cliff_overflows_in_silence():
    with np.errstate(all="raise"):
        assert spectra.cliff(1e308, 1e308)[0] == pytest.approx(0.09)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: spectra.power([[1, 2]], 2), ValueError, "M must have shape (n, n), got (1, 2)"),
        (lambda: spectra.power(W_PLUS, 0.5), TypeError, "n must be an integer, got float 0.5"),
        (lambda: spectra.power([[1, 2], [2, 4]], -1), ValueError, "M must be invertible for n = -1"),
        (lambda: spectra.growth(W_PLUS, -1), ValueError, "n must be an integer of at least 0, got -1"),
        (lambda: spectra.radius("M"), TypeError, "M must hold numbers"),
        (lambda: spectra.norm([1, 2]), ValueError, "M must have shape (n, m), got (2,)"),
        (lambda: spectra.kreiss(np.eye(2)), ValueError, "M must have a spectral radius below 1, got 1"),
        (lambda: spectra.kreiss([[np.nan]]), ValueError, "M must have a spectral radius below 1, got nan"),
        (lambda: spectra.cliff(None, 1), TypeError, "w must hold numbers"),
        (lambda: spectra.cliff(5, -3, T=-1), ValueError, "T must be an integer of at least 0, got -1"),
    ],
)
def test_errors_name_the_argument(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)

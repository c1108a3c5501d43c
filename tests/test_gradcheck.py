"""The oracles themselves, against derivatives known in closed form."""

import numpy as np
import pytest

from rnncourse.gradcheck import central_difference, complex_step, relative_error


def test_scalars_vectors_and_matrices_keep_their_shapes():
    A = np.arange(6.0).reshape(2, 3) - 2
    x = np.array([0.3, -1.0, 2.0])
    for oracle, tolerance in (complex_step, 1e-15), (central_difference, 1e-9):
        assert oracle(np.exp, 1.0).shape == ()
        assert relative_error(oracle(np.exp, 1.0), np.exp(1)) < tolerance
        assert relative_error(oracle(lambda v: (v**3).sum(), x), 3 * x**2) < tolerance
        assert relative_error(oracle(lambda v: A @ v, x), A) < tolerance
        identity = np.einsum("ac,bd->abcd", np.eye(2), np.eye(3))
        assert relative_error(oracle(lambda B: 2 * B, A), 2 * identity) < tolerance
        assert oracle(lambda v: np.stack([v, v]), np.zeros((0, 2))).shape == (2, 0, 2, 0, 2)


def test_the_complex_step_holds_where_differences_fail():
    def f(v):  # the example of Squire & Trapp, at 1.5
        return np.exp(v) / (np.sin(v) ** 3 + np.cos(v) ** 3)

    e, s, c = np.exp(1.5), np.sin(1.5), np.cos(1.5)
    slope = e * (s**3 + c**3 - 3 * s * c * (s - c)) / (s**3 + c**3) ** 2
    assert relative_error(complex_step(f, 1.5), slope) < 1e-15
    errors = [relative_error(central_difference(f, 1.5, eps), slope) for eps in (1e-2, 6e-6, 1e-12)]
    assert errors[1] < 1e-9 < min(errors[0], errors[2])


def test_central_differences_are_of_second_order():
    errors = [relative_error(central_difference(np.exp, 0.5, eps), np.exp(0.5)) for eps in (1e-2, 1e-3)]
    assert 90 < errors[0] / errors[1] < 110


def test_x_is_neither_changed_nor_rounded_to_float32():
    x = np.ones(2, np.float32)
    x.flags.writeable = False
    assert relative_error(complex_step(np.exp, x), np.exp(1) * np.eye(2)) < 1e-15
    assert relative_error(central_difference(np.exp, x), np.exp(1) * np.eye(2)) < 1e-9


@pytest.mark.parametrize(
    ("a", "b", "error"),
    [
        (0, 0, 0),
        ([], [], 0),
        ([1, 2], [1, 2], 0),
        ([1, 4], [1, 5], 0.2),
        ([0, 1e-12], [0, 0], 1),
        (1, -1, 2),
        (3j, 4j, 0.25),
        (1, np.nan, np.nan),
        (np.inf, np.inf, np.nan),
        (1, np.inf, np.nan),
    ],
)
def test_relative_error_is_the_largest_difference_over_the_largest_entry(a, b, error):
    found = relative_error(a, b)
    assert type(found) is float
    assert found == pytest.approx(error, nan_ok=True)
    assert relative_error(b, a) == pytest.approx(error, nan_ok=True)


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match=r"b must have shape \(\.\.\.\), here \(2\), got \(3,\)"):
        relative_error([1, 2], [1, 2, 3])
    with pytest.raises(TypeError, match="x must be real, got complex numbers"):
        complex_step(np.exp, 1j)
    with pytest.raises(TypeError, match="x must hold numbers"):
        central_difference(np.exp, "x")

"""Chapter 1's mathematics against torch's autograd, the complex step, 50-digit decimals and closed forms."""

import subprocess
import sys
from decimal import Decimal, localcontext

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import rnn
from rnncourse.gradcheck import complex_step, relative_error

torch.set_num_threads(1)
quick = settings(max_examples=40, deadline=None)
sizes = st.tuples(
    st.integers(0, 2**32 - 1),  # seed
    st.integers(1, 4),  # n
    st.integers(0, 3),  # m
    st.integers(0, 5),  # T
    st.lists(st.integers(0, 3), max_size=2).map(tuple),  # batch axes
)


def problem(seed=0, n=3, m=2, T=4, batch=()):
    rng = np.random.default_rng(seed)
    params = rnn.Params(rng.normal(size=(n, n)), rng.normal(size=(n, m)))
    x, h0 = rng.normal(size=(T, *batch, m)), rng.normal(size=(*batch, n))
    return params, x, h0, rng.normal(size=(T + 1, *batch, n))


def torch_gradients(params, x, h0, dl):
    W, U, h = (torch.tensor(a, requires_grad=True) for a in (*params, h0))
    states = [h]
    for x_t in torch.tensor(x):
        states.append(torch.sigmoid(states[-1] @ W.T + x_t @ U.T))
        states[-1].retain_grad()
    loss = sum((state * g).sum() for state, g in zip(states, torch.tensor(dl), strict=True))
    (loss + 0 * (W.sum() + U.sum())).backward()
    return (
        [s.detach().numpy() for s in states],
        W.grad.numpy(),
        U.grad.numpy(),
        [s.grad.numpy() for s in states],
    )


@pytest.mark.parametrize("z", [-745, -300, -40, -2.5, -1e-9, 0, 1e-300, 0.3, 17, 36, 40, 700])
def test_the_logistic_is_exact_to_rounding(z):
    with localcontext(prec=50):
        e = (-Decimal(z)).exp()
        y, slope = float(1 / (1 + e)), float(e / (1 + e) ** 2)
    assert rnn.sigma(z) == pytest.approx(y, rel=4e-16, abs=5e-324)
    assert rnn.dsigma(z) == pytest.approx(slope, rel=8e-16, abs=5e-324)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_logistic_never_warns(dtype):
    z = np.array([-np.inf, -np.finfo(dtype).max, -1e4, 1e4, np.finfo(dtype).max, np.inf, np.nan], dtype)
    with np.errstate(all="raise"):
        y, slope = rnn.sigma(z), rnn.dsigma(z)
        assert rnn.dsigma(-700 + 1j) == pytest.approx(np.exp(-700 + 1j), rel=1e-12)
    assert y.dtype == slope.dtype == dtype
    np.testing.assert_array_equal(y, [0, 0, 0, 1, 1, 1, np.nan])
    np.testing.assert_array_equal(slope, [0, 0, 0, 0, 0, 0, np.nan])


@given(st.floats(-700, 700))
def test_the_logistic_is_analytic(z):
    assert complex_step(rnn.sigma, z) == pytest.approx(rnn.dsigma(z), rel=1e-14)


@quick
@given(sizes)
def test_forward_and_backward_agree_with_autograd(size):
    params, x, h0, dl = problem(*size)
    states, dW, dU, dh = torch_gradients(params, x, h0, dl)
    h = rnn.forward(params, x, h0)
    gradients, total = rnn.backward(params, x, h, dl)
    assert np.array_equal(h[0], h0)
    for ours, theirs in (h, states), (gradients.W, dW), (gradients.U, dU), (total, dh):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)  # a sum may cancel


def test_backward_agrees_with_the_complex_step():
    params, x, h0, dl = problem(1, batch=(2,))
    gradients, dh = rnn.backward(params, x, rnn.forward(params, x, h0), dl)

    def loss(start=h0, **changed):
        return (dl * rnn.forward(params._replace(**changed), x, start)).sum()

    for name in params._fields:
        numeric = complex_step(lambda A, name=name: loss(**{name: A}), getattr(params, name))
        assert relative_error(numeric, getattr(gradients, name)) < 1e-14
    assert relative_error(complex_step(loss, h0), dh[0]) < 1e-14


def test_two_steps_by_hand():
    W, U, h0, x1, x2 = 0.7, -1.3, 0.4, 2.0, 0.5
    h1 = 1 / (1 + np.exp(-(W * h0 + U * x1)))
    h2 = 1 / (1 + np.exp(-(W * h1 + U * x2)))
    s1, s2 = h1 * (1 - h1), h2 * (1 - h2)
    params, x = rnn.Params([[W]], [[U]]), [[x1], [x2]]
    h = rnn.forward(params, x, [h0])
    (dW, dU), dh = rnn.backward(params, x, h, [[0], [0], [1]])
    np.testing.assert_allclose(h[:, 0], [h0, h1, h2], rtol=1e-15)
    np.testing.assert_allclose(dW, [[s2 * (h1 + W * s1 * h0)]], rtol=1e-14)
    np.testing.assert_allclose(dU, [[s2 * (x2 + W * s1 * x1)]], rtol=1e-14)
    np.testing.assert_allclose(dh[:, 0], [s2 * W * s1 * W, s2 * W, 1], rtol=1e-14)


def test_jacobian_and_immediate_agree_with_the_complex_step():
    params, x, h0, _ = problem(2)
    h_prev, h_t = h = rnn.forward(params, x[:1], h0)

    def one_step(h, W=params.W):
        return rnn.sigma(W @ h + params.U @ x[0])

    assert relative_error(complex_step(one_step, h_prev), rnn.jacobian(params, h_t)) < 1e-14
    by_W = complex_step(lambda W: one_step(h_prev, W), params.W)
    assert relative_error(by_W, rnn.immediate(h_prev, h_t)) < 1e-14
    np.testing.assert_array_equal(rnn.jacobian(params, h)[1], rnn.jacobian(params, h_t))


def test_transport_agrees_with_the_complex_step_at_every_pair():
    params, x, h0, _ = problem(3)
    h = rnn.forward(params, x, h0)
    for t in range(len(h)):
        np.testing.assert_array_equal(rnn.transport(params, h, t, t), np.eye(3))
        for k in range(t):
            total = complex_step(lambda h_k, k=k, t=t: rnn.forward(params, x[k:t], h_k)[-1], h[k])
            assert relative_error(total, rnn.transport(params, h, t, k)) < 1e-14


@quick
@given(sizes)
def test_the_double_sum_is_the_recursion(size):
    params, x, h0, dl = problem(*size[:4])
    h = rnn.forward(params, x, h0)
    by_recursion = rnn.backward(params, x, h, dl)[0].W
    np.testing.assert_allclose(rnn.double_sum(params, h, dl), by_recursion, rtol=1e-12, atol=1e-13)


def test_the_total_derivative_in_the_double_sum_counts_each_term_t_minus_k_plus_1_times():
    params, x, h0, dl = problem(4)
    h = rnn.forward(params, x, h0)
    steps = range(1, len(h))
    read_as_total, weighted = np.zeros((2, 3, 3))
    for t in steps:
        for k in range(1, t + 1):
            row = dl[t] @ rnn.transport(params, h, t, k)
            total = complex_step(lambda W, k=k: rnn.forward((W, params.U), x[:k], h0)[-1], params.W)
            read_as_total += np.tensordot(row, total, 1)
            weighted += (t - k + 1) * np.tensordot(row, rnn.immediate(h[k - 1], h[k]), 1)
    assert relative_error(read_as_total, weighted) < 1e-13
    assert relative_error(read_as_total, rnn.double_sum(params, h, dl)) > 0.1


def test_float32_stays_float32_and_anything_else_is_float64():
    params, x, h0, dl = problem(5)
    single = rnn.Params(*(a.astype(np.float32) for a in params))
    x32, h32, dl32 = (a.astype(np.float32) for a in (x, h0, dl))
    h = rnn.forward(single, x32, h32)
    gradients, dh = rnn.backward(single, x32, h, dl32)
    results = h, *gradients, dh, rnn.jacobian(single, h[1]), rnn.transport(single, h, 3, 1)
    results += rnn.immediate(h[0], h[1]), rnn.double_sum(single, h, dl32)
    assert {r.dtype for r in results} == {np.dtype(np.float32)}
    assert relative_error(h, rnn.forward(params, x, h0)) < 1e-6
    assert rnn.forward(single, x, h32).dtype == np.float64
    assert rnn.forward(([[1]], [[2]]), [[3]], [0]).dtype == np.float64
    assert rnn.sigma([True, 2]).dtype == np.float64
    assert rnn.sigma(np.zeros((1,) * 16)).shape == (1,) * 16


def test_arguments_are_never_changed_and_results_are_fresh():
    params, x, h0, dl = problem(6)
    h = rnn.forward(params, x, h0)
    for a in (*params, x, h0, dl, h):
        a.flags.writeable = False
    results = [
        rnn.forward(params, x, h0),
        *rnn.backward(params, x, h, dl)[0],
        rnn.backward(params, x, h, dl)[1],
    ]
    results += [rnn.jacobian(params, h[1]), rnn.transport(params, h, 2, 1), rnn.double_sum(params, h, dl)]
    results += [rnn.immediate(h[0], h[1]), rnn.sigma(x), rnn.dsigma(x)]
    assert not any(np.shares_memory(r, a) for r in results for a in (*params, x, h0, dl, h))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_not_finite_passes_through_in_silence(bad):
    params, x, h0, dl = problem(7)
    states = bad * rnn.forward(params, x, h0)
    with np.errstate(all="raise"):
        for poisoned in (params._replace(W=params.W * bad), params._replace(U=params.U * bad)):
            h = rnn.forward(poisoned, x, h0)
            (dW, _), _ = rnn.backward(poisoned, x, h, dl * bad)
            rnn.double_sum(poisoned, h, dl)
            rnn.double_sum(params, h, dl * bad)
            rnn.immediate(states[0], states[1])
            rnn.jacobian(poisoned, states[1])
            rnn.transport(poisoned, states, 3, 0)
        assert np.isnan(rnn.forward(params, x * np.nan, h0)[1:]).all()
    assert dW.shape == (3, 3)


P, X, H0, DL = problem()
H = rnn.forward(P, X, H0)


def test_a_first_state_of_any_size_is_taken_as_it_is():
    assert rnn.forward(([[1e20]], [[0]]), [[0]], [1e-20])[1] == pytest.approx(rnn.sigma(1), rel=1e-15)
    assert rnn.forward(([[np.inf]], [[0]]), [[0]], [0.3])[1] == 1


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda: rnn.forward((P.W[:2], P.U), X, H0),
            ValueError,
            r"W must have shape (n, n), got (2, 3)",
        ),
        (
            lambda: rnn.forward((P.W, P.U[:2]), X, H0),
            ValueError,
            "U must have shape (n, m), here (3, m), got (2, 2)",
        ),
        (
            lambda: rnn.forward(P, X[:, :1], H0),
            ValueError,
            "x must have shape (T, ..., m), here (T, ..., 2), got (4, 1)",
        ),
        (
            lambda: rnn.forward(P, X[0], H0),
            ValueError,
            "x must have shape (T, ..., m), here (T, ..., 2), got (2,)",
        ),
        (
            lambda: rnn.forward(P, 3.0, H0),
            ValueError,
            "x must have shape (T, ..., m), here (T, ..., 2), got ()",
        ),
        (lambda: rnn.forward(P, X, H0[:2]), ValueError, "h0 must have shape (..., n), here (3), got (2,)"),
        (
            lambda: rnn.forward(P, X, H0[None]),
            ValueError,
            "h0 must have shape (..., n), here (3), got (1, 3)",
        ),
        (lambda: rnn.forward(P, X, None), TypeError, "h0 must hold numbers, got NoneType"),
        (lambda: rnn.forward(P, "x", H0), TypeError, "x must hold numbers, got str"),
        (lambda: rnn.forward(P, [[1, 2], [3]], H0), ValueError, "x must be a rectangular array"),
        (lambda: rnn.forward((*P, H0), X, H0), ValueError, "expected the 4 arrays W, U, x, h0, got 5"),
        (
            lambda: rnn.backward(P, X, H[1:], DL),
            ValueError,
            "h must have shape (T+1, ..., n), here (5, 3), got (4, 3)",
        ),
        (
            lambda: rnn.backward(P, X, H, DL[1:]),
            ValueError,
            "dl must have shape (T+1, ..., n), here (5, 3), got (4, 3)",
        ),
        (
            lambda: rnn.jacobian(P, H0[:2]),
            ValueError,
            "h_t must have shape (..., n), here (..., 3), got (2,)",
        ),
        (
            lambda: rnn.transport(P, H[:, None], 2, 1),
            ValueError,
            "h must have shape (T+1, n), here (T+1, 3), got (5, 1, 3)",
        ),
        (lambda: rnn.transport(P, H, 5, 1), ValueError, "t must be an integer from 0 to 4, got 5"),
        (lambda: rnn.transport(P, H, -1, -1), ValueError, "t must be an integer from 0 to 4, got -1"),
        (lambda: rnn.transport(P, H, 1, 2), ValueError, "k must be an integer from 0 to 1, got 2"),
        (lambda: rnn.transport(P, H, 2, 1.0), TypeError, "k must be an integer, got float 1.0"),
        (lambda: rnn.immediate(H0, H0[:2]), ValueError, "h_t must have shape (n), here (3), got (2,)"),
        (
            lambda: rnn.double_sum(P, H, DL[:, :2]),
            ValueError,
            "dl must have shape (T+1, n), here (5, 3), got (5, 2)",
        ),
        (lambda: rnn.sigma("z"), TypeError, "z must hold numbers"),
        (lambda: rnn.sigma(np.zeros((1,) * 17)), ValueError, "z must have at most 16 axes, got 17"),
    ],
)
def test_errors_name_the_argument_in_one_sentence(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_importing_the_mathematics_imports_numpy_only_and_costs_nothing_beyond():
    program = (
        "import sys, time, numpy; before = set(sys.modules); start = time.process_time()\n"
        "import rnncourse.rnn, rnncourse.spectra, rnncourse.lstm, rnncourse.gradcheck\n"
        "assert time.process_time() - start < 0.05\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - {'rnncourse', 'numpy'} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"

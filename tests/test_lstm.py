"""Chapter 3's mathematics against torch's autograd and LSTM, the complex step and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import lstm
from rnncourse.gradcheck import complex_step, relative_error

torch.set_num_threads(1)
sizes = st.tuples(
    st.integers(0, 2**32 - 1),  # seed
    st.integers(1, 4),  # n
    st.integers(0, 3),  # m
    st.integers(0, 5),  # T
    st.lists(st.integers(0, 3), max_size=2).map(tuple),  # batch axes
)


def problem(seed=0, n=3, m=2, T=5, batch=()):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(n, n + m)) for _ in range(4)]
    params = lstm.Params(*weights, *(rng.normal(size=n) for _ in range(4)))
    x, h0, C0 = rng.normal(size=(T, *batch, m)), rng.normal(size=(*batch, n)), rng.normal(size=(*batch, n))
    return params, x, h0, C0, rng.normal(size=(T + 1, *batch, n))


def torch_gradients(params, x, h0, C0, dl):
    """The page's equations in torch: all states, all gradients."""
    W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c = leaves = [torch.tensor(p, requires_grad=True) for p in params]
    h, C = [torch.tensor(h0, requires_grad=True)], [torch.tensor(C0, requires_grad=True)]
    for x_t in torch.tensor(x):
        hx = torch.cat([h[-1], x_t], -1)
        f, i, o = (torch.sigmoid(hx @ W.T + b) for W, b in ((W_f, b_f), (W_i, b_i), (W_o, b_o)))
        C.append(f * C[-1] + i * torch.tanh(hx @ W_c.T + b_c))
        h.append(o * torch.tanh(C[-1]))
        h[-1].retain_grad()
        C[-1].retain_grad()
    loss = sum((state * g).sum() for state, g in zip(h, torch.tensor(dl), strict=True))
    (loss + 0 * sum(v.sum() for v in (*leaves, C[0]))).backward()
    values = [[s.detach().numpy() for s in states] for states in (h, C)]
    return values, [p.grad.numpy() for p in leaves], [[s.grad.numpy() for s in states] for states in (h, C)]


@settings(max_examples=30, deadline=None)
@given(sizes)
def test_forward_and_backward_agree_with_autograd(size):
    params, x, h0, C0, dl = problem(*size)
    values, gradients, totals = torch_gradients(params, x, h0, C0, dl)
    states = lstm.forward(params, x, h0, C0)
    ours, dh, dC = lstm.backward(params, x, states, dl)
    assert np.array_equal(states.h[0], h0)
    assert np.array_equal(states.C[0], C0)
    pairs = zip([*states[:2], *ours, dh, dC], [*values, *gradients, *totals], strict=True)
    for a, b in pairs:
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)  # a sum may cancel


def test_forward_is_torch_s_own_lstm():
    module = torch.nn.LSTM(2, 3, dtype=torch.float64)
    W_x, W_h, b_x, b_h = (p.detach().numpy() for p in module.parameters())
    (W_i, W_f, W_c, W_o), (b_i, b_f, b_c, b_o) = np.split(np.hstack([W_h, W_x]), 4), np.split(b_x + b_h, 4)
    params, x = lstm.Params(W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c), problem(1, batch=(2,))[1]
    h = lstm.forward(params, x, np.zeros((2, 3)), np.zeros((2, 3))).h
    assert relative_error(h[1:], module(torch.tensor(x))[0].detach().numpy()) < 1e-14


def test_backward_agrees_with_the_complex_step():
    params, x, h0, C0, dl = problem(2, batch=(2,))
    gradients, dh, dC = lstm.backward(params, x, lstm.forward(params, x, h0, C0), dl)

    def loss(start=h0, cell=C0, **changed):
        return (dl * lstm.forward(params._replace(**changed), x, start, cell).h).sum()

    for name in params._fields:
        numeric = complex_step(lambda A, name=name: loss(**{name: A}), getattr(params, name))
        assert relative_error(numeric, getattr(gradients, name)) < 1e-13
    assert relative_error(complex_step(loss, h0), dh[0]) < 1e-13
    assert relative_error(complex_step(lambda cell: loss(cell=cell), C0), dC[0]) < 1e-13


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(0, 2), st.integers(0, 4))
def test_cell_transport_agrees_with_the_complex_step_at_every_pair(seed, n, m, T):
    params, x, h0, C0, _ = problem(seed, n, m, T)
    states = lstm.forward(params, x, h0, C0)
    for t in range(T + 1):
        for k in range(t + 1):

            def last_cell(C_k, k=k, t=t):
                h_k = states.o[k - 1] * np.tanh(C_k) if k else h0
                return lstm.forward(params, x[k:t], h_k, C_k).C[-1]

            total = complex_step(last_cell, states.C[k])
            ours = lstm.cell_transport(params, x, states, t, k)
            np.testing.assert_allclose(ours, total, rtol=1e-12, atol=1e-13)


def test_the_total_gradient_of_a_cell_is_its_transport_from_the_last_one():
    params, x, h0, C0, dl = problem(3)
    states = lstm.forward(params, x, h0, C0)
    _, dh, dC = lstm.backward(params, x, states, np.vstack([0 * dl[:-1], dl[-1:]]))
    o_T, f_T, C_T, C = states.o[-1], states.f[-1], states.C[-1], states.C
    np.testing.assert_allclose(dC[-1], dl[-1] * o_T * (1 - np.tanh(C_T) ** 2))
    frozen = dC[-2] - dh[-2] * states.o[-2] * (1 - np.tanh(C[-2]) ** 2)
    np.testing.assert_allclose(frozen, f_T * dC[-1])


def test_gate_transport_is_the_product_of_forget_gates():
    params, x, h0, C0, _ = problem(4)
    states = lstm.forward(params, x, h0, C0)
    f = states.f
    np.testing.assert_allclose(lstm.gate_transport(states, 4, 1), np.diag(f[1] * f[2] * f[3]), rtol=1e-15)
    np.testing.assert_array_equal(lstm.gate_transport(states, 2, 2), np.eye(3))
    np.testing.assert_array_equal(lstm.cell_transport(params, x, states, 2, 2), np.eye(3))


def test_without_weights_on_h_the_gates_alone_are_the_whole_transport():
    params, x, h0, C0, _ = problem(5)
    deaf = lstm.Params(*(np.hstack([0 * W[:, :3], W[:, 3:]]) for W in params[:4]), *params[4:])
    states = lstm.forward(deaf, x, h0, C0)
    whole, gates = lstm.cell_transport(deaf, x, states, 5, 1), lstm.gate_transport(states, 5, 1)
    np.testing.assert_allclose(whole, gates, rtol=1e-14)
    states = lstm.forward(params, x, h0, C0)
    whole, gates = lstm.cell_transport(params, x, states, 5, 1), lstm.gate_transport(states, 5, 1)
    assert relative_error(whole, gates) > 0.1


def test_pinned_gates_carry_the_cell_unchanged():
    n, m, T = 2, 1, 4
    W = np.zeros((n, n + m))
    pinned = lstm.Params(W, W, W, W, *(np.full(n, b) for b in (800.0, -800.0, 800.0, 1.0)))
    states = lstm.forward(pinned, np.ones((T, m)), np.zeros(n), np.array([0.5, -2.0]))
    np.testing.assert_array_equal(states.C, np.tile([0.5, -2.0], (T + 1, 1)))
    np.testing.assert_array_equal(states.h[1:], np.tanh(states.C[1:]))
    np.testing.assert_array_equal(lstm.cell_transport(pinned, np.ones((T, m)), states, T, 0), np.eye(n))


def test_gates_stay_positive_where_one_minus_tanh_would_give_zero():
    n = m = 1
    W = np.zeros((n, n + m))
    closed = lstm.Params(W, W, W, W, *(np.full(n, -40.0),) * 3, np.zeros(n))
    states = lstm.forward(closed, np.zeros((1, m)), np.zeros(n), np.ones(n))
    np.testing.assert_allclose([states.f, states.i, states.o], np.exp(-40), rtol=1e-14)


@pytest.mark.parametrize("dtype, positive, zero", [(np.float64, -709, -710), (np.float32, -88, -89)])
def test_a_gate_is_zero_only_where_it_is_said_to_be(dtype, positive, zero):
    x = np.array([[positive], [zero]], dtype)
    W, nothing = np.array([[0, 1]], dtype), np.zeros(1, dtype)
    states = lstm.forward(lstm.Params(W, W, W, W, *(nothing,) * 4), x, nothing, nothing)
    for gate in (states.f, states.i, states.o):
        assert gate[0] > 0 and gate[1] == 0


def test_float32_stays_float32_and_a_mixture_is_float64():
    params, x, h0, C0, dl = problem(6)
    single = lstm.Params(*(p.astype(np.float32) for p in params))
    x32, h32, C32, dl32 = (a.astype(np.float32) for a in (x, h0, C0, dl))
    states = lstm.forward(single, x32, h32, C32)
    gradients, dh, dC = lstm.backward(single, x32, states, dl32)
    results = *states, *gradients, dh, dC, lstm.cell_transport(single, x32, states, 3, 1)
    assert {r.dtype for r in (*results, lstm.gate_transport(states, 3, 1))} == {np.dtype(np.float32)}
    assert relative_error(states.C, lstm.forward(params, x, h0, C0).C) < 1e-6
    assert lstm.forward(single, x, h32, C32).f.dtype == np.float64


def test_arguments_are_never_changed_and_results_are_fresh():
    params, x, h0, C0, dl = problem(7)
    states = lstm.forward(params, x, h0, C0)
    arguments = (*params, x, h0, C0, dl, *states)
    for a in arguments:
        a.flags.writeable = False
    gradients, dh, dC = lstm.backward(params, x, states, dl)
    results = *lstm.forward(params, x, h0, C0), *gradients, dh, dC
    results += lstm.gate_transport(states, 3, 1), lstm.cell_transport(params, x, states, 3, 1)
    assert not any(np.shares_memory(r, a) for r in results for a in arguments)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_not_finite_passes_through_in_silence(bad):
    params, x, h0, C0, dl = problem(8)
    spoilt = lstm.States(*(bad * s for s in lstm.forward(params, x, h0, C0)))
    with np.errstate(all="raise"):
        for name in params._fields:
            poisoned = params._replace(**{name: getattr(params, name) * bad})
            states = lstm.forward(poisoned, x, h0, C0)
            lstm.backward(poisoned, x, states, dl * bad)
            lstm.cell_transport(poisoned, x, states, 4, 0)
        states = lstm.forward(params, x * np.nan, h0, C0)
        lstm.gate_transport(spoilt, 4, 0)
        lstm.cell_transport(params, x, spoilt, 4, 0)
    assert np.isnan(states.C[1:]).all()


P, X, H0, C0, DL = problem()
S = lstm.forward(P, X, H0, C0)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda: lstm.forward(P._replace(W_o=P.W_o[:, 1:]), X, H0, C0),
            ValueError,
            "W_o must have shape (n, n+m), here (3, 5), got (3, 4)",
        ),
        (
            lambda: lstm.forward(P._replace(b_c=P.W_c), X, H0, C0),
            ValueError,
            "b_c must have shape (n), here (3), got (3, 5)",
        ),
        (
            lambda: lstm.forward(P, X[0], H0, C0),
            ValueError,
            "x must have shape (T, ..., m), got (2,)",
        ),
        (
            lambda: lstm.forward(P, X, H0, C0[1:]),
            ValueError,
            "C0 must have shape (..., n), here (3), got (2,)",
        ),
        (lambda: lstm.forward(P[:7], X, H0, C0), ValueError, "expected the 11 arrays"),
        (
            lambda: lstm.backward(P, X, S, DL[1:]),
            ValueError,
            "dl must have shape (T+1, ..., n), here (6, 3), got (5, 3)",
        ),
        (
            lambda: lstm.backward(P, X, S._replace(f=S.f[1:]), DL),
            ValueError,
            "f must have shape (T, ..., n), here (5, 3), got (4, 3)",
        ),
        (lambda: lstm.gate_transport(S, 6, 0), ValueError, "t must be an integer from 0 to 5, got 6"),
        (lambda: lstm.cell_transport(P, X, S, -1, 0), ValueError, "t must be an integer from 0 to 5, got -1"),
        (lambda: lstm.cell_transport(P, X, S, 2, 3), ValueError, "k must be an integer from 0 to 2, got 3"),
        (lambda: lstm.cell_transport(P, X[:, None], S, 2, 1), ValueError, "x must have shape (T, m)"),
        (lambda: lstm.forward(P, X, H0, ["a"]), TypeError, "C0 must hold numbers"),
    ],
)
def test_errors_name_the_argument_in_one_sentence(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)

"""Our plain numpy gradients beside their peers, as ratios of time: python -m benchmarks.gradients

One thread, float64, forward and all parameter gradients, and every contestant must first agree with ours to
1e-10. All take turns of 50 ms or more, round after round; a ratio is the median over rounds of a contestant's
processor time over ours in the same round, so that a busy machine slows both alike.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

from functools import partial
from itertools import accumulate
from statistics import median
from time import process_time

import numpy as np
import torch

from benchmarks.double_sum import WAYS
from rnncourse import lstm, rnn
from rnncourse.gradcheck import relative_error

try:
    import jax
    import jax.numpy as jnp
except ImportError:
    jax = None
else:
    jax.config.update("jax_enable_x64", True)

torch.set_num_threads(1)
SIZES = [(2, 30, 1), (16, 100, 1), (64, 200, 1), (64, 200, 32), (256, 100, 32)]  # n, T, batch


def main():
    jax_version = jax.__version__ if jax else "not installed"
    print(f"numpy {np.__version__}, torch {torch.__version__}, jax {jax_version}")
    print("\nForward and gradients of a recurrent network: times as fast as")
    table({size: rnn_contestants(*size) for size in SIZES})
    print("\nForward and gradients of an LSTM: times as fast as")
    table({size: lstm_contestants(*size) for size in SIZES})
    print("\nAll norms ||dh_t/dh_k||, as this file finds them: times as fast as")
    table({(32, 200): transport_contestants(32, 200)}, rounds=5)
    print("\nGrowth exponent of the time in T, from T to 2T (n = 16)")
    for (name, way), T in zip(WAYS.items(), (60, 200, 4000), strict=True):
        print(f"{name:40s}{growth_exponent(way, T):.1f}")


def table(rows, rounds=15):
    """Print a line a row: the median over rounds of each contestant's time over the first one's."""
    for i, (row, calls) in enumerate(rows.items()):
        repeats = {name: max(1, int(0.05 / seconds(call))) for name, call in calls.items()}
        turns = [{name: seconds(calls[name], repeats[name]) for name in calls} for _ in range(rounds)]
        ours, *others = calls
        if i == 0:
            print(" " * 16 + "".join(f"{name:>22s}" for name in others))
        ratios = {name: median(turn[name] / turn[ours] for turn in turns) for name in others}
        print(f"{row!s:16s}" + "".join(f"{ratios[name]:22.2f}" for name in others), flush=True)


def seconds(call, repeats=1):
    call()  # what the contestant before left in the caches is not counted
    start = process_time()
    for _ in range(repeats):
        call()
    return (process_time() - start) / repeats


def check(calls, names):
    reference = calls["ours"]()
    for name in names:
        for a, b in zip(calls[name](), reference, strict=True):
            assert relative_error(np.asarray(a), b) < 1e-10, name
    return calls


def problem(n, T, batch):
    """Inputs, first state and local loss gradients; a single sequence has no batch axis."""
    rng = np.random.default_rng(0)
    axes = (batch,) if batch > 1 else ()
    return rng.normal(size=(T, *axes, n)), rng.uniform(size=(*axes, n)), rng.normal(size=(T + 1, *axes, n))


def rnn_contestants(n, T, batch):
    rng = np.random.default_rng(1)
    params = rnn.Params(rng.normal(size=(n, n)) / n**0.5, rng.normal(size=(n, n)) / n**0.5)
    data = problem(n, T, batch)
    calls = {
        "ours": lambda: rnn.backward(params, data[0], rnn.forward(params, *data[:2]), data[2])[0],
        "torch loop, tuned": partial(torch_gradients, torch_tuned, *map(torch.tensor, (*params, *data))),
        "torch loop, naive": partial(torch_gradients, torch_naive, *map(torch.tensor, (*params, *data))),
        "torch.nn.RNN (tanh)": torch_module(torch.nn.RNN(n, n, dtype=torch.float64), *data),
    }
    if jax:
        calls["jax.jit(scan)"] = jax_gradients(jax_rnn, tuple(params), *data)
    return check(calls, [name for name in calls if "tanh" not in name])


def torch_gradients(states, W, U, x, h0, dl):
    W, U = W.requires_grad_(), U.requires_grad_()
    return torch.autograd.grad(torch.stack(states(W, U, x, h0)), (W, U), dl[1:])


def torch_naive(W, U, x, h):
    return [h := torch.sigmoid(h @ W.T + x_t @ U.T) for x_t in x]


def torch_tuned(W, U, x, h):
    z = (x @ U.T).unbind(0)
    if h.ndim == 1:
        return [h := torch.addmv(z_t, W, h).sigmoid() for z_t in z]
    return [h := torch.addmm(z_t, h, W.T).sigmoid() for z_t in z]


def torch_module(module, x, h0, dl):
    x, h0, dl = map(torch.tensor, (x, h0, dl))
    start = (h0[None], torch.zeros_like(h0)[None]) if isinstance(module, torch.nn.LSTM) else h0[None]
    return lambda: torch.autograd.grad(module(x, start)[0], tuple(module.parameters()), dl[1:])


def jax_gradients(loss, params, *data):
    gradient = jax.jit(jax.grad(loss))
    params, data = jax.device_put(params), jax.device_put(data)
    return lambda: jax.block_until_ready(gradient(params, *data))


def jax_rnn(params, x, h0, dl):
    W, U = params

    def layer(h, z):
        h = jax.nn.sigmoid(h @ W.T + z)
        return h, h

    return (jax.lax.scan(layer, h0, x @ U.T)[1] * dl[1:]).sum()


def lstm_contestants(n, T, batch):
    x, h0, dl = problem(n, T, batch)
    C0 = np.zeros_like(h0)
    module = torch.nn.LSTM(n, n, dtype=torch.float64)
    W_x, W_h, b_x, b_h = (p.detach().numpy() for p in module.parameters())
    (W_i, W_f, W_c, W_o), (b_i, b_f, b_c, b_o) = np.split(np.hstack([W_h, W_x]), 4), np.split(b_x + b_h, 4)
    params = lstm.Params(W_f, W_i, W_o, W_c, b_f, b_i, b_o, b_c)
    calls = {
        "ours": lambda: lstm.backward(params, x, lstm.forward(params, x, h0, C0), dl)[0],
        "torch.nn.LSTM": torch_module(module, x, h0, dl),
    }
    dW_x, dW_h, db, _ = calls["torch.nn.LSTM"]()
    (i, f, c, o), biases = np.split(np.hstack([dW_h, dW_x]), 4), np.split(db.numpy(), 4)
    in_our_order = [f, i, o, c, *(biases[j] for j in (1, 0, 3, 2))]
    check(calls | {"torch": lambda: in_our_order}, ["torch"])
    if jax:
        calls["jax.jit(scan)"] = jax_gradients(jax_lstm, tuple(params), x, h0, dl)
        check(calls, ["jax.jit(scan)"])
    return calls


def jax_lstm(params, x, h0, dl):
    n = h0.shape[-1]
    W, b = jnp.concatenate(params[:4]), jnp.concatenate(params[4:])

    def layer(state, z):
        h, C = state
        f, i, o, c = jnp.split(h @ W[:, :n].T + z, 4, axis=-1)
        C = jax.nn.sigmoid(f) * C + jax.nn.sigmoid(i) * jnp.tanh(c)
        h = jax.nn.sigmoid(o) * jnp.tanh(C)
        return (h, C), h

    return (jax.lax.scan(layer, (h0, jnp.zeros_like(h0)), x @ W[:, n:].T + b)[1] * dl[1:]).sum()


def transport_contestants(n, T):
    rng = np.random.default_rng(2)
    params = rnn.Params(8 * rng.normal(size=(n, n)) / n**0.5, rng.normal(size=(n, n)))
    h = rnn.forward(params, rng.normal(size=(T, n)), rng.uniform(size=n))
    W, states = torch.tensor(params.W), torch.tensor(h)
    z = torch.logit(states[1:]) - states[:-1] @ W.T

    def with_nudges(nudges):  # a nudge of h_k, for every k at once
        after = [states[0] + nudges[0]]
        for z_t, nudge in zip(z, nudges[1:], strict=True):
            after.append(torch.sigmoid(W @ after[-1] + z_t) + nudge)
        return torch.stack(after)

    def norms_of_torch():
        jacobians = torch.func.jacfwd(with_nudges)(torch.zeros_like(states))
        return (torch.linalg.norm(jacobians.permute(0, 2, 1, 3), dim=(2, 3)).numpy(),)

    def norms_from_scratch():
        norms = np.zeros((T + 1, T + 1))
        for t in range(T + 1):
            for k in range(t + 1):
                norms[t, k] = np.linalg.norm(rnn.transport(params, h, t, k))
        return (norms,)

    calls = {
        "ours": lambda: (transport_norms(params, h),),
        "every product anew": norms_from_scratch,
        "torch.func.jacfwd": norms_of_torch,
    }
    return check(calls, calls)


def transport_norms(params, h):
    """The Frobenius norm of dh_t/dh_k in row t, column k.

    Through a step m between them it is A B, and |A B|^2 = <A^T A, B B^T>: for all pairs on two sides of m
    that is one matrix product. Pairs on one side have an m of their own.
    """
    J, norms = rnn.jacobian(params, h), np.zeros((len(h), len(h)))

    def fill(first, last):
        if first > last:
            return
        m = (first + last) // 2
        I = np.eye(h.shape[-1])
        A = np.array([*accumulate(J[m + 1 : last + 1], lambda A, J_t: J_t @ A, initial=I)])  # dh_t/dh_m
        B = np.array([*accumulate(J[m:first:-1], np.matmul, initial=I)])[::-1]  # dh_m/dh_k
        squares = np.tensordot(A.swapaxes(1, 2) @ A, B @ B.swapaxes(1, 2), ([1, 2], [1, 2]))
        norms[m : last + 1, first : m + 1] = np.sqrt(squares)
        fill(first, m - 1)
        fill(m + 1, last)

    fill(0, len(h) - 1)
    return norms


def growth_exponent(way, T):
    n, times = 16, []
    for length in (T, 2 * T):
        x, h0, dl = problem(n, length, 1)
        params = rnn.Params(np.eye(n), np.eye(n))
        h = rnn.forward(params, x, h0)
        assert relative_error(way(params, x, h, dl), rnn.backward(params, x, h, dl)[0].W) < 1e-10
        times.append(min(seconds(partial(way, params, x, h, dl)) for _ in range(3)))
    return float(np.log2(times[1] / times[0]))


if __name__ == "__main__":
    main()

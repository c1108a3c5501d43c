"""What an exercise may be asked: inputs from anywhere in its legal domain, and from its edges.

Each function takes an rng and returns the arguments of an answer. The check draws its further probes from
them, and the attack on the checks its oracle.
"""

import numpy as np

from rnncourse import lstm, spectra
from rnncourse.rnn import sigma


def size(rng, most=4):
    """A number of units, inputs or samples, 1 included."""
    return int(rng.integers(1, most + 1))


def scale(rng):
    """How large the weights are."""
    return rng.choice([0.1, 1, 3])


def layer(rng):
    n, d, s = size(rng, 6), size(rng, 6), scale(rng)
    return rng.uniform(-s, s, (n, d)), rng.uniform(-1.5, 1.5, d)


def batch(rng):
    B, d, n, s = size(rng), size(rng), size(rng), scale(rng)
    return rng.uniform(-s, s, (d, n)), rng.uniform(-1.5, 1.5, (B, d))


def states(rng, n, T, m):
    """W, inputs and the states of a network that reads them."""
    s = scale(rng)
    W, U, x = rng.uniform(-s, s, (n, n)), rng.uniform(-1, 1, (n, m)), rng.uniform(-3, 3, (T, m))
    h = [rng.uniform(0.1, 0.9, n)]
    for x_t in x:
        h.append(sigma(W @ h[-1] + U @ x_t))
    return W, x, np.array(h)


def losses(rng, n, T):
    """Local loss gradients: at every step, or at one alone."""
    dl = rng.uniform(-1, 1, (T + 1, n))
    return dl if rng.random() < 0.7 else dl * (np.arange(T + 1) == rng.integers(T + 1))[:, None]


def through_time(rng):
    n, T = size(rng), size(rng, 5)
    W, _, h = states(rng, n, T, n)
    return W, h, losses(rng, n, T)


def with_inputs(rng):
    n, m, T = size(rng), size(rng), size(rng, 7)
    W, x, h = states(rng, n, T, m)
    return W, h, x, losses(rng, n, T)


def two_states(rng):
    n = size(rng, 5)
    return rng.uniform(0.02, 0.98, n), rng.uniform(0.02, 0.98, n)


def from_k_to_t(rng):
    n, T = size(rng), size(rng, 7)
    k, t = sorted(map(int, rng.integers(0, T + 1, 2)))
    W, _, h = states(rng, n, T, n)
    return W, h, t, k


def warm(rng):
    W, h, dl = through_time(rng)
    return W, rng.uniform(0.1, 0.9, len(W)), h, dl


def all_states(rng):
    return through_time(rng)[:2]


def windows(rng):
    W, h, dl = through_time(rng)
    return W, h, dl, size(rng, len(h) + 1)


def lagged(rng):
    W, h, dl = through_time(rng)
    return W, h, dl, int(rng.integers(0, len(h) - 1))


def diagonalizable(rng):
    while True:
        M, n = rng.uniform(-1.5, 1.5, (2 * [size(rng)])), int(rng.integers(0, 9))
        if np.linalg.cond(np.linalg.eig(M)[1]) < 30:
            return M, n


def corner(rng):
    return 10 ** rng.uniform(-12, 1), size(rng, 8)


def block_power(rng):
    return rng.choice([-1, 1]) * rng.choice([0.05, 0.5, 1, 1.5, 2]) * rng.uniform(0.8, 1.2), size(rng, 12)


def decay(rng):
    """A lambda for which lam / (1 - lam) may be close to a whole number, but is none."""
    n = rng.choice([0, 1, 2, 3, 4, 5, 7, 12, 30]) + rng.choice([-1, 1]) * 10 ** rng.uniform(-2.5, -0.4)
    return (abs(n) / (1 + abs(n)),)


def dominant(rng):
    """A matrix whose largest eigenvalue, positive or negative, is real and ahead of the others."""
    while True:
        W = rng.normal(size=2 * [size(rng, 5)]) * rng.choice([0.1, 1, 3])
        lam = np.linalg.eigvals(W)
        lam = lam[np.argsort(-np.abs(lam))]
        if not lam[0].imag and (np.abs(lam[1:]) < 0.6 * np.abs(lam[0])).all():
            return (W,)


def ruler(rng):
    lam = 10 ** rng.uniform(-1, 0.7)
    return lam, 10 ** rng.uniform(-1, 1.5), lam * (1 + 10 ** rng.uniform(-1.5, 0.5))


def tanh_network(rng):
    n, T, s = size(rng), size(rng), scale(rng)
    return rng.uniform(-s, s, (n, n)), rng.uniform(-s, s, (T, n))


def contraction(rng):
    while True:
        W = rng.normal(size=2 * [size(rng)])
        W *= rng.uniform(0.1, 3.9) / np.linalg.norm(W, 2)
        eps = 10 ** rng.choice([rng.uniform(-12, 0), rng.uniform(-1, 0)])
        if 0.01 < np.log(eps) / np.log(np.linalg.norm(W, 2) / 4) % 1 < 0.99:
            return W, eps


def half_life(rng):
    return (10 ** rng.uniform(-1, 4),)


def orthogonal(rng):
    n = size(rng, 6)
    return np.linalg.qr(rng.normal(size=(n, n)))[0], rng.uniform(-2, 2, n), int(rng.integers(0, 12))


def relu_network(rng):
    """Paths of which many stay open."""
    n, s = size(rng, 6), scale(rng)
    w = rng.choice([1, rng.uniform(0.3, 2)])
    return float(w), s * rng.uniform(-1, 2, (size(rng, 7), n)), s * rng.uniform(-1, 2, n)


def steep(rng):
    return (rng.uniform(4.4, 9),)


def beside_the_wall(rng):
    w = rng.uniform(4.4, 6.5)
    return w, spectra.wall(w) + rng.uniform(-0.3, 0.3), 10 ** rng.uniform(-3, 1)


def gradients(rng):
    """Rows that are zero, tiny, just at the limit, long or huge."""
    m, n, limit = size(rng), size(rng), 10 ** rng.uniform(-2, 2)
    g = rng.normal(size=(m, n))
    g /= np.linalg.norm(g, axis=1, keepdims=True)
    return g * rng.choice([0, 1e-9, 1e-3, 0.3, 0.9, 1, 1.1, 3, 30, 1e6], (m, 1)) * limit, limit


def cell(rng):
    n, m, s = size(rng), size(rng), scale(rng)
    params = lstm.Params(*rng.uniform(-s, s, (4, n, n + m)), *rng.uniform(-s, s, (4, n)))
    return params, rng.uniform(-1.5, 1.5, m), rng.uniform(-1, 1, n), rng.uniform(-3, 3, n)


def pulses(rng):
    return (rng.integers(0, 2, (size(rng, 12), 2)).astype(float),)


def leaking(rng):
    """C_0 of both signs, 0 included; phi from nearly 0 to nearly 1; t from 0 on."""
    C0 = rng.choice([0, rng.uniform(-0.5, 0.5), rng.uniform(-5, 5)])
    return float(C0), float(rng.uniform(0.02, 0.98)), int(rng.integers(0, 9))


def gates(rng):
    T, n = size(rng, 7), size(rng)
    k, t = sorted(map(int, rng.integers(0, T + 1, 2)))
    return rng.uniform(0.02, 0.98, (T, n)), t, k


def gates_alone(rng):
    return (rng.uniform(0.02, 0.98, (size(rng, 9), size(rng))),)


def lstm_run(rng):
    params, x_t, h0, C0 = cell(rng)
    T = size(rng, 5)
    k, t = sorted(map(int, rng.integers(0, T + 1, 2)))
    x = rng.uniform(-1.5, 1.5, (T, len(x_t)))
    return params, x, lstm.forward(params, x, h0, C0), t, k


def candidate_path(rng):
    """W_c without its columns for x, a run, and 1 <= k <= t."""
    params, _, states, t, k = lstm_run(rng)
    k = max(k, 1)
    return params.W_c[:, : len(params.b_c)], states, max(t, k), k


def law(rng):
    """A bias, the error there, and a smaller error."""
    error = float(10 ** rng.uniform(-5, 1))
    return float(rng.uniform(0, 12)), error, error * float(10 ** rng.uniform(-7, -0.1))


def bias(rng):
    return (float(rng.uniform(-5, 10)),)


def coupled_step(rng):
    """dC_t, C_{t-1}, f_t and the candidate of one step."""
    dC, C_prev, f, C_tilde = rng.uniform(-1, 1, (4, size(rng)))
    return 3 * dC, 3 * C_prev, 0.5 + 0.48 * f, 0.98 * C_tilde


def peephole_step(rng):
    n = size(rng)
    f_next, o = rng.uniform(0.02, 0.98, (2, n))
    C, p, dh, dC_next = rng.uniform(-3, 3, (4, n))
    return f_next, o, C, p, dh, dC_next


def gru_step(rng):
    n, m, s = size(rng), size(rng), scale(rng)
    return *rng.uniform(-s, s, (3, n, n + m)), rng.uniform(-1.5, 1.5, m), rng.uniform(-1, 1, n)


def latch(rng):
    return (float(1 + 10 ** rng.uniform(-1, 1)),)


def half_lives(rng):
    shortest = float(rng.uniform(1, 5))
    return shortest, shortest * float(rng.uniform(2, 50)), 1 + size(rng, 5)


def mingru_step(rng):
    n, m, s = size(rng), size(rng), scale(rng)
    W, b = rng.uniform(-s, s, (2, n, m)), rng.uniform(-s, s, (2, n))
    return *W, *b, rng.uniform(-1.5, 1.5, m), rng.uniform(-2, 2, n)


def mingru_run(rng):
    *P, x_t, h0 = mingru_step(rng)
    T = size(rng, 7)
    k, t = sorted(map(int, rng.integers(0, T + 1, 2)))
    return *P, rng.uniform(-1.5, 1.5, (T, len(x_t))), h0, t, k


def linear_recurrence(rng):
    return tuple(rng.uniform(-1.5, 1.5, (2, size(rng, 9), size(rng))))


def exponential_gates(rng):
    """Logarithms from small to 2000."""
    T, n, s = size(rng, 7), size(rng), 10 ** rng.uniform(-1, 3.3)
    return *rng.uniform(-s, s, (2, T, n)), rng.normal(size=(T, n))


def readout(rng):
    n, s = size(rng), scale(rng)
    return *rng.uniform(-s, s, (2, n)), rng.uniform(-1, 1, (size(rng, 8), n))


def lstm_losses(rng):
    """A run of an LSTM, and a loss gradient of each of its states."""
    params, x, states, _, _ = lstm_run(rng)
    return params, x, states, rng.normal(size=states.h.shape)


def predictions(rng):
    """Logarithms of probabilities (N, K), and which letters came."""
    N, K = size(rng, 8), 1 + size(rng, 6)
    z = rng.normal(size=(N, K)) * scale(rng)
    return z - np.log(np.exp(z).sum(1, keepdims=True)), rng.integers(0, K, N)


def text(rng):
    return (letters(rng, 3 + size(rng, 40), 1 + size(rng, 6)),)


def letters(rng, N, K):
    """N numbers of letters below K, not all of which need occur; one at least has two successors."""
    while True:
        codes = rng.choice(K, N, p=rng.dirichlet(np.ones(K)))
        if len({*(K * codes[:-1] + codes[1:])}) > len({*codes[:-1]}):
            return codes


def moving_average(rng):
    return float(rng.uniform(0.02, 0.98)), int(rng.integers(0, 10))


def before_squashing(rng):
    n, s = size(rng), scale(rng)
    return rng.uniform(-s, s, (n, n)), rng.uniform(-3, 3, n)


def symmetric_power(rng):
    n = size(rng)
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    return Q, rng.uniform(-1.5, 1.5, n), int(rng.integers(0, 8)), rng.uniform(-1, 1, n)


def what_arrives(rng):
    """f, o, C, dh, dC of one step of an LSTM."""
    n = size(rng)
    return *rng.uniform(0.02, 0.98, (2, n)), *rng.uniform(-3, 3, (3, n))


def behind_reset(rng):
    n, s = size(rng), scale(rng)
    W, (u, c, h) = rng.uniform(-s, s, (n, n)), rng.uniform(-1, 1, (3, n))
    return W, u, c, rng.uniform(0.02, 0.98, n), h


def candidate(rng):
    """i, o, c, C, dh, dC of one step of an LSTM."""
    n = size(rng)
    return *rng.uniform(0.02, 0.98, (2, n)), rng.uniform(-0.98, 0.98, n), *rng.uniform(-3, 3, (3, n))


def outputs(rng):
    n, m, s = size(rng), size(rng), scale(rng)
    return rng.uniform(-s, s, (n, n)), rng.uniform(-1, 1, (m, n)), rng.normal(size=(size(rng, 7), m))


def run_of_gates(rng):
    shape = 2, size(rng, 7), size(rng)
    return *rng.uniform(0.02, 0.98, shape), *rng.uniform(-3, 3, shape)

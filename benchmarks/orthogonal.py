"""Training with W kept orthogonal, beside training that only starts there. About five minutes.

python -m benchmarks.orthogonal     writes rnncourse/data/orthogonal.json

The first page's task and its plain tanh network (16 units), from an orthogonal matrix Q, the same for both.
"free" trains W. "kept" trains a matrix P and uses W = C Q, where C is the Cayley transform of S = P - P^T:
it is orthogonal whatever P is. For each T the best of three rates is stored, as in hero.py.
"""

import numpy as np

from benchmarks.store import conditions, write
from rnncourse import adding, recall

COMMAND = "OPENBLAS_NUM_THREADS=1 python -m benchmarks.orthogonal"
UNITS = 16
LENGTHS = 20, 50
RATES = 0.003, 0.01, 0.03
SEEDS = range(1, 8)
UPDATES = 2000


def cayley(P):
    """The orthogonal matrix C = (I + S)^-1 (I - S) of S = P - P^T: P (n, n) -> (n, n)."""
    S, one = P - P.T, np.eye(len(P))
    return np.linalg.solve(one + S, one - S)


def cayley_gradient(P, dC):
    """The gradient with respect to P from that with respect to C, by dC = -(I + S)^-1 dS (I + C)."""
    one = np.eye(len(P))
    dS = -np.linalg.solve((one + P - P.T).T, dC @ (one + cayley(P)).T)
    return dS - dS.T


def train(network, T, seed, rate):
    """-> the weights of the tanh network, and the mean squared error of each batch."""
    rng = np.random.default_rng(seed)
    w = recall.start("orthogonal", UNITS, T, rng)
    if network == "free":
        return recall.train("orthogonal", T, UNITS, seed, rate, UPDATES, w)
    Q = w[0]

    def gradient(w):
        loss, (dW, *others), _ = adding.gradient("tanh", used(w), *recall.batch(rng, T))
        return loss, [cayley_gradient(w[0], dW @ Q.T), *others]

    def used(w):
        return [cayley(w[0]) @ Q, *w[1:]]

    w, losses = adding.descend([np.zeros_like(Q), *w[1:]], gradient, rate, UPDATES, recall.solved)
    return used(w), losses


def per_step(w, T, seed):
    """The largest singular value of dh_T/dh_1 and the geometric mean of all, as factors per step.

    Both are geometric means over 50 new lists.
    """
    h = adding.forward("tanh", w, recall.batch(np.random.default_rng(1000 + seed), T, 50)[0])
    product = np.eye(UNITS)
    for h_t in h[2:]:
        product = (1 - h_t[..., None] ** 2) * w[0] @ product
    largest = np.log(np.linalg.norm(product, 2, axis=(1, 2))).mean() / (T - 1)
    mean = np.linalg.slogdet(w[0])[1] / UNITS + np.log(1 - h[2:] ** 2).mean()
    return np.exp([largest, mean])


def best(network, T):
    """The seven trainings with the best rate: most seeds solved, then fewest updates."""
    tried = {rate: [train(network, T, seed, rate) for seed in SEEDS] for rate in RATES}

    def quality(rate):
        return sum(bool(recall.solved(loss)) for _, loss in tried[rate]), -sum(
            len(loss) for _, loss in tried[rate]
        )

    rate = max(RATES, key=quality)
    runs = tried[rate]
    sizes = np.array([np.linalg.svd(w[0], compute_uv=False)[[0, -1]] for w, _ in runs])
    factors = np.array([per_step(w, T, seed) for seed, (w, _) in zip(SEEDS, runs, strict=True)])
    return dict(
        network=network,
        T=T,
        rate=rate,
        solved=quality(rate)[0],
        updates=[len(loss) for _, loss in runs],
        largest=sizes[:, 0].round(3).tolist(),
        smallest=sizes[:, 1].round(3).tolist(),
        along=factors[:, 0].round(4).tolist(),
        mean=factors[:, 1].round(4).tolist(),
    )


def main():
    results = []
    for T in LENGTHS:
        for network in "free", "kept":
            results.append(best(network, T))
            print(results[-1], flush=True)
    data = dict(units=UNITS, rates=RATES, batch=32, limit=UPDATES, seeds=list(SEEDS), results=results)
    write("orthogonal", conditions(COMMAND) | data)


if __name__ == "__main__":
    main()

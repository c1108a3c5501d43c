"""Who can learn to remember a number over T steps? The data of the first pages, in ten minutes.

python -m benchmarks.hero     writes rnncourse/data/hero.json

A plain tanh network (16 units, 321 weights) and an LSTM (8 units, 361 weights) are trained for each T anew,
until solved or for 2000 updates, with three rates and seven seeds. For each T the best rate of a network is
stored: most seeds solved, then fewest updates, then least error.
"""

import numpy as np

from benchmarks.store import conditions, write
from rnncourse import adding, recall

COMMAND = "OPENBLAS_NUM_THREADS=1 python -m benchmarks.hero"
SIZES = {"plain": 16, "LSTM": 8}
LENGTHS = 5, 10, 15, 20, 25, 30, 40, 50, 60
RATES = 0.003, 0.01, 0.03
SEEDS = range(1, 8)
UPDATES = 2000
EVERY = 20
NUMBERS = 0.1, 0.3, 0.5, 0.7, 0.9


def kind_of(network):
    """What adding calls the network."""
    return "tanh" if network == "plain" else network


def trainings(network, T, n, start=None):
    """The seven trainings with the better of the three rates: rate, then weights and errors for each seed."""
    tried = {}
    for rate in RATES:
        tried[rate] = []
        for seed in SEEDS:
            w = start(seed) if start else None
            tried[rate].append(recall.train(kind_of(network), T, n, seed, rate, UPDATES, w))

    def quality(rate):
        losses = [loss for _, loss in tried[rate]]
        ends = [float(np.mean(loss[-20:])) for loss in losses]
        return sum(bool(recall.solved(loss)) for loss in losses), -sum(map(len, losses)), -np.median(ends)

    rate = max(RATES, key=quality)
    print(network, "T", T, "rate", rate, "solved", quality(rate), flush=True)
    return rate, tried[rate]


def summary(network, T, rate, runs):
    """How many updates, errors on 1000 new lists, and answers: 10 %, 50 %, 90 % over seeds and lists."""
    kind = kind_of(network)
    errors, said, pairs = [], {number: [] for number in NUMBERS}, []
    for seed, (w, _) in zip(SEEDS, runs, strict=True):
        rng = np.random.default_rng(1000 + seed)
        x, y = recall.batch(rng, T, 1000)
        a = recall.answers(kind, w, x)
        errors.append(float(np.mean((a - y) ** 2)))
        pairs.append(np.stack([y, a], 1)[:40])
        for number in NUMBERS:
            said[number].append(recall.answers(kind, w, recall.batch(rng, T, 200, number)[0]))
    middle = int(np.argsort(errors)[len(errors) // 2])
    answers = [[round(float(q), 3) for q in np.quantile(said[number], (0.1, 0.5, 0.9))] for number in NUMBERS]
    return dict(
        network=network,
        T=T,
        rate=rate,
        solved=sum(bool(recall.solved(loss)) for _, loss in runs),
        updates=[len(loss) for _, loss in runs],
        error=[round(e, 5) for e in errors],
        answers=answers,
        middle_seed=SEEDS[middle],
        pairs=pairs[middle].round(2).tolist(),
    )


def curve(network, T, runs):
    """The error of each seed, averaged over each 20 updates, until it was solved or stopped."""
    means = [[round(float(np.mean(l[i : i + EVERY])), 4) for i in range(0, len(l), EVERY)] for _, l in runs]
    return dict(network=network, T=T, error=means)


def reach(network, T, runs):
    """Size of the gradient by lag, relative to lag 0: median over seeds, before and after training."""
    kind, shares = kind_of(network), []
    for seed, (w, _) in zip(SEEDS, runs, strict=True):
        before = recall.start(kind, SIZES[network], T, np.random.default_rng(seed))
        x, y = recall.batch(np.random.default_rng(2000 + seed), T, 64)
        for weights in before, w:
            *_, totals = adding.gradient(kind, weights, x, y)
            norms = np.linalg.norm(totals[-1], axis=-1).mean(1)[:0:-1]
            shares.append(norms / norms[0])
    before, after = (np.median(shares[i::2], axis=0) for i in (0, 1))
    short = [[float(f"{v:.2g}") for v in values] for values in (before, after)]
    return dict(network=network, T=T, before=short[0], after=short[1])


def main():
    lengths, curves, lags = [], [], []
    for T in LENGTHS:
        for network, n in SIZES.items():
            rate, runs = trainings(network, T, n)
            lengths.append(summary(network, T, rate, runs))
            if T in (5, 20, 50):
                curves.append(curve(network, T, runs))
                lags.append(reach(network, T, runs))
    others = []
    for network, n in ("orthogonal", 16), ("IRNN", 16), ("LSTM", 8):
        rng = np.random.default_rng

        def start(seed, network=network, n=n, rng=rng):
            return adding.weights(network, n, rng(seed))

        rate, runs = trainings(network, 50, n, start)
        one = summary(network, 50, rate, runs)
        others.append({key: one[key] for key in ("network", "T", "rate", "solved", "updates", "error")})
    others[-1]["network"] = "LSTM, forget bias 1"
    x, y = recall.batch(np.random.default_rng(0), 50, 1000)
    by_hand = float(np.mean((recall.answers("tanh", recall.by_hand(50), x) - y) ** 2))
    data = dict(
        sizes=SIZES, rates=RATES, batch=32, limit=UPDATES, every=EVERY, numbers=NUMBERS, seeds=list(SEEDS)
    )
    results = dict(by_hand=float(f"{by_hand:.2g}"), lengths=lengths, curves=curves, lags=lags, others=others)
    write("hero", conditions(COMMAND) | data | results)


if __name__ == "__main__":
    main()

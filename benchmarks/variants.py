"""Parts, starts and gradients of the LSTM compared on the adding task: 32 units, batches of 64, float32.

python -m benchmarks.variants chrono       three starts at T = 50, 100, 200   -> rnncourse/data/chrono.json
python -m benchmarks.variants ablations    parts left out, at T = 20          -> rnncourse/data/ablations.json
python -m benchmarks.variants truncated    no gradient through h, at T = 50   -> rnncourse/data/truncated.json
python -m benchmarks.variants parity       the same, on the parity of bits    -> rnncourse/data/parity.json

Ten to twenty minutes each. Seed 0 serves to choose rates and is not counted in the results.
"""

import sys

import numpy as np

from benchmarks.store import conditions, write
from rnncourse import adding, variants

COMMAND = "OPENBLAS_NUM_THREADS=1 python -m benchmarks.variants"
STARTS = "bias 1", "chrono", "forget half"
RATES = 0.01, 0.02, 0.04, 0.08
SEEDS = range(1, 6)
LIMIT = 2500


def parity(rng, T, size=64):
    """Bits x (T, size, 2), the second input 1; y = 1 if their sum is odd. The best constant errs by 1/4."""
    x = np.ones((T, size, 2))
    x[..., 0] = rng.integers(0, 2, (T, size))
    return x, x[..., 0].sum(0) % 2


def run(T, rate, seed, start="bias 1", variant="full", truncated=False, task=adding.batch, limit=LIMIT):
    """One training: updates until it was solved or stopped, and the mean error of the last 20."""
    rng = np.random.default_rng(seed)
    w = adding.weights("LSTM", 32, rng)
    if start != "bias 1":
        w = adding.chrono(w, T, rng, both=start == "chrono")

    def gradient(w):
        x, y = (a.astype(np.float32) for a in task(rng, T))
        return variants.gradient(w, x, y, variant, truncated)

    _, losses = adding.descend([a.astype(np.float32) for a in w], gradient, rate, limit)
    solved, error = bool(adding.solved(losses)), round(float(np.mean(losses[-20:])), 4)
    return dict(T=T, rate=rate, seed=seed, solved=solved, updates=len(losses), error=error)


def best(sweep, **which):
    """The rate of the quickest run, or of the one with the least error, among those which are such."""
    these = [r for r in sweep if all(r[key] == value for key, value in which.items())]
    return min(these, key=lambda r: (r["updates"], r["error"]))["rate"]


def compare(name, key, values, lengths, rates=RATES, limit=LIMIT):
    """Each value of one argument of run: a sweep of rates at the first length, then five seeds at each."""

    def one(value, T, rate, seed):
        return {key: value} | run(T, rate, seed, limit=limit, **{key: value})

    sweep = [one(v, lengths[0], rate, 0) for v in values for rate in rates]
    print(*sweep, sep="\n", flush=True)
    runs = []
    for T in lengths:
        for seed in SEEDS:
            for v in values:
                runs.append(one(v, T, best(sweep, **{key: v}), seed))
                print(runs[-1], flush=True)
    data = dict(units=32, batch=64, limit=limit, sweep=sweep, runs=runs)
    write(name, conditions(f"{COMMAND} {name}") | data)


def truncation(name, task, lengths, rates, limit):
    """Full and truncated gradient with the same rates and seeds; what is done is stored after each rate."""
    runs = []
    for T in lengths:
        for rate in rates:
            for seed in SEEDS:
                for truncated in False, True:
                    result = run(T, rate, seed, truncated=truncated, task=task, limit=limit)
                    runs.append(dict(truncated=truncated) | result)
                    print(runs[-1], flush=True)
            data = dict(units=32, batch=64, limit=limit, runs=runs)
            write(name, conditions(f"{COMMAND} {name}") | data)


PARTS_TO_RUN = {
    "chrono": lambda: compare("chrono", "start", STARTS, (50, 100, 200)),
    "ablations": lambda: compare("ablations", "variant", variants.VARIANTS, (20,), RATES[1:3], 1000),
    "truncated": lambda: truncation("truncated", adding.batch, (50,), RATES[:3], 2000),
    "parity": lambda: truncation("parity", parity, (2, 3, 4), (0.003, 0.01, 0.02), 4000),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS_TO_RUN:
        PARTS_TO_RUN[name]()

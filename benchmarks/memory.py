"""The long runs of the memory laboratory: who learns to add over 50, 100 and 200 steps? About twenty minutes.

python -m benchmarks.memory     writes rnncourse/data/memory.json, which the page shows

Each network first gets its own learning rate, the best of four at T = 50. All have about 4400 weights.
"""

import json
import platform
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from rnncourse import adding

COMMAND = "OPENBLAS_NUM_THREADS=1 python -m benchmarks.memory"
FILE = Path(adding.__file__).parent / "data" / "memory.json"
SIZES = {"LSTM": 32, "tanh": 64, "orthogonal": 64, "IRNN": 64}
RATES = 0.001, 0.003, 0.01, 0.02
LENGTHS = 50, 100, 200
UPDATES = 4000
EVERY = 50


def run(kind, T, rate, seed, forget_bias=1.0):
    """One training, and its error averaged over each 50 updates."""
    _, losses = adding.train(kind, T, SIZES[kind], seed, rate, UPDATES, forget_bias)
    means = [round(float(np.mean(losses[i : i + EVERY])), 4) for i in range(0, len(losses), EVERY)]
    result = dict(kind=kind, n=SIZES[kind], T=T, rate=rate, seed=seed, forget_bias=forget_bias)
    result |= dict(solved=bool(adding.solved(losses)), updates=len(losses), error=means)
    print(*(f"{key} {value}" for key, value in result.items() if key != "error"), means[-1], flush=True)
    return result


def carousel(seed):
    """What training at T = 50 made of the carousel: its error at step 5, and the three longest half-lives."""
    w, _ = adding.train("LSTM", 50, seed=seed, updates=UPDATES)
    missed, half_lives = adding.carousel(w, *adding.batch(np.random.default_rng(seed), 50), 5)
    longest = [round(float(steps), 1) for steps in np.sort(half_lives)[:-4:-1]]
    return dict(seed=seed, missed=round(float(np.median(missed)), 3), half_lives=longest)


def quality(result):
    """What makes a rate the best: fewest updates until solved, then least error at the end."""
    return result["updates"], result["error"][-1]


def main():
    with Pool(2) as pool:
        sweep = pool.starmap(run, [(kind, 50, rate, 0) for kind in SIZES for rate in RATES], 1)
        best = {kind: min((r for r in sweep if r["kind"] == kind), key=quality)["rate"] for kind in SIZES}
        rate = best["LSTM"]
        runs = [(kind, T, best[kind], seed) for T in LENGTHS for kind in SIZES for seed in (1, 2, 3)]
        bias = [("LSTM", T, rate, seed, b) for T in LENGTHS for seed in range(4, 9) for b in (0.0, 1.0)]
        runs, bias = (pool.starmap(run, todo, 1) for todo in (runs, bias))
        trained = pool.map(carousel, range(1, 7))
    conditions = dict(command=COMMAND, python=platform.python_version(), numpy=np.__version__, batch=64)
    data = conditions | dict(
        updates=UPDATES, every=EVERY, sweep=sweep, runs=runs, forget_bias=bias, carousel=trained
    )
    FILE.write_text(json.dumps(data).replace('{"kind"', '\n{"kind"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

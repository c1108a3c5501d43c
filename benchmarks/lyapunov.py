"""The largest Lyapunov exponent of fresh networks against the scale of their weights. A minute or two.

python -m benchmarks.lyapunov     writes rnncourse/data/lyapunov.json

32 units, weights uniform in +-scale/sqrt(32), biases 0 but for the LSTM's forget bias 1, inputs of the adding
task. The exponents are over 500 steps after the first 100, for 20 seeds.
"""

import numpy as np

from benchmarks.store import conditions, write
from rnncourse import adding, lstm, lyapunov

COMMAND = "OPENBLAS_NUM_THREADS=1 python -m benchmarks.lyapunov"
SCALES = 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32
SEEDS = range(1, 21)


def largest(kind, scale, seed):
    """The exponent of one network on one sequence."""
    rng = np.random.default_rng(seed)
    w = adding.weights(kind, 32, rng)
    w = [scale * a if a.ndim == 2 else a for a in w]
    x, _ = adding.batch(rng, 600, 1)
    states = adding.forward(kind, w, x)
    if kind == "LSTM":
        states = lstm.States(*(a[:, 0] for a in states))
        J = lyapunov.lstm_jacobians(w[:8], states)
    else:
        J = lyapunov.tanh_jacobians(w[0], states[:, 0])
    return float(lyapunov.exponents(J[100:], 1)[0])


def main():
    results = []
    for kind in "tanh", "LSTM":
        for scale in SCALES:
            found = [largest(kind, scale, seed) for seed in SEEDS]
            quartiles = np.quantile(found, (0, 0.25, 0.5, 0.75, 1)).round(4).tolist()
            above = sum(value > 0 for value in found)
            results.append(dict(kind=kind, scale=scale, quartiles=quartiles, above_zero=above))
            print(results[-1], flush=True)
    write("lyapunov", conditions(COMMAND) | dict(units=32, steps=500, seeds=len(SEEDS), results=results))


if __name__ == "__main__":
    main()

"""Seconds for one gradient over T steps, in three orders of the same sum; data/timings.json keeps one run.

python -m benchmarks.double_sum
"""

import json
import platform
import time
import timeit
from pathlib import Path

import numpy as np

from rnncourse import rnn
from rnncourse.gradcheck import relative_error

FILE = Path(rnn.__file__).parent / "data" / "timings.json"
N, STEPS, RUNS = 16, (8, 16, 32, 64, 128), 5


def products_kept(params, x, h, dl):
    """The double sum, the row carried on while k walks back."""
    J, dW = rnn.jacobian(params, h), np.zeros_like(params.W)
    for t in range(1, len(h)):
        row = dl[t]
        for k in range(t, 0, -1):
            row = row @ J[k + 1] if k < t else row
            dW += np.outer(row * h[k] * (1 - h[k]), h[k - 1])
    return dW


WAYS = {
    "double sum, each product from scratch": lambda params, x, h, dl: rnn.double_sum(params, h, dl),
    "double sum, products kept": products_kept,
    "recursion": lambda params, x, h, dl: rnn.backward(params, x, h, dl)[0].W,
}


def main():
    rng = np.random.default_rng(0)
    params = rnn.Params(rng.normal(size=(N, N)), rng.normal(size=(N, N)))
    seconds = {name: [] for name in WAYS}
    for T in STEPS:
        x = rng.normal(size=(T, N))
        h = rnn.forward(params, x, rng.uniform(size=N))
        arguments = params, x, h, rng.normal(size=h.shape)
        right = rnn.backward(params, x, h, arguments[-1])[0].W
        for name, way in WAYS.items():
            assert relative_error(way(*arguments), right) < 1e-10
            call = lambda way=way, a=arguments: way(*a)  # noqa: E731
            runs = timeit.repeat(call, timer=time.process_time, number=3, repeat=RUNS)
            seconds[name].append(float(f"{min(runs) / 3:.2g}"))
        print(T, *(f"{name}: {values[-1]:g} s" for name, values in seconds.items()))
    conditions = (
        f"{N} units, float64, one thread of one {platform.machine()} core, numpy {np.__version__}, "
        f"Python {platform.python_version()}, processor time, least of {RUNS} runs"
    )
    FILE.write_text(json.dumps({"conditions": conditions, "T": STEPS, "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()

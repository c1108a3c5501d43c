"""What three networks learn of Python's own source, and how far back it reaches. About half an hour.

python -m benchmarks.text     writes rnncourse/data/text.json

Each network has about 26 000 weights and gets its own rate, the best of three for seed 0 after 600 updates.
"""

import numpy as np

from benchmarks.store import conditions, write
from rnncourse import adding, text

COMMAND = "OPENBLAS_NUM_THREADS=1 python -m benchmarks.text"
SIZES = {"plain": 96, "minGRU": 96, "LSTM": 42}
RATES = 0.003, 0.01, 0.03
SEEDS = range(1, 6)
MOMENTS = 0, 50, 100, 200, 400, 800, 1400
CONTEXTS = 1, 2, 4, 8, 16, 32, 64
DISTANCES = (1, 4), (5, 8), (9, 16), (17, 32), (33, 60)
T, SIZE = 64, 32
BITS = 1 / np.log(2)
PROMPT = "    def "


def places(codes, step=5):
    """Letters (64, N) before each fifth place of a text, and the letters (N,) there."""
    where = np.arange(T, len(codes), step)
    return codes[where + np.arange(-T, 0)[:, None]], codes[where]


def bits(kind, w, before, answers):
    """Bits per place that the model needs for the answers, the mean and each."""
    each = -BITS * text.predict(kind, w, before)[np.arange(len(answers)), answers].astype(float)
    return float(each.mean()), each


def at_brackets(kind, w, codes, letters):
    """For each distance: bits for a closing bracket, and how many more with its opening one made a space."""
    pairs = text.brackets(codes, letters, 60)
    pairs = pairs[pairs[:, 0] >= T]
    before = codes[pairs[:, 0] + np.arange(-T, 0)[:, None]]
    answers = codes[pairs[:, 0]]
    without = before.copy()
    without[T - (pairs[:, 0] - pairs[:, 1]), np.arange(len(pairs))] = letters.index(" ")
    _, seen = bits(kind, w, before, answers)
    _, unseen = bits(kind, w, without, answers)
    far = pairs[:, 0] - pairs[:, 1]
    groups = [(low <= far) & (far <= high) for low, high in DISTANCES]
    return [[int(g.sum()), float(seen[g].mean()), float((unseen - seen)[g].mean())] for g in groups]


def train(kind, rate, seed, learn, held, letters):
    """One training, looked at in some moments."""
    rng = np.random.default_rng(seed)
    w, losses, looks = text.start(kind, SIZES[kind], len(letters), rng), [], []
    memory = 0, [np.zeros_like(a) for a in w], [np.zeros_like(a) for a in w]
    before, answers = places(held)
    sample = text.windows(np.random.default_rng(0), held, T, 256)
    for update in range(MOMENTS[-1] + 1):
        if update in MOMENTS:
            contexts = [bits(kind, w, before[-k:], answers)[0] for k in CONTEXTS]
            first = seed == SEEDS[0]
            wrote = text.write(kind, w, letters, PROMPT, 160, np.random.default_rng(1), 1.3) if first else ""
            looks.append(dict(contexts=contexts, reach=text.reach(kind, w, sample), wrote=wrote))
        loss, gradients = text.gradient(kind, w, text.windows(rng, learn, T, SIZE))
        w, memory = adding.adam(w, gradients, memory, rate)
        losses.append(loss * BITS)
    means = [round(float(np.mean(losses[i : i + 50])), 3) for i in range(0, MOMENTS[-1], 50)]
    print(kind, seed, means[-1], [round(look["contexts"][-1], 2) for look in looks], flush=True)
    return dict(learning=means, looks=looks, brackets=at_brackets(kind, w, held, letters))


def median(values, digits=3):
    """Over seeds, rounded."""
    return np.round(np.median(values, axis=0), digits).tolist()


def summary(kind, rate, runs, weights):
    """Medians over seeds, the spread of the end, and what the first seed wrote."""
    looks = [
        dict(
            update=update,
            contexts=median([run["looks"][j]["contexts"] for run in runs]),
            reach=median([run["looks"][j]["reach"] for run in runs], 4),
            wrote=runs[0]["looks"][j]["wrote"],
        )
        for j, update in enumerate(MOMENTS)
    ]
    return dict(
        network=kind,
        units=SIZES[kind],
        weights=weights,
        rate=rate,
        learning=median([run["learning"] for run in runs]),
        end=[round(run["looks"][-1]["contexts"][-1], 3) for run in runs],
        context_ends=[np.round(run["looks"][-1]["contexts"], 3).tolist() for run in runs],
        brackets=median([run["brackets"] for run in runs], 2),
        bracket_gains=[[round(gain, 2) for *_, gain in run["brackets"]] for run in runs],
        looks=looks,
    )


def main():
    sources = text.read()
    assert text.fingerprint(sources) == text.SHA256, "the source of these modules is another one here"
    letters, learn, held = text.split(sources)
    K, networks = len(letters), []
    before, answers = places(held)
    for kind, n in SIZES.items():
        ends = {}
        for rate in RATES:
            w, _ = text.train(kind, learn, K, n, T, SIZE, 0, rate, 600)
            ends[rate] = bits(kind, w, before, answers)[0]
        print(kind, ends, flush=True)
        rate = min(RATES, key=ends.get)
        runs = [train(kind, rate, seed, learn, held, letters) for seed in SEEDS]
        weights = sum(a.size for a in text.start(kind, n, K, np.random.default_rng(0)))
        networks.append(summary(kind, rate, runs, weights) | dict(sweep=list(ends.values())))
    common = dict(modules=text.MODULES, sha256=text.SHA256, letters=K, learn=len(learn), held=len(held))
    how = dict(window=T, batch=SIZE, rates=RATES, seeds=list(SEEDS), contexts=CONTEXTS, distances=DISTANCES)
    write("text", conditions(COMMAND) | common | how | dict(networks=networks))


if __name__ == "__main__":
    main()

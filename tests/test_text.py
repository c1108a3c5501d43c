"""The text laboratory: the same text everywhere, gradients by complex step, brackets, and what is written."""

import numpy as np
import pytest

from benchmarks import text as bench
from rnncourse import text


def model(kind, seed=0, K=6, n=4):
    rng = np.random.default_rng(seed)
    return [a + 0.3 * rng.normal(size=a.shape) for a in text.start(kind, n, K, rng, float)]


def test_the_text_is_the_one_of_the_stored_runs():
    sources = text.read()
    assert text.fingerprint(sources) == text.SHA256
    letters, learn, held = text.split(sources)
    assert "".join(letters[code] for code in learn[:40]) == sources[0][:40]
    assert "".join(letters[code] for code in held[-40:]) == sources[-1][-40:]
    assert len(learn) + len(held) == sum(map(len, sources)) and len(held) > len(learn) / 6.1


def test_windows_are_pieces_of_the_text():
    codes = np.arange(50)
    found = text.windows(np.random.default_rng(0), codes, 7, 500)
    assert found.shape == (8, 500) and (np.diff(found, axis=0) == 1).all()
    assert found[0].min() == 0 and found[-1].max() == 49


@pytest.mark.parametrize("kind", text.KINDS)
def test_gradients_by_complex_step(kind):
    w, codes = model(kind), np.random.default_rng(1).integers(0, 6, (5, 3))
    loss, gradients = text.gradient(kind, w, codes)
    each = [text.predict(kind, w, codes[:t])[np.arange(3), codes[t]] for t in range(1, 5)]
    assert np.isclose(loss, -np.mean(each), rtol=1e-12)
    for j, g in enumerate(gradients):
        assert g.shape == w[j].shape
        for entry in np.ndindex(g.shape):
            moved = [a.astype(complex) for a in w]
            moved[j][entry] += 1e-30j
            slope = text.gradient(kind, moved, codes)[0].imag / 1e-30
            assert np.isclose(g[entry], slope, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("kind", text.KINDS)
def test_float32_stays(kind):
    w = text.start(kind, 4, 6, np.random.default_rng(2))
    loss, gradients = text.gradient(kind, w, np.zeros((4, 2), int))
    assert loss.dtype == np.float32 and all(g.dtype == np.float32 for g in gradients)


@pytest.mark.parametrize("kind", text.KINDS)
def test_reach_is_shared_out_over_lags(kind):
    w, codes = model(kind), np.random.default_rng(3).integers(0, 6, (9, 20))
    shares = text.reach(kind, w, codes)
    assert shares.shape == (8,) and np.isclose(shares.sum(), 1)
    if kind == "plain":
        w[0] *= 0
        assert np.allclose(text.reach(kind, w, codes), [1, 0, 0, 0, 0, 0, 0, 0])
    if kind == "minGRU":
        w[0], w[2] = 0 * w[0], np.zeros(4)  # z = 1/2 everywhere
        assert np.allclose(text.reach(kind, w, codes), 0.5 ** np.arange(8) / 1.9921875)


def test_brackets_are_matched():
    code = "f(a[1], {b: (c)}) ] (d["
    letters = "".join(sorted(set(code)))
    codes = [letters.index(letter) for letter in code]
    found = text.brackets(codes, letters, 20)
    assert [code[opening] + code[close] for close, opening in found] == ["[]", "()", "{}", "()"]
    assert found.tolist() == [[5, 3], [14, 12], [15, 8], [16, 1]]
    assert len(text.brackets(codes, letters, 7)) == 3


def test_log_softmax_does_not_overflow():
    z = np.array([[1000.0, 1000.0], [-2000.0, 0.0]])
    assert np.allclose(text.log_softmax(z), [[-np.log(2), -np.log(2)], [-2000, 0]])


def test_training_learns_and_writing_is_repeatable():
    letters = "ab"
    codes = np.tile([0, 1], 40)
    w, losses = text.train("plain", codes, 2, n=8, T=8, size=8, rate=0.03, updates=150)
    assert losses[0] > 0.5 and losses[-1] < 0.15
    wrote = text.write("plain", w, letters, "ab", 10, np.random.default_rng(0), sharpness=5)
    assert wrote == "abababababab"
    again = text.write("plain", w, letters, "ab", 10, np.random.default_rng(0), sharpness=5)
    assert wrote == again


def test_another_kind_is_an_error():
    with pytest.raises(ValueError, match="kind must be one of plain, minGRU, LSTM, got 'GRU'"):
        text.start("GRU", 2, 3, np.random.default_rng(0))


def test_stored_runs_begin_as_new_ones():
    data = text.recorded()
    letters, _, held = text.split(text.read())
    assert (data["sha256"], data["letters"], data["held"]) == (text.SHA256, len(letters), len(held))
    before, answers = bench.places(held)
    for network in data["networks"]:
        first = []
        for seed in data["seeds"]:
            kind = network["network"]
            w = text.start(kind, network["units"], len(letters), np.random.default_rng(seed))
            first.append([bench.bits(kind, w, before[-k:], answers)[0] for k in data["contexts"]])
        assert np.allclose(np.median(first, axis=0), network["looks"][0]["contexts"], atol=2e-3)
        assert sum(a.size for a in w) == network["weights"]

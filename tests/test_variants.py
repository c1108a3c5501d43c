"""LSTMs with parts left out: gradients by complex step, and the truncated gradient where it is exact."""

import numpy as np
import pytest

from benchmarks import variants as bench
from rnncourse import adding, lstm, variants
from rnncourse.stored import runs


def weights(n=4):
    rng = np.random.default_rng(0)
    return [a + 0.3 * rng.normal(size=a.shape) for a in adding.weights("LSTM", n, rng)]


def loss(w, x, y, variant="full"):
    h = variants.forward(w, x, variant)[0]
    return ((h[-1] @ w[-2] + w[-1] - y) ** 2).mean()


@pytest.mark.parametrize("variant", variants.VARIANTS)
def test_gradients_by_complex_step(variant):
    w, (x, y) = weights(), adding.batch(np.random.default_rng(1), 5, 3)
    value, gradients = variants.gradient(w, x, y, variant)
    assert np.isclose(value, loss(w, x, y, variant), rtol=1e-14)
    for j, g in enumerate(gradients):
        assert g.shape == w[j].shape
        for entry in np.ndindex(g.shape):
            moved = [a.astype(complex) for a in w]
            moved[j][entry] += 1e-30j
            slope = loss(moved, x.astype(complex), y, variant).imag / 1e-30
            assert np.isclose(g[entry], slope, rtol=1e-9, atol=1e-15)


def test_the_full_one_is_the_packages():
    w, (x, y) = weights(), adding.batch(np.random.default_rng(2), 9, 5)
    ours, theirs = variants.gradient(w, x, y), adding.gradient("LSTM", w, x, y)
    assert np.isclose(ours[0], theirs[0], rtol=1e-13)
    assert all(np.allclose(a, b, rtol=1e-11, atol=1e-15) for a, b in zip(ours[1], theirs[1], strict=True))


def test_each_part_is_left_out():
    w, (x, _) = weights(), adding.batch(np.random.default_rng(3), 6, 4)
    states = {variant: variants.forward(w, x, variant) for variant in variants.VARIANTS}
    for variant, (h, C, f, i, o, C_tilde) in states.items():
        assert (f == 1).all() == (variant == "no forget gate")
        assert (i == 1).all() == (variant == "no input gate")
        assert (o == 1).all() == (variant == "no output gate")
        assert np.allclose(i + f, 1) == (variant == "coupled gates")
        assert np.allclose(h[1:], o * C[1:]) == (variant == "no output tanh")
        assert np.allclose(C[1:], f * C[:-1] + i * C_tilde)


def test_the_truncated_gradient_is_exact_where_no_gate_reads_h():
    w, (x, y) = weights(), adding.batch(np.random.default_rng(4), 6, 4)
    full, cut = (variants.gradient(w, x, y, truncated=t)[1] for t in (False, True))
    assert not np.allclose(full[0], cut[0], rtol=0.1)
    for W in w[:4]:
        W[:, :4] = 0
    full, cut = (variants.gradient(w, x, y, truncated=t)[1] for t in (False, True))
    assert all(np.allclose(a, b, rtol=1e-12, atol=1e-16) for a, b in zip(full, cut, strict=True))


def test_the_truncated_gradient_goes_along_the_cell_alone():
    w, (x, y) = weights(), adding.batch(np.random.default_rng(5), 6, 1)
    cut = variants.gradient(w, x, y, truncated=True)[1]
    s = lstm.forward(lstm.Params(*w[:8]), x[:, 0], np.zeros(4), np.zeros(4))
    dh = 2 * (s.h[-1] @ w[-2] + w[-1] - y) * w[-2]
    by_cell = dh * s.o[-1] * (1 - np.tanh(s.C[-1]) ** 2)
    written = s.C_tilde * s.i * (1 - s.i)
    db_i = sum(by_cell @ lstm.gate_transport(s, 6, t) * written[t - 1] for t in range(1, 7))
    assert np.allclose(cut[5], db_i, rtol=1e-12)


def test_float32_stays():
    groups = weights(), adding.batch(np.random.default_rng(6), 4)
    w, (x, y) = ([a.astype(np.float32) for a in group] for group in groups)
    value, gradients = variants.gradient(w, x, y)
    assert value.dtype == np.float32 and all(g.dtype == np.float32 for g in gradients)


def test_another_variant_is_an_error():
    with pytest.raises(ValueError, match=r"variant must be one of full, no forget gate, .*, got 'peepholes'"):
        variants.forward(weights(), np.zeros((2, 1, 2)), "peepholes")


def test_a_stored_run_comes_out_again():
    data = runs("chrono")
    quickest = min(data["runs"], key=lambda run: run["T"] * run["updates"])
    again = bench.run(quickest["T"], quickest["rate"], quickest["seed"], quickest["start"])
    assert again["solved"] and abs(again["updates"] - quickest["updates"]) < 0.2 * quickest["updates"]


def test_each_start_has_its_best_rate():
    data = runs("chrono")
    for run in data["runs"]:
        assert run["rate"] == bench.best(data["sweep"], start=run["start"])
        assert run["solved"] == (run["updates"] < data["limit"])


def test_parity_counts_the_ones():
    x, y = bench.parity(np.random.default_rng(7), 3, 400)
    assert all(y[j] == list(x[:, j, 0]).count(1) % 2 for j in range(400)) and (x[..., 1] == 1).all()
    assert np.isclose(y.mean(), 0.5, atol=0.1)


def test_three_bits_are_learnt_sooner_through_h():
    stored = [run for run in runs("parity")["runs"] if run["T"] == 3]
    for full, cut in zip(stored[::2], stored[1::2], strict=True):
        assert not full["truncated"] and cut["truncated"] and full["solved"]
        assert all(full[key] == cut[key] for key in ("T", "rate", "seed"))
        assert full["updates"] < cut["updates"]

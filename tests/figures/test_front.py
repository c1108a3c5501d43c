"""The picture of the front page: its curves by another way, and what it says."""

from functools import partial

import numpy as np
import pytest

from rnncourse import lstm, rnn
from rnncourse.figures import front, style
from rnncourse.gradcheck import complex_step


@pytest.mark.parametrize("scale", [0.5, 4])
def test_the_echoes_are_those_of_the_transported_row_and_the_complex_step(scale, monkeypatch):
    seen, right = {}, lstm.forward
    for module in rnn, lstm:

        def forward(params, x, *start, module=module, original=module.forward):
            seen[module] = params, x, original(params, x, *start)
            return seen[module][-1]

        monkeypatch.setattr(module, "forward", forward)
    plain, gated = front.echoes(scale)
    rng = np.random.default_rng(0)
    rng.normal(size=(5, 32, 32)), rng.normal(size=(50, 32))
    loss = rng.normal(size=32)

    params, _, h = seen[rnn]
    expected = [np.linalg.norm(loss @ rnn.transport(params, h, 50, k)) for k in (0, 25, 50)]
    assert np.allclose(plain[[0, 25, 50]], expected / expected[-1], rtol=1e-10)

    params, x, s = seen[lstm]

    def later(C, k):  # the loss as a function of the cell of step k, and of h_k = o_k tanh(C_k) with it
        return loss @ right(params, x[k:], s.o[k - 1] * np.tanh(C), C).h[-1]

    expected = [np.linalg.norm(complex_step(partial(later, k=k), s.C[k])) for k in (1, 25, 50)]
    assert np.allclose(gated[[1, 25, 50]], expected / expected[-1], rtol=1e-10)


def test_the_page_says_truly_that_the_one_is_straight_and_the_other_level():
    for scale in np.geomspace(0.5, 4, 7):
        plain, gated = front.echoes(scale)
        assert plain[0] < 0.01 and 0.5 < gated[0] < 2
    steps = np.arange(51)
    assert np.corrcoef(steps, np.log(front.echoes(0.5)[0]))[0, 1] > 0.999


def test_the_alt_text_names_both_ends():
    fig = front.echo(1)
    assert "10⁻³¹ in the plain network and about 0.7 in the LSTM" in fig.get_label()
    assert [text.get_text() for text in fig.axes[0].texts] == ["plain network: 10⁻³¹", "LSTM: 0.7"]
    assert "<svg" in style.svg(fig)

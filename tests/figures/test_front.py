"""The pictures of the first two pages: they say what the stored trainings gave."""

import json

import numpy as np
import pytest
from bs4 import BeautifulSoup

from rnncourse.figures import front, style
from rnncourse.recall import recorded


@pytest.fixture(scope="module")
def hero():
    return BeautifulSoup(front.hero(), "html.parser")


@pytest.mark.parametrize("kind", ["plain", "LSTM"])
def test_the_dots_and_the_words_are_the_medians_of_the_longest_lists(hero, kind):
    (run,) = [run for run in recorded()["lengths"] if run["network"] == kind and run["T"] == 60]
    fan = hero.select_one(f"[data-network={kind}]")
    tops = [float(dot["style"].rpartition("top:")[2].rstrip("%")) for dot in fan.select("i")]
    assert np.allclose(tops, [100 * (1 - answers[1]) for answers in run["answers"]], atol=0.06)
    assert fan.output.text == f"{run['answers'][-1][1]:.2f}"
    assert fan.output.text in fan.select_one(".plot")["aria-label"]


def test_the_axis_names_lengths_where_they_are(hero):
    for fan in hero.select(".fan"):
        named = {b.text: float(b["style"].removeprefix("left:").rstrip("%")) for b in fan.select(".length")}
        assert named["60"] == 100 and all(abs(at - int(T) / 0.6) < 0.06 for T, at in named.items())


def test_the_slider_has_every_length_of_both_networks(hero):
    facts = json.loads(hero.script.string)
    assert int(hero.input["max"]) + 1 == len(facts["steps"]) == len(facts["plain"]) == len(facts["LSTM"])
    for k, T in enumerate(facts["steps"]):
        for kind in ("plain", "LSTM"):
            (run,) = [run for run in recorded()["lengths"] if (run["network"], run["T"]) == (kind, T)]
            assert facts[kind][k]["solved"] == run["solved"]


def test_the_lead_is_true_of_the_stored_runs(hero):
    """Good answers after five steps; after fifty, one half whatever came first."""
    facts = json.loads(hero.script.string)
    short, long = (facts["plain"][facts["steps"].index(T)]["says"] for T in (5, 50))
    assert np.allclose(short, recorded()["numbers"], atol=0.05) and np.allclose(long, 0.5, atol=0.05)
    assert facts["LSTM"][facts["steps"].index(50)]["solved"] == front.SEEDS == len(recorded()["seeds"])


def test_the_thumbnail_of_chapter_2_rises_before_it_falls():
    path = BeautifulSoup(front.thumbnail(2), "html.parser").path["d"]
    y = [float(point.split(" ")[1]) for point in path.lstrip("M").split("L")]
    assert 0 < int(np.argmin(y)) < len(y) - 1 and y[-1] > y[0] - 10


def test_a_training_says_its_first_and_last_error():
    fig = front.training({"plain": [0.2] * 20 + [0.1] * 20, "gated": [0.3] * 20 + [0.004] * 25})
    assert "plain: from 0.2 to 0.1 in 40 updates; gated: from 0.3 to 0.004 in 45 updates" in fig.get_label()
    assert "<svg" in style.svg(fig)

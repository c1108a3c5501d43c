"""The confusion matrix as drawn: dots where `confusion` puts them, tints by distance."""

import numpy as np
import pytest

from rnncourse.check import EXERCISES
from rnncourse.figures import check, style


@pytest.mark.parametrize("exercise", ["1a", "3c"])
def test_a_dot_for_each_answer_on_the_diagonal(exercise):
    fig = check.confusion_matrix(exercise)
    dots = [tuple(line.get_xydata()[0]) for line in fig.axes[0].lines]
    n = len(EXERCISES[exercise].mistakes) + 1
    assert dots == [(i + 0.5, i + 0.5) for i in range(n)]
    assert f"{n} of them on the diagonal" in fig.get_label() and "<svg" in style.svg(fig)


def test_a_mistake_called_by_another_name_is_drawn_off_the_diagonal(monkeypatch):
    rows = [(name, "sign" if name == "transposed" else name) for name in check.distances("1a")[0]]
    monkeypatch.setattr(check, "confusion", lambda exercise: rows)
    fig = check.confusion_matrix("1a")
    assert f"{len(rows) - 1} of them on the diagonal" in fig.get_label()


def test_distances_are_symmetric_and_at_least_one_per_cent():
    names, apart = check.distances("1a")
    assert np.array_equal(apart, apart.T) and apart.min() >= 0.01
    assert apart[names.index("right"), names.index("sign")] == 2

"""Answers that other libraries compute: what numpy can read is read, of what it cannot the reason is told."""

import mpmath
import numpy as np
import pytest
import torch

from rnncourse.check import EXERCISES, check

READ = {
    "a tensor that is being derived": lambda J: torch.tensor(J, requires_grad=True),
    "rows of tensors": lambda J: list(map(torch.tensor, J)),
    "mpmath": mpmath.matrix,
    "numbers of mpmath": lambda J: [list(map(mpmath.mpf, row)) for row in J],
}
REFUSED = {
    "few digits": (lambda J: torch.tensor(J).to(torch.bfloat16), "give more digits"),
    "few digits, in rows": (lambda J: list(torch.tensor(J).to(torch.bfloat16)), "give more digits"),
    "sparse": (
        lambda J: torch.tensor(J).to_sparse(),
        "a Tensor that numpy cannot read: `can't convert Sparse",
    ),
}


@pytest.mark.parametrize("made", READ.values(), ids=READ)
def test_what_numpy_can_read_is_read(made):
    assert (verdict := check("1a", lambda W, x: made(EXERCISES["1a"](W, x)))).passed, verdict


def test_a_tensor_of_both_is_a_pair():
    both = check("3a", lambda *arguments: torch.tensor(np.array(EXERCISES["3a"](*arguments))))
    assert both.passed, both


@pytest.mark.parametrize("made, words", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_gets_a_true_sentence(made, words):
    assert words in str(check("1a", lambda W, x: made(EXERCISES["1a"](W, x))))

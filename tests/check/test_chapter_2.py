"""The checks of chapter 2: what they say to answers that several learners really give."""

import numpy as np

from rnncourse.check import check


def test_terms_with_the_loss_and_the_use_exchanged_are_told_which_is_which():
    exchanged = [(k, t, list(range(t, k, -1))) for t in (1, 2, 3) for k in range(1, t + 1)]
    says = str(check("2a", exchanged, record=False))
    assert "t is the loss and k the use of W" in says and "Walk from h_2 to h_1" not in says
    assert "Walk from h_1 to h_3" in str(check("2a", [(3, 1, [2])] * 1, record=False))


def test_powers_that_scale_rows_are_told_so_though_q_and_its_inverse_are_there():
    def rows(M, n):
        lam, Q = np.linalg.eig(M)
        return np.diag(lam**n) @ Q @ np.linalg.inv(Q)

    verdict = check("2b", rows, record=False)
    assert verdict.mistake == "diagonal-only" and "scales the rows of Q" in str(verdict)

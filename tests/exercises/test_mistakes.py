"""Every known mistake gets its own name, on every probe; the right answer passes; the rest is unknown."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import certificates
from rnncourse.check import EXERCISES, check, confusion
from rnncourse.check.exercises import candidates, draw, too_close
from rnncourse.check.judging import judge

exercises = pytest.mark.parametrize("key", EXERCISES)
BOOK = Path(__file__).parents[2] / "book"
NUMERIC = [key for key, ex in EXERCISES.items() if ex.kind.numeric]

# The mistakes that the course promises to know, written down independently of the modules that know them.
PROMISED = {
    "1a": """
        transposed order-swapped derivative-at-y no-derivative diag-y tanh-derivative derivative-at-x
        mean-derivative row-sum sign
    """,
    "1b": """
        transposed last-term-only last-loss-only last-loss-missing reused-loss-gradient
        previous-terms-only double-counting state-off-by-one spurious-k0 no-derivative-immediate
        no-derivative-transport transport-transposed order-swapped reversed-product power-of-last
        power-of-first one-factor-too-many one-factor-too-few derivative-at-h elementwise-power
        mean-over-time sign
    """,
    "2a": "too-few too-many k0-terms ascending-order power-form from-h0 missing-immediate",
    "2a-mirror": "units-swapped scaled symmetry-of-sigma",
    "2a-telescope": "power-too-high factor-kept ascending-order from-the-left first-term-missing",
    "2b": """
        elementwise-power transpose-for-inverse swapped-q symmetric-solver multiplied off-by-one
        lost-imaginary absolute-eigenvalues
    """,
    "2b-disguise": "as-large-as-delta always-a-square-root one-fold-too-few m-times-delta",
    "2b-proof": "q-power assumed-orthogonal no-base-case hypothesis-unused",
    "2c": "elementwise-power multiplied off-by-one other-matrix radius-times-identity norm-times-identity",
    "2c-norm": "not-the-largest squares diagonal-forgotten price",
    "2d-guarantee": "radius-decides frobenius-norm row-sum tanh-bound inverted",
    "2d-forget": "slope-forgotten radius-decides frobenius-norm one-step-early",
    "2-rate": "w-alone b-alone squared-norm multiplier-for-gradient multiplied inverted",
    "2e-volume": "state-off-by-one not-squared logistic-slope arithmetic-mean no-root",
    "2e-determinant": "length-for-volume deviation-for-variance inverted",
    "3a": """
        forget-input-swapped output-on-raw-cell forget-inverted scalar-gates gated-candidate
        softmax-gates input-order
    """,
    "3b": """
        cell-positive hidden-positive candidate-positive output-omitted bias-argument
        nonnegative-is-positive
    """,
    "3c": """
        scalar-one all-ones vector power-of-last from-k until-t-1 summed mean-power last-only first-only
        zero always-identity
    """,
    "3c-full": "gates-only one-step-product",
}


@pytest.mark.parametrize("key", PROMISED)
def test_the_promised_mistakes_are_known(key):
    assert set(PROMISED[key].split()) <= EXERCISES[key].mistakes.keys()


@exercises
def test_the_confusion_matrix_is_the_identity(key):
    rows = confusion(key, pairs=True)
    assert len(rows) > 2
    assert [row for row in rows if row[0] != row[1]] == []


@exercises
def test_each_check_of_its_own_names_each_mistake(key):
    """Through the door that learners use, on a fresh probe each, typical forms only."""
    for slug, known in EXERCISES[key].mistakes.items():
        whole, parts = known.variants[0]
        wrong = whole or (lambda *arguments, parts=parts: EXERCISES[key].right(*arguments, **parts))
        verdict = check(key, wrong)
        assert (verdict.passed, verdict.mistake) == (False, slug)
        assert slug in str(verdict) and known.says in str(verdict)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(NUMERIC), st.integers(0, 10**9))
def test_every_probe_tells_all_candidates_apart(key, number):
    probe = draw(EXERCISES[key], number)
    assert too_close(probe) == []
    right, *wrong = (np.concatenate([part.real.ravel() for part in value]) for _, value in probe.values)
    for value in wrong:
        if value.shape == right.shape:
            assert np.abs(value - right).max() >= 0.01 * max(np.abs(right).max(), np.abs(value).max())


@pytest.mark.parametrize("key", sorted(EXERCISES.keys() - {*NUMERIC}))
def test_symbolic_candidates_differ_where_their_names_do(key):
    ex = EXERCISES[key]
    values = [(c.slugs, ex.kind.read(c.answer())) for c in candidates(ex)]
    assert not [(a, b) for i, (a, x) in enumerate(values) for b, y in values[:i] if a != b and x == y]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(NUMERIC), st.integers(0, 10**9))
def test_garbage_is_unknown(key, seed):
    ex = EXERCISES[key]
    probe = draw(ex, 0)
    rng = np.random.default_rng(seed)
    garbage = tuple(rng.normal(size=part.shape) for part in probe.values[0][1])
    verdict = judge(ex, probe, lambda *_: garbage if len(garbage) > 1 else garbage[0])
    assert (verdict.passed, verdict.mistake) == (False, None)
    assert verdict.error > 0


@exercises
def test_what_is_said_is_a_sentence_and_points_to_an_equation(key):
    ex = EXERCISES[key]
    assert len(ex.hints) == 3 and len(set(ex.hints)) == 3
    for m in ex.mistakes.values():
        assert m.says.rstrip(")")[-1] in ".?" and m.why.rstrip(")")[-1] in ".?" and len(m.says) < 300
        assert m.breaks is None or m.breaks in certificates.LABELS


@pytest.mark.parametrize("key", [key for key, ex in EXERCISES.items() if ex.function])
def test_probes_are_fresh_and_repeatable(key):
    first, again, other = (repr(draw(EXERCISES[key], number).arguments) for number in (0, 0, 1))
    assert first == again != other

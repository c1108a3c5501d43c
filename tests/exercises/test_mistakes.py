"""Every known mistake gets its own name, on every probe; the right answer passes; the rest is unknown."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
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
        transposed order-swapped derivative-at-y no-derivative diag-y tanh-derivative
        derivative-at-x mean-derivative row-sum sign no-weights by-the-weights input-multiplied
    """,
    "1a-tanh": """
        transposed order-swapped logistic-derivative inverse-derivative derivative-at-y
        derivative-at-x no-derivative not-squared by-the-weights input-multiplied square-missing
    """,
    "1a-batch": "transposed order-swapped mean-derivative no-derivative derivative-at-y by-the-weights",
    "1a-softmax": """
        transposed order-swapped elementwise denominator-frozen no-diagonal sign-of-denominator
        one-for-delta no-weights
    """,
    "1b": """
        transposed last-term-only last-loss-only last-loss-missing reused-loss-gradient
        previous-terms-only double-counting state-off-by-one spurious-k0 no-derivative-immediate
        no-derivative-transport transport-transposed order-swapped reversed-product power-of-last
        power-of-first one-factor-too-many one-factor-too-few derivative-at-h elementwise-power
        mean-over-time sign assigned-not-added loss-off-by-one jacobian-off-by-one carry-past-slope
        tanh-derivative
    """,
    "1b-immediate": "no-delta no-derivative-immediate derivative-at-h state-off-by-one axes-swapped",
    "1b-transport": """
        no-derivative-transport transport-transposed order-swapped reversed-product power-of-last
        power-of-first jacobian-off-by-one one-factor-too-many one-factor-too-few derivative-at-h
        tanh-derivative elementwise-power transposed slopes-in-front
    """,
    "1b-warm": "k0-missing first-loss-missing first-loss-only no-derivative state-off-by-one",
    "1b-bptt": """
        derivative-at-h tanh-derivative transport-transposed last-term-only last-loss-only
        loss-off-by-one carry-past-slope no-derivative no-derivative-immediate reversed-time
        rows-from-0
    """,
    "1b-U": """
        state-off-by-one transposed last-term-only last-loss-only transport-transposed
        no-derivative-immediate
    """,
    "1b-h0": """
        first-loss-missing first-loss-only transport-transposed one-factor-too-few
        one-factor-too-many last-term-only
    """,
    "1b-forward": """
        immediate-only without-immediate summed-untransported jacobian-off-by-one order-swapped
        transport-transposed state-off-by-one
    """,
    "1b-windows": """
        not-truncated sliding-window border-shifted counted-from-the-end last-term-only loss-dropped
        transport-transposed last-window-dropped
    """,
    "2a": """
        too-few too-many k0-terms ascending-order power-form from-h0 missing-immediate
        one-factor-too-many one-factor-too-few loss-and-use-exchanged jacobian-off-by-one
    """,
    "2a-lag": """
        other-lags-too neighbouring-lag one-term-only spurious-k0 end-missing mean-over-terms
        transposed state-off-by-one no-derivative-immediate transport-transposed reversed-product
        power-of-last jacobian-off-by-one one-factor-too-many one-factor-too-few reused-loss-gradient
        loss-of-the-use
    """,
    "2a-mirror": "units-swapped scaled symmetry-of-sigma",
    "2a-telescope": """
        power-too-high factor-kept ascending-order from-the-left first-term-missing term-missing
        power-missing powers-reversed
    """,
    "2b": """
        elementwise-power transpose-for-inverse swapped-q symmetric-solver multiplied off-by-one
        lost-imaginary absolute-eigenvalues diagonal-only
    """,
    "2b-proof": "q-power assumed-orthogonal no-base-case hypothesis-unused",
    "2b-disguise": "as-large-as-delta always-a-square-root one-fold-too-few m-times-delta",
    "2b-three": """
        diagonal-only corner-missing pairs-counted-twice edge-squared ones-above power-not-lowered
        transposed
    """,
    "2c-misprint": "printed no-inverse half-way inverse-sign-lost entry-by-entry",
    "2c": """
        elementwise-power multiplied off-by-one other-matrix radius-times-identity
        norm-times-identity diagonal-only mismatched-eigenvalues
    """,
    "2c-hump": "not-whole one-too-early one-too-late as-if-continuous half-life",
    "2c-left": "right-eigenvector weakest-mode symmetric-solver singular-vector",
    "2c-norm": "not-the-largest squares diagonal-forgotten price row-length",
    "2d-tanh": "half-the-weights weights-kept inputs-not-doubled shift-forgotten shift-sign column-sums",
    "2d-eighth": """
        quarter-for-eighth multiplied-for-divided bound-only output-for-slope
        output-for-preactivation results-swapped
    """,
    "2d-guarantee": "radius-decides frobenius-norm row-sum tanh-bound inverted matrix-left-out",
    "2d-forget": "slope-forgotten radius-decides frobenius-norm one-step-early",
    "2e-half-life": "modulus-not-squared modulus-returned e-fold straight-line large-T-only",
    "2e-volume": "state-off-by-one not-squared logistic-slope arithmetic-mean no-root",
    "2e-relu": """
        last-step-only any-step averaged shut-steps-skipped no-slopes state-off-by-one inputs-alone
        weight-left-out weight-once one-factor-off vector start-counted step-left-out units-mixed
    """,
    "2e-determinant": "length-for-volume deviation-for-variance inverted relu-variance",
    "2-wall": """
        old-start shift-kept sign sigma-for-slope slope-for-sigma threshold-of-old-start
        results-swapped
    """,
    "2-width": "last-step-only one-step-short one-step-long slope-of-the-cusp sigma-for-slope one-side-only",
    "2-clip": """
        entry-by-entry always-rescaled unit-length squared-norm one-norm-for-all dropped
        squared-norm-compared
    """,
    "2-rate": "w-alone b-alone squared-norm multiplier-for-gradient multiplied inverted",
    "3a": """
        forget-input-swapped output-on-raw-cell forget-inverted scalar-gates gated-candidate
        softmax-gates input-order gates-coupled gate-left-out input-output-swapped
        forget-output-swapped order-of-libraries bias-left-out old-cell-shown results-swapped
    """,
    "3a-counter": """
        never-reset reset-inverted pulse-lost counts-steps latch candidate-squashed half-pulses
        half-open columns-swapped hidden-returned reset-late
    """,
    "3b": """
        cell-positive hidden-positive candidate-positive output-omitted bias-argument
        nonnegative-is-positive
    """,
    "3b-effects": """
        forget-raises input-raises output-raises new-cell-for-old old-cell-for-new candidate-for-factor
        cell-for-factor value-for-slope quantities-for-effects all-raise gates-exchanged
    """,
    "3b-bound": "start-forgotten start-kept signed-start no-leak ceiling one-term-too-many newest-leaks",
    "3c": """
        scalar-one all-ones vector power-of-last from-k until-t-1 summed mean-power last-only
        first-only zero always-identity row-off-by-one row-too-early from-k-plus-1 forget-inverted
        product-over-units
    """,
    "3c-half-life": "time-constant linear-decay inverted sign tanh-gate for-large-b gate-near-1",
    "3c-varying": """
        arithmetic-mean not-per-step one-step-only mean-of-half-lives over-units time-constant
        linear-decay inverted sign fraction-returned forget-inverted
    """,
    "3d-coupled": "use-missing signs-alike sign slope-missing tanh-slope loss-left-out",
    "3d-peephole": """
        peephole-missing gate-slope-missing cell-for-tanh tanh-slope-missing slope-at-cell not-carried
        carried-whole gate-over-all
    """,
    "gru": """
        update-inverted gate-not-coupled reset-after-matrix reset-missing reset-on-input
        gates-swapped gated-candidate input-order
    """,
    "gru-jacobian": """
        gates-only update-frozen reset-frozen candidate-missing carousel-missing one-side-of-update
        transposed
    """,
    "3c-full": """
        gates-only one-step-product hidden-fixed path-missing weights-transposed new-cell-for-old
        transposed from-k until-t-1
    """,
    "3e-path": """
        shown-one-step-late shown-missing output-gate-missing input-gate-missing
        candidate-slope-missing weights-transposed order-reversed carousel-added
    """,
    "3e-bias": """
        start-forgotten sign other-logarithm measurement-left-out both-gates-counted proportional
        rounded-up
    """,
    "3f-step": """
        shares-exchanged candidate-not-gated state-not-gated candidate-squashed gate-tanh
        gate-bias-missing candidate-bias-missing
    """,
    "3f-path": """
        gate-for-share vector power-of-last last-only summed from-k until-t-1 row-off-by-one
        bias-missing candidate-weights candidate-for-gate
    """,
    "3f-scan": "order-of-maps b-not-scaled own-factor last-map-only factors-added one-factor from-the-end",
    "3f-exponential": """
        write-not-scaled memory-not-scaled forget-not-scaled logistic-forget not-normalised inverted
        nothing-kept plain-mean
    """,
    "3f-attention": """
        shares-held mean-missing plain-mean scores-only equal-shares not-normalised diagonal-only
    """,
    "3-chrono": """
        biases-spread logarithmic-spread time-constant linear-decay gates-for-biases
        logarithm-of-gate input-gate-open input-as-forget sign chrono-start
    """,
    "3-truncated": """
        full-gradient not-carried gates-left-out row-of-gates output-gate-missing tanh-slope-missing
        loss-one-step-early new-cell gate-slope-missing new-state last-loss-only
    """,
    "3-latch": "fixed-point-forgotten tanh-for-atanh sign slope-of-state square-root-missing slope-for-pull",
    "3-bits": """
        nats sign multiplied decimal-digits summed mean-of-probabilities best-letter all-letters
        own-entropy
    """,
    "3-entropy": "nats sign kinds-alike summed uniform mean-of-probabilities likeliest-only perplexity",
    "3-context": """
        nats sign probability-of-the-pair letter-after last-letter-counted context-unused
        contexts-alike summed
    """,
    "wild-1": "factor-dropped one-step-more one-step-less shares-exchanged",
    "wild-2": "as-printed slopes-on-rows whole-transposed",
    "wild-3": "as-printed moduli transpose-dropped",
    "wild-4": "carry-left-out one-factor-f gate-slope cell-for-tanh",
    "wild-5": "as-the-other-bias reset-before slope-without-bracket",
    "wild-6": "as-printed brackets-only tanh-twice one-bracket",
    "wild-7": "index-mended one-power-more not-transposed",
    "wild-8": "as-printed own-forget-gate one-step-back-only",
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


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(NUMERIC), st.integers(0, 10**9))
@example("3a-counter", 0)  # rows of one entry
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

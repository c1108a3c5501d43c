"""The engine that knows mistakes: what is told apart, how mistakes are tied, where exercises are found."""

import subprocess
import sys

import numpy as np
import pytest

from rnncourse.check import EXERCISES, confusion
from rnncourse.check.answers import SEPARATION, TOLERANCE
from rnncourse.check.exercises import Exercise, Probe, candidates, draw, exercise, too_close


@pytest.mark.parametrize("names", ["az", "za"])
def test_two_candidates_too_close_are_named_whatever_their_order(names):
    same, other = (np.ones(3),), (np.zeros(3),)
    a, b = ((name,) for name in names)
    assert too_close(Probe((), [(a, same), (b, same), (("far",), other)])) == [(a, b)]
    assert too_close(Probe((), [(a, same), (a, same), (b, other)])) == []


def test_the_confusion_matrix_is_of_single_mistakes_unless_pairs_are_asked_for():
    single, pairs = confusion("1a"), confusion("1a", pairs=True)
    assert list(dict(single)) == ["right", *EXERCISES["1a"].mistakes]
    assert single == [row for row in pairs if "+" not in row[0]] and len(pairs) > len(single)


def test_a_learner_within_tolerance_of_one_candidate_is_far_from_all_others():
    assert TOLERANCE * 10 < SEPARATION


def test_the_separation_is_measured():
    """On a symmetric W and a probe where all slopes agree, mistakes coincide, and it shows."""
    ex = EXERCISES["1a"]
    arguments = np.ones((4, 4)), np.full(4, 0.1)
    values = [(c.slugs, ex.kind.read(c.answer(*arguments))) for c in candidates(ex)]
    assert ((), ("transposed",)) in too_close(draw(ex, 0)._replace(values=values))


def thrice():
    """Three for
    two.

    Why.
    """
    return 3


def whole(x):
    """Nothing.

    Why.
    """
    return x


@pytest.fixture
def double():
    @exercise("double", "Twice", "f(x)", hints=())
    def double(x, factor=lambda: 2, finish=lambda x: x):
        return finish(factor() * x)

    assert double.mistake("thrice", "eq-jacobian", part="factor")(thrice) is thrice
    assert double.mistake("whole", None)(whole) is whole
    return double


def test_an_exercise_is_its_right_answer_and_its_mistakes_hang_on_it(double):
    assert double(4) == 8 and isinstance(double, Exercise) and double.module == __name__
    known = double.mistakes["thrice"]
    assert known[:4] == ("thrice", "eq-jacobian", "Three for two.", "Why.")
    double.also("thrice", factor=lambda: 3.0)
    assert [c.answer(4) for c in candidates(double)] == [8, 12, 12, 4]


def test_a_mistake_is_shared_with_its_parts_only(double):
    @exercise("again", "Twice", "f(x)", hints=())
    def again(x, factor=lambda: 2):
        return factor() * x

    double.also("whole", factor=lambda: 1)
    double.share(again, "whole")
    assert [c.answer(4) for c in candidates(again)] == [8, 4]
    assert len(double.mistakes["whole"].variants) == 2


def test_exercises_stand_in_the_order_of_the_pages_and_once():
    pages = [ex.module for ex in EXERCISES.values()]
    assert pages == sorted(pages, key=lambda page: (".appendix." in page, page))
    assert len(EXERCISES) == len({ex.right for ex in EXERCISES.values()})
    assert EXERCISES["1b"].module == "rnncourse.exercises.chapter_1.b_gradient"


def test_the_engine_imports_no_page_before_it_is_asked():
    code = """
import sys
from rnncourse.check import EXERCISES
print("rnncourse.exercises" in sys.modules, "1a" in EXERCISES)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]

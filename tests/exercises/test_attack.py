"""A bounded attack on the checks: `make attack` is the whole of it."""

import pytest

from tools import attack

SOLUTIONS = attack.all_solutions()


@pytest.mark.parametrize("key", SOLUTIONS)
def test_no_altered_solution_passes_wrongly_or_is_refused_wrongly(key):
    counts, culprits = attack.attack(key, SOLUTIONS[key], sample=3, pairs=2)
    assert counts["mutants"] >= counts["refused"] >= 5
    assert not culprits, culprits[0]


def test_the_attack_notices_a_check_that_looks_nowhere_else(monkeypatch):
    monkeypatch.setattr(type(attack.EXERCISES["2c-left"]), "further", lambda ex: [])
    counts, culprits = attack.attack("2c-left", SOLUTIONS["2c-left"], pairs=0)
    assert counts["passed wrongly"] == len(culprits) > 0


def test_an_altered_solution_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(attack, "SECONDS", 0.1)
    ex = attack.EXERCISES["1a"]

    def endless(W, x):
        while True:
            pass

    assert not attack.same_everywhere(ex, endless, attack.draw(ex, 0), [], [], passed=False)


def test_the_solutions_of_the_pages_are_found():
    assert attack.page_solutions().keys() >= {"1a", "1b", "2b", "2-clip", "3c-full", "gru-jacobian"}


def test_a_verdict_on_a_right_answer_takes_no_time():
    """Below 0.3 s, as `make attack` prints it; twice that on a machine that is half as fast."""
    seconds, key = attack.slowest(times=2)
    assert seconds < 0.6, key

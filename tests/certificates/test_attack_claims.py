"""A bounded attack on the certificates: `make attack` is the whole of it."""

import time

import numpy as np
import pytest

from rnncourse.certificates import LABELS, oracles
from rnncourse.equations import wild
from tools import attack_claims

CLAIMS = attack_claims.claims()


@pytest.mark.parametrize("name", CLAIMS)
def test_no_altered_claim_is_accepted(name):
    counts, culprits, _ = attack_claims.attack(*CLAIMS[name], sample=8 if name in LABELS else 4)
    assert counts["rejected"] > 0
    assert culprits == []


@pytest.mark.parametrize("name", ["eq-bound", "eq-gate-range", "eq-survival", "H09"])
def test_an_oracle_that_asks_for_too_little_is_noticed(name):
    inputs, claim, found = CLAIMS[name]
    weak = {key: oracles.Oracle(lambda *a: 0, 0, lambda value, truth: 0.0) for key in list(found)[:1]}
    _, culprits, _ = attack_claims.attack(inputs, claim, weak, sample=20)
    assert culprits


def test_an_alteration_is_undone_after_it_was_tried():
    inputs, claim, found = CLAIMS["eq-bptt"]
    attack_claims.attack(inputs, claim, found, sample=40)
    report = attack_claims.attack(inputs, claim, found, sample=1)[0]
    assert report["mutants"] == 1
    for arguments in inputs(np.random.default_rng(0)):
        for oracle in found.values():
            assert oracle.error(claim(*arguments), oracle.formula(*arguments)) <= oracle.tolerance


def test_an_altered_claim_that_never_ends_gives_nothing(monkeypatch):
    monkeypatch.setattr(attack_claims, "SECONDS", 0.1)

    def endless():
        while True:
            pass

    assert attack_claims.value_of(None, None, endless, ()) is None


def test_the_time_that_a_busy_machine_takes_is_not_counted(monkeypatch):
    monkeypatch.setattr(attack_claims, "SECONDS", 0.1)

    def delayed():
        time.sleep(0.15)
        return 1

    assert attack_claims.value_of(None, None, delayed, ()) == 1


def test_functions_of_the_package_are_altered_and_oracles_are_not():
    reached = {f"{f.__module__}.{f.__name__}" for f in attack_claims.reached(CLAIMS["eq-bptt"][1])}
    assert {"rnncourse.rnn.backward", "rnncourse.rnn.forward"} <= reached
    assert not any(name.startswith("rnncourse.certificates") for name in reached)


def rejected(label, claim, rng):
    """The oracles that reject another claim, on the inputs of the certificate."""
    certificate = LABELS[label].certificate()
    return {
        name
        for name, oracle in certificate.oracles.items()
        for a in certificate.inputs(rng)
        if not oracle.error(claim(*a), oracle.formula(*a)) <= oracle.tolerance
    }


def other_mode(Q, lam, n):
    part = lam[1] ** n * np.multiply.outer(Q[:, 1], Q[:, 1])
    return part.astype(float), float(abs(lam[1] / lam[0]) ** n)


def doubled(Q, lam, n):
    part = lam[0] ** n * np.multiply.outer(Q[:, 0], Q[:, 0])
    return (2 * (Q * lam**n @ Q.T) - part).astype(float), float(abs(lam[1] / lam[0]) ** n)


ONCE_ACCEPTED = {
    "3.19 for pi": ("eq-survival", lambda n: (exact(n), 1 / np.sqrt(3.19 * n), n)),
    "n to the -0.501": ("eq-survival", lambda n: (exact(n), n**-0.501 / np.sqrt(np.pi), n)),
    "0.56": ("eq-survival", lambda n: (exact(n), 0.56 / np.sqrt(n), n)),
    "the exact form for both": ("eq-survival", lambda n: (exact(n), exact(n), n)),
    "the other mode": ("eq-dominant-mode", other_mode),
    "twice the power less the mode": ("eq-dominant-mode", doubled),
    "1 - 1e-14": ("eq-gate-range", lambda z: np.array([0, 1 - 1e-14])),
    "1e-14": ("eq-gate-range", lambda z: np.array([-1e-14, 1])),
    "0.26 for 1/4": ("eq-sigma-prime", lambda z: (sigma_prime(z)[0], np.array([0.26, 0]))),
    "a peak elsewhere": ("eq-sigma-prime", lambda z: (sigma_prime(z)[0], np.array([0.25, 0.01]))),
    "0.99 for tanh": ("eq-bound", lambda *a: (*bound(*a)[:2], 0.99 ** a[2] * bound(*a)[2])),
    "1.01 for tanh": ("eq-bound", lambda *a: (*bound(*a)[:2], 1.01 ** a[2] * bound(*a)[2])),
}


def exact(n):
    return float(np.prod(1 - 1 / (2 * np.arange(1, n + 1))))


def sigma_prime(z):
    return CLAIMS["eq-sigma-prime"][1](z)


def bound(*a):
    return CLAIMS["eq-bound"][1](*a)


@pytest.mark.parametrize("name", ONCE_ACCEPTED)
def test_what_was_once_accepted_is_rejected(name, rng):
    label, claim = ONCE_ACCEPTED[name]
    assert rejected(label, claim, rng)
    assert not rejected(label, CLAIMS[label][1], rng)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_what_is_not_a_number_is_near_to_nothing():
    assert not oracles.distance((1.0, np.nan), (1.0, 2.0)) <= 1
    exceeds = wild._networks.exceeds
    assert exceeds(1.0, 1.0) == 0 and exceeds(2.0, 3.0) == pytest.approx(0.5)
    assert exceeds(np.nan, 1.0) == exceeds(-2.0, 1.0) == exceeds(np.ones(2), 1.0) == np.inf
    assert wild._networks.differs(True, np.array([True])) == 1

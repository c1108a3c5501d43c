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


AT_MOST_1 = {  # and why; all other claims are tried beyond 1, where one clipped to [-1, 1] shows itself
    "a slope of the logistic function or of tanh": "eq-sigma-prime eq-elementwise T02 P10 Q02",
    "a gate, or a product of gates": "eq-lstm-gates eq-gate-range eq-gate-path eq-exact-path C09 D20 G25",
    "a state behind tanh": "D21 T07 T08 P01 P05",
    "a share, or a share less a class": "E04 G01 G24 O08",
    "yes or no": "C06 D12 G12 G20 P06 P07 P13 Q05 W02 W07",
    "below 1 by the equation's own words": "eq-w-power H06 O01 O02 O05",
    "an eigenvector, or what projects on it": "D16 G13",
    "0, 1 or the identity": "G29 H13 P12 W06",
}


def test_values_beyond_1_are_tried_wherever_there_are_such():
    def largest(value):
        return (
            np.abs(np.ravel(value)).max(initial=0)
            if not isinstance(value, tuple)
            else max(map(largest, value))
        )

    found = {
        name
        for name, (inputs, claim, _) in CLAIMS.items()
        if all(largest(claim(*a)) <= 1 for a in inputs(np.random.default_rng(0)))
    }
    assert found == {*" ".join(AT_MOST_1.values()).split()}


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

"""Every labelled equation has a certificate, says what its page says, passes, and can fail."""

import numpy as np
import pytest

from rnncourse import certificates, lstm, lyapunov, rnn, spectra
from rnncourse.certificates import LABELS, certify
from tools.certificates_page import equations


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_every_labelled_equation_has_a_certificate():
    assert sorted(set(equations()) - set(LABELS)) == []


def test_every_certificate_has_an_equation():
    assert sorted(set(LABELS) - set(equations())) == []


@pytest.mark.parametrize("label", LABELS)
def test_an_equation_stands_on_the_page_of_its_module(label):
    page, _ = equations()[label]
    chapter, name = LABELS[label].module.split(".")[-2:]
    assert (page.parent.name[0], page.stem) == (chapter[-1], name.replace("_", "-"))


@pytest.mark.parametrize("label", LABELS)
def test_the_equation_is_verified_and_wrong_variants_are_rejected(label, rng):
    """With other inputs than those of the certificates page, which nbval runs."""
    report = certify(label, rng)
    assert report.kept == []
    assert {name: error for name, error in report.errors.items() if not error <= 1e-10} == {}
    assert report.passed


@pytest.mark.parametrize("label", LABELS)
def test_no_oracle_is_idle(label, rng):
    """Each equation has two oracles or more, each rejects a wrong variant, and none is the claim itself."""
    certificate = LABELS[label].certificate()
    inputs = list(certificate.inputs(rng))
    assert len(certificate.oracles) >= 2
    assert len(certificate.wrong) >= 2
    assert certificate.inputs.__doc__
    for oracle in certificate.oracles.values():
        assert oracle.formula is not certificate.claim
        assert oracle.tolerance <= 1e-10
        values = [(a, oracle.formula(*a)) for a in inputs]
        wrong = certificate.wrong.values()
        errors = [oracle.error(formula(*a), value) for formula in wrong for a, value in values]
        assert max(errors) > certificates.CAUGHT


def flip(value):
    """The value with the sign of its first array, or of one field, turned round."""
    if isinstance(value, tuple):
        parts = flip(value[0]), *value[1:]
        return type(value)(*parts) if hasattr(value, "_fields") else parts
    return -value


FLIPS = {  # functions that give an array, two arrays, the fields of a network
    (spectra, "power"): "eq-power",
    (rnn, "backward"): "eq-bptt",
    (lstm, "forward"): "eq-lstm-hidden",
    (lyapunov, "exponents"): "eq-lyapunov",
    (spectra, "kreiss"): "eq-kreiss",
}


@pytest.mark.parametrize(("module", "name"), FLIPS, ids=lambda x: getattr(x, "__name__", x))
def test_a_flipped_sign_in_the_package_is_caught(module, name, monkeypatch, rng):
    right = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *a: flip(right(*a)))
    assert not certify(FLIPS[module, name], rng).passed


@pytest.mark.parametrize("field", [0, 9])
def test_a_wrong_part_of_the_lstm_gradient_is_caught(field, monkeypatch, rng):
    right = lstm.backward

    def wrong(*a):
        dP, dh, dC = right(*a)
        parts = [*dP, dh, dC]
        parts[field] = parts[field] * 1.01
        return lstm.Params(*parts[:8]), *parts[8:]

    monkeypatch.setattr(lstm, "backward", wrong)
    assert not certify("eq-lstm-bptt", rng).passed


MISSED = {  # label, oracle: (claimed, measured) -> by how much the inequality is violated
    ("eq-gate-range", "strictly inside, in 50 digits"): {
        ((0, 1), (0.1, 0.9)): 0,
        ((0, 1), (0, 0.9)): 1,
        ((0, 1), (0.1, 1)): 1,
        ((0, 1), (-1, 0.9)): 1,
        ((0, 1), (0.1, 2)): 1,
    },
    ("eq-cell-bound", "not exceeded in 50 digits"): {(2, 1): 0, (2, -2): 0, (2, 2.5): 0.5, (2, -3): 1},
    ("eq-sandwich", "between, by a product of fractions"): {
        ((1, 2), 1.5): 0,
        ((1, 2), 0.5): 1,
        ((1, 2), 3): 1 / 3,
    },
    ("eq-survival", "generating function"): {
        ((1, 1 + 1 / 8, 1), 1): 0,
        ((1, 1.5, 1), 1): 0.5 - 1 / 7,
        ((2, 2.5, 3), 2): 0.25 - 1 / 21,
        ((2, 2, 3), 2): 1 / 27,
        ((1, 2 * (1 + 1 / 24), 3), 2): 0.5,
    },
    ("eq-kreiss", "between, by a product of the turned matrix"): {
        ((1, 4), 2): 0,
        ((3, 8), 2): 0.5,
        ((0.5, 1), 2): 0.5,
        ((1, 4), -2): 1.5,
    },
    ("eq-bound", "in order with the finite product"): {
        ((2, 3, 4), (1, 4)): 0,
        ((2, 3, 4), (3, 4)): 0.5,
        ((3, 2, 4), (1, 4)): 0.5,
        ((2, 3, 4), (1, 5)): 0.25,
        ((2, 3, np.nan), (1, 5)): np.nan,
    },
}


@pytest.mark.parametrize(("label", "name"), MISSED)
def test_an_inequality_is_missed_by_what_violates_it(label, name):
    error, cases = LABELS[label].certificate().oracles[name].error, MISSED[label, name]
    found = [error(claimed, measured) for claimed, measured in cases]
    assert found == pytest.approx(list(cases.values()), nan_ok=True)


@pytest.mark.parametrize("label", ["eq-gate-range"])
def test_the_extremes_of_the_gates_are_those_of_the_logistic_function(label):
    extremes = (
        LABELS[label].certificate().oracles["strictly inside, in 50 digits"].formula(np.array([0.0, 2, -1]))
    )
    assert list(map(float, extremes)) == pytest.approx([1 / (1 + np.e), 1 / (1 + np.exp(-2))])


@pytest.mark.parametrize("label", ["eq-bound", "eq-sandwich", "eq-kreiss"])
def test_the_oracles_of_an_inequality_measure_the_same(label, rng):
    certificate = LABELS[label].certificate()
    oracles = [
        oracle for name, oracle in certificate.oracles.items() if name.startswith(("in order", "between"))
    ]
    assert len(oracles) >= 2
    for a in certificate.inputs(rng):
        first, *others = [oracle.formula(*a) for oracle in oracles]
        for other in others:
            np.testing.assert_allclose(other, first, rtol=1e-9)

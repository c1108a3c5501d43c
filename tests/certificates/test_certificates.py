"""What certifies, reports and prints: the engine, on an equation that is right and on some that are not."""

import re
import subprocess
import sys

import numpy as np
import pytest

from rnncourse import certificates
from rnncourse.certificates import LABELS, certify, oracles, run


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def replace(monkeypatch):
    """Put another certificate in the place of that of eq-jacobian."""

    def put(certificate):
        equation = LABELS["eq-jacobian"]._replace(certificate=lambda: certificate)
        monkeypatch.setitem(LABELS, "eq-jacobian", equation)

    return put


@pytest.mark.parametrize("claim", [lambda W, x: np.full_like(W, np.nan), lambda W, x: W[0], lambda W, x: 0.0])
def test_nan_and_a_wrong_shape_are_no_proof(claim, replace, rng):
    certificate = LABELS["eq-jacobian"].certificate()._replace(claim=claim)
    replace(certificate)
    assert not certify("eq-jacobian", rng).passed


def test_a_variant_that_is_right_is_reported(replace, rng):
    certificate = LABELS["eq-jacobian"].certificate()
    certificate = certificate._replace(wrong={"not wrong": certificate.claim})
    replace(certificate)
    assert certify("eq-jacobian", rng).kept == ["not wrong"]
    assert not certify("eq-jacobian", rng).passed


def test_a_wrong_shape_at_one_input_does_not_hide_that_a_variant_is_right_at_another(replace, rng):
    certificate = LABELS["eq-jacobian"].certificate()
    inputs = list(certificate.inputs(rng))
    kept = {"right at the last": lambda W, x: certificate.claim(W, x) if x is inputs[-1][1] else np.zeros(7)}
    variant = certificate._replace(wrong=kept, inputs=lambda rng: inputs)
    replace(variant)
    assert certify("eq-jacobian", rng).kept == ["right at the last"]


@pytest.mark.parametrize(("factor", "sign"), [(0.5, "<"), (1, "<"), (2, "NOT <")])
def test_a_report_compares_each_error_with_its_tolerance(factor, sign):
    certificate = LABELS["eq-jacobian"].certificate()
    errors = {name: factor * oracle.tolerance for name, oracle in certificate.oracles.items()}
    report = certificates.Report("eq-jacobian", certificate, errors, {"sign": 2.0})
    assert report.passed == (factor <= 1)
    for name, oracle in certificate.oracles.items():
        assert f"  {name}: {sign} {oracle.tolerance:.0e}\n" in repr(report)


def test_a_report_counts_the_variants_that_miss_by_more_than_a_thousandth():
    missed = {"far": 1.0, "just": certificates.CAUGHT, "not": 1e-9}
    certificate = LABELS["eq-jacobian"].certificate()._replace(oracles={})
    report = certificates.Report("eq-jacobian", certificate, {}, missed)
    assert report.kept == ["just", "not"] and "wrong variants rejected: 1 of 3" in repr(report)


def test_run_gives_an_error_for_each_oracle(rng):
    errors = run("eq-jacobian", rng)
    assert set(errors) == set(LABELS["eq-jacobian"].certificate().oracles)
    assert all(type(error) is float and error < 1e-12 for error in errors.values())
    with pytest.raises(ValueError, match=r"label must be one of eq-rnn, .* got 'eq-nothing'"):
        run("eq-nothing", rng)


@pytest.mark.parametrize("way", [oracles.by_complex_step, oracles.by_dual_numbers, oracles.by_decimals])
def test_the_differentiators_know_calculus(way):
    """Against derivatives done by hand: of a product, a quotient, an exponential, a constant."""
    x = np.array([0.3, -1.2])

    def f(a, c):
        return np.concatenate([a[:1] * a[1:], c[:1] / (c[1:] - a[1:]), np.exp(a[:1] - 3 * a[1:]), c[:1]])

    e = np.exp(0.3 + 3.6)
    expected = [[-1.2, 0.3], [0, 2.3 / 2**2], [e, -3 * e], [0, 0]]
    np.testing.assert_allclose(way(f, 0, x, x + 2), expected, rtol=1e-13)


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True)


def command(*arguments):
    return python("-m", "rnncourse.certificates", *arguments)


def test_the_command_prints_the_table():
    done = command("eq-jacobian", "eq-power", "--seed", "3")
    assert done.returncode == 0
    assert "complex step" in done.stdout
    assert done.stdout.endswith("2 of 2 equations verified\n")
    assert command("eq-nothing").returncode == 2


def test_the_command_fails_when_a_certificate_does():
    flipped = "from rnncourse import rnn; right = rnn.jacobian; rnn.jacobian = lambda *a: -right(*a); "
    program = "import runpy; runpy.run_module('rnncourse.certificates')"
    done = python("-c", flipped + program, "eq-step-jacobian")
    assert done.returncode == 1
    assert "FAILED" in done.stdout


def test_numpy_is_all_that_is_needed():
    program = "import sys, rnncourse.certificates as c; c.show('eq-rnn')._repr_html_(); print(*sys.modules)"
    loaded = {name.partition(".")[0] for name in python("-c", program).stdout.split()}
    assert "numpy" in loaded
    assert not loaded & {"matplotlib", "IPython", "ipywidgets", "torch", "scipy", "sympy"}


def test_a_report_prints_no_digits_that_could_change(rng):
    report = certify("eq-power", rng)
    for shown in repr(report), report._repr_html_().partition("<details>")[0]:
        assert "< 1e-10" in shown.replace("&lt;", "<")
        assert not re.search(r"0x|\.\d{3}", shown)


@pytest.mark.parametrize("name", ["ALPHA", "ZETA"])
def test_what_the_package_does_not_have_is_not_there(name):
    with pytest.raises(AttributeError, match=name):
        getattr(certificates, name)

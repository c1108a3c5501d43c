"""Every labelled equation has a certificate, every certificate passes, and every certificate can fail."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnncourse import certificates, lstm, rnn, spectra
from rnncourse.certificates import LABELS, certify, oracles, run

BOOK = Path(__file__).parents[1] / "book"
PAGE = BOOK / "appendix" / "certificates.ipynb"


def text(page):
    """The markdown of a page."""
    source = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        return source
    cells = json.loads(source)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def plain(latex):
    """LaTeX without what only sets it out: spaces, alignment, upright d, closing punctuation."""
    latex = re.sub(r"\\(begin|end)\{aligned\}|&|\{\}|\\\\|\\mathrm(?=\{d\})|\\[,;:! ]|\\q?quad", "", latex)
    return re.sub(r"\{(\w)\}|\s", r"\1", latex).rstrip(".,")


def equations():
    """Label -> LaTeX, of all displayed equations that carry a label."""
    found = (page for page in BOOK.rglob("*") if ".ipynb_checkpoints" not in page.parts)
    pages = [page for page in found if page.suffix in {".md", ".ipynb"} and page != PAGE]
    found = [m for page in pages for m in re.findall(r"\$\$([^$]+)\$\$ *\(([\w-]+)\)", text(page))]
    return {label: latex for latex, label in found}


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_every_labelled_equation_has_a_certificate():
    assert sorted(set(equations()) - set(LABELS)) == []


def test_every_certificate_has_an_equation():
    assert sorted(set(LABELS) - set(equations())) == []


@pytest.mark.parametrize("label", LABELS)
def test_the_page_states_what_is_verified(label):
    if label in equations():
        assert plain(equations()[label]) == plain(LABELS[label].certificate().statement)


def test_equations_are_found_wherever_they_stand():
    two = "$$ a $$\n\ntext with $x$\n\n$$\nb = c\n$$ (eq-b)\n"
    assert re.findall(r"\$\$([^$]+)\$\$ *\(([\w-]+)\)", two) == [("\nb = c\n", "eq-b")]
    assert plain(r"\frac{\mathrm{d}L}{dW} = a\,b.") == plain(r"\frac{dL}{d W} = a b")
    assert plain("a = b") != plain("a = -b")


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("label", LABELS)
def test_the_equation_is_verified_and_wrong_variants_are_rejected(label, seed):
    report = certify(label, np.random.default_rng(seed))
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


FLIPS = {
    (rnn, "dsigma"): ["eq-sigma-prime", "eq-jacobian"],
    (rnn, "forward"): ["eq-rnn"],
    (rnn, "jacobian"): ["eq-step-jacobian", "eq-expanded-sum"],
    (rnn, "transport"): ["eq-transport", "eq-total-derivative"],
    (rnn, "immediate"): ["eq-immediate", "eq-total-derivative", "eq-expanded-sum"],
    (rnn, "double_sum"): ["eq-double-sum"],
    (rnn, "backward"): ["eq-bptt"],
    (spectra, "power"): ["eq-power"],
    (spectra, "norm"): ["eq-bound", "eq-sandwich"],
    (spectra, "radius"): ["eq-sandwich"],
    (spectra, "wall"): ["eq-wall"],
    (spectra, "fold"): ["eq-fold"],
    (lstm, "forward"): ["eq-lstm-hidden"],
    (lstm, "backward"): ["eq-lstm-bptt"],
    (lstm, "gate_transport"): ["eq-gate-path", "eq-carousel"],
    (lstm, "cell_transport"): ["eq-full-jacobian"],
}


@pytest.mark.parametrize(("module", "name"), FLIPS, ids=lambda x: getattr(x, "__name__", x))
def test_a_flipped_sign_in_the_package_is_caught(module, name, monkeypatch, rng):
    right = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *a: flip(right(*a)))
    for label in FLIPS[module, name]:
        assert not certify(label, rng).passed


@pytest.mark.parametrize("field", range(10))
def test_a_wrong_part_of_the_lstm_gradient_is_caught(field, monkeypatch, rng):
    right = lstm.backward

    def wrong(*a):
        dP, dh, dC = right(*a)
        parts = [*dP, dh, dC]
        parts[field] = parts[field] * 1.01
        return lstm.Params(*parts[:8]), *parts[8:]

    monkeypatch.setattr(lstm, "backward", wrong)
    assert not certify("eq-lstm-bptt", rng).passed


@pytest.mark.parametrize("claim", [lambda W, x: np.full_like(W, np.nan), lambda W, x: W[0], lambda W, x: 0.0])
def test_nan_and_a_wrong_shape_are_no_proof(claim, monkeypatch, rng):
    certificate = LABELS["eq-jacobian"].certificate()._replace(claim=claim)
    monkeypatch.setitem(
        LABELS, "eq-jacobian", LABELS["eq-jacobian"]._replace(certificate=lambda: certificate)
    )
    assert not certify("eq-jacobian", rng).passed


def test_a_variant_that_is_right_is_reported(monkeypatch, rng):
    certificate = LABELS["eq-jacobian"].certificate()
    certificate = certificate._replace(wrong={"not wrong": certificate.claim})
    monkeypatch.setitem(
        LABELS, "eq-jacobian", LABELS["eq-jacobian"]._replace(certificate=lambda: certificate)
    )
    assert certify("eq-jacobian", rng).kept == ["not wrong"]
    assert not certify("eq-jacobian", rng).passed


def test_a_wrong_shape_at_one_input_does_not_hide_that_a_variant_is_right_at_another(monkeypatch, rng):
    certificate = LABELS["eq-jacobian"].certificate()
    inputs = list(certificate.inputs(rng))
    kept = {"right at the last": lambda W, x: certificate.claim(W, x) if x is inputs[-1][1] else np.zeros(7)}
    variant = certificate._replace(wrong=kept, inputs=lambda rng: inputs)
    monkeypatch.setitem(LABELS, "eq-jacobian", LABELS["eq-jacobian"]._replace(certificate=lambda: variant))
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


MISSED = {  # label, oracle: (claimed, measured) -> by how much the inequality is violated
    ("eq-gate-range", "strictly inside, in 50 digits"): {
        ((0, 1), (0.1, 0.9)): 0,
        ((0, 1), (0, 0.9)): 1,
        ((0, 1), (0.1, 1)): 1,
        ((0, 1), (-1, 0.9)): 1,
        ((0, 1), (0.1, 2)): 1,
    },
    ("eq-cell-bound", "not exceeded in 50 digits"): {(2, 1): 0, (2, -2): 0, (2, 2.5): 0.5, (2, -3): 1},
    ("eq-sandwich", "between: product of fractions"): {((1, 2), 1.5): 0, ((1, 2), 0.5): 1, ((1, 2), 3): 0.5},
    ("eq-survival", "generating function, fractions"): {
        ((1, 1.1, 1), 1): 0,
        ((1, 1.5, 1), 1): 0.5 - 1 / 7,
        ((2, 1.5, 3), 2): 0.25 - 1 / 21,
        ((1, 1, 3), 2): 0.5,
    },
    ("eq-bound", "in order with the finite product"): {((2, 3), 1): 0, ((2, 3), 3): 0.5, ((3, 2), 1): 0.5},
}


@pytest.mark.parametrize(("label", "name"), MISSED)
def test_an_inequality_is_missed_by_what_violates_it(label, name):
    error, cases = LABELS[label].certificate().oracles[name].error, MISSED[label, name]
    assert [error(claimed, measured) for claimed, measured in cases] == pytest.approx(list(cases.values()))


@pytest.mark.parametrize("label", ["eq-gate-range"])
def test_the_extremes_of_the_gates_are_those_of_the_logistic_function(label):
    extremes = (
        LABELS[label].certificate().oracles["strictly inside, in 50 digits"].formula(np.array([0.0, 2, -1]))
    )
    assert list(map(float, extremes)) == pytest.approx([1 / (1 + np.e), 1 / (1 + np.exp(-2))])


@pytest.mark.parametrize("label", ["eq-bound", "eq-sandwich"])
def test_the_oracles_of_an_inequality_measure_the_same(label, rng):
    certificate = LABELS[label].certificate()
    oracles = [oracle for name, oracle in certificate.oracles.items() if "attained" not in name]
    assert len(oracles) >= 2
    for a in certificate.inputs(rng):
        first, *others = [oracle.formula(*a) for oracle in oracles]
        np.testing.assert_allclose(others, first, rtol=1e-9)


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


def sections():
    """Label -> markdown of its section on the certificates page, code included."""
    cells = json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells)
    parts = re.split(r"^\(cert-([\w-]+)\)=$", source, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_certificates_page_has_a_section_for_each_label():
    assert list(sections()) == list(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_the_section_shows_the_statement_and_runs_the_certificate(label):
    certificate = LABELS[label].certificate()
    section = sections()[label]
    assert certificate.statement in section
    assert certificate.conditions in section
    assert LABELS[label].title in section
    assert f'certificates.show("{label}")' in section


def test_the_stored_reports_say_that_all_is_verified():
    cells = json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = ["".join(output["data"]["text/html"]) for output in outputs]
    assert len(shown) == len(LABELS)
    for html, label in zip(shown, LABELS, strict=True):
        wrong = len(LABELS[label].certificate().wrong)
        assert f"{wrong} of {wrong}" in html
        assert "NOT" not in html.partition("<details>")[0]
        assert 'scope="col"' in html


def test_a_report_prints_no_digits_that_could_change(rng):
    report = certify("eq-power", rng)
    for shown in repr(report), report._repr_html_().partition("<details>")[0]:
        assert "< 1e-10" in shown.replace("&lt;", "<")
        assert not re.search(r"0x|\.\d{3}", shown)

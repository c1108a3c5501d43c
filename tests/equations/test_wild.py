"""Equations in the wild: each verdict is what the row's own formulas measure, and no altered form passes."""

import re

import numpy as np
import pytest

from rnncourse.certificates import LABELS
from rnncourse.equations import wild

IDS = list(wild.rows())


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_verdict_is_what_was_measured(id, seed):
    finding = wild.examine(id, np.random.default_rng(seed))
    assert finding.kept == []
    assert finding.stands, repr(finding)


@pytest.mark.parametrize("id", IDS)
def test_a_row_is_complete(id):
    row = wild.rows()[id]()
    assert row.verdict in wild.VERDICTS
    assert row.label in LABELS
    assert len(row.wrong) >= 2
    for inputs in filter(None, (row.inputs, row.outside)):
        assert inputs.__doc__ and '"' not in inputs.__doc__, "a reader sees this text"
    against = bool(row.misses) or row.outside is not None
    assert against == (row.verdict != "true")
    if row.verdict in ("misprint", "false"):
        assert row.correct
    assert row.needs.endswith((".", ").")) and row.place
    for text in row.claim, row.correct, row.needs:
        assert text.count("{") == text.count("}")


@pytest.mark.parametrize("id", [id for id in IDS if wild.rows()[id]().verdict == "true"])
def test_a_true_claim_that_is_altered_does_not_stand(id, monkeypatch):
    row = wild.rows()[id]()
    for name, formula in row.wrong.items():
        monkeypatch.setitem(wild.rows(), id, lambda formula=formula: row._replace(right=formula))
        assert not wild.show(id).stands, name


def test_a_right_claim_printed_as_a_miss_does_not_stand(monkeypatch):
    row = wild.rows()["K02"]()
    monkeypatch.setitem(wild.rows(), "K02", lambda: row._replace(misses={"as printed": row.right}))
    assert not wild.show("K02").stands


def test_an_altered_form_that_passes_is_named(monkeypatch):
    row = wild.rows()["D07"]()
    monkeypatch.setitem(wild.rows(), "D07", lambda: row._replace(wrong={**row.wrong, "the same": row.right}))
    finding = wild.show("D07")
    assert finding.kept == ["the same"] and not finding.stands


@pytest.mark.parametrize("id", [id for id in IDS if wild.rows()[id]().misses])
def test_no_verdict_rests_on_a_special_case(id):
    """What is printed as a miss misses on a fifth of the inputs or more, not on a chosen one."""
    row = wild.rows()[id]()
    inputs = [a for seed in range(3) for a in row.inputs(np.random.default_rng(seed))]
    for name, formula in row.misses.items():
        measured = [wild.measure(one(row, a), None)[1] | {"": 0} for a in inputs]
        assert np.mean([found[name] > wild.CAUGHT for found in measured]) > 0.2, name
        assert formula is not row.right


def one(row, arguments):
    """The certificate of a row on one input alone."""
    return wild.Certificate(row.needs, lambda rng: [arguments], row.right, row.oracles, dict(row.misses))


def test_every_source_says_where_it_was_read():
    for module in wild.sources():
        assert all(module.SOURCE), module.__name__
        assert {code.__module__ for code in wild.rows().values()} >= {module.__name__}


def test_ids_are_used_once_and_counted():
    names = [
        name
        for module in wild.sources()
        for name, value in vars(module).items()
        if re.fullmatch(r"[a-z]\d\d", name) and value.__module__ == module.__name__
    ]
    assert len(names) == len(set(names)) == len(IDS) == sum(wild.tally().values())
    assert len(IDS) >= 100


def test_a_table_has_the_rows_of_its_source():
    table = wild.table("cs231n")
    assert [finding.id for finding in table] == [id for id in IDS if id.startswith("C")]
    assert "C06" in table._repr_html_() and "C06  false" in repr(table)


@pytest.mark.parametrize("id", ["X99", 7, "d07", None])
def test_an_unknown_row_is_named(id):
    with pytest.raises(ValueError, match="id must be one of"):
        wild.show(id)
    with pytest.raises(ValueError, match="source must be one of"):
        wild.table("nowhere")
    with pytest.raises(TypeError, match="rng must be"):
        wild.examine("D07", 0)


def test_numbers_in_the_words_of_the_rows():
    W = np.array([[0.5, 10], [0, 0.5]])
    assert f"{np.linalg.norm(W, 2):.2f}" == "10.02"  # C06
    assert np.linalg.norm(np.linalg.matrix_power(W, 100)) < 1e-26
    assert f"{0.5**50:.0e}" == "9e-16" and round(0.99**50, 1) == 0.6  # C09
    stretched = np.linalg.norm(np.linalg.matrix_power(W, 5), 2) / 0.5**5
    assert round(stretched) == 100  # G18
    z = np.linspace(1.6, 1.7, 1001)
    steeper = 1 - np.tanh(z) ** 2 > np.exp(-z) / (1 + np.exp(-z)) ** 2
    assert f"{z[np.argmin(steeper)]:.2f}" == "1.66"  # Q05
    assert 2 * 8000 * 100 + 100**2 == 1_610_000  # K05


def test_the_missing_transpose_hardly_shows_at_small_weights():
    """K02: below 1 % at weights of size 1/1000, as its text says."""
    row = wild.rows()["K02"]()
    (net,) = next(a for a in row.inputs(np.random.default_rng(0)) if len(a[0].x) == 5)
    small = net._replace(**{name: getattr(net, name) / 1000 for name in ("W", "U", "V")}, h0=0 * net.h0)
    truth = row.oracles["complex step"].formula(small)
    printed = row.misses["W, as in the code"](small)
    error = np.linalg.norm(printed - truth) / np.linalg.norm(truth)
    assert 1e-6 < error < 0.01

"""Verdicts, hints and progress as text and as HTML; progress survives restarts and damage."""

import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from rnncourse import check as course
from rnncourse.check import EXERCISES, check, hint, progress, question, records, reset

ROOT_IS_MIGHTY = getattr(os, "geteuid", lambda: 1)() == 0


def answer():
    return {name: name in ("f", "i", "o") for name in ("f", "i", "o", "C_tilde", "C", "h")}


PANELS = {
    "correct": lambda: check("3b", answer(), record=False),
    "named": lambda: check("3b", answer() | {"C": True}),
    "unanswered": lambda: check("1a", ...),
    "unknown": lambda: check("1a", lambda W, x: W + 1),
    "printed": lambda: check("1a", lambda W, x: print("<&>")),
    "hint": lambda: hint("1a"),
    "question": lambda: question("2b-proof"),
    "progress": progress,
    "no exercise": lambda: check("<b>", 1),
}


@pytest.mark.parametrize("make", PANELS.values(), ids=PANELS)
def test_panels_are_well_formed_and_say_in_words_what_they_say_in_colour(make):
    panel = make()
    root = ElementTree.fromstring(panel._repr_html_())
    words = " ".join("".join(root.itertext()).split())
    assert all(word in words for word in str(panel).splitlines()[0].split())
    if root.tag == "div":
        assert root.get("role") == "group" and root.get("aria-label") in words
        assert "color:" not in root.get("style")
    assert repr(panel) == str(panel) and "<div" not in str(panel)


@pytest.mark.parametrize(
    ("make", "colour"),
    [
        (PANELS["correct"], "#009E73"),
        (PANELS["named"], "#D55E00"),
        (PANELS["unanswered"], "#666666"),
        (PANELS["hint"], "#666666"),
        (reset, "#666666"),
    ],
)
def test_the_bar_of_a_panel_has_the_colour_of_its_verdict(make, colour):
    assert f"{colour})" in ElementTree.fromstring(make()._repr_html_()).get("style")


def test_what_the_learners_code_printed_is_shown_if_it_printed():
    assert "\nYour code printed:\n<&>" in str(PANELS["printed"]())
    assert "printed" not in str(PANELS["unknown"]()) + PANELS["unknown"]()._repr_html_()


def test_a_verdict_is_true_if_passed():
    assert check("3b", answer(), record=False)
    assert not check("3b", {})


def test_hints_rise_and_the_last_one_stays():
    reset()
    given = [hint("1b") for _ in range(5)]
    heads = [note.head.split(" · ")[1] for note in given]
    assert heads == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert [note.says for note in given[:2]] == list(EXERCISES["1b"].hints[:2])
    assert given[2].says.startswith(EXERCISES["1b"].hints[2]) and given[2].says.count("last hint") == 1
    assert hint("2b").head.endswith("1 of 3")
    reset()
    assert hint("1b") == given[0]


def test_hints_and_questions_for_an_unknown_exercise_name_the_known_ones():
    for said in hint("zz"), question(None), question([]), question("zz"):
        assert "3c-full" in said.says and said.head.startswith("No ")


def test_a_question_is_that_of_its_exercise():
    ex = EXERCISES["2b-proof"]
    assert str(question("2b-proof")) == f"2b-proof · {ex.title}\n{ex.question}"
    assert [line[:3] for line in question("2b-proof").says.splitlines()[1:]] == [f"{x}) " for x in "abcdefg"]
    assert question("1a").says == f"The page asks for {EXERCISES['1a'].takes}."


def test_no_hint_before_the_last_is_the_answer():
    """The last hint may hold the formula in code; the first two may not."""
    for ex in EXERCISES.values():
        assert not [text for text in ex.hints[:2] if "`" in text and " = " in text]


def test_progress_is_kept_for_passes_that_count(data):
    check("3b", answer() | {"C": True})
    check("2c", np.linalg.matrix_power([[0.58, 0.24], [0.24, 0.72]], 30), record=False)
    assert progress().passed == set()
    check("3b", answer())
    assert progress().passed == {"3b"}
    line = next(line for line in str(progress()).splitlines() if " 3b " in line)
    assert line.startswith("passed") and "open" in str(progress())
    assert str(data) in str(progress()) and f"1 of {len(EXERCISES)} checks passed" in str(progress())
    rows = ElementTree.fromstring(progress()._repr_html_()).iter("tr")
    states = {row[0].text: row[2].text for row in rows}
    assert states["3b"] == "✓ passed" and states["1a"] == "open"


def test_the_folder_is_made_with_those_above_it(data, monkeypatch):
    monkeypatch.setenv("RNNCOURSE_DATA", str(data / "in" / "side"))
    check("3b", answer())
    assert (data / "in" / "side" / "progress.json").exists()


def test_progress_survives_a_restart(data):
    check("3b", answer())
    code = "from rnncourse.check import progress; print(progress().passed)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'3b'}"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"passed": 3}', '{"passed": [1, {}, null]}', "\0\xff", "[" * 10**5]
)
def test_a_damaged_file_counts_as_empty_and_is_replaced(data, text):
    data.mkdir()
    (data / "progress.json").write_text(text, encoding="latin-1")
    assert records.passed() == set()
    check("3b", answer())
    records._session.clear()
    assert records.passed() == {"3b"}


@pytest.mark.parametrize("obstacle", ["a file for a folder", "a folder for a file"])
def test_progress_that_cannot_be_written_lasts_for_the_session(data, obstacle):
    if obstacle == "a file for a folder":
        data.write_text("")
    else:
        (data / "progress.json" / "x").mkdir(parents=True)
    assert check("3b", answer()).passed
    assert progress().passed == {"3b"} and "this session only" in str(progress())
    assert "this session only" in str(reset())
    assert progress().passed == set()


@pytest.mark.skipif(ROOT_IS_MIGHTY, reason="nothing is read-only for root")
def test_a_read_only_folder_is_tolerated(data):
    data.mkdir(mode=0o500)
    assert check("3b", answer()).passed and progress().passed == {"3b"}


def test_reset_clears_the_file(data):
    check("3b", answer())
    assert str(reset()) == "Progress\nCleared."
    assert records.passed() == set()


def test_without_platformdirs_a_folder_is_found(monkeypatch):
    monkeypatch.delenv("RNNCOURSE_DATA")
    assert records.folder().name == "rnncourse"
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    assert records.folder().parts[-3:] == (".local", "share", "rnncourse")


def test_keys_and_titles_stand_apart():
    for line in str(progress()).splitlines()[1:]:
        state, key, title = line.split(maxsplit=2)
        assert (state, title) == ("open", EXERCISES[key].title) and f" {key} " in line


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_a_console_of_any_encoding_shows_what_is_said(encoding):
    code = (
        "from rnncourse.check import *; print(check('2b', lambda M, n: M * n)); print(progress());"
        "print(catalogue('2b')); print(*(hint('2b') for _ in range(3)))"
    )
    env = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env)
    assert done.returncode == 0, done.stderr
    assert "2b" in (said := done.stdout.decode(encoding)) and "?" not in re.sub(r"\?(?=\s|\"|$)", "", said)


def test_nothing_depends_on_docstrings():
    """Python started with -OO leaves them out."""
    code = (
        "from rnncourse.check import *; from rnncourse import certificates as c;"
        "print(catalogue('1a'), check('1a', lambda W, x: W.T), c.equations()['eq-jacobian'].title)"
    )
    said = [
        subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, check=True).stdout
        for flags in ([], ["-OO"])
    ]
    assert said[0] == said[1]


def test_checks_need_numpy_only():
    others = "{'matplotlib', 'IPython', 'platformdirs'}"
    code = f"import sys; import rnncourse.check; print(sorted({others} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_catalogue_says_of_each_mistake_what_the_check_says():
    table = course.catalogue("1a")
    known = EXERCISES["1a"].mistakes
    assert [row[1] for row in table.rows] == [mistake.says for mistake in known.values()]
    assert table.rows[0][0] == f"transposed `{known['transposed'].breaks}`"
    rows = list(ElementTree.fromstring(table._repr_html_()).find("tbody"))
    assert [row[0].text.strip() for row in rows] == list(known) and rows[0][0][0].tag == "code"


def test_the_catalogue_counts_the_wrong_answers_and_those_called_by_their_name(monkeypatch):
    def made(key, pairs):
        assert pairs
        rows = "right a, a a, z b, a z, b right, a+b a+b, c d, y a, zz a, d right"
        return [tuple(row.split()) for row in rows.split(", ")]

    monkeypatch.setattr(sys.modules["rnncourse.check.catalogue"], "confusion", made)
    table = course.catalogue()
    assert [row[0] for row in table.rows] == sorted(EXERCISES)
    assert {row[2:] for row in table.rows} == {("9", "2")}
    assert table.rows[0][1] == str(len(EXERCISES["1a"].mistakes))


def test_the_public_names():
    assert {"check", "hint", "question", "progress", "reset", "Verdict"} <= set(course.__all__)

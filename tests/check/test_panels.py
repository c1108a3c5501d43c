"""Verdicts, hints and progress as text and as HTML; progress survives restarts and damage."""

import os
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
    "question": lambda: question("2c-any"),
    "progress": progress,
    "no exercise": lambda: check("<b>", 1),
}


@pytest.mark.parametrize("make", PANELS.values(), ids=PANELS)
def test_panels_are_well_formed_and_say_in_words_what_they_say_in_colour(make):
    panel = make()
    root = ElementTree.fromstring(panel._repr_html_())
    words = " ".join("".join(root.itertext()).split())
    for line in str(panel).splitlines()[:1]:
        assert all(word in words for word in line.split())
    if root.tag == "div":
        assert root.get("role") == "group" and root.get("aria-label") in words
        assert "color:" not in root.get("style").replace("border-color:", "")
    assert repr(panel) == str(panel) and "<div" not in str(panel)


def test_a_verdict_is_true_if_passed():
    assert check("3b", answer(), record=False)
    assert not check("3b", {})


def test_hints_rise_and_the_last_one_stays():
    reset()
    given = [hint("1b") for _ in range(5)]
    heads = [note.head.split(" · ")[1] for note in given]
    assert heads == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert "last hint" in given[2].says and "last hint" not in given[1].says
    assert hint("2b").head.endswith("1 of 3")
    reset()
    assert hint("1b") == given[0]


def test_hints_and_questions_for_an_unknown_exercise_name_the_known_ones():
    assert "3c-full" in str(hint("zz")) and "3c-full" in str(question(None))


def test_no_hint_before_the_last_is_the_answer():
    """The last hint may hold the formula in code; the first two may not."""
    for ex in EXERCISES.values():
        assert not [text for text in ex.hints[:1] if "`" in text and " = " in text]


def test_progress_is_kept_for_passes_that_count(data):
    check("3b", answer() | {"C": True})
    check("2c", np.linalg.matrix_power([[0.58, 0.24], [0.24, 0.72]], 30), record=False)
    assert progress().passed == set()
    check("3b", answer())
    assert progress().passed == {"3b"}
    line = next(line for line in str(progress()).splitlines() if " 3b " in line)
    assert line.startswith("passed") and "open" in str(progress())
    assert str(data) in str(progress())


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


def test_checks_need_numpy_only():
    others = "{'matplotlib', 'IPython', 'platformdirs'}"
    code = f"import sys; import rnncourse.check; print(sorted({others} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names():
    assert {"check", "hint", "question", "progress", "reset", "Verdict"} <= set(course.__all__)

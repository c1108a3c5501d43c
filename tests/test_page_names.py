"""What a page says in code stands in the module with the page's name, and is found by it."""

from pathlib import Path

import pytest

from rnncourse import certificates
from rnncourse._pages import equations, where
from rnncourse.check import EXERCISES

BOOK = Path(__file__).parents[1] / "book"


def notebook(module):
    *_, chapter, page = module.split(".")
    folder = chapter if chapter == "appendix" else f"{chapter.removeprefix('chapter_')}-*"
    (path,) = BOOK.glob(f"{folder}/{page.replace('_', '-')}.ipynb")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("label", "module"), equations().items(), ids=equations())
def test_an_equation_stands_on_the_page_of_its_module(label, module):
    assert f"$$ ({label})" in notebook(module)


@pytest.mark.parametrize("key", EXERCISES)
def test_an_exercise_stands_on_the_page_of_its_module(key):
    assert rf"\"{key}\"" in notebook(EXERCISES[key].module)


def test_the_equations_found_by_name_are_those_that_are_certified():
    assert list(certificates.LABELS) and equations().keys() == set(certificates.LABELS)


def test_a_module_tells_its_page_in_words():
    assert where("rnncourse.exercises.chapter_2.c_eigenvalues") == "on page 2c"
    assert where("rnncourse.exercises.chapter_2.lab_cliff") == "in the cliff laboratory"

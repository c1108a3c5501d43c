"""The certificates page as stored: a section an equation, in the order of the book, and all verified."""

import json
import re

from rnncourse.certificates import LABELS
from tools.certificates_page import PAGE, chapters


def test_every_equation_has_its_section():
    cells = json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells)
    assert sorted(re.findall(r"^\(cert-([\w-]+)\)=$", source, flags=re.M)) == sorted(LABELS)


def test_the_sections_stand_in_the_order_of_the_book():
    pages = [equation.module.partition("equations.")[2] for _, part in chapters() for equation in part]
    order = list(dict.fromkeys(pages))
    assert order[0] == "chapter_1.a_jacobian" and order[-1] == "chapter_3.lab_memory"
    assert order.index("chapter_2.lab_cliff") < order.index("chapter_2.e_practice")  # unlike the alphabet


def test_the_stored_reports_say_that_all_is_verified():
    cells = json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
    shown = {cell["id"]: cell["outputs"][0]["data"]["text/html"] for cell in cells if cell.get("outputs")}
    assert len(shown) == len(LABELS)
    for label, equation in LABELS.items():
        html, wrong = "".join(shown[f"run-{label}"]), len(equation.certificate().wrong)
        assert f"{wrong} of {wrong}" in html
        assert "NOT" not in html.partition("<details>")[0]
        assert 'scope="col"' in html

"""The book's Sphinx extension on small books: what it writes, and what it refuses."""

import re
from io import StringIO

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from book._ext import docstrings, lesson, numbering

CONF = {
    "extensions": ["myst_nb", "sphinx_exercise", "book._ext"],
    "html_theme": "basic",
    "html_math_renderer": "katex",
    "math_numfig": False,
    "nb_execution_mode": "off",
    "myst_enable_extensions": ["colon_fence", "dollarmath"],
    "exercise_style": "solution_follow_exercise",
    "suppress_warnings": ["app"],  # several builds in one process register the same nodes
}
HOME = "# Home\n\n```{toctree}\n:glob:\n**\n```\n"
QUESTION = """\
:::{choice} q-1
What is $x^2$ at $x = 2$?

- ( ) $2x$

  That is the *derivative*.
- (x) four, see [home](index.md)

  Indeed.

It is a square.
:::
"""


@pytest.fixture
def build(tmp_path):
    """build({"page.md": text}) -> (the pages as parsed HTML, the warnings)."""

    def build(pages):
        source = tmp_path / "book"
        for name, text in {"index.md": HOME, **pages}.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            if not (source / name).exists():  # else it would be read again
                (source / name).write_text(text, "utf-8")
        warnings = StringIO()
        out = tmp_path / "out"
        app = Sphinx(source, None, out, tmp_path / "trees", "html", CONF, status=None, warning=warnings)
        app.build()
        names = {p.relative_to(out).with_suffix("").as_posix(): p for p in out.rglob("*.html")}
        found = {name: BeautifulSoup(p.read_text("utf-8"), "html.parser") for name, p in names.items()}
        return found, warnings.getvalue()

    return build


def test_a_question_is_a_native_form(build):
    pages, warnings = build({"index.md": "# Home\n\n" + QUESTION})
    assert warnings == ""
    form = pages["index"].select_one("form#q-1")
    radios = form.select("fieldset label input[type=radio][name=q-1]")
    assert [radio["value"] for radio in radios] == ["0", "1"]
    assert form.legend.select_one("math") and form.label.select_one("math")  # LaTeX in question and option
    assert ["right" in part["class"] for part in form.select("details .choice-feedback")] == [False, True]
    assert "derivative" in form.select_one(".choice-feedback").text
    assert "square" in form.select_one("details .choice-reveal").text
    assert "( )" not in form.text and "(x)" not in form.text


def test_a_prediction_is_marked_as_one(build):
    pages, _ = build({"index.md": "# Home\n\n" + QUESTION.replace("q-1\n", "q-1\n:predict:\n")})
    assert pages["index"].select_one("form.choice-predict .choice-kind").text == "Predict"


@pytest.mark.parametrize("old, new, words", [
    ("(x)", "( )", "one option at least starts with (x)"),
    ("(x) four", "four", "starts with ( ) or (x), not with 'four, see [home](ind'"),
    ("- (", "(", "a question and a list of options"),
    ("q-1", "Q_1", "small letters"),
])  # fmt: skip
def test_a_question_out_of_shape_is_refused(build, old, new, words):
    assert words in build({"index.md": "# Home\n\n" + QUESTION.replace(old, new)})[1]


def test_two_questions_may_not_share_a_name(build):
    _, warnings = build({f"{name}.md": "# Page\n\n" + QUESTION for name in "ab"})
    assert "choice q-1" in warnings


def test_equations_say_their_page_and_lead_to_their_certificates(build):
    page = "# A\n\n$$ a $$ (eq-jacobian)\n\n$$ b $$ (eq-sigma-prime)\n"
    other = "# I\n\nSee {eq}`eq-sigma-prime`.\n"
    pages, warnings = build({"1-first/a-one.md": page, "1-first/index.md": other})
    assert warnings == ""
    equation = pages["1-first/a-one"].select_one("#equation-eq-sigma-prime")
    assert "(1a.2)" in equation.text
    mark = equation.select_one("a.certificate")
    assert mark["href"] == "../appendix/certificates.html#cert-eq-sigma-prime"
    assert mark["aria-label"] == "How it was tested: equation eq-sigma-prime"
    reference = pages["1-first/index"].select_one("main a, .body a[href*=equation]")
    assert (reference["href"], reference.text) == ("a-one.html#equation-eq-sigma-prime", "(1a.2)")


def test_a_label_that_went_is_missed_by_pages_that_did_not_change(build, tmp_path):
    page = "# A\n\n$$ a $$ (eq-jacobian)\n\n$$ b $$ (eq-sigma-prime)\n"
    other = "# I\n\nSee {eq}`eq-jacobian` and {eq}`eq-sigma-prime`.\n"
    assert build({"1-first/a-one.md": page, "1-first/index.md": other})[1] == ""
    (tmp_path / "book/1-first/a-one.md").write_text(page.replace(" (eq-jacobian)", ""))
    pages, warnings = build({})
    assert "equation not found: eq-jacobian" in warnings
    assert "(1a.1)" in pages["1-first/index"].text  # what was the second is the first now


def test_a_notebook_that_is_no_json_is_named(build):
    with pytest.raises(ExtensionError, match=r"a\.ipynb is no notebook: Expecting"):
        build({"a.ipynb": "{\n<<<<<<< HEAD\n"})


def test_the_certificate_of_a_label_with_capitals_has_the_id_that_sphinx_gives_it(build):
    page = "# A\n\n$$ a $$ (eq-lstm-dW)\n\n(cert-eq-lstm-dW)=\n## Its certificate\n"
    pages, _ = build({"appendix/certificates.md": page})
    target = pages["appendix/certificates"].select_one("a.certificate")["href"]
    assert target.startswith("#") and pages["appendix/certificates"].select_one(target)


def test_an_equation_without_certificate_is_refused(build):
    assert "eq-nobody has no certificate" in build({"index.md": "# A\n\n$$ a $$ (eq-nobody)\n"})[1]


def test_mathematics_that_does_not_parse_is_refused_with_its_place(build):
    _, warnings = build({"index.md": "# A\n\nGood: $x$\n\nBad: $\\frac{1$\n"})
    assert "index.md:5" in warnings and "mathematics" in warnings


def test_mathematics_is_spoken_and_drawn(build):
    pages, _ = build({"index.md": "# A\n\n$\\sigma' < 1$\n"})
    math = pages["index"].select_one("span.math")
    assert math.select_one("math annotation").text == "\\sigma' < 1"
    assert math.select_one(".katex-html")["aria-hidden"] == "true"


def test_punctuation_stays_with_its_formula(build):
    pages, _ = build({"index.md": "# A\n\nSome $x$, and ($y$) but $z$ here: $w$.\n"})
    together = pages["index"].select(".together")
    assert [box.contents[-1] for box in together] == [",", ")", "."]


def test_exercises_are_numbered_by_page_and_their_solutions_fold(build):
    text = "# A\n\n:::{exercise} Loop (★)\n:label: ex-%s\nDo.\n:::\n\n"
    text += ":::{solution} ex-%s\n:class: dropdown\nDone.\n:::\n"
    pages, _ = build({f"1-first/{p}-x.md": text % (p, p) for p in "ab"})
    for p in "ab":
        page = pages[f"1-first/{p}-x"]
        title = page.select_one(f"#ex-{p} .admonition-title")
        assert title.text.split() == ["Exercise", f"1{p}.1", "Loop", "(★)"]
        assert "Done." in page.select_one(".solution > details").text


def notebook(output):
    """A notebook of one cell whose stored output is this HTML."""
    shown = nbformat.v4.new_output("execute_result", {"text/html": output}, execution_count=1)
    cells = [
        nbformat.v4.new_markdown_cell("# A"),
        nbformat.v4.new_code_cell("1", execution_count=1, outputs=[shown]),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}))


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("<svg viewBox='0 0 1 1'></svg>", "picture without alt text"),
        ("<svg aria-label=''></svg>", "picture without alt text"),
        ("<img src='x.svg'>", "picture without alt text"),
        ("<table><tr><td>1</td></tr></table>", "table without headings"),
    ],
)
def test_a_picture_without_words_is_refused(build, output, words):
    assert words in build({"a.ipynb": notebook(output)})[1]


def test_outputs_pass_unchanged(build, tmp_path):
    picture = (
        '<div class="rnn-figure"><svg role="img" aria-label="A line"><path d="M0 0L1 1"></path></svg></div>'
    )
    output = picture + "<table><tr><th>1</th></tr></table>"
    _, warnings = build({"a.ipynb": notebook(output)})
    assert warnings == ""
    assert output in (tmp_path / "out/a.html").read_text("utf-8")


def test_a_picture_of_the_text_needs_words_too(build):
    assert "no alt text" in build({"index.md": "# A\n\n![](x.svg)\n", "x.svg": "<svg/>"})[1]


def test_wide_tables_scroll_in_a_region_of_their_own(build):
    pages, _ = build({"index.md": "# A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"})
    assert pages["index"].select_one("div.scroll > table th")


def test_katex_asks_for_the_fonts_that_the_formulas_need_and_for_no_other(build, tmp_path):
    build({"index.md": "# A\n\n$x < 1$ in $\\mathbb R$\n"})
    css = (tmp_path / "out/_static/katex/katex.min.css").read_text()
    fonts = {path.name for path in (tmp_path / "out/_static/katex/fonts").iterdir()}
    assert {"KaTeX_AMS-Regular.woff", "KaTeX_Main-Regular.woff", "KaTeX_Math-Italic.woff"} <= fonts
    assert "KaTeX_Fraktur-Regular.woff" not in fonts
    assert fonts < set(re.findall(r"url\(fonts/(.*?)\)", css))
    assert not re.search(r"woff2|ttf", css)


def test_a_style_that_changed_alone_is_copied(build, tmp_path, monkeypatch):
    monkeypatch.setitem(CONF, "html_theme", "_theme")
    monkeypatch.setitem(CONF, "html_theme_path", ["."])
    theme = tmp_path / "book" / "_theme"
    (theme / "static").mkdir(parents=True)
    (theme / "theme.toml").write_text('[theme]\ninherit = "basic"\n')
    for style in "a {}", "b {}":
        (theme / "static" / "course.css").write_text(style)
        build({} if style == "b {}" else {"page.md": "# A\n"})
        assert (tmp_path / "out/_static/course.css").read_text() == style


def test_names_tell_their_place():
    assert numbering.prefix("2-vanishing-and-exploding/lab-cliff") == "Cliff."
    assert numbering.prefix("3-lstm/lab-memory") != numbering.prefix("3-lstm/lab-text")
    assert numbering.prefix("appendix/notation") == ""


LONG = "One line of a docstring as wide as the code lets it be, so that the next one had to follow"


@pytest.mark.parametrize(("lines", "shown"), [
    ([f"{LONG} in", "the middle."], [f"{LONG} in the middle."]),
    ([f"{LONG},", "and ends."], [f"{LONG}, and ends."]),
    ([f"{LONG} step by step", "dC_t = f_t dC_{t-1}"], None),
    ([f"{LONG}.", "Another sentence."], None),
    (["h_t = sigma(z_t),", "dL/dW = sum_t"], None),
    ([f"{LONG}", "", "A paragraph."], None),
    ([f"{LONG}", "    indented"], None),
    (["x (T, n) -> h (T+1, n)"], ["x (T, n) → h (T+1, n)"]),
])  # fmt: skip
def test_a_docstring_flows_where_only_the_code_broke_it(lines, shown):
    expected = [f"   {line}" for line in shown or lines]
    docstrings.as_written(None, "function", "f", None, None, lines)
    assert lines[3:] == expected


def test_no_docstring_is_nothing():
    lines = []
    docstrings.as_written(None, "function", "f", None, None, lines)
    assert lines == []


def test_launch_buttons_appear_where_a_repository_on_github_is_named():
    assert (
        lesson.elsewhere("", "1/a.ipynb") == lesson.elsewhere("https://example.org/course", "1/a.ipynb") == ""
    )
    shown = BeautifulSoup(lesson.elsewhere("https://github.com/who/course/", "1/a.ipynb"), "html.parser")
    assert {link.text: link["href"] for link in shown.select("a")} == {
        "Open in Colab": "https://colab.research.google.com/github/who/course/blob/notebooks/1/a.ipynb",
        "Open in Binder": "https://mybinder.org/v2/gh/who/course/HEAD?urlpath=lab/tree/work/1/a.ipynb",
    }

"""The grammar of a {choice}: its parts, with the lines on which they stand."""

import pytest

from book._ext.question import Option, Part, parse

TEXT = """Which one,
of the two?

- ( ) the first,
  on two lines

  No.

  - really
- (x) the second

Both are short.

- so is this list"""


def test_a_question_has_parts_that_know_their_lines():
    asked, options, reveal = parse(TEXT)
    assert str(asked) == "Which one, of the two?"
    assert options == [
        Option(False, Part(["the first,", "on two lines"], 3), Part(["", "No.", "", "- really"], 5)),
        Option(True, Part(["the second"], 9), Part([""], 10)),
    ]
    assert reveal.lines == TEXT.splitlines()[reveal.offset :] == ["Both are short.", "", "- so is this list"]


def test_nothing_is_revealed_where_nothing_follows():
    assert parse("Which?\n\n- (x) this").reveal.lines == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a question and a list"),
        ("Which?", "a question and a list"),
        ("- (x) this", "a question and a list"),
        ("Which?\n\n- (x) this\n- that", "starts with"),
        ("Which?\n\n- ( ) this\n- ( ) that", r"one option at least starts with \(x\)"),
    ],
)
def test_what_is_out_of_shape_is_said(text, words):
    with pytest.raises(ValueError, match=words):
        parse(text)

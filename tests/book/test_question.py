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
    asked, options, reveal = parse("two", TEXT)
    assert str(asked) == "Which one, of the two?"
    assert sorted(options) == [
        Option(False, Part(["the first,", "on two lines"], 3), Part(["", "No.", "", "- really"], 5)),
        Option(True, Part(["the second"], 9), Part([""], 10)),
    ]
    assert reveal.lines == TEXT.splitlines()[reveal.offset :] == ["Both are short.", "", "- so is this list"]


def order(name, words="abcd"):
    options = (f"- ({mark}) {word}" for mark, word in zip("x   ", words, strict=True))
    return [str(option.text) for option in parse(name, "\n".join(["Which?", *options])).options]


def test_the_name_alone_decides_the_order():
    names = [f"q-{i}" for i in range(99)]
    assert order("q-1") == order("q-1") and sorted(order("q-1")) == list("abcd")
    assert all([w.upper() for w in order(name)] == order(name, "ABCD") for name in names)
    firsts = [order(name)[0] for name in names]
    assert all(15 < firsts.count(word) < 35 for word in "abcd")


def test_nothing_is_revealed_where_nothing_follows():
    assert parse("one", "Which?\n\n- (x) this").reveal.lines == []


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
        parse("bad", text)

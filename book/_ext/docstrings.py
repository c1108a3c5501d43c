"""The functions' own words, shown as they stand in the code."""

import re


def as_written(app, what, name, obj, options, lines):
    """Show docstrings as they stand in the code: their formulas are no markup. Prose flows on, though.

    A long line that ends within a sentence was broken for the code's sake, unless a formula comes next.
    An arrow becomes one character, or a browser may end a line within it.
    """
    text = re.sub(r"(?<=.{80}[^\n.;:])\n(?=\S)(?!\S+ = )", " ", "\n".join(lines)).replace("->", "→")
    lines[:] = lines and [
        ".. code-block:: text",
        "   :class: docstring",
        "",
        *(f"   {line}" for line in text.split("\n")),
    ]


def is_field(app, what, name, obj, skip, options):
    """The fields of a tuple need no entries of their own."""
    return type(obj).__name__ == "_tuplegetter" or None


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", as_written)
    app.connect("autodoc-skip-member", is_field)

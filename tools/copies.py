"""Copies of the notebooks to work in: what only the built page knows is put into what Jupyter shows.

    python tools/copies.py work            those that are not there yet, for `make lab`
    python tools/copies.py FOLDER --anew   all, over what is there

A {choice} becomes a list with folded answers; a link to a place on another page leads to its notebook.
"""

import json
import os
import re
import sys
from pathlib import Path

BOOK = Path(__file__).parent.parent / "book"
CHOICE = re.compile(r"^:::\{choice\} \S+\n(:predict:\n)?(.*?)^:::$", re.MULTILINE | re.DOTALL)


def unfolded(choice):
    """A {choice} as an admonition with its options and a dropdown with what the page says of each."""
    question, *marked = re.split(r"^- \(([ x])\) ", choice[2], flags=re.MULTILINE)
    options, answers, reveal = [], [], []
    for letter, mark, text in zip("abcdefghij", marked[::2], marked[1::2], strict=False):
        option, *lines = text.splitlines()
        says = " ".join(line.strip() for line in lines if line.startswith(" "))
        reveal += [line for line in lines if line and not line.startswith(" ")]
        options.append(f"- **{letter}** {option}")
        answers.append(f"- **{letter}** {'✓' if mark == 'x' else '✗'} {says}")
    asked = "\n".join([":::{admonition} " + ("Predict" if choice[1] else "Question"), question.strip()])
    given = "\n".join([":::{dropdown} Answer", *answers, "", *reveal, ":::"])
    return "\n".join([asked, "", *options, ":::", "", given])


def copies():
    """(path below book/, notebook) for every notebook of the book."""
    paths = sorted(path for path in BOOK.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    home = {name: path for path, text in texts.items() for name in re.findall(r"\(([\w-]+)\)=", text)}

    def linked(match, here):
        there = home.get(match[1], here)
        way = Path(os.path.relpath(there, here.parent)).as_posix() if there != here else ""
        return f"]({way}#{match[1]})"

    for path, text in texts.items():
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                source = CHOICE.sub(unfolded, "".join(cell["source"]))
                cell["source"] = re.sub(r"\]\(#([\w-]+)\)", lambda m, p=path: linked(m, p), source)
        yield path.relative_to(BOOK), notebook


def main(folder, *anew):
    for path, notebook in copies():
        target = Path(folder) / path
        if anew or not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

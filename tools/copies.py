"""Copies of the notebooks to work in: what only the built page knows is put into what Jupyter shows.

    python -m tools.copies work            those that are not there yet, for `make lab`
    python -m tools.copies FOLDER --anew   all, over what is there

Every Jupyter shows them, also one that knows no MyST: Colab, GitHub, VS Code. A {choice} becomes a list with
folded answers; solutions are folded and print nothing; what is to be predicted is not shown yet; equations
bear their labels; links lead to cells of notebooks, citations to what they cite. A first cell says what to
install where the course is missing.
"""

import json
import os
import re
import sys
from pathlib import Path

from pybtex.database import parse_file
from pybtex.richtext import Text

from book._ext.question import CHOICE, parse

BOOK = Path(__file__).parent.parent / "book"
SOLUTION = re.compile(
    r"^:::\{solution-start\}.*?^:::$(.*?)(?=^:::\{solution-end\}|\Z)", re.MULTILINE | re.DOTALL
)
END = re.compile(r"^:::\{solution-end\}\n:::\n*", re.MULTILINE)
EQUATION = re.compile(r"\$\$([^$]+)\$\$ *\(([\w-]+)\)")
# A place, an equation, an exercise.
TARGET = re.compile(r"^\(([\w-]+)\)=|\$\$ *\(([\w-]+)\)|^:label: ([\w-]+)", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s#:]*)(?:#([\w-]+))?\)")
SAME = re.compile(r"`([\w-]+)` (?:is )?\{eq\}`\1`")  # what the built page calls an equation
QUIET = ["%%capture solution\n", "#@title Solution: delete the line above to see what this prints.\n"]
FENCE = re.compile(r"(:{3,})\{(\w+)\} *(.*)")
NEEDS = """\
# Without the course, nothing below can run.
import importlib.util

if importlib.util.find_spec("rnncourse") is None:
    raise ModuleNotFoundError("Install the course first: pip install '.[notebooks]' in its folder.")\
"""
NEED = re.compile(r'(?<=<span>)[^<]*(?=</span></p>\n<p class="explore-said")')
RUN = "Run all cells (Run → Run All Cells) for the controls."
BUILT = re.compile(
    r"^:::\{(?:hero|lessons)\}\n:::\n*|^<p class=\"begin\">.*\n*", re.MULTILINE
)  # of the built page only
SPHINX = "{eval-rst}", "{bibliography}"  # what Jupyter cannot show in any words


def unfolded(choice):
    """A {choice} as an admonition with its options and a dropdown with what the page says of each."""
    asked, options, reveal = parse(choice["name"], choice["text"])
    lettered = list(zip("abcdefghij", options, strict=False))
    shown = [f"- **{letter}** {option.text}" for letter, option in lettered]
    says = [f"- **{letter}** {'✓' if option.right else '✗'} {option.feedback}" for letter, option in lettered]
    head = ":::{admonition} " + ("Predict" if choice["predict"] else "Question")
    more = filter(None, reveal.lines)
    lines = [head, *asked.lines, *shown, ":::", "", ":::{dropdown} Answer", *says, "", *more, ":::"]
    return "\n".join(lines)


def plain(text):
    """Directives in words that every Jupyter shows: quotations with a head, and <details>."""
    lines, out = iter(text.split("\n")), []
    for line in lines:
        fence = FENCE.fullmatch(line)
        if not fence:
            out.append(line)
            continue
        colons, kind, title = fence.groups()
        body = plain("\n".join(iter(lines.__next__, colons)))
        body = re.sub(r"\A(:\w+:.*\n|\n)*", "", body).rstrip()
        if kind == "dropdown":
            out += ["<details>", f"<summary>{title}</summary>", "", body, "", "</details>"]
        elif kind == "container":
            out.append(body)
        else:
            head = [
                f"**{kind.capitalize()}: {title}**"
                if kind == "exercise"
                else f"**{title or kind.capitalize()}**"
            ]
            out += ["> " + row if row else ">" for row in [*head, "", *body.split("\n")]]
    return "\n".join(out)


def folded(solution, code):
    """A solution's text as a dropdown; its code is in the folded cells after it."""
    more = "The code is in the folded cell below." if code and solution.end() == len(solution.string) else ""
    text = filter(None, [solution[1].strip(), more])
    return "\n\n".join(["::::{dropdown} Solution", *text, "::::\n"])


def cited(bibliography, match):
    """A citation in the words of the built page, linked to what is cited."""
    works = []
    for entry in (bibliography.entries[key] for key in match[2].split(",")):
        names = [
            str(Text.from_latex(" ".join(p.prelast_names + p.last_names))) for p in entry.persons["author"]
        ]
        who = f"{names[0]} *et al.*" if len(names) > 2 else " and ".join(names)
        year, doi = entry.fields["year"], entry.fields.get("doi")
        words = f"{who} [{year}]" if match[1] == "t" else f"{who}, {year}"
        address = f"https://doi.org/{doi}" if doi else entry.fields.get("url")
        works.append(f"[{words}]({address})" if address else words)
    return ", ".join(works) if match[1] == "t" else f"[{'; '.join(works)}]"


def pages():
    """path -> notebook; a page of plain Markdown is a notebook of one cell."""
    paths = sorted(path for path in BOOK.rglob("*") if ".ipynb_checkpoints" not in path.parts)
    texts = {path: path.read_text(encoding="utf-8") for path in paths if path.suffix in (".ipynb", ".md")}
    found = {path: json.loads(text) for path, text in texts.items() if path.suffix == ".ipynb"}
    frame = next(iter(found.values()))
    for path, text in texts.items():
        if path.suffix == ".md" and not any(word in text for word in SPHINX):
            cell = {"cell_type": "markdown", "id": "page", "metadata": {}, "source": text}
            found[path.with_suffix(".ipynb")] = frame | {"cells": [cell]}
    return found


def copies():
    """(path below book/, notebook) for every page that Jupyter can show."""
    notebooks = pages()
    home = {
        next(filter(None, names)): (path, cell["id"])
        for path, notebook in notebooks.items()
        for cell in notebook["cells"]
        for names in TARGET.findall("".join(cell["source"]))
    }
    bibliography = parse_file(BOOK / "references.bib")

    def linked(words, here, file, name=None):
        there = Path(os.path.normpath(here.parent / file)) if file else here
        there, cell = home.get(name, (there.with_suffix(".ipynb") if there.suffix == ".md" else there, None))
        if there.suffix == ".ipynb" and there not in notebooks:
            return words
        way = Path(os.path.relpath(there, here.parent)).as_posix() if there != here else ""
        return f"[{words}]({way}{f'#cell-id={cell}' if cell else ''})"

    def worded(source, here, code):
        source = SOLUTION.sub(lambda m: folded(m, code), CHOICE.sub(unfolded, source))
        source = BUILT.sub("", END.sub("", source))
        source = EQUATION.sub(r"$$\1 \\tag{\2}$$", source)
        source = LINK.sub(lambda m: linked(m[1], here, m[2], m[3]), source)
        source = re.sub(r"\{ref\}`([^<`]+) <([\w-]+)>`", lambda m: linked(m[1], here, "", m[2]), source)
        source = SAME.sub(lambda m: linked(f"`{m[1]}`", here, "", m[1]), source)
        source = re.sub(r"\{eq\}`([\w-]+)`", lambda m: linked(f"({m[1]})", here, "", m[1]), source)
        source = re.sub(r"\{cite:([tp])\}`([\w,]+)`", lambda m: cited(bibliography, m), source)
        return plain(re.sub(r"^\([\w-]+\)=\n", "", source, flags=re.MULTILINE))

    for path, notebook in notebooks.items():
        for cell, after in zip(notebook["cells"], [*notebook["cells"][1:], {}], strict=True):
            if cell["cell_type"] == "markdown":
                code = "jupyter" in after.get("metadata", {})
                cell["source"] = worded("".join(cell["source"]), path, code)
                continue
            if "predict" in cell["metadata"].get("tags", ()) or "jupyter" in cell["metadata"]:
                cell["outputs"], cell["execution_count"] = [], None
            if "jupyter" in cell["metadata"]:  # a folded cell shows its first lines; Colab, its title
                cell["source"] = [*QUIET, *cell["source"]]
                cell["metadata"]["cellView"] = "form"
            for data in (output.get("data", {}) for output in cell["outputs"]):
                if "text/html" in data:
                    data["text/html"] = NEED.sub(RUN, "".join(data["text/html"]))
        cells = [cell for cell in notebook["cells"] if cell["source"]]
        code = next((cell for cell in cells if cell["cell_type"] == "code"), None)
        if code and code["id"] != "setup":
            needs = {"id": "needs", "metadata": {}, "outputs": [], "execution_count": None, "source": NEEDS}
            cells.insert(cells.index(code), {"cell_type": "code"} | needs)
        notebook["cells"] = cells
        yield path.relative_to(BOOK), notebook


def main(folder, *anew):
    for path, notebook in copies():
        target = Path(folder) / path
        if anew or not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

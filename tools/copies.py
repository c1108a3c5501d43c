"""Copies of the notebooks to work in: what only the built page knows is put into what Jupyter shows.

    python tools/copies.py work            those that are not there yet, for `make lab`
    python tools/copies.py FOLDER --anew   all, over what is there

A {choice} becomes a list with folded answers, a solution is folded, an equation bears its label; links to
other pages lead to their notebooks, and citations to what they cite.
"""

import json
import os
import re
import sys
from pathlib import Path

from pybtex.database import parse_file
from pybtex.richtext import Text

BOOK = Path(__file__).parent.parent / "book"
CHOICE = re.compile(r"^:::\{choice\} \S+\n(:predict:\n)?(.*?)^:::$", re.MULTILINE | re.DOTALL)
SOLUTION = re.compile(
    r"^:::\{solution-start\}.*?^:::$(.*?)(?=^:::\{solution-end\}|\Z)", re.MULTILINE | re.DOTALL
)
END = re.compile(r"^:::\{solution-end\}\n:::\n*", re.MULTILINE)
EQUATION = re.compile(r"\$\$([^$]+)\$\$ *\(([\w-]+)\)")
TARGET = re.compile(r"\(([\w-]+)\)=|\$\$ *\(([\w-]+)\)")  # of a place, of an equation


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


def folded(solution):
    """A solution's text as a dropdown; the cells after it are folded already."""
    text = solution[1].strip()
    return f"::::{{dropdown}} Solution\n{text}\n::::\n" if text else "**Solution**, folded below.\n"


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


def copies():
    """(path below book/, notebook) for every notebook of the book."""
    paths = sorted(path for path in BOOK.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    home = {name or label: path for path, text in texts.items() for name, label in TARGET.findall(text)}
    bibliography = parse_file(BOOK / "references.bib")

    def linked(words, name, here):
        there = home.get(name, here)
        way = Path(os.path.relpath(there, here.parent)).as_posix() if there != here else ""
        return f"[{words}]({way}#{name})"

    def worded(source, here):
        source = END.sub("", SOLUTION.sub(folded, CHOICE.sub(unfolded, source)))
        source = EQUATION.sub(r"$$\1 \\tag{\2}$$", source)
        source = re.sub(r"\[([^\]]+)\]\(#([\w-]+)\)", lambda m: linked(m[1], m[2], here), source)
        source = re.sub(r"\{ref\}`([^<`]+) <([\w-]+)>`", lambda m: linked(m[1], m[2], here), source)
        source = re.sub(
            r"\{eq\}`([\w-]+)`",
            lambda m: f"({m[1]})" if home[m[1]] == here else linked(f"({m[1]})", m[1], here),
            source,
        )
        return re.sub(r"\{cite:([tp])\}`([\w,]+)`", lambda m: cited(bibliography, m), source)

    for path, text in texts.items():
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = worded("".join(cell["source"]), path)
            elif "jupyter" in cell["metadata"]:  # a folded cell shows its first line
                cell["source"] = ["# Solution\n", *cell["source"]]
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["source"]]
        yield path.relative_to(BOOK), notebook


def main(folder, *anew):
    for path, notebook in copies():
        target = Path(folder) / path
        if anew or not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

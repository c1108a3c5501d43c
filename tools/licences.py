"""List what others wrote and the built book ships, with its licence: python -m tools.licences

Writes _build/html/licences.txt after the book was built. Names, versions, licences and texts are read from
the packages themselves.
"""

import json
import re
import zipfile
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
MODULES = ROOT / "node_modules"
SEARCH = ("doctools", "documentation_options", "language_data", "searchtools", "sphinx_highlight")
SMALL = ("crelt", "style-mod", "w3c-keyname", "@marijn/find-cluster-break")  # CodeMirror's own
HEAD = """What others wrote and this book ships. The book itself: text CC BY 4.0, code MIT.
Each entry: name and version, licence, where it comes from, its files here, the text of the licence.
"""


class Part(NamedTuple):
    name: str
    licence: str
    source: str
    files: str
    text: str = ""


def npm(folder, files):
    """A package of npm, from its package.json."""
    package = json.loads((folder / "package.json").read_text("utf-8"))
    text = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("LICENSE*")))
    source = package.get("homepage") or package["repository"]["url"].removeprefix("git+")
    return Part(f"{package['name']} {package['version']}", package["license"], source, files, text)


def named_licence(metadata, text):
    """The licence in a word: the field made for it, the classifier, or the first line of what is there."""
    classifiers = [c for c in metadata.get_all("Classifier", ()) if c.startswith("License ::")]
    stated = [
        metadata.get("License-Expression"),
        *(c.split(" :: ")[-1] for c in classifiers),
        metadata.get("License"),
    ]
    return next(filter(None, stated), text.strip()).splitlines()[0]


def python(metadata, texts, files):
    """A package for Python, from its metadata."""
    text = "\n".join(texts)
    links = dict(link.lower().split(", ", 1) for link in metadata.get_all("Project-URL", ()))
    places = [
        metadata.get("Home-page"),
        *map(links.get, ("source", "source code", "homepage", "repository", "code")),
    ]
    name = f"{metadata['Name']} {metadata['Version']}"
    return Part(name, named_licence(metadata, text), next(filter(None, places), ""), files, text)


def wheel(path):
    with zipfile.ZipFile(path) as archive:
        inside = archive.namelist()
        metadata = next(name for name in inside if name.endswith(".dist-info/METADATA"))
        legal = [name for name in inside if re.search(r"(?i)(^|/)(licen[cs]e|copying|notice)[^/]*$", name)]
        read = lambda name: archive.read(name).decode()  # noqa: E731
        return python(Parser().parsestr(read(metadata)), map(read, legal), within(path))


def installed(name, files):
    dist = distribution(name)
    legal = [f for f in dist.files if re.fullmatch(r"(?i)(licen[cs]e|copying)(\.\w+)?", f.name)]
    return python(dist.metadata, [f.read_text() for f in legal], files)


def within(path):
    return path.relative_to(SITE).as_posix()


def fonts():
    """KaTeX's fonts have a licence of their own, which each font states."""
    names = [TTFont(path)["name"] for path in sorted((MODULES / "katex/dist/fonts").glob("*.ttf"))]
    stated = sorted({name.getDebugName(13) for name in names})
    version = names[0].getDebugName(5).split(";")[0].removeprefix("Version ")
    source = "https://github.com/KaTeX/katex-fonts"
    return Part(f"KaTeX fonts {version}", "OFL-1.1", source, "_static/katex/fonts/", "\n\n".join(stated))


def editor():
    """CodeMirror and what it stands on, as far as the cells' editor is made of them."""
    for folder in sorted(
        [*MODULES.glob("@codemirror/*"), *MODULES.glob("@lezer/*"), *map(MODULES.joinpath, SMALL)]
    ):
        yield npm(folder, "_static/live/editor.js")


def pyodide():
    part = npm(MODULES / "pyodide", "_static/live/pyodide/")
    python = json.loads((MODULES / "pyodide/pyodide-lock.json").read_text("utf-8"))["info"]["python"]
    holds = f"Holds Python {python} (PSF-2.0, https://docs.python.org/3/license.html)"
    mpl = "Mozilla Public License 2.0: https://www.mozilla.org/MPL/2.0/"
    return part._replace(text=f"{holds}\nand Emscripten's runtime (MIT). {mpl}")


def parts():
    """All of it, in the order of the file."""
    yield npm(MODULES / "katex", "_static/katex/katex.min.css and the formulas on the pages")
    yield fonts()
    yield from editor()
    yield installed("sphinx", " ".join(f"_static/{name}.js" for name in SEARCH))
    yield pyodide()
    yield from map(wheel, sorted((SITE / "_static" / "live" / "wheels").glob("*.whl")))


def main():
    entries = ["\n".join(filter(None, [*part[:4], "", part.text.strip()])) for part in parts()]
    (SITE / "licences.txt").write_text(f"\n\n{'=' * 80}\n\n".join([HEAD.strip(), *entries]) + "\n", "utf-8")


if __name__ == "__main__":
    main()

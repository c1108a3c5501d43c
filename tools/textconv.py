"""A notebook as text for `git diff`: cells with their names, pictures and frames folded to a line.

git config diff.notebook.textconv ".venv/bin/python -m tools.textconv"     once in a clone
"""

import hashlib
import json
import sys
from pathlib import Path

LONG = 2000  # characters of one output that are shown


def folded(text):
    """The text, or how long it is and what tells it from another."""
    if len(text) <= LONG:
        return text.rstrip("\n")
    return f"[{len(text) / 1024:.0f} KiB, {hashlib.sha256(text.encode()).hexdigest()[:12]}]"


def lines(notebook):
    """The notebook in the order of reading: each cell's kind, id and tags, its source, what it shows."""
    for cell in notebook["cells"]:
        yield " ".join(["%%", cell["cell_type"], cell.get("id", ""), *cell["metadata"].get("tags", [])])
        yield "".join(cell["source"])
        for output in cell.get("outputs", []):
            shown = output.get("data") or {output["output_type"]: output.get("text", output.get("traceback"))}
            for kind, text in shown.items():
                yield f"-- {kind}\n{folded(text if isinstance(text, str) else ''.join(text))}"
        yield ""


if __name__ == "__main__":
    print("\n".join(lines(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))

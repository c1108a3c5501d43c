"""Pack the built book into one zip which opens from its folder with a double click on index.html.

Served by any web server, its cells run too, without a network.
"""

import zipfile
from pathlib import Path

BUILD = Path(__file__).parent.parent / "_build"


def pack(html=BUILD / "html", target=BUILD / "rnncourse-book.zip"):
    """Write every file below `html` into `target`, in one folder; return the number of files."""
    files = sorted(p for p in html.rglob("*") if p.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, Path(target.stem) / path.relative_to(html))
    return len(files)


if __name__ == "__main__":
    print(f"{pack()} files in _build/rnncourse-book.zip")

"""The book's own Sphinx extension, a module a job."""

JOBS = (
    "mathematics",
    "fonts",
    "numbering",
    "choice",
    "pages",
    "front",
    "docstrings",
    "folds",
    "figures",
    "anchors",
    "lesson",
    "glossary",
    "static_files",
    "live",
)


def setup(app):
    for job in JOBS:
        app.setup_extension(f"{__name__}.{job}")
    return {"parallel_read_safe": True, "parallel_write_safe": False}

"""The files beside the pages: the theme's own, in its colours; none that no page asks for."""

from pathlib import Path

from rnncourse import palette

from . import older

UNUSED = ("basic.css", "*.png", "sphinx_highlight.js", "pygments.css", "mystnb.*.css", "exercise.css")


def see_assets(app, env, added, changed, removed):
    """A style or script newer than the front page makes that outdated, or nothing would be copied."""
    front = Path(app.outdir) / f"{app.config.root_doc}.html"
    static = Path(app.builder.theme.get_theme_dirs()[0]) / "static"
    times = [path.stat().st_mtime for path in (Path(palette.__file__), *static.rglob("*"))]
    return [app.config.root_doc] if front.exists() and max(times, default=0) > front.stat().st_mtime else []


def colour(app, error):
    """Write the palette into the theme's style, where it says so."""
    style = Path(app.outdir) / "_static/course.css"
    if not error and style.exists():
        style.write_text(style.read_text("utf-8").replace("/* palette */", palette.css().strip()), "utf-8")


def sweep(app, error):
    """The basic theme and other extensions bring these; the theme asks for none of them."""
    for pattern in UNUSED:
        for path in (Path(app.outdir) / "_static").glob(pattern):
            path.unlink()


def setup(app):
    app.connect("env-get-outdated", see_assets)
    app.connect("build-finished", colour)
    app.connect("build-finished", older.add, priority=700)
    app.connect("build-finished", sweep, priority=900)

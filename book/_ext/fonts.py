"""KaTeX's style and fonts, each font with only the signs that the book's formulas show."""

import logging
import re
from html import unescape
from pathlib import Path

from fontTools import subset

ROOT = Path(__file__).parents[2]
KATEX = ROOT / "node_modules/katex/dist"
DRAWN = re.compile(r'class="katex-html"[^>]*>(.*?)(?=<math|</p>|</div>|</h\d>)', re.DOTALL)
LEAF = re.compile(r'<span class="([^"]*)"[^>]*>([^<]+)<')
ALWAYS = ("Main-Regular", "Math-Italic", *(f"Size{n}-Regular" for n in "1234"))
SPECIAL = {  # only what elements of these classes show
    "AMS-Regular": {"mathbb", "textbb", "amsrm"},
    "Main-Bold": {"mathbf", "textbf"},
    "Main-Italic": {"mathit", "textit"},
    "Math-BoldItalic": {"boldsymbol"},
    "Caligraphic-Regular": {"mathcal"},
    "Fraktur-Regular": {"mathfrak", "textfrak"},
    "SansSerif-Regular": {"mathsf", "textsf"},
    "Script-Regular": {"mathscr", "textscr"},
    "Typewriter-Regular": {"mathtt", "texttt"},
}


def copy_style(app):
    """The style asks for one format only, which Python writes without further packages."""
    target = Path(app.outdir) / "_static/katex/katex.min.css"
    target.parent.mkdir(parents=True, exist_ok=True)
    css = (KATEX / "katex.min.css").read_text("utf-8")
    target.write_text(re.sub(r'url\([^)]*\.(?:woff2|ttf)\) format\("\w+"\),?', "", css).replace(",}", "}"))


def shown(site):
    """The signs that each font is asked for, over all pages."""
    signs = {name: set() for name in (*ALWAYS, *SPECIAL)}
    for page in site.rglob("*.html"):
        for formula in DRAWN.findall(page.read_text("utf-8")):
            every = set(unescape(re.sub(r"<[^>]*>", "", formula)))
            for name in ALWAYS:
                signs[name] |= every
            for classes, text in LEAF.findall(formula):
                for name, own in SPECIAL.items():
                    if own & set(classes.split()):
                        signs[name] |= set(unescape(text))
    return signs


def write_fonts(app, error):
    if error or app.builder.format != "html":
        return
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # KaTeX's fonts say that they are of 1970
    target = Path(app.outdir) / "_static/katex/fonts"
    target.mkdir(exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    options = subset.Options(flavor="woff")
    for name, signs in shown(Path(app.outdir)).items():
        if signs:
            with subset.load_font(KATEX / f"fonts/KaTeX_{name}.ttf", options) as font:
                part = subset.Subsetter(options)
                part.populate(text="".join(signs))
                part.subset(font)
                subset.save_font(font, target / f"KaTeX_{name}.woff", options)


def setup(app):
    app.connect("builder-inited", copy_style)
    app.connect("build-finished", write_fonts, priority=600)

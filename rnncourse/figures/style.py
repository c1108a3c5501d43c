"""One look for every picture: colours with one meaning, and SVG that a page can hold inline."""

import hashlib
import io
import re
import unicodedata
from contextlib import contextmanager
from functools import wraps
from itertools import groupby, pairwise
from numbers import Real
from pathlib import Path
from types import FunctionType
from xml.etree import ElementTree

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.rcsetup import cycler
from matplotlib.ticker import LogFormatter, NullFormatter

from rnncourse._arguments import brief, fit
from rnncourse.palette import COLORS, TEXT

RC = matplotlib.rc_params_from_file(Path(__file__).with_name("course.mplstyle"), use_default_template=False)
RC["axes.prop_cycle"] = cycler(color=[*COLORS.values()])
RC["grid.color"] = COLORS["reference"]


@contextmanager
def house():
    """The course's style over matplotlib's defaults, whatever the reader has set; nothing is left behind."""
    with matplotlib.rc_context():
        if matplotlib.rcParams["svg.hashsalt"] != RC["svg.hashsalt"]:  # not in here already
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(RC)
        yield


def dress(names):
    """Let all public functions of a module, given by its globals(), draw in the course's style."""
    for name, function in list(names.items()):
        own = isinstance(function, FunctionType) and function.__module__ == names["__name__"]
        if own and not name.startswith("_"):
            names[name] = _dressed(function)


def _dressed(function):
    @wraps(function)
    def drawn(*arguments, **keywords):
        with house():
            return function(*arguments, **keywords)

    return drawn


def figure(rows=1, cols=1, *, width=4.8, height=3.2, **subplots_kw):
    """A figure of `width` by `height` inches in the course's style, and its axes (a dict for a mosaic).

    A phone shows a picture of up to 4.8 inches whole, with letters of 11 pixels.
    """
    with house():
        fig = Figure(figsize=(width, height))
        if isinstance(rows, list):
            return fig, fig.subplot_mosaic(rows, **subplots_kw)
        return fig, fig.subplots(rows, cols, **subplots_kw)


def panels(*shapes):
    """A figure of several panels, each (width, height) in inches, and their axes: the page wraps them."""
    with house():
        widths, heights = zip(*shapes, strict=True)
        fig = Figure(figsize=(sum(widths), max(heights)))
        fig.get_layout_engine().set(wspace=0)  # a panel is as wide in every frame
        parts = fig.subfigures(1, len(shapes), width_ratios=widths)
        return fig, [part.subplots() for part in parts]


def name_ends(ax, labels):
    """Names at the right ends of curves, none on another: {words: (height, colour)}; they need no legend."""
    lines = 1 + max(words.count("\n") for words in labels)
    gap = 15 * lines / (0.75 * 72 * ax.figure.bbox.height / ax.figure.figure.dpi)
    to_axes = ax.transData + ax.transAxes.inverted()
    ends = [[to_axes.transform((1, y))[1], words, color] for words, (y, color) in labels.items()]
    ends = sorted(([np.clip(y, 0, 1), *rest] for y, *rest in ends), key=lambda end: end[0])
    for lower, upper in pairwise(ends):
        upper[0] = max(upper[0], lower[0] + gap)
    over = max(ends[-1][0] - 1, 0)
    for i, (y, words, color) in reversed([*enumerate(ends)]):
        y = min(y, 1 - (len(ends) - 1 - i) * gap) if over else y
        place = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
        ax.annotate(words, (1, y), xycoords="axes fraction", color=color, **place)


def heatmap(ax, M, *, limit=None, fmt="{:.2f}", fontsize=10):
    """Draw the matrix M as cells, row 0 on top; the tint is |M| / limit, grey where M is negative.

    Tints of the page's own background, not a colour map: the numbers stay legible in light and dark.
    """
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib Axes, got {type(ax).__name__}")
    (M,) = fit("M: n m", M)
    if M.dtype.kind == "c":
        raise TypeError("M must be real, got complex numbers")
    sizes = np.abs(np.nan_to_num(M))
    limit = sizes.max(initial=0) or 1 if limit is None else limit
    if not isinstance(limit, Real) or not limit > 0:
        raise ValueError(f"limit must be a positive number, got {brief(limit)}")
    for (i, j), entry in np.ndenumerate(M):
        tint = COLORS["gradient" if entry >= 0 else "reference"]
        alpha = 0.45 * (min(sizes[i, j], limit) / limit)
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=tint, alpha=alpha, linewidth=0))
        text = (fmt if abs(entry) < 1e6 else "{:.0e}").format(entry)
        text = minus(text if float(text) else text.lstrip("-"))
        ax.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=fontsize)
    ax.set(xlim=(0, M.shape[1]), ylim=(M.shape[0], 0), xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)


def minus(text):
    """The text with typographic minus signs."""
    return text.replace("-", "\N{MINUS SIGN}")


def svg(fig):
    """The figure as inline SVG for a page of either theme; the same bytes on every machine."""
    return named(ElementTree.tostring(drawing(fig), encoding="unicode"))


MARK = "\ue000"  # begins every id in a drawing; no text contains it


def named(markup):
    """The markup with a prefix for its ids from its own content, so that two pictures never share one."""
    return markup.replace(MARK, "f" + hashlib.sha256(markup.encode()).hexdigest()[:8] + "-")


def html(fig):
    """The figure as a block that scrolls sideways where the screen is too narrow for it."""
    return f'<div class="rnn-figure" style="{BLOCK}">{svg(fig)}</div>'


# JupyterLab drops the SVG tags of a notebook that it does not trust yet, and keeps the text in them. Of no
# size, that text vanishes; the alt text has a size of its own and stands in for the picture.
BLOCK = "overflow-x:auto;font-size:0"


def drawing(fig):
    """The figure's SVG as an element tree: no namespace, no idle markup, ids numbered after a MARK."""
    if not isinstance(fig, Figure):
        raise TypeError(f"fig must be a matplotlib Figure, got {type(fig).__name__}")
    alt = fig.get_label()
    if not alt:
        raise ValueError("a figure needs an alt text: fig.set_label('what the picture shows')")
    _plain_powers(fig)
    file = io.StringIO()
    with house():
        # savefig would lay the figure out and draw it twice.
        FigureCanvasSVG(fig).print_svg(file, metadata={"Date": None, "Creator": None})
    idle = r"(?s)<!DOCTYPE.*?>|<metadata>.*?</metadata>|<style.*?</style>"
    source = re.sub(idle, "", file.getvalue())
    reference = re.compile(r'(?<=href="#)[^"]+|(?<=url\(#)[^)]+')
    ids = {name: f"{MARK}{i}" for i, name in enumerate(dict.fromkeys(reference.findall(source)))}
    source = reference.sub(lambda match: ids[match[0]], source)
    source = re.sub(r' id="(.*?)"', lambda match: _kept(match[1], ids), source)
    root = ElementTree.fromstring(source)
    for element in list(root.iter()):
        _simplify(element)
    _prune(root)
    words = {"role": "img", "aria-label": alt}
    root.attrib = {"viewBox": root.get("viewBox"), "style": f"width:100%;{_size(fig.get_figwidth())}"}
    fallback = ElementTree.Element("defs")
    ElementTree.SubElement(ElementTree.SubElement(fallback, "desc"), "p", style="font-size:1rem").text = alt
    root.insert(0, fallback)
    if fig.subfigs:
        return _row(root, fig, words)
    root.attrib = words | root.attrib
    return root


def _kept(name, ids):
    """What becomes of an id: one that is referred to gets a number; a term, a place to go, a panel stay."""
    if name in ids:
        return f' id="{ids[name]}"'
    kind, _, value = name.partition("-")
    if kind in ("term", "go"):
        return f' data-{kind}="{value}"'
    return ' data-panel=""' if name.startswith("subfigure_") else ""


def _size(inches):
    """How large a drawing may be: its letters of 11 points have 10 pixels at least and 16 at most."""
    return (
        f"max-width:{108 * inches:.0f}px;min-width:{66 * inches:.0f}px;height:auto;"
        "fill:currentColor;stroke-linejoin:round"
    )


def _row(root, fig, words):
    """The panels as drawings of their own in a row that wraps; they have one alt text together."""
    style = "display:flex;flex-wrap:wrap;gap:.5rem 1rem"
    row = ElementTree.Element("div", words | {"style": style})
    groups = [group for group in root.iter("g") if "data-panel" in group.attrib]
    holder = next(e for e in root.iter() if groups[0] in list(e))
    for part, group in zip(fig.subfigs, groups, strict=True):
        holder.remove(group)
        group.attrib = {}
        x, y, width, height = (72 * side for side in _bounds(part, fig))
        box = " ".join(f"{round(side, 2):g}" for side in (x, y, width, height))
        look = f"flex:1 1 {80 * width / 72:.0f}px;{_size(width / 72)}"
        panel = ElementTree.SubElement(row, "svg", {"aria-hidden": "true", "viewBox": box, "style": look})
        panel.append(group)
    for rest in reversed([child for child in root if len(child)]):  # the alt text, what is referred to
        row[0].insert(0, rest)
    return row


def _bounds(part, fig):
    """Where a panel lies in its figure, in inches from the upper left."""
    x0, y0, x1, y1 = (side / fig.dpi for side in part.bbox.extents)
    return x0, fig.get_figheight() - y1, x1 - x0, y1 - y0


def _plain_powers(fig):
    """Label log axes with 10⁻³ as plain text: mathtext would fix each letter's place for its own font."""
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        if isinstance(axis.get_major_formatter(), LogFormatter):
            axis.set_major_formatter(lambda value, _: power_of_ten(value))
            axis.set_minor_formatter(NullFormatter())


def power_of_ten(value):
    exponent = round(np.log10(value))
    if exponent in (0, 1) or not np.isclose(value, 10.0**exponent):
        return f"{value:g}"
    return "10" + str(exponent).translate(SUPERSCRIPTS)


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _simplify(element):
    """Round the element's numbers to two decimals, let the page's theme decide its colours and its font."""
    element.tag = element.tag.split("}")[-1]
    element.text = (element.text or "").strip() or None
    element.tail = None
    attributes = {key.split("}")[-1]: value for key, value in element.items()}
    attributes = {key: re.sub(r"-?\d+\.\d+", _two_decimals, value) for key, value in attributes.items()}
    if "d" in attributes:
        attributes["d"] = re.sub(r"\s*([A-Za-z])\s*", r"\1", attributes["d"].strip())
    if "style" in attributes:
        attributes["style"] = _themed(attributes["style"], element.tag in ("text", "tspan"))
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    element.attrib = attributes
    if element.tag == "text" and element.text:
        _typeset(element)


def _two_decimals(match):
    return f"{round(float(match[0]), 2) + 0.0:.2f}".rstrip("0").rstrip(".")  # adding 0 makes -0 plain


def _themed(style, letters):
    """Colours as variables a dark theme may lighten: black is the page's ink, white the page itself."""
    palette, suffix = (TEXT, "-text") if letters else (COLORS, "")
    style = re.sub(r"font-family: [^;]*; |(?<=[:;]) ", "", style)
    style = style.replace("#000000", "currentColor").replace(
        "#ffffff", "var(--rnn-page,var(--jp-layout-color0,#ffffff))"
    )
    for name, color in COLORS.items():
        style = style.replace(color.lower(), f"var(--rnn-{name}{suffix},{palette[name]})")
    return style


def _typeset(text):
    """Set scripts, which are of Unicode or marked by _, in the page's own font, which may lack them."""
    size = float(re.search(r"font-size:([\d.]+)px", text.get("style"))[1])
    marks = [(letter, -0.2 if low else _level(letter)) for low, letter in LOWERED.findall(text.text)]
    runs = [
        ("".join(letter for letter, _ in run), level) for level, run in groupby(marks, lambda mark: mark[1])
    ]
    if len(runs) == 1 and not runs[0][1]:
        return
    text.text, height = None, 0
    for run, level in runs:
        span = ElementTree.SubElement(text, "tspan", dy=f"{round(size * (height - level), 2):g}")
        span.text, height = run, level
        if level:
            span.text = unicodedata.normalize("NFKC", run)
            span.set("font-size", f"{round(0.72 * size, 2):g}")


LOWERED = re.compile(r"(?s)(_?)(.)")


def _level(character):
    """How far above the line the character stands, in units of the font's size."""
    return {"<sub>": -0.2, "<super>": 0.36}.get(unicodedata.decomposition(character).split(" ")[0], 0)


def _prune(element):
    """Dissolve groups that say nothing and drop paths that draw nothing."""
    children = []
    for child in element:
        _prune(child)
        if child.tag == "g" and not child.attrib:
            children += child
        elif child.get("style") != "fill:none" and (len(child) or child.text or child.attrib):
            children.append(child)
    element[:] = children

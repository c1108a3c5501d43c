"""Pictures: of the front page, of each chapter, of the self-checks; a notebook shows them as inline SVG."""

__all__ = ["chapter_1", "chapter_2", "chapter_3", "front", "laboratories", "style"]

try:
    from IPython import get_ipython
except ImportError:  # the figures work without a notebook
    get_ipython = lambda: None  # noqa: E731

if shell := get_ipython():
    from matplotlib.figure import Figure

    from rnncourse.figures import style

    formatters = shell.display_formatter.formatters
    formatters["text/html"].for_type(Figure, style.html)
    formatters["text/plain"].for_type(Figure, lambda fig, printer, cycle: printer.text(fig.get_label()))

"""The palette, for pictures, pages and panels alike: it needs nothing but Python.

Okabe & Ito's colours, legible to colour-blind readers. Never colour alone: vary line style or label too.
"""

PALETTE = {  # of lines on white; of letters on white (4.5 to 1); of both on a dark page
    "state": ("#0072B2", "#0072b2", "#5bb4ec"),
    "gradient": ("#D55E00", "#b34e00", "#ff8f4a"),
    "cell": ("#009E73", "#007a59", "#35cfa0"),
    "input": ("#E69F00", "#8a5f00", "#f7bd45"),
    "gate": ("#CC79A7", "#a4477a", "#e9a3c8"),
    "reference": ("#666666", "#5e5e5e", "#a8a8a8"),
}
COLORS = {name: line for name, (line, _, _) in PALETTE.items()}
TEXT = {name: f"light-dark({letters},{dark})" for name, (_, letters, dark) in PALETTE.items()}


def css():
    """The palette as variables of a style sheet: --rnn-state for lines, --rnn-state-text for letters, ..."""
    return "".join(
        f"\n  --rnn-{name}: light-dark({line}, {dark}); --rnn-{name}-text: {TEXT[name]};"
        for name, (line, _, dark) in PALETTE.items()
    )

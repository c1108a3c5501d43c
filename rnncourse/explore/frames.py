"""Frames: each drawn once, all packed as what differs in them."""

import re
from xml.etree import ElementTree

import numpy as np

from rnncourse.explore.grids import say
from rnncourse.figures import style

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def draw(figure, grids, values, places):
    """One frame, its axes where `places` has them: they stand still, and the layout is computed but once."""
    try:
        with style.house():
            fig = figure(**dict(zip(grids, values, strict=True)))
        if len(places) == len(fig.axes):
            fig.set_layout_engine("none")
            for ax, place in zip(fig.axes, places, strict=True):
                ax.set_position(place)
        drawing = style.drawing(fig)
        places[:] = places or [ax.get_position(original=True) for ax in fig.axes]
        return drawing
    except Exception as error:
        frame = ", ".join(f"{name} = {say(value)}" for name, value in zip(grids, values, strict=True))
        raise ValueError(f"No picture for {frame}: {error}") from error


def markup(drawing):
    return ElementTree.tostring(drawing, encoding="unicode")


def pack(drawings, start):
    """Frames of equal structure as one group: one drawing as its base, and what differs in each frame.

    A slot is [element, attribute, parts, rows], a row for each frame. Where numbers alone differ, the row
    holds them in hundredths, each as its difference from the one before (smooth curves then compress well),
    to be set between the parts; else parts is None and the row is the text itself.
    The first group is that of frame `start`, which stands on the page already: its base is None.
    """
    kind = [tuple((e.tag, *e.attrib, e.text is None, len(e)) for e in drawing.iter()) for drawing in drawings]
    kinds = [kind[start], *(k for k in dict.fromkeys(kind) if k != kind[start])]
    members = [[drawing for drawing, k in zip(drawings, kind, strict=True) if k == own] for own in kinds]
    return {
        "start": start,
        "frames": [kinds.index(k) for k in kind],
        "bases": [None, *(markup(group[0]) for group in members[1:])],
        "slots": [_slots(group) for group in members],
    }


def _slots(group):
    slots = []
    for i, elements in enumerate(zip(*(drawing.iter() for drawing in group), strict=True)):
        for key in [*elements[0].attrib, "text"]:
            texts = [element.text if key == "text" else element.get(key) for element in elements]
            if len(set(texts)) > 1:
                slots.append([i, key, *_rows(texts)])
    return slots


def _rows(texts):
    parts, tokens = zip(*((NUMBER.split(text), NUMBER.findall(text)) for text in texts), strict=True)
    if any(len(token) > 300 for row in tokens for token in row):  # no float
        return None, texts
    hundredths = [[round(100 * float(token)) for token in row] for row in tokens]
    same = all(part == parts[0] for part in parts)
    if not same or tokens != tuple([repr(h / 100).removesuffix(".0") for h in row] for row in hundredths):
        return None, texts
    varies = [len(set(column)) > 1 for column in zip(*hundredths, strict=True)]
    between = [parts[0][0]]
    for token, part, vary in zip(tokens[0], parts[0][1:], varies, strict=True):
        if vary:
            between.append(part)
        else:
            between[-1] += token + part
    return between, np.diff(np.array(hundredths)[:, varies], axis=1, prepend=0).tolist()

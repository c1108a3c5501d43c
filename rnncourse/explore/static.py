"""The static face, for a page without a kernel: explore.js moves it, explore.css clothes it."""

import json
from html import escape

import numpy as np

from rnncourse.explore.frames import markup
from rnncourse.explore.grids import say, sentence, slides
from rnncourse.figures import style

NEED = "To use the controls, allow scripts or run the cell."


def start(grids):
    """The number of the frame that is shown first."""
    shape = [len(grid.values) for grid in grids.values()]
    return int(np.ravel_multi_index([grid.start for grid in grids.values()], shape))


def face(grids, first, packed):
    """The first frame, native controls that wait for explore.js, and all frames as what differs in them."""
    words = [[name, grid.label, list(map(say, grid.values))] for name, grid in grids.items()]
    data = json.dumps(packed | {"grids": words}, ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
    label = escape(", ".join(grid.label for grid in grids.values()))
    text = f"""<div class="explore" role="group" aria-label="{label}">
{picture(first)}
<form class="explore-controls" autocomplete="off" hidden="hidden">
{"".join(_control(name, grid) for name, grid in grids.items())}<button type="reset">Reset</button>
</form>
<p class="explore-range">{escape(sentence(grids))} <span>{NEED}</span></p>
<p class="explore-said" aria-live="polite"></p>
<script type="application/json">{data}</script>
</div>"""
    return style.named(text)


def _control(name, grid):
    label, values = escape(grid.label), [escape(say(value)) for value in grid.values]
    now = values[grid.start]
    if slides(grid):
        play = '<button type="button" class="explore-play">Play</button>' if grid.play else ""
        return f"""<div class="explore-control"><label><span>{label}</span> <input type="range" name="{name}"
min="0" max="{len(values) - 1}" value="{grid.start}" aria-valuetext="{label}: {now}"></label>
<output aria-live="off">{now}</output>{play}</div>
"""
    if len(values) > 5:
        option = '<option value="{}"{}>{}</option>'
        choices = [
            option.format(i, " selected" if i == grid.start else "", value) for i, value in enumerate(values)
        ]
        return f"""<div class="explore-control"><label><span>{label}</span>
<select name="{name}">{"".join(choices)}</select></label></div>
"""
    radio = f'<label><input type="radio" name="{name}" value="{{}}"{{}}>{{}}</label>'
    choices = [
        radio.format(i, " checked" if i == grid.start else "", value) for i, value in enumerate(values)
    ]
    return f'<fieldset class="explore-control"><legend>{label}</legend>{"".join(choices)}</fieldset>\n'


def picture(drawing):
    return f'<div class="rnn-figure" style="{style.BLOCK}">{markup(drawing)}</div>'

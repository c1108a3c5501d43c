"""The live face, beside a kernel: widgets that draw the figure as asked for."""

from html import escape

import numpy as np

from rnncourse.explore.frames import draw
from rnncourse.explore.grids import say, slides
from rnncourse.explore.static import picture
from rnncourse.figures import style

try:
    import ipywidgets
except ImportError:  # the static face needs no widgets
    ipywidgets = None

VIEW = "application/vnd.jupyter.widget-view+json"


def bundle(figure, grids):
    """What a notebook stores of the widgets, in ipywidgets 7 (of Colab) too; nothing where there are none."""
    if not ipywidgets:
        return {}
    return {VIEW: {"version_major": 2, "version_minor": 0, "model_id": face(figure, grids).model_id}}


def face(figure, grids):
    """Widgets that draw the figure as asked for: between the values of an even grid, too."""
    controls = {name: _widget(grid) for name, grid in grids.items()}
    view, places = ipywidgets.HTML(), []

    def show(change=None):
        try:
            drawing = draw(figure, grids, [control.value for control in controls.values()], places)
            view.value = style.named(picture(drawing))
        except ValueError as error:
            view.value = f"<p>{escape(str(error))}</p>"

    def restart(button):
        for name, grid in grids.items():
            controls[name].value = grid.values[grid.start]

    for control in controls.values():
        control.observe(show, "value")
    reset = ipywidgets.Button(description="Reset")
    reset.on_click(restart)
    show()
    rows = [_playing(controls[name]) if grid.play else controls[name] for name, grid in grids.items()]
    return ipywidgets.VBox([*rows, reset, view])


def _widget(grid):
    values, low, high = grid.values, grid.values[0], grid.values[-1]
    words = {"description": grid.label, "tooltip": grid.label, "style": {"description_width": "initial"}}
    fine = slides(grid) and not grid.play and isinstance(low, float) and low < high
    if fine and np.isfinite(high - low) and np.allclose(values, np.linspace(low, high, len(values))):
        step, value = (values[1] - low) / 10, values[grid.start]
        return ipywidgets.FloatSlider(min=low, max=high, step=step, value=value, readout_format="", **words)
    choice = ipywidgets.RadioButtons if len(values) <= 5 else ipywidgets.Dropdown
    kind = ipywidgets.SelectionSlider if slides(grid) else choice
    return kind(options=[(say(value), value) for value in values], index=grid.start, **words)


def _playing(slider):
    play = ipywidgets.Play(max=len(slider.options) - 1, interval=500)
    ipywidgets.jslink((play, "value"), (slider, "index"))
    return ipywidgets.HBox([slider, play])

"""How a stored run is written: what is needed to run it again, then a line for each entry of its lists."""

import json
import platform
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[1] / "rnncourse" / "data"


def conditions(command):
    """The command, and the versions that ran it."""
    return dict(command=command, python=platform.python_version(), numpy=np.__version__)


def write(name, data):
    """The dict as rnncourse/data/name.json, with the entries of each list of dicts on lines of their own."""
    text = json.dumps(data, allow_nan=False).replace("[{", "[\n{").replace("}, {", "},\n{")
    DATA.mkdir(exist_ok=True)
    (DATA / f"{name}.json").write_text(text + "\n", encoding="utf-8")

"""The stored runs: what the scripts in benchmarks/ measured, with command, versions and seeds."""

import json
from importlib.resources import files


def runs(name):
    """The contents of data/name.json, where name is "hero", "memory", "chrono", "text" or another run."""
    return json.loads((files(__package__) / "data" / f"{name}.json").read_text(encoding="utf-8"))

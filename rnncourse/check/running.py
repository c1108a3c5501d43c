"""Run a learner's code so that it harms neither the session nor the check: bounded in time and in output."""

import builtins
import contextlib
import contextvars
import copy
import dis
import functools
import io
import linecache
import random
import signal
import sys
import threading
import time
import traceback
import types
import warnings
from typing import Any, NamedTuple

import numpy as np

SECONDS = 5


class TimedOut(BaseException):
    """Not an Exception, so that a learner's `except Exception` lets it pass."""


class Printed(io.StringIO):
    """A stream that keeps the first 2000 characters and lets the rest go."""

    def write(self, text):
        super().write(text[: max(0, 2000 - self.tell())])
        return len(text)


class Outcome(NamedTuple):
    """What came of one run: a value, or the trouble in one sentence."""

    value: Any = None
    trouble: str | None = None
    unanswered: bool = False  # a stub that is still empty
    misfit: bool = False  # the call itself failed: the answer takes other arguments
    changed: bool = False  # the inputs are not what they were
    printed: str = ""
    stopped: bool = False  # its time was over


def has_timer():
    """Whether the system can ring here: in the main thread, and not in a browser."""
    main = threading.current_thread() is threading.main_thread()
    return main and hasattr(signal, "setitimer") and not in_browser()


def in_browser():
    """Whether there is but one thread, and no timer."""
    return sys.platform == "emscripten"


def run(answer, arguments, read, seconds=SECONDS, again=False):
    """Call answer(*arguments) on copies and read its value with `read`; never raise, but for Ctrl-C.

    again: it was called before, so nothing that it draws or displays is shown.
    """
    given, kept = copy.deepcopy(arguments), copy.deepcopy(arguments)
    printed = Printed()
    states = random.getstate(), np.random.get_state()
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(record=True) as warned,
            np.errstate(),
            unasked(),
            unseen() if again else contextlib.nullcontext(),
        ):
            warnings.simplefilter("ignore")
            warnings.simplefilter("default", RuntimeWarning)  # overflow, log of 0, imaginary parts dropped
            outcome = Outcome(bounded(lambda: _read(answer, answer(*given), read), seconds))
    except KeyboardInterrupt:
        raise
    except TimedOut:
        outcome = Outcome(trouble="It was stopped.", stopped=True)
    except UnansweredError:
        outcome = Outcome(unanswered=True)
    except UnreadableError as error:
        outcome = Outcome(trouble=str(error))
    except BaseException as error:
        outcome = _raised(error, answer)
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
    said = "" if printed.closed else printed.getvalue()
    said += "".join(f"{w.category.__name__}: {w.message}\n" for w in warned[:3])
    return outcome._replace(changed=not _same(given, kept), printed=said)


@contextlib.contextmanager
def unasked():
    """Let input() say why nobody answers."""
    kept, builtins.input = builtins.input, _asks
    try:
        yield
    finally:
        builtins.input = kept


def _asks(prompt=""):
    raise EOFError("a check calls your function several times, and nobody answers input(): use the arguments")


@contextlib.contextmanager
def unseen():
    """Show no picture and nothing displayed: it was shown at the first call."""
    names, pyplot = vars(sys.modules["__main__"]), sys.modules.get("matplotlib.pyplot")
    figures, display = pyplot.get_fignums() if pyplot else [], names.get("display")
    with contextlib.ExitStack() as stack:
        if "IPython" in sys.modules:
            from IPython.utils.capture import capture_output

            stack.enter_context(capture_output(stdout=False, stderr=False))
        if display:  # of a page in the browser
            names["display"] = lambda *_, **__: None
            stack.callback(names.__setitem__, "display", display)
        if figures:  # or the picture of the first call would be drawn upon
            pyplot.figure()
        yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in {*pyplot.get_fignums()} - {*figures} if pyplot else ():
        pyplot.close(number)


@contextlib.contextmanager
def watched(look):
    """Call look(frame, event, _) at each call and each return; afterwards all is as before."""
    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(before)


def bounded(call, seconds):
    """call(), stopped by TimedOut after so many seconds, but not inside a single endless C call."""
    if has_timer():
        return _by_timer(call, seconds)
    if not in_browser():
        return _by_thread(call, seconds)
    return _by_watching(call, seconds) if hasattr(sys, "monitoring") else call()


def _by_thread(call, seconds, patience=2):
    """Run in a thread of its own, into which TimedOut is thrown; one that waits for ever is left alone."""
    import ctypes  # not at the top: a browser has no use for it

    came, context, profile = [], contextvars.copy_context(), sys.getprofile()

    def work():
        sys.setprofile(profile)
        try:
            came.append((context.run(call), None))
        except BaseException as error:
            came.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    finally:
        late, end = thread.is_alive(), time.monotonic() + patience
        while thread.is_alive() and time.monotonic() < end:  # a bare `except:` catches all but a few
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident), ctypes.py_object(TimedOut)
            )
            thread.join(0.01)
        if thread.is_alive():
            _look_no_more()
    if late or not came:
        raise TimedOut
    value, error = came[0]
    if error:
        raise error
    return value


def _look_no_more():
    """End Python's looking for an exception that a sleeping thread does not take yet.

    Until one is taken, Python 3.11 looks for it at every step of every thread, and a function that is
    profiled never begins. So one is thrown at this thread, and taken.
    """
    import ctypes

    with contextlib.suppress(TimedOut):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(threading.get_ident()), ctypes.py_object(TimedOut)
        )
        for _ in range(10**6):  # it comes at the first jump
            pass


def _by_watching(call, seconds):
    """Stopped at the first line or jump of Python, in this thread, after the end: a loop may be one line."""
    watch, end, thread = sys.monitoring, time.monotonic() + seconds, threading.get_ident()

    def line(code, *_):
        if time.monotonic() > end and threading.get_ident() == thread and code is not _by_watching.__code__:
            raise TimedOut

    tool = next(i for i in range(6) if watch.get_tool(i) is None)
    watch.use_tool_id(tool, __name__)
    for event in (watch.events.LINE, watch.events.JUMP):
        watch.register_callback(tool, event, line)
    watch.set_events(tool, watch.events.LINE | watch.events.JUMP)
    try:
        return call()
    finally:
        watch.set_events(tool, 0)
        watch.free_tool_id(tool)


def _by_timer(call, seconds):
    """Stopped by a timer; the one that ran before, and its handler, are put back."""
    armed, rung = True, False

    def ring(number, frame):
        nonlocal rung
        rung = True
        if armed and frame.f_code is not _by_timer.__code__:  # never while the timer is being put back
            raise TimedOut

    started, handler = time.monotonic(), signal.signal(signal.SIGALRM, ring)
    # Once the time is up it rings without pause: a loop around a bare `except:` catches all but a few.
    waiting, period = signal.setitimer(signal.ITIMER_REAL, seconds, 1e-5)
    try:
        return call()
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        if rung:
            time.sleep(0.02)  # another thread of the process may still be handing over the last signal
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        if waiting:
            signal.setitimer(signal.ITIMER_REAL, max(waiting - (time.monotonic() - started), 1e-3), period)


class UnansweredError(Exception):
    """The stub still returns `...`."""


class UnreadableError(Exception):
    """The answer is not of the kind asked for; the message says so in one sentence."""


def _read(answer, value, read):
    if holds_dots(value) or (value is None and _does_nothing(answer)):
        raise UnansweredError
    return read(value)


def holds_dots(value):
    """Whether the value, or an entry of a list or dict, is the `...` of a stub."""
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return value is ... or any(entry is ... for entry in entries)


def _does_nothing(answer):
    """Whether a function is a stub, its body `...`, `pass` or a docstring: it does what an empty one does.

    So its bytecode holds no kind of instruction that the empty function has not: it reads no variable, calls
    nothing and computes nothing.
    """
    return isinstance(answer, types.FunctionType) and _instructions(answer) <= {*_instructions(_empty), "NOP"}


def _empty(): ...


def _instructions(function):
    return {instruction.opname for instruction in dis.get_instructions(function)}


def _raised(error, answer):
    try:
        message = (str(error).splitlines() or [""])[0][:200]
    except Exception:
        message = ""
    if "ellipsis" in message.lower() and not isinstance(error, IndexError):  # numpy's lists what it takes
        return Outcome(unanswered=True)
    what = f"`{type(error).__name__}{': ' * bool(message)}{message}`"
    frames = list(traceback.walk_tb(error.__traceback__))
    written = [frame for frame, _ in frames if _learners(frame.f_globals, answer)]
    if not written and isinstance(error, TypeError):
        return Outcome(trouble=f"It could not be called as the exercise calls it: {what}.", misfit=True)
    if not written:
        return Outcome(trouble=f"It raised {what}.")
    number = next(number for frame, number in frames if frame is written[-1])
    text = linecache.getline(written[-1].f_code.co_filename, number, written[-1].f_globals).strip()
    return Outcome(trouble=f"It raised {what} in line {number} of your code{f': `{text}`' * bool(text)}.")


def _learners(names, answer):
    """Whether code with these global names is the learner's: of a notebook, or of the answer's own file.

    Where a library lies tells nothing: in a browser, or beside the learner's files, it may lie anywhere.
    """
    name = names.get("__name__")
    while isinstance(answer, functools.partial):
        answer = answer.func
    own = names is getattr(answer, "__globals__", None) or name == getattr(answer, "__module__", None)
    library = names.get("__package__") or name in sys.stdlib_module_names
    return name == "__main__" or (own and not library)


def _same(a, b):
    """Whether two structures of tuples, arrays and numbers are equal, bit for bit."""
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return a == b

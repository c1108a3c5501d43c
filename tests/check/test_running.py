"""Whatever a learner's code does, the check answers in time and in a sentence; the session is as before."""

import functools
import importlib
import queue
import random
import signal
import statistics
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from rnncourse.check import check, running
from rnncourse.rnn import sigma

WATCHES = hasattr(sys, "monitoring")
__package__ = ""  # a learner's file lies in no package, as this one does for pytest


def right(W, x):
    y = sigma(W @ x)
    return (y * (1 - y))[:, None] * W


def raises(W, x):
    s = sigma(W @ x)
    return s @ W @ x.T @ W


def recurses(W, x):
    return recurses(W, x)


def bad_message(W, x):
    class BadError(Exception):
        def __str__(self):
            raise ValueError

    raise BadError


class NoArray:
    def __array__(self, *arguments, **keywords):
        raise RuntimeError("no array here")


class NoLength(list):
    def __iter__(self):
        raise RuntimeError("cannot be read")


def no_return(W, x):
    right(W, x)


def names_only(W, x):
    J = 3  # noqa: F841


TROUBLE = {
    "raises": (raises, "`ValueError: matmul"),
    "too few parameters": (lambda W: W, "calls f(W, x)"),
    "too many parameters": (lambda W, x, b: W, "calls f(W, x)"),
    "None": (no_return, "is the `return` missing"),
    "None, after one line": (names_only, "is the `return` missing"),
    "too few parameters, and none used": (lambda: None, "calls f(W, x)"),
    "a string": (lambda W, x: "J", "a str, where an array"),
    "a dict": (lambda W, x: {}, "a dict, where an array"),
    "a set": (lambda W, x: {1.0}, "a set, where an array"),
    "a generator": (lambda W, x: (row for row in W), "a generator, where an array"),
    "a function": (lambda W, x: right, "a function, where an array"),
    "ragged rows": (lambda W, x: [[1, 2], [3]], "rows of different lengths"),
    "strings in an array": (lambda W, x: np.full((4, 4), "a"), "Other things than numbers"),
    "None in an array": (lambda W, x: [[None] * 4] * 4, "Other things than numbers"),
    "an array that raises": (lambda W, x: NoArray(), "`RuntimeError: no array here`"),
    "a list that raises": (lambda W, x: NoLength(), "`RuntimeError: cannot be read`"),
    "a huge array": (lambda W, x: np.broadcast_to(0.0, (10**5, 10**5)), "far too large"),
    "no memory": (lambda W, x: np.ones(10**15), "`MemoryError"),
    "exit": (lambda W, x: sys.exit(3), "`SystemExit: 3`"),
    "endless recursion": (recurses, "`RecursionError"),
    "an exception that cannot be printed": (bad_message, "`BadError`"),
    "an assertion": (lambda W, x: np.testing.assert_array_equal(W, 0), "`AssertionError"),
    "an index that is no integer": (lambda W, x: W[0.5], "`IndexError: only integers"),
    "not callable": (np.eye(4), "Pass the function itself"),
    "not callable, a string": ("1a", "you gave a str"),
    "a class": (dict, "calls f(W, x)"),
}


@pytest.mark.parametrize("answer, words", TROUBLE.values(), ids=TROUBLE)
def test_trouble_is_told_in_a_sentence(answer, words):
    verdict = check("1a", answer)
    assert (verdict.passed, verdict.mistake, verdict.error) == (False, None, None)
    assert words in str(verdict), str(verdict)
    assert "Traceback" not in str(verdict) and "rnncourse" not in str(verdict) and len(str(verdict)) < 500


def test_where_it_raised_is_the_line_of_the_learner():
    assert "`return s @ W @ x.T @ W`" in str(check("1a", raises))


def stub(W, x): ...


def documented_stub(W, x):
    """The Jacobian."""


def long_stub(W, x):
    """The Jacobian."""
    ...
    pass
    ...
    pass


def half_a_stub(W, x):
    z = ...
    return sigma(z)


@pytest.mark.parametrize(
    "answer", [..., stub, documented_stub, long_stub, half_a_stub, lambda W, x: ..., lambda W, x: [...]]
)
def test_a_stub_is_unanswered(answer):
    verdict = check("1a", answer)
    assert verdict.status == "Not answered yet" and not verdict.passed
    assert 'hint("1a")' in str(verdict)


@pytest.mark.parametrize(
    "key, answer", [("2a", [...]), ("2a", ...), ("3b", {"f": ...}), ("2c", ...), ("2c", [...])]
)
def test_a_value_that_holds_dots_is_unanswered(key, answer):
    assert check(key, answer).status == "Not answered yet"


def spin(W, x):
    while True:
        pass


def sleep_through_everything(W, x):
    while True:
        try:
            time.sleep(0.01)
        except:  # noqa: E722
            continue


def sleep_through_everything_twice(W, x):
    while True:
        try:
            sleep_through_everything(W, x)
        except BaseException:
            continue


def flood(W, x):
    while True:
        print("x" * 10_000)


def earlier(number, frame):
    raise AssertionError("the earlier alarm rang")


def on_one_line(W, x):
    return sum(0 for _ in iter(int, 1))


ENDLESS = pytest.mark.parametrize(
    "endless", [spin, on_one_line, sleep_through_everything, sleep_through_everything_twice, flood]
)


@pytest.mark.parametrize(
    "in_browser",
    [False, pytest.param(True, marks=pytest.mark.skipif(not WATCHES, reason="Python 3.12 watches"))],
)
@ENDLESS
def test_where_no_timer_rings_an_endless_loop_is_stopped(endless, in_browser, monkeypatch):
    monkeypatch.setattr(running, "has_timer", lambda: False)
    monkeypatch.setattr(running, "in_browser", lambda: in_browser)
    tools, start = [WATCHES and sys.monitoring.get_tool(i) for i in range(6)], time.monotonic()
    assert "a loop that never ends" in str(check("1a", endless, seconds=0.3))
    assert time.monotonic() - start < 10
    assert [WATCHES and sys.monitoring.get_tool(i) for i in range(6)] == tools
    assert check("1a", right).passed


@pytest.mark.parametrize("wait", [time.sleep, threading.Event().wait, queue.Queue().get])
@pytest.mark.parametrize("timer", [True, False])
def test_what_waits_is_stopped(wait, timer, monkeypatch):
    """Without a timer it is left waiting, and the verdict does not wait for it."""
    if not timer:
        monkeypatch.setattr(running, "has_timer", lambda: False)
    start, waits = time.monotonic(), {"get": (True, 20)}.get(wait.__name__, (20,))
    assert "It was stopped" in str(check("1a", lambda W, x: wait(*waits), seconds=0.3))
    assert time.monotonic() - start < 8


def test_a_forbidden_function_is_seen_where_no_timer_rings(monkeypatch):
    from rnncourse import lstm

    monkeypatch.setattr(running, "has_timer", lambda: False)
    verdict = check("3c-full", lambda *arguments: lstm.cell_transport(*arguments))
    assert "`cell_transport`" in str(verdict) and not verdict.passed


def test_a_thread_that_is_left_waiting_holds_up_nobody(monkeypatch):
    """Python 3.11 looked for its exception at every step, and no profiled function began before it woke."""
    monkeypatch.setattr(running, "has_timer", lambda: False)
    assert "It was stopped" in str(check("1a", lambda W, x: time.sleep(30), seconds=0.1))
    start, called = time.monotonic(), []
    with running.watched(lambda frame, event, _: called.append(frame.f_code)):
        does_nothing()
    assert time.monotonic() - start < 5 and does_nothing.__code__ in called


def does_nothing():
    return None


def test_only_the_thread_of_the_learners_code_is_stopped():
    """One thread is older than the learner's and one younger: their numbers are on either side of its own."""
    over, verdicts, unharmed = threading.Event(), [], []

    def elsewhere():
        while not over.is_set():
            time.sleep(0.01)
        unharmed.append(True)

    def sleeps(W, x):
        time.sleep(0.5)
        return W

    learner = threading.Thread(target=lambda: verdicts.append(check("1a", sleeps, seconds=0.1)))
    others = [threading.Thread(target=elsewhere) for _ in range(2)]
    for thread in others[0], learner, others[1]:
        thread.start()
    learner.join()
    over.set()
    for thread in others:
        thread.join()
    assert "a loop that never ends" in str(verdicts[0]) and unharmed == [True, True]


@ENDLESS
def test_an_endless_loop_is_stopped_and_nothing_is_left_behind(endless):
    threads, stdout, before = threading.active_count(), sys.stdout, signal.signal(signal.SIGALRM, earlier)
    signal.setitimer(signal.ITIMER_REAL, 600, 7)
    try:
        start = time.monotonic()
        verdict = check("1a", endless, seconds=0.3)
        took = time.monotonic() - start
        waiting, period = signal.getitimer(signal.ITIMER_REAL)
        assert signal.getsignal(signal.SIGALRM) is earlier
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert "a loop that never ends" in str(verdict)
    assert took < 10 and len(verdict.printed) <= 2100
    assert 550 < waiting < 600 and period == 7
    assert threading.active_count() <= threads and sys.stdout is stdout


def test_slow_code_is_not_called_endless_and_can_have_more_time():
    assert running.SECONDS == 5

    def slow(W, x):
        time.sleep(0.1)
        return right(W, x)

    start = time.monotonic()
    stopped = str(check("1a", slow, seconds=0.25))
    assert time.monotonic() - start < 2
    assert "0.25 seconds for all of them; the first call took" in stopped and "seconds=3" in stopped
    assert "never ends" not in stopped and "Right" not in stopped
    assert check("1a", slow, seconds=60).passed


def test_a_slow_answer_is_told_its_time():
    assert "seconds" not in str(check("1a", right, seconds=600))

    def compiled(W, x, calls=[]):  # noqa: B006
        calls.append(len(calls) or time.sleep(0.6))
        return right(W, x)

    assert "of its 1 seconds" in str(check("1a", compiled, seconds=1))


def test_where_nothing_can_be_stopped_the_check_judges_all_the_same(monkeypatch):
    monkeypatch.delattr(sys, "monitoring", raising=False)
    monkeypatch.setattr(running, "in_browser", lambda: True)
    assert check("1a", right).passed and not check("1a", raises).passed


def test_the_users_own_interrupt_passes_through():
    def interrupted(W, x):
        signal.raise_signal(signal.SIGINT)
        time.sleep(1)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            check("1a", interrupted)
    finally:
        signal.signal(signal.SIGINT, before)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_is_quoted_is_short():
    long = "m" * 300 + "\nnext line"

    def talks(W, x):
        print("x" * 3000)
        for kind in "abcd":
            warnings.warn(kind, RuntimeWarning, stacklevel=2)
        raise ValueError(long)

    verdict = check("1a", talks)
    assert verdict.printed.startswith("x" * 2000 + "RuntimeWarning: a\n")
    assert verdict.printed.count("RuntimeWarning") == 3
    assert f"`ValueError: {'m' * 200}`" in str(verdict) and "next line" not in str(verdict)


def test_the_place_of_an_error_is_the_innermost_line_of_the_learner():
    def helper(x):
        return x["no such key"]

    def calls(W, x):
        return helper({})

    assert "KeyError" in str(check("1a", calls))
    line = helper.__code__.co_firstlineno + 1
    assert f'in line {line} of your code: `return x["no such key"]`' in str(check("1a", calls))


def test_a_line_that_cannot_be_read_is_named_by_its_number_alone():
    def helper(W):
        return {}["no such key"]

    typed = {"__name__": "__main__", "helper": helper}  # at a prompt, say: Python keeps no text of it
    exec("def outer(W, x):\n    return helper(W)\ndef inner(W):\n    return {}['key']", typed)
    assert str(check("1a", typed["outer"])).endswith("in line 2 of your code.")
    assert str(check("1a", lambda W, x: typed["inner"](W))).endswith("in line 4 of your code.")


@pytest.mark.parametrize("kind", ["package", "module of a package"])
def test_a_line_of_a_library_is_not_the_learners_wherever_it_lies(kind, tmp_path, monkeypatch):
    """As in a browser, or on a path of the learner's own."""
    library, source = tmp_path / "library_elsewhere", "def stack(a):\n    raise ValueError('shapes')\n"
    library.mkdir()
    (library / "__init__.py").write_text(source)
    (library / "core.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    name = "library_elsewhere" + ".core" * (kind != "package")
    stack = importlib.import_module(name).stack

    def calls(W, x):
        return stack([W, x])

    line = calls.__code__.co_firstlineno + 1
    for answer in calls, functools.partial(calls):
        assert f"in line {line} of your code: `return stack([W, x])`" in str(check("1a", answer))
    for answer in stack, functools.partial(stack, np.eye(2)):
        assert "of your code" not in str(check("1a", answer))


@pytest.mark.parametrize("answer", [statistics.mean, np.stack, np.linalg.solve, np.vander])
def test_a_function_of_a_library_has_no_line_of_the_learner(answer):
    assert "of your code" not in str(check("1a", answer))


def test_a_library_that_numpy_calls_is_not_blamed():
    def calls(W, x):
        return np.stack([W, x])

    line = calls.__code__.co_firstlineno + 1
    assert f"in line {line} of your code: `return np.stack([W, x])`." in str(check("1a", calls))


def test_random_states_are_restored():
    def gamble(W, x):
        np.random.seed(0)
        random.seed(0)
        np.random.rand(5)
        return right(W, x)

    states = random.getstate(), np.random.get_state()
    assert check("1a", gamble).passed
    assert random.getstate() == states[0]
    assert all(np.array_equal(a, b) for a, b in zip(np.random.get_state(), states[1], strict=True))


def test_settings_are_restored():
    def meddle(W, x):
        np.seterr(all="raise")
        sys.stdout = None
        return right(W, x)

    before, stdout = np.geterr(), sys.stdout
    assert check("1a", meddle).passed
    assert np.geterr() == before and sys.stdout is stdout


@pytest.mark.parametrize(
    "change",
    [
        lambda W, x: W.__imul__(2),
        lambda W, x: x.fill(0),
        lambda W, x: W.sort(),
        lambda W, x: W.resize(2, 8, refcheck=False),
        lambda W, x: W.resize(8, 2, refcheck=False),
    ],
)
def test_a_function_that_changes_its_arguments_does_not_pass(change):
    def careless(W, x):
        J = right(W, x)
        change(W, x)
        return J

    verdict = check("1a", careless)
    assert (verdict.passed, verdict.mistake) == (False, None) and "changes its arguments" in str(verdict)
    assert verdict.error < 1e-12


def test_changed_params_and_states_are_noticed():
    from rnncourse import lstm

    def careless(params, x, states, t, k):
        J = lstm.cell_transport(params, x, states, t, k)
        states.C[0] = 0
        return J

    assert "changes its arguments" in str(check("3c-full", careless))


def test_arguments_can_be_frozen_and_returned():
    def freezes(W, x):
        W.flags.writeable = False
        return right(W, x)

    assert check("1a", freezes).passed
    assert check("1a", lambda W, x: W).mistake == "no-derivative"


def test_an_array_of_the_learner_is_not_kept_or_changed():
    answer = np.array([[0.58, 0.24], [0.24, 0.72]])
    copy = answer.copy()
    verdict = check("2c", answer)
    assert not verdict.passed and np.array_equal(answer, copy)
    said, answer[:] = str(verdict), 0
    assert str(verdict) == said


def test_a_function_with_a_memory_does_not_pass():
    calls = []

    def first_time_lucky(W, x):
        calls.append(1)
        return right(W, x) / len(calls)

    def remembers(W, x, kept=[]):  # noqa: B006
        kept.append(right(W, x))
        return kept[0]

    def once(W, x):
        calls.append(1)
        return right(W, x) if len(calls) == 1 else calls["again"]

    def half_written(W, x):
        calls.append(1)
        return right(W, x) if len(calls) == 1 else ...

    assert "a second call" in str(check("1a", first_time_lucky))
    calls.clear()
    assert "not at a second one" in (said := str(check("1a", once))) and "TypeError" in said
    assert "W of shape (3, 5)" in str(check("1a", remembers))
    calls.clear()
    assert "There it still returns `...`." in str(check("1a", half_written))


def test_what_is_printed_is_shown_once_and_escaped():
    def talks(W, x):
        print("z is <b>", W.shape)
        print("careful", file=sys.stderr)
        np.log(-1.0 * np.ones(1))
        return right(W, x)

    verdict = check("1a", talks)
    assert verdict.passed
    assert verdict.printed.startswith("z is <b> (4, 4)\ncareful\nRuntimeWarning")
    assert "&lt;b&gt;" in verdict._repr_html_() and "<b>" not in verdict._repr_html_()


def test_a_closed_stdout_is_the_learners_own_trouble():
    def closes(W, x):
        sys.stdout.close()
        return right(W, x)

    assert check("1a", closes).passed and not sys.stdout.closed


def test_outcomes_carry_no_reference_to_what_was_given():
    given = (np.zeros(3),)
    outcome = running.run(lambda a: a.fill(1), given, lambda value: value)
    assert outcome.changed and not given[0].any()


@pytest.mark.parametrize("exercise", ["9z", "", None, 3, right, [], ...])
def test_an_unknown_exercise_is_named_with_the_known_ones(exercise):
    verdict = check(exercise, right)
    assert not verdict.passed and "1a, " in str(verdict) and "3c-full" in str(verdict)

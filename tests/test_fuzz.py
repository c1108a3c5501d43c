"""Every public function under hostile arguments: a right result, or one sentence that names the argument.

Never another exception, a warning, a changed argument, or more than two seconds. Not the laboratory's
(`adding`), which train on what they draw themselves.
"""

import inspect
import re
import signal
from fractions import Fraction
from functools import reduce
from itertools import combinations, product
from math import prod
from operator import index

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from rnncourse import certificates, check, gradcheck, lstm, rnn, spectra
from rnncourse.explore import Explorable, Grid, explore
from rnncourse.figures import style

fuzz = settings(derandomize=True, max_examples=100, deadline=None, database=None, phases=[Phase.generate])
draws = st.randoms(use_true_random=False)
counts = {}


@pytest.fixture(scope="module", autouse=True)
def count(pytestconfig):
    yield
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nfuzzed {len(counts)} functions, {sum(counts.values())} cases")


def attempt(name, call, arguments, words):
    """The result, or None after an error in one sentence that begins with one of the words."""
    counts[name] = counts.get(name, 0) + 1
    before = snapshot(arguments)
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 2)  # of processor time: the machine may have other work
    try:
        return call(*arguments)
    except (ValueError, TypeError) as error:
        assert type(error) in (ValueError, TypeError), repr(error)
        assert re.match(rf"({'|'.join(words)})\b[^\n]{{5,2000}}$", str(error)), (
            f"names none of {words}: {error!r}"
        )
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        assert snapshot(arguments) == before, "an argument was changed"


def stop(*_):
    raise AssertionError("more than two seconds")


def snapshot(value):
    if isinstance(value, tuple | list):
        return type(value), [snapshot(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return value.tobytes(), value.shape, value.dtype
    return repr(value) if isinstance(value, dict | set) else type(value)


# Slow references: scalars and products over all pairs of steps; each sequence of a batch on its own.


def logistic(z):
    return 1 / (1 + np.exp(-z))


def rnn_forward(W, U, x, h0):
    return [reduce(lambda h, x_t: [*h, logistic(W @ h[-1] + U @ x_t)], x, [h0])]


def rnn_steps(W, h):
    return [np.diag(h_t * (1 - h_t)) @ W for h_t in h]


def chain(steps, t, k):
    return reduce(np.matmul, [steps[i] for i in range(t, k, -1)], np.eye(len(steps[0])))


def rnn_backward(W, U, x, h, dl):
    J, T = rnn_steps(W, h), len(x)
    dh = np.array([sum(dl[t] @ chain(J, t, k) for t in range(k, T + 1)) for k in range(T + 1)])
    delta = [dh[t] * h[t] * (1 - h[t]) for t in range(T + 1)]
    dW = sum((np.outer(delta[t], h[t - 1]) for t in range(1, T + 1)), 0 * W)
    return [dW, sum((np.outer(delta[t], x[t - 1]) for t in range(1, T + 1)), 0 * U), dh]


def immediate(h_prev, h_t):
    n = range(len(h_t))
    return [[[[h_t[i] * (1 - h_t[i]) * (i == a) * h_prev[b] for b in n] for a in n] for i in n]]


def lstm_forward(x, h0, C0, *weights):
    h, C, gates = [h0], [C0], []
    for x_t in x:
        a = [W @ np.concatenate([h[-1], x_t]) + b for W, b in zip(weights[:4], weights[4:], strict=True)]
        f, i, o, C_tilde = *map(logistic, a[:3]), np.tanh(a[3])
        C.append(f * C[-1] + i * C_tilde)
        h.append(o * np.tanh(C[-1]))
        gates.append((f, i, o, C_tilde))
    return [h, C, *np.array(gates).reshape(len(x), 4, len(h0)).swapaxes(0, 1)]


def lstm_slopes(h, C, f, i, o, C_tilde):
    """At each step, by its pre-activations: of C_t (f, i, c) and of h_t (o); and of h_t by C_t."""
    D = lambda v: v * (1 - v)  # noqa: E731
    of_C = [C[:-1] * D(f), C_tilde * D(i), i * (1 - C_tilde**2)]
    return of_C, np.tanh(C[1:]) * D(o), o * (1 - np.tanh(C[1:]) ** 2)


def lstm_steps(n, states, W_f, W_i, W_o, W_c):
    """The Jacobians of [h_t; C_t] by [h_{t-1}; C_{t-1}]; a dummy for t = 0."""
    of_C, of_o, of_h = lstm_slopes(*states)
    steps = [np.eye(2 * n)]
    for t, f in enumerate(states[2]):
        pairs = zip(of_C, (W_f, W_i, W_c), strict=True)
        dC = np.hstack([sum(np.diag(slope[t]) @ W[:, :n] for slope, W in pairs), np.diag(f)])
        direct = np.hstack([np.diag(of_o[t]) @ W_o[:, :n], np.zeros((n, n))])
        steps.append(np.vstack([np.diag(of_h[t]) @ dC + direct, dC]))
    return steps


def lstm_backward(x, h, C, f, i, o, C_tilde, dl, *weights):
    states, T, n = (h, C, f, i, o, C_tilde), len(x), h.shape[1]
    A, (of_C, of_o, of_h) = lstm_steps(n, states, *weights[:4]), lstm_slopes(*states)
    seeds = np.hstack([dl, 0 * dl])
    g = np.array([sum(seeds[t] @ chain(A, t, k) for t in range(k, T + 1)) for k in range(T + 1)])
    dh, dC = g[:, :n], g[:, n:].copy()
    dC[1:] += dh[1:] * of_h
    da = [dC[1:] * of_C[0], dC[1:] * of_C[1], dh[1:] * of_o, dC[1:] * of_C[2]]
    hx = np.hstack([h[:-1], x])
    return [*(np.einsum("ti,tj->ij", a, hx) for a in da), *(a.sum(axis=0) for a in da), dh, dC]


def cell_transport(x, h, C, f, i, o, C_tilde, *weights_t_k):
    *weights, t, k = weights_t_k
    states, n = (h, C, f, i, o, C_tilde), h.shape[1]
    start = np.diag(o[k - 1] * (1 - np.tanh(C[k]) ** 2)) if k else np.zeros((n, n))
    return [(chain(lstm_steps(n, states, *weights[:4]), t, k) @ np.vstack([start, np.eye(n)]))[n:]]


def power(M, n):
    return [reduce(np.matmul, [M if n >= 0 else np.linalg.inv(M)] * abs(n), np.eye(len(M)))]


def radius(M):
    """Gelfand: the norm of M^(2^40), to the power 2^-40."""
    logarithm = 0
    for _ in range(40):
        size = np.abs(M).sum()
        if not size:
            return [0.0]
        M = (M / size) @ (M / size)
        logarithm = 2 * (logarithm + np.log(size))
    return [float(np.exp((logarithm + np.log(np.abs(M).sum() or 1)) / 2**40))]


def norm(M):
    return [np.sqrt(radius(M.conj().T @ M)[0])]


def cliff(w, b, T, e=1e-5):
    def run(w, b, x=0.5):
        for _ in range(T):
            x = w * logistic(x) + b
        return np.array([(logistic(x) - 0.7) ** 2, x])

    slopes = (
        run(w + e, b) - run(w - e, b),
        run(w, b + e) - run(w, b - e),
        run(w, b, 0.5 + e) - run(w, b, 0.5 - e),
    )
    return [run(w, b)[0], *(slope[i] / (2 * e) for slope, i in zip(slopes, (0, 0, 1), strict=True))]


def relative_error(a, b):
    largest = [max(map(abs, c.flat), default=0) for c in (a - b, a, b)]
    return [largest[0] / (max(largest[1:]) or 1)]


RNN, LSTM = "W: n n, U: n m", lstm.WEIGHTS
STATES = "h: T+1 ... n, C: T+1 ... n, f: T ... n, i: T ... n, o: T ... n, C_tilde: T ... n"
PARAMS = ", ".join(["n n+m"] * 4 + ["n"] * 4)
# name: (call of arrays and then integers, their shapes, the shapes of the results, reference)
CASES = {
    "rnn.sigma": (rnn.sigma, "z: ...", "...", lambda z: [logistic(z)]),
    "rnn.dsigma": (rnn.dsigma, "z: ...", "...", lambda z: [logistic(z) * logistic(-z)]),
    "rnn.forward": (lambda W, U, *a: rnn.forward((W, U), *a),
        f"{RNN}, x: T ... m, h0: ... n", "T+1 ... n", rnn_forward),
    "rnn.backward": (lambda W, U, *a: rnn.backward((W, U), *a),
        f"{RNN}, x: T ... m, h: T+1 ... n, dl: T+1 ... n", "n n, n m, T+1 ... n", rnn_backward),
    "rnn.jacobian": (lambda W, h: rnn.jacobian((W, None), h),
        "W: n n, h_t: ... n", "... n n", lambda W, h: rnn_steps(W, [h])),
    "rnn.transport": (lambda W, *a: rnn.transport((W, None), *a),
        "W: n n, h: T+1 n, t: t, k: k", "n n", lambda W, h, t, k: [chain(rnn_steps(W, h), t, k)]),
    "rnn.immediate": (rnn.immediate, "h_prev: n, h_t: n", "n n n", immediate),
    "rnn.double_sum": (lambda W, *a: rnn.double_sum((W, None), *a),
        "W: n n, h: T+1 n, dl: T+1 n", "n n", lambda W, h, dl: rnn_backward(W, W, h[1:], h, dl)[:1]),
    "spectra.power": (spectra.power, "M: n n, n: power", "n n", power),
    "spectra.radius": (spectra.radius, "M: n n", "", radius),
    "spectra.norm": (spectra.norm, "M: n m", "", norm),
    "spectra.growth": (spectra.growth,
        "M: n n, n: T", "T+1", lambda M, n: [[norm(*power(M, i))[0] for i in range(n + 1)]]),
    "spectra.cliff": (spectra.cliff, "w: ..., b: ..., T: T", "..., ..., ..., ...", cliff),
    "spectra.wall": (spectra.wall, "w: ...", "...", lambda w: [0.5 - w * logistic(0.5)]),
    "lstm.forward": (lambda x, h0, C0, *weights: lstm.forward(weights, x, h0, C0),
        f"x: T ... m, h0: ... n, C0: ... n, {LSTM}",
        "T+1 ... n, T+1 ... n, T ... n, T ... n, T ... n, T ... n", lstm_forward),
    "lstm.backward": (lambda x, *a: lstm.backward(a[7:], x, a[:6], a[6]),
        f"x: T ... m, {STATES}, dl: T+1 ... n, {LSTM}", f"{PARAMS}, T+1 ... n, T+1 ... n", lstm_backward),
    "lstm.gate_transport": (lambda f, t, k: lstm.gate_transport(lstm.States(0, 0, f, 0, 0, 0), t, k),
        "f: T n, t: t, k: k", "n n", lambda f, t, k: [np.diag([prod(column[k:t]) for column in f.T])]),
    "lstm.cell_transport": (lambda x, *a: lstm.cell_transport(a[6:14], x, a[:6], *a[14:]),
        f"x: T m, {STATES.replace(' ...', '')}, {LSTM}, t: t, k: k", "n n", cell_transport),
    "gradcheck.complex_step": (lambda x: gradcheck.complex_step(lambda v: np.exp(v).sum(), x),
        "x: ...", "...", lambda x: [np.exp(x)]),
    "gradcheck.central_difference": (lambda x: gradcheck.central_difference(lambda v: (v**3).sum(), x),
        "x: ...", "...", lambda x: [3 * x**2]),
    "gradcheck.relative_error": (gradcheck.relative_error, "a: n m, b: n m", "", relative_error),
}  # fmt: skip
SPECIAL = [np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, -0.0, 2.0**62]
WRONG = [
    None, "text", b"x", {}, {1.0}, object(), len, ..., [1, "a"], [[1], [1, 2]], [10**400], [None],
    Fraction(1, 2), np.array([None, 1.0]), np.array(["a"]), np.array(["2000-01-01"], "M8[D]"),
    np.zeros(2, [("a", float)]), np.ma.masked_array([1.0, 2.0], [True, False]), Figure(),
]  # fmt: skip
COUNTS = [-1, 1.0, np.nan, "1", None, [1], np.array([1]), True, np.int8(1), np.array(1), np.ones((8, 2))]
INTEGERS = [*COUNTS, 10**30, 2**50]  # so many steps would take as long as one asks for
strided = lambda a: np.repeat(a, 2, axis=-1)[..., ::2]  # noqa: E731
GUISES = [
    np.asarray, np.asarray, lambda a: a.copy(order="F"), np.ma.masked_array,
    lambda a: a.tolist() if a.size else a,
    lambda a: strided(a) if a.ndim else a,
    lambda a: a[::-1].copy()[::-1] if a.ndim else a,
    lambda a: a.view(np.matrix) if a.ndim == 2 else a,
    lambda a: np.lib.stride_tricks.as_strided(a, writeable=False),
]  # fmt: skip
DTYPES = ["f8", "f8", "f8", "f4", "f2", ">f8", "g", "i8", "u1", "?", "c16"]


def parsed(spec):
    return [(name, dims.split()) for name, dims in (entry.split(":") for entry in spec.split(", "))]


def expand(dims, sizes, batch):
    """The shape that dims such as T+1 ... n stand for."""
    of = lambda dim: sum(int(d) if d.isdigit() else sizes[d] for d in dim.split("+"))  # noqa: E731
    return tuple(size for dim in dims for size in (batch if dim == "..." else [of(dim)]))


def admissible(arrays, shapes):
    """Whether any sizes make these shapes, by trying all."""
    batches = {s[i:j] for s in shapes for i in range(2) for j in range(i, len(s) + 1)} | {()}
    return any(
        all(
            shape == expand(dims, dict(n=n, m=m, T=T), batch)
            for (_, dims), shape in zip(arrays, shapes, strict=True)
        )
        for n, m, T in product(range(6), repeat=3)
        for batch in batches
    )


def bent(rnd, shape):
    """The shape with one thing changed."""
    i = rnd.randrange(len(shape) + 1)
    longer = tuple(size + (j == i) for j, size in enumerate(shape))
    others = shape[1:], shape[:-1], shape[::-1], (*shape, 2), shape + (1,) * 20
    return rnd.choice([longer, (*shape[:i], 1, *shape[i:]), *others])


def expected(reference, arrays, values, integers, out, sizes, batch):
    """What the reference says, one sequence at a time; what has no batch axes is summed."""

    def single(j):
        picks = [(slice(None),) * dims.index("...") + j if "..." in dims else () for _, dims in arrays]
        return reference(*(value[pick] for value, pick in zip(values, picks, strict=True)), *integers)

    found = [single(j) for j in np.ndindex(batch)]
    for i, dims in enumerate(out):
        shape = expand(dims, sizes, batch)
        parts = np.array([row[i] for row in found]) if 0 not in shape else np.zeros((len(found), *shape))
        if "..." in dims and found and 0 not in shape:
            parts = parts.reshape(batch + parts.shape[1:])
            at = dims.index("...")
            yield np.moveaxis(parts, range(len(batch)), range(at, at + len(batch))).reshape(shape)
        else:
            yield parts.sum(axis=0) if found else np.zeros(shape)


@pytest.mark.parametrize("name", CASES)
@fuzz
@given(draws)
def test_the_mathematics(name, rnd):
    call, spec, out, reference = CASES[name]
    entries = parsed(spec)
    arrays = [entry for entry in entries if entry[1] not in (["t"], ["k"], ["T"], ["power"])]
    sizes = {"n": rnd.randint(0, 3), "m": rnd.randint(0, 2), "T": rnd.randint(0, 3)}
    batch = rnd.choice([(), (), (2,), (1, 3), (0,)]) if "..." in spec else ()
    shapes = [expand(dims, sizes, batch) for _, dims in arrays]
    bend, spoil, special = (rnd.random() < 0.2 for _ in range(3))
    if bend:
        i = rnd.randrange(len(shapes))
        shapes[i] = bent(rnd, shapes[i])
    rng = np.random.default_rng(rnd.randrange(2**32))
    dtypes = rnd.choice([["f4"], DTYPES[:5], DTYPES])
    values = [np.abs(rng.normal(size=shape)).astype(rnd.choice(dtypes)) for shape in shapes]
    if special:
        i = rnd.randrange(len(values))
        values[i] = rng.choice(SPECIAL, size=shapes[i]).astype("f8")
    for i, j in combinations(range(len(values)), 2):
        if shapes[i] == shapes[j] and rnd.random() < 0.1:
            values[j] = values[i]
    given = {id(value): rnd.choice(GUISES)(value) for value in values}
    given = [given[id(value)] for value in values]
    words = [name for name, _ in entries]
    if spoil:
        i = rnd.randrange(len(given))
        given[i] = rnd.choice(WRONG)
        words = words if bend else [words[i]]
    proper = (
        not spoil and all(len(shape) <= 16 for shape in shapes) and (not bend or admissible(arrays, shapes))
    )
    integers, high = [], sizes["T"]
    for _, (kind,) in entries[len(arrays) :]:
        low, top = {"t": (0, high), "k": (0, high), "T": (0, 4), "power": (-3, 3)}[kind]
        n = (
            rnd.choice(COUNTS if kind == "T" else INTEGERS)
            if rnd.random() < 0.2
            else rnd.randint(low, max(top, low))
        )
        proper = (
            proper
            and hasattr(n, "__index__")
            and np.ndim(n) == 0
            and (abs(n) <= 2**53 if kind == "power" else 0 <= n <= (np.inf if kind == "T" else high))
        )
        if proper:
            high, sizes["T"] = index(n), index(n) if kind == "T" else sizes["T"]
        integers.append(n)

    result = attempt(name, call, [*given, *integers], words)
    if bend and proper and integers:
        return  # of another size, perhaps, than the integers were drawn for
    complex_x = "gradcheck" in name and "x" in words and values[0].dtype.kind == "c"
    if result is None:
        defective = name == "spectra.power" and proper and awkward(values[0], integers[0])
        assert not proper or complex_x or defective, "refused what is right"
        return
    if name == "spectra.cliff" and bend:
        return  # they broadcast
    assert proper, "accepted what is wrong"
    found = leaves(result)
    kinds = {np.asarray(value).dtype.kind for value in given}
    single = np.result_type(*map(np.asarray, given)) == np.float32
    dtype = np.dtype("c16" if "c" in kinds else "f4" if single else "f8")
    assert all(type(a) in (np.ndarray, np.float64, np.float32, np.complex128, float) for a in found)
    widened = np.__version__ < "2" and not any(map(np.ndim, given))  # numpy 1 makes float64 of one float32
    if (
        bool(out)
        and "gradcheck" not in name
        and name not in ("spectra.growth", "spectra.cliff")
        and not widened
    ):
        assert {np.asarray(a).dtype for a in found} == {dtype}
    if bend or special or any(abs(n) > 5 for n in integers):
        return
    plain = [np.asarray(value, "c16" if "c" in kinds else "f8") for value in values]
    wanted = list(
        expected(reference, arrays, plain, [index(n) for n in integers], parsed_out(out), sizes, batch)
    )
    tolerance = 2e-3 if single else 1e-7
    for a, b in zip(found, wanted, strict=True):
        assert np.shape(a) == np.shape(b)
        scale = max(np.abs(b).max(initial=0), 1e-3)
        assert np.abs(a - b).max(initial=0) <= tolerance * scale


def parsed_out(out):
    return [dims.split() for dims in out.split(",")]


def leaves(value):
    """All arrays of nested tuples."""
    return [a for entry in value for a in leaves(entry)] if isinstance(value, tuple) else [value]


def awkward(M, n):
    """Whether M has too few eigenvectors, or no inverse where one is needed, or is near such."""
    M = M.astype(complex)
    if not np.isfinite(M).all():
        return False
    with np.errstate(all="ignore"):
        return np.linalg.cond(np.linalg.eig(M)[1]) > 1e5 or (n < 0 and np.linalg.cond(M) > 1e13)


anything = st.sampled_from([*WRONG, *SPECIAL, *INTEGERS, (), (1,), [[1.0]] * 2, 1j, float, True])
RNN_CALLS = rnn.forward, rnn.backward, rnn.jacobian, rnn.transport, rnn.double_sum
LSTM_CALLS = lstm.forward, lstm.backward, lstm.gate_transport, lstm.cell_transport
TUPLES = {f"{f.__module__[10:]}.{f.__name__}": f for f in (*RNN_CALLS, *LSTM_CALLS)}
NAMES = [*"WUhxtkf", "h0", "C0", "h_t", "params", "states", "expected the", "W_f", "dl"]


@pytest.mark.parametrize("name", TUPLES)
@fuzz
@given(st.lists(anything, min_size=5, max_size=5))
def test_anything_in_the_place_of_params_and_states(name, arguments):
    count = len(inspect.signature(TUPLES[name]).parameters)
    attempt(name, TUPLES[name], arguments[:count], NAMES)


@fuzz
@given(
    anything, anything, st.sampled_from([np.sin, np.sum, abs, lambda v: None, lambda v: "a", None, 1.0, "f"])
)
def test_the_oracles(a, b, f):
    for oracle in gradcheck.complex_step, gradcheck.central_difference:
        attempt(f"gradcheck.{oracle.__name__}", oracle, [f, a], ["f", r"f\(x\)", "x"])
    attempt("gradcheck.central_difference", gradcheck.central_difference, [np.sin, 1.0, b], ["eps"])
    attempt("gradcheck.relative_error", gradcheck.relative_error, [a, b], ["a", "b"])
    attempt("spectra.cliff", spectra.cliff, [1.0, 1.0, 2, a, b], ["x0", "target"])
    attempt("spectra.fold", spectra.fold, [a], ["w"])


@settings(fuzz, max_examples=40)
@given(st.sampled_from(list(certificates.LABELS)) | anything, st.just(True) | anything)
def test_certificates(label, seed):
    rng = np.random.default_rng(0) if seed is True else seed
    errors = attempt("certificates.run", certificates.run, [label, rng], ["label", "rng"])
    if errors is not None:
        assert label in certificates.LABELS and isinstance(rng, np.random.Generator)
        assert all(error < 1e-3 for error in errors.values())


@fuzz
@given(
    st.sampled_from(list(check.EXERCISES)),
    anything | st.lists(anything) | st.tuples(anything, anything),
    st.booleans(),
)
def test_checks(exercise, answer, called):
    given = (lambda *_: answer) if called else answer
    verdict = attempt("check.check", lambda a: check.check(exercise, a, record=False), [given], [])
    assert not verdict and type(verdict) is check.Verdict
    assert str(verdict) and verdict._repr_html_()


@settings(fuzz, max_examples=100)
@given(st.sampled_from([key for key in check.EXERCISES if key != "2c-left"]), st.sampled_from(SPECIAL))
def test_checks_of_answers_of_the_right_shape(exercise, factor):
    def answer(*arguments):
        value = check.EXERCISES[exercise].right(*arguments)
        scaled = [factor * np.asarray(part) for part in (value if isinstance(value, tuple) else [value])]
        return tuple(scaled) if isinstance(value, tuple) else scaled[0]

    verdict = attempt("check.check", lambda: check.check(exercise, answer, record=False), [], [])
    assert not verdict and str(verdict)


@fuzz
@given(anything, anything)
def test_exercises_that_do_not_exist(exercise, answer):
    for call in (lambda e: check.check(e, answer, record=False)), check.hint, check.question:
        says = attempt("check.hint", call, [exercise], [])
        assert not getattr(says, "passed", False) and "one of" in says.says


def blank(**values):
    fig = Figure((1, 1))
    fig.set_label(f"{values}")
    return fig


grids = st.lists(anything, max_size=3) | anything


@fuzz
@given(
    st.just(blank) | anything,
    grids | st.builds(Grid, grids, st.just("z") | anything, anything, st.just(0) | anything),
)
def test_explorables(figure, grid):
    shown = attempt(
        "explore.explore", lambda f, z: explore(f, z=z), [figure, grid], ["the grid of z", "No picture for z"]
    )
    if shown is not None:
        assert isinstance(shown, Explorable) and "<svg" in shown.html
        shown._repr_mimebundle_()


@settings(fuzz, max_examples=40)
@given(
    anything | st.lists(st.lists(st.sampled_from(SPECIAL), min_size=2, max_size=2)), anything, st.booleans()
)
def test_heatmaps(M, limit, drawn):
    fig, ax = style.figure()
    fig.set_label("A matrix.")
    attempt("style.heatmap", lambda ax, M: style.heatmap(ax, M), [ax if drawn else limit, M], ["ax", "M"])
    attempt("style.heatmap", lambda M, limit: style.heatmap(ax, M, limit=limit), [M, limit], ["M", "limit"])
    assert "<svg" in attempt("style.svg", style.svg, [fig], [])


@fuzz
@given(
    anything,
    st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 1e-40, -0.0, 1e40])),
    st.text(st.characters(exclude_categories=["C"])),
    st.booleans(),
)
def test_pictures(fig, values, alt, log):
    attempt("style.svg", style.svg, [fig], ["fig", "a figure"])
    fig, ax = style.figure(width=2, height=2)
    ax.plot([1.0, *values])
    ax.set(title=alt.encode("ascii", "ignore").decode().replace("$", ""), yscale="log" if log else "linear")
    fig.set_label(alt)
    svg = attempt("style.svg", style.svg, [fig], ["a figure"])
    assert (svg is None) == (not alt)

"""A single slip in a right derivation is named by its kind; a coincidence or a right answer is not."""

import ast
import time
from collections import namedtuple

import numpy as np
import pytest

from rnncourse.check import EXERCISES, check, search, slips
from rnncourse.check.answers import TOLERANCE
from rnncourse.rnn import dsigma, sigma

R = np.random.default_rng(0).uniform(1, 2, (5, 3, 3))


def sum_of_products(a, b, c, d):
    return a @ b + c * d


def with_slips(*others):
    """The value with each of two slips, and with both, for a sum of products of matrices."""
    right = [R[0], R[1], R[2], R[3]]
    both = [other if other is not None else part for other, part in zip(others, right, strict=True)]
    places = [i for i, other in enumerate(others) if other is not None]
    single = [sum_of_products(*right[:i], both[i], *right[i + 1 :]) for i in places]
    return sum_of_products(*both), single


@pytest.mark.parametrize(
    "others",
    [(R[4], None, R[4], None), (None, None, R[4], R[4].T), (R[4], R[4].T, None, None)],
    ids=["of two terms", "entry by entry", "as matrices"],
)
def test_two_slips_are_found_by_what_they_make_together(others):
    value, (a, b) = with_slips(*others)
    right, terms = sum_of_products(*R[:4]), [R[0] @ R[1], R[2] * R[3]]
    made = [(R[4],), (a,), (a[0],), (R[4] * np.inf,), (np.full((3, 3), 1e9),), (b,)]
    assert search.together((value,), (right,), made, terms) == [(1, 5)]
    assert search.together((value + 0.01,), (right,), made, terms) == []
    for part in value[0], value[..., None]:
        assert search.together((part,), (right,), made, terms) == []
    assert search.together((value,), (right,), [made[2]], terms) == []


def test_of_several_results_and_of_vectors_the_errors_add_up_or_multiply():
    y, a, b = R[0, 0], R[1, 0], R[2, 0]
    for value in y + a + b, y * (1 + a / y) * (1 + b / y):
        made = [(y + a,), (2 * a - y,), (y + b,)]
        assert search.together((value,), (y,), made, []) == [(0, 2)]
        made = [(y + a, y), (y, y), (y + b, y)]
        assert search.together((value, y), (y, y), made, [y]) == [(0, 2)]
    for scale in 1e-6, 1e6:
        made = [(scale * (y + 99 * a),), (scale * (y - 98 * a),)]
        assert search.together((scale * (y + a),), (scale * y,), made, []) == [(0, 1)]
    for shape in (2, 4), (4, 2), (2, 2, 3):
        a, b, y = R.ravel()[: 3 * np.prod(shape)].reshape(3, *shape)
        assert search.together((y + a + b,), (y,), [(y + a,), (y + b,)], []) == [(0, 1)]
    y, a, b, *_ = R
    assert search.together((y + a + b, y), (y, y), [(y + a, y), (y + b, y)], [y]) == [(0, 1)]
    y, a, b = R[0, 0], R[1, 0], R[2, 0]
    of_a_term = a * (1 + b) * (1 + y) + b  # and the rest of the sum is b
    made = [(a * (1 + b) + b,), (a * (1 + y) + b,)]
    assert search.together((of_a_term,), (a + b,), made, [a]) == [(0, 1)]
    assert search.together((of_a_term,), (a + b,), made, []) == []


def test_two_factors_that_are_wrong_may_leave_zeros():
    y, a, b = np.array([1.0, 2, 0, 4]), np.array([3.0, 0, 0, 5]), np.array([2.0, 7, 0, 3])
    value = np.array([6, 0, 0, 15 / 4])
    assert search.together((value,), (y,), [(a,), (b,)], []) == [(0, 1)]


def test_two_large_errors_that_cancel_say_nothing():
    y, large = R[0, 0], np.array([1e20, -1e20, 1e20])
    assert search.together((2 * y,), (y,), [(y + large,), (y - large,)], []) == []


def test_no_second_factor_makes_something_of_zero():
    y, value, made = np.array([1.0, 2]), np.array([5.0, 12]), [(np.array([0.0, 3]),), (np.array([0.0, 8]),)]
    assert search.together((value * [0, 1],), (y,), made, []) == [(0, 1)]
    for signs in [1, 1], [-1, 1]:
        assert search.together((value * signs,), (y,), made, []) == []


def test_two_slips_may_miss_the_value_by_rounding_only():
    y, a, b = np.array([1.0, 2, 7, 4]), np.array([3.0, 1, 5, 5]), np.array([2.0, 7, 1, 3])
    pair = [(a,), (b,)]
    value = a + b - y
    for signs in np.ndindex(2, 2, 2, 2):
        off = TOLERANCE * np.abs(value).max() * (2 * np.array(signs) - 1)
        assert search.together((value + 2.9 * off,), (y,), pair, []) == [(0, 1)]
        assert search.together((value + 3.1 * off,), (y,), pair, []) == []


def with_result(slips, right, value):
    """The pairs of a slip in the arrangement of the result and one of these, that give the value."""
    made = [(search.Alteration(kind, "there", None), part) for kind, part in slips.items()]
    return [(pair.kind, pair.part) for pair in search.with_result((value,), (right,), made)]


def test_a_slip_may_come_with_one_in_the_result():
    right, slips = R[0], {"sign": (-R[0],), "power": (R[1],), "axis": (R[1, 0],), "doubled": (R[1:4],)}
    assert with_result(slips, right, R[1].T) == [(("power", "transposed"), ("there", ""))]
    assert with_result(slips, right, R[1, 0]) == [(("power", "result-reshaped"), ("there", ""))]
    assert with_result(slips, right, R[1].sum()) == [(("power", "axis"), ("there", ""))]
    assert with_result(slips, right, R[3]) == []
    for other in R[1, 0], R[1:4]:  # of two changes of the shape, anything could be said
        assert with_result(slips, right, other.sum()) == []
    assert with_result(slips, right, np.full((3, 3), R[1].sum())) == []
    assert with_result({"sign": (np.full((3, 3), 2.0),)}, right, np.array([2.0])) == []
    assert not [*search.with_result((R[1].T, right), (right, right), [(slip("power"), (R[1], right))])]


NAMES = {"x": (3,), "h": (5, 3), "t": int, "k": int}


def altered(text, kind, **options):
    """What slips of a kind make of a line."""
    tree = ast.parse(f"def f():\n    {text}")
    whole = ast.unparse(tree)
    found = [
        ast.unparse(ast.fix_missing_locations(tree)).split("    ", 1)[1]
        for other, line, _ in search.slips(tree, NAMES, **options)
        if other == kind and line == 2
    ]
    assert ast.unparse(tree) == whole
    return sorted(found)


KINDS = [
    (
        "h[t - 1]",
        "index-shifted",
        "h[t] ; h[1] ; h[-1] ; h[t + 1] ; h[1 - t] ; h[t - 2] ; h[t - 0] ; h[t - 0.5] ; "
        "h[t - 1 + 1] ; h[t - 1 - 1]",
    ),
    ("h[t]", "index-shifted", "h[t + 1] ; h[t - 1]"),
    ("h[t]", "wrong-array", "h[k] ; x"),
    ("range(k)", "index-shifted", "range(k + 1) ; range(k - 1)"),
    ("range(k)", "wrong-array", "range(t)"),
    ("np.sum(x, axis=0)", "axis", "np.sum(x) ; np.sum(x, axis=-1) ; np.sum(x, axis=1) ; np.sum(x, axis=1)"),
    ("f(x, out=0)", "constant", "f(x, out=-1) ; f(x, out=1)"),
    ("h[::-1]", "reversed", "h[::-1][::-1] ; h[::1]"),
    (
        "1 if t < k else 3",
        "missing-case",
        "1 ; 3 ; 1 if t <= k else 3 ; 1 if t >= k else 3 ; 1 if k < k else 3 ; 1 if t < t else 3",
    ),
]


@pytest.mark.parametrize("text, kind, expected", KINDS)
def test_what_stands_in_an_index_a_range_an_axis_or_a_condition_has_a_kind_of_its_own(text, kind, expected):
    assert altered(text, kind) == sorted(expected.split(" ; "))


def in_brackets(h, t):
    y = (
        h[t] @ h[1]  # the product
    )

    return y + 2  # the end


def positive(a):
    b = a[a > 0]
    return a.sum() * b


def test_the_slips_of_a_derivation_are_the_same_for_inputs_of_other_shapes():
    made = list(search.alterations(positive, (np.array([1.0, 2.0]),)))  # here a and b have one shape
    tree, _ = search.parsed(positive)
    numbers = range(len([*search.slips(tree, search.shapes(positive, (np.array([1.0, -2.0]),)))]))
    assert {slip.number for slip in made} <= {*numbers}


def test_the_parts_are_called_by_the_comments_of_their_lines():
    slips = [*search.alterations(in_brackets, (R[0], 1))]
    assert {slip.part for slip in slips} == {"", "the product", "the end"}
    assert {slip.kind for slip in slips if slip.part == "the product"} >= {"order", "index-shifted"}
    assert [slip.number for slip in slips] == sorted({slip.number for slip in slips})


def test_the_fields_of_a_tuple_take_each_others_places():
    States = namedtuple("States", "f i")

    def gate(s):
        return 2 * s.f

    slips = search.alterations(gate, (States(R[0, 0], R[1, 0]),))
    made = [slip.function(States(R[0, 0], R[1, 0])) for slip in slips if slip.kind == "wrong-array"]
    assert any(np.array_equal(value, 2 * R[1, 0]) for value in made)


DERIVED = [(key, f) for key, derivations in search.sources().items() for f in derivations]
derivations = pytest.mark.parametrize("key, derivation", DERIVED, ids=[f.__name__ for _, f in DERIVED])


def inputs(key):
    ex = EXERCISES[key]
    return ex.probes[0](np.random.default_rng(0)) if ex.function else ()


def gru(W_z, W_r, W_h, x, h, tanh=np.tanh, slope=lambda z: 1 - z):
    v = np.concatenate([h, x])
    z, r = sigma(W_z @ v), sigma(W_r @ v)
    return z * h + slope(z) * tanh(W_h @ np.concatenate([r * h, x]))


def softmax(W, x, p):
    return (np.diag(p) - np.outer(p, p)) @ W


def with_the_last_loss_twice(W, h, dl):
    dW, carried = 0, dl[-1]
    for t in range(len(h) - 1, 0, -1):
        delta = (dl[t] + carried) * h[t] * (1 - h[t])
        dW, carried = dW + np.outer(delta, h[t - 1]), delta @ W
    return dW


def with_the_first_state_everywhere(W, h_before, h, dl):
    dW, carried = 0, np.zeros(len(W))
    for t in range(len(h) - 1, -1, -1):
        delta = (dl[t] + carried) * h[t] * (1 - h[t])
        dW, carried = dW + np.outer(delta, h_before), W.T @ delta
    return dW


def with_eigenvectors_in_rows(M, n):
    lam, Q = np.linalg.eig(M)
    return (Q.T * lam**n @ np.linalg.inv(Q.T)).real


def full(params, x, states, t, k, late=False, moved=False):
    """Both derivatives carried forward: dh from the dC before it, or an h_0 that moves."""
    h, C, f, i, o, c = states
    n = h.shape[1]
    dC, dh = np.eye(n), (k > 0 or moved) * np.diag(o[k - 1] * (1 - np.tanh(C[k]) ** 2))
    for s in range(k, t):
        slopes = C[s] * f[s] * (1 - f[s]), c[s] * i[s] * (1 - i[s]), i[s] * (1 - c[s] ** 2)
        W_f, W_i, W_o, W_c = (W[:, :n] for W in params[:4])
        A = sum(slope[:, None] * W for slope, W in zip(slopes, (W_f, W_i, W_c), strict=True))
        y = np.tanh(C[s + 1])
        new = np.diag(f[s]) @ dC + A @ dh
        dh = np.diag(y * o[s] * (1 - o[s])) @ W_o @ dh + np.diag(o[s] * (1 - y**2)) @ (dC if late else new)
        dC = new
    return dC


def gru_slopes_on_columns(W_z, W_r, W_h, x, h):
    n, v = len(h), np.concatenate([h, x])
    z, r = sigma(W_z @ v), sigma(W_r @ v)
    c = np.tanh(W_h @ np.concatenate([r * h, x]))
    inside = np.diag(r) + h * r * (1 - r) * W_r[:, :n]
    through_z = ((h - c) * z * (1 - z))[:, None] * W_z[:, :n]
    return np.diag(z) + through_z + ((1 - z) * (1 - c * c))[:, None] * W_h[:, :n] @ inside


def in_the_order_of_the_walk(W, h, x, dl):
    """The deltas are appended as they come, and meet the inputs in the order of time."""
    deltas, carried = [], np.zeros(len(W))
    for t in range(len(h) - 1, 0, -1):
        deltas.append((dl[t] + carried) * h[t] * (1 - h[t]))
        carried = W.T @ deltas[-1]
    return np.array(deltas).T @ x


SLIPS = {
    "function": ("gru", lambda *a: gru(*a, tanh=lambda z: z), "the candidate"),
    "sign": ("3c-half-life", lambda b: np.log(2) / np.log1p(np.exp(b)), "the logarithm"),
    "other-slope": ("1a-tanh", lambda W, x: (1 + np.tanh(W @ x) ** 2)[:, None] * W, "the slopes"),
    "missing-factor": ("1a-softmax", lambda W, x: softmax(W, x, np.exp(W @ x)), "the softmax"),
    "other-start": ("1b", with_the_last_loss_twice, ""),
    "late-update": ("3c-full", lambda *a: full(*a, late=True), ""),
    "missing-case": ("3c-full", lambda *a: full(*a, moved=True), "the start of dh"),
    "wrong-side": ("gru-jacobian", gru_slopes_on_columns, "the reset gate"),
    "transposed": ("2b", with_eigenvectors_in_rows, "the eigenvalues and eigenvectors"),
    "swapped-results": ("2d-tanh", lambda W, x: (2 * (x - W.sum(axis=1)), 4 * W), ""),
    "wrong-array": ("1b-warm", with_the_first_state_everywhere, "what a step adds to dW"),
    "reversed": ("1b-U", in_the_order_of_the_walk, "the product of deltas"),
}


@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_is_named_with_its_kind_and_its_part(kind):
    key, answer, part = SLIPS[kind]
    for _ in range(3):
        verdict = check(key, answer, record=False)
        assert not verdict.passed and kind in verdict.mistake.split("|")
        assert part in verdict.says and search.KINDS[kind] in verdict.says


def gru_with_two_signs(W_z, W_r, W_h, x, h):
    v = np.concatenate([h, x])
    z, r = sigma(W_z @ v), sigma(-W_r @ v)
    return z * h - (1 - z) * np.tanh(W_h @ np.concatenate([r * h, x]))


def input_weights(W, h, x, dl):
    dU, carried = np.zeros((len(W), x.shape[1])), 0
    for t in range(len(h) - 1, 0, -1):
        delta = (dl[t] - carried) * h[t] * (1 - h[t])
        dU += np.outer(delta, x[t - 2])
        carried = W.T @ delta
    return dU


def transport(W, h, t, k):
    product = np.eye(len(W))
    for h_i in h[k + 1 : t + 1]:
        product = product @ (W.T * h_i * (1 - h_i))
    return -product


TWO = {
    "gru": (gru_with_two_signs, "sign+sign", "a sign is wrong, twice"),
    "1b-U": (input_weights, "index-shifted+sign", "an index, or an end of a range"),
    "1b-transport": (transport, "sign+transposed", "a matrix is transposed"),
}


@pytest.mark.parametrize("key", TWO)
def test_two_slips_are_named_together(key):
    answer, slug, words = TWO[key]
    for _ in range(3):
        verdict = check(key, answer, record=False)
        assert (verdict.passed, verdict.mistake) == (False, slug)
        assert words in verdict.says and "two slips at once" in verdict.says


def slip(kind, part=""):
    return search.Alteration(kind, part, None)


def test_one_slip_is_told_by_all_kinds_that_fit():
    say = search.KINDS
    slug, says = search.one_slip([slip("sign", "the end"), slip("order", "the end"), slip("extra-term", "x")])
    assert slug == "sign|order"
    assert says == f"Look at the end. Your value is what comes out if {say['sign']}, or if {say['order']}."
    slug, says = search.one_slip([slip("sign", "a"), slip("sign", "b")])
    assert slug == "sign" and says.startswith("Look at a, or at b. ")
    for parts in ["abc", ["a", ""]]:
        assert search.one_slip([slip("sign", part) for part in parts])[1].startswith("Your value")
    assert search.one_slip([slip("order", "a")])[1].startswith("Look at a. ")
    assert search.one_slip([slip("extra-term", "a")])[0] == "extra-term"
    assert search.one_slip([slip(kind) for kind in ("sign", "order", "power")])[0] == "sign|order|power"
    assert search.one_slip([slip(kind) for kind in ("sign", "order", "power", "axis")]) is None
    assert search.one_slip([]) is None


def test_two_slips_are_told_by_what_all_that_fit_have_in_common():
    say = search.KINDS
    pair = slip(("sign", "order"), ("a", "b"))
    slug, says = search.two_slips([pair])
    assert slug == "order+sign" and says == (
        f"Look at a, and at b. Your value is what comes out of two slips at once: {say['order']}, "
        f"and {say['sign']}."
    )
    same = search.two_slips([slip(("sign", "sign"), ("a", "a"))])
    assert same[0] == "sign+sign" and same[1].startswith("Look at a. ") and same[1].endswith(", twice.")
    assert search.two_slips([slip(("sign", "order"), ("a", ""))])[1].startswith("Your value")
    assert search.two_slips([pair, pair])[1].startswith("Your value")
    assert search.two_slips([pair, slip(("power", "order"))])[0] == "order+sign"  # rarer ones count less
    assert search.two_slips([slip(("power", "order")), slip(("power", "extra-term"))])[0] == "order+power"
    assert search.two_slips([slip(("power", "extra-term"))])[0] == "extra-term+power"
    slug, says = search.two_slips([pair, slip(("sign", "transposed"))])
    assert slug == "sign+another" and says.endswith(
        f"{say['sign']}, and another that may be of several kinds."
    )
    assert search.two_slips([slip(("power", "extra-term")), slip(("order", "extra-term"))]) is None
    assert search.two_slips([]) is None


def test_a_slope_that_is_missing_is_no_other_factor():
    for others in [], ["sign"], ["sign", "order"]:
        slug, says = search.one_slip([slip(kind) for kind in ["missing-factor", "missing-slope", *others]])
        assert slug == "|".join(["missing-factor", "missing-slope", *others])
        assert search.KINDS["missing-slope"] in says and search.KINDS["missing-factor"] not in says


def test_a_result_of_another_shape_points_at_no_part_of_the_derivation():
    verdict = check("3c-half-life", lambda b: np.atleast_1d(np.log(2) / np.log1p(np.exp(-b))))
    assert verdict.mistake == "result-reshaped" and "Look at" not in str(verdict)
    assert "There is an axis of length 1 too many." in str(verdict)


def test_of_two_slips_the_one_that_all_explanations_share_is_named():
    a, b, c = (
        search.Alteration(kinds, ("", ""), None)
        for kinds in (("sign", "order"), ("sign", "transposed"), ("order", "transposed"))
    )
    assert search.two_slips([a, b])[0] == "sign+another"
    assert search.two_slips([a, b, c]) is None
    assert search.two_slips([a, a])[0] == "order+sign"


def test_what_fits_on_the_first_probe_alone_is_no_explanation():
    ex = EXERCISES["3-latch"]
    first, other = ((w,) for w in (2.0, 3.0))
    wrong = search.sources()["3-latch"][0](2.0) * -1
    samples = [(first, ex.kind.read(wrong), None), (other, ex.kind.read(17.0), None)]
    assert search.explained(ex, samples[:1]) and search.explained(ex, samples) is None


def test_what_is_off_by_little_is_close_only_if_it_is_so_everywhere():
    def drifts(W, x, factor=1.003):
        return factor * EXERCISES["1a"].right(W, x)

    assert "That is close" in check("1a", drifts, record=False).says
    assert "That is close" not in check("gru", SLIPS["function"][1], record=False).says


def jacobian(W, x):
    z = W @ x
    return dsigma(z)[:, None] * W


def test_where_no_derivation_is_known_a_relation_is_told(monkeypatch):
    ex = EXERCISES["1a"]
    monkeypatch.setattr(search, "sources", dict)
    samples = [((), (0.7 * right,), (right,)) for right in R[:2]]
    assert search.explained(ex, samples)[0] == "constant"


def test_the_search_alters_nothing_more_when_its_time_is_over(monkeypatch):
    ex, made, compiled = EXERCISES["1a"], [], search.compiled
    arguments = inputs(ex.key)
    samples = [(arguments, ex.kind.read(np.ones((4, 4))), None)]
    monkeypatch.setattr(search, "sources", lambda: {"1a": [jacobian]})
    monkeypatch.setattr(search, "compiled", lambda *parts: made.append(parts) or compiled(*parts))
    monkeypatch.setattr(search, "SECONDS", -1)
    assert search.explained(ex, samples) is None and len(made) == 1
    monkeypatch.setattr(search, "SECONDS", 5)
    assert search.explained(ex, samples) is None and len(made) > 50


def test_the_table_of_slips_says_what_the_check_says():
    """For all slips of one exercise, handed in one by one."""
    (row,) = slips("1a-tanh").rows
    ex = EXERCISES["1a-tanh"]
    arguments = inputs(ex.key)
    made = [slip for f in search.sources()["1a-tanh"] for slip in search.alterations(f, arguments)]
    verdicts = [check("1a-tanh", slip.function, record=False) for slip in made]
    passed = sum(verdict.passed for verdict in verdicts)
    known = sum(set((verdict.mistake or "").split("+")) <= ex.mistakes.keys() for verdict in verdicts)
    kinds = sum(set((verdict.mistake or "").split("|")) <= search.KINDS.keys() for verdict in verdicts)
    both = sum(verdict.mistake in {*search.KINDS} & {*ex.mistakes} for verdict in verdicts)
    assert row[0] == "1a-tanh" and int(row[1]) == len(made) and int(row[6]) == passed
    assert known - both <= int(row[2]) <= known and kinds - both <= int(row[3]) <= kinds
    assert sum(map(int, row[2:])) == len(made)
    assert "the search knows slips in 1a" in str(slips("9z")).replace("The", "the")


@derivations
def test_every_derivation_is_right(key, derivation):
    answer = derivation if EXERCISES[key].function else derivation()
    assert check(key, answer, record=False).passed


@derivations
def test_every_slip_is_of_a_known_kind_in_a_part_that_has_words(key, derivation):
    slips = [*search.alterations(derivation, inputs(key))]
    assert len(slips) > 20
    assert {slip.kind for slip in slips} <= search.KINDS.keys()
    assert sum(bool(slip.part) for slip in slips) > len(slips) / 2


@derivations
def test_a_slip_that_the_search_makes_never_passes(key, derivation):
    """A sample of them; `make attack` tries them all."""
    ex = EXERCISES[key]
    slips = [*search.alterations(derivation, inputs(ex.key))]
    for number in np.random.default_rng(0).choice(len(slips), 5, replace=False):
        slip = slips[number].function
        values = [search.value_of(slip, arguments, ex.kind.read) for _, arguments, _ in ex.further()]
        same = all(
            value is not None and ex.kind.error(value, right) <= TOLERANCE
            for value, (_, _, right) in zip(values, ex.further(), strict=True)
        )
        assert same or not check(key, slip if ex.function else slip(), record=False).passed


def test_a_refusal_takes_about_a_second_at_most():
    for key in "3c-full", "gru-jacobian", "1b":
        answer = EXERCISES[key].right
        check(key, lambda *a, answer=answer: np.cos(answer(*a)), record=False)
        start = time.process_time()
        verdict = check(key, lambda *a, answer=answer: np.cos(answer(*a)), record=False)
        assert verdict.mistake is None and time.process_time() - start < search.SECONDS + 1


def test_about_so_many_pairs_are_tried_and_rarer_ones_where_there_is_time():
    derivation = search.sources()["1b"][-1]
    for number in 50, 200:
        kinds = [{*pair.kind} for pair in search.pairs.__wrapped__(derivation, inputs("1b"), number)]
        assert number / 2 <= len(kinds) <= 1.5 * number and not any(pair & search.RARER for pair in kinds)
    every = [{*pair.kind} for pair in search.pairs.__wrapped__(derivation, inputs("1b"), 10000)]
    assert len(every) > 1000 and any(pair & search.RARER for pair in every)
    assert 2000 > len([*search.pairs.__wrapped__(derivation, inputs("1b"), 1800)]) == len(every)


@pytest.mark.parametrize(
    "key, told",
    [
        ("2d-guarantee", False),
        ("2d-eighth", False),
        ("2-wall", False),
        ("2c-misprint", True),
        ("3c-half-life", True),
    ],
)
def test_two_slips_are_told_where_two_numbers_cannot_be_hit_by_chance(key, told):
    ex, (derivation, *_) = EXERCISES[key], search.sources()[key]
    draws = [ex.probes[0](np.random.default_rng(seed)) for seed in (0, 1)] if ex.function else [()]

    def values(slips):
        made = [[search.value_of(slip.function, draw, ex.kind.read) for draw in draws] for slip in slips]
        return [pair for pair in made if all(value is not None and np.all(value[0]) for value in pair)]

    known = [[ex.kind.read(ex.right(*draw)) for draw in draws]]
    known += values(slip for other in search.sources()[key] for slip in search.alterations(other, draws[0]))
    of_two = values(search.pairs(derivation, draws[0]))
    value = next(v for v in of_two if all(ex.kind.error(other[0], v[0]) > 0.01 for other in known))
    found = search.explained(ex, [(*sample, None) for sample in zip(draws, value, strict=True)])
    assert ("two slips" in found[1] if found else False) == told


def two_products(a, b, c, d):
    first = a * b  # the first product
    return first + c * d  # the sum


def test_likely_pairs_are_those_that_make_the_value():
    a, b, c, d = arguments = tuple(R[:4, 0])
    value = a / b + c / d
    (pair,) = search.likely_pairs(EXERCISES["1b-h0"], (value,), two_products, arguments)
    assert pair.kind == ("inverted", "inverted") and {*pair.part} == {"the first product", "the sum"}
    assert np.array_equal(pair.function(*arguments), value)


def test_both_slips_may_be_of_one_kind_in_one_line():
    def total(a, b, c):
        return a + b + c

    pairs = {pair.kind for pair in search.pairs(total, (*R[0, 0],))}
    assert {("sign", "sign"), ("missing-term", "sign")} <= pairs


@derivations
def test_so_many_pairs_are_tried_on_every_machine(key, derivation):
    pairs = search.pairs(derivation, inputs(key))
    kinds = [pair.kind for pair in pairs]
    assert len(kinds) <= 1.5 * search.PAIRS
    assert {kind for pair in kinds for kind in pair} <= search.TOGETHER | search.RARER
    assert ("index-shifted", "index-shifted") not in kinds


def test_what_one_slip_explains_is_not_told_as_two():
    def carried_without_its_slope(W, h):
        n = len(W)
        dh = np.zeros((len(h), n, n, n))
        for t in range(1, len(h)):
            own = np.diag(h[t] * (1 - h[t]))[:, :, None] * h[t - 1]
            dh[t] = own + np.tensordot(W, dh[t - 1], axes=1)
        return dh

    verdict = check("1b-forward", carried_without_its_slope)
    assert "missing-slope" in verdict.mistake and "two slips" not in verdict.says


def test_a_slip_in_the_result_is_sought_in_what_is_wrong_of_it():
    verdict = check("2d-tanh", lambda W, x: (4 * W, 4 * x))
    assert verdict.mistake == "shift-forgotten+constant"


def test_the_second_of_two_slips_has_its_own_line():
    def sum_of_three(a, b, c):
        d = 2 * a
        return d + b + c

    tree, _ = search.parsed(sum_of_three)
    names = search.shapes(sum_of_three, (np.ones(2),) * 3)
    lines = {line for _ in search.slips(tree, names) for _, line, _ in search.slips(tree, names) if line}
    assert lines == {2, 3}

"""What slips make of a line: of which kind they are, and what then stands there."""

import ast

import pytest

from rnncourse.check import altering

NAMES = {"x": (3,), "y": (3,), "h": (5, 3), "q": (3, 5, 3), "W": (3, 3), "n": (), "m": ()}
NAMES |= {"t": int, "k": int, "s": tuple, "s.f": (3,), "s.i": (3,), "s.C": (5, 3), "s.g": (2,), "": (3,)}


def made(text, within="{}", names=NAMES):
    """{kind: what then stands there} of an expression, or of the first line of a block."""
    node = ast.parse(within.format(text)).body[0]
    parent, node = (None, getattr(node, "value", node)) if within == "{}" else (node, node.body[0])
    kinds = {}
    for kind, new in altering.variants(node, names, parent):
        lines = [ast.unparse(ast.fix_missing_locations(n)) for n in (new if isinstance(new, list) else [new])]
        kinds.setdefault(kind, []).append("; ".join(lines).replace("\n   ", ""))
    return {kind: sorted(texts) for kind, texts in kinds.items()}  # twice the same would be twice the work


def listed(text):
    """The same of a text "kind: this ; or this | another kind: ..."."""
    kinds = [part.split(": ", 1) for part in text.split(" | ")] if text else []
    return {kind: sorted(texts.split(" ; ")) for kind, texts in kinds}


EXPRESSIONS = {
    "0": "constant: 1 ; -1",
    "1": "constant: 2 ; 0 ; 0.5",
    "3": "constant: 4 ; 2 ; 6 ; 1.5 ; 0.3333333333333333",
    "4": "constant: 5 ; 3 ; 8 ; 2 ; 0.25",
    "True": "",
    "-n": "sign: n",
    "n < m": "missing-case: n <= m ; n >= m",
    "n >= m": "missing-case: n > m ; n < m",
    "n == m": "missing-case: n != m",
    "n if k else m": "missing-case: n ; m",
    "n": "wrong-array: m",
    "t": "wrong-array: k",
    "x": "wrong-array: y ; W[k] ; W[k - 1] ; W[t] ; W[t - 1] ; h[k] ; h[k - 1] ; h[t] ; h[t - 1]",
    "W": "",
    "h": "",
    "other": "",
    "s.f": "wrong-array: s.i",
    "s.C": "",
    "s.i": "wrong-array: s.f",
    "s.other": "",
    "W.T": "transposed: W",
    "h[2]": "wrong-array: x ; y",
    "h[t]": "index-shifted: h[t + 1] ; h[t - 1] | wrong-array: x ; y",
    "h[t - 1]": "index-shifted: h[t - 1 + 1] ; h[t - 1 - 1] | wrong-array: x ; y",
    "x[-1]": "index-shifted: x[-1 + 1] ; x[-1 - 1]",
    "q[t]": "index-shifted: q[t + 1] ; q[t - 1] | wrong-array: h",
    "h[1:]": "index-shifted: h[1 + 1:] ; h[1 - 1:] ; h[1:-1] ; h | reversed: h[1:][::-1]",
    "h[:-1]": "index-shifted: h[1:-1] ; h[:-1 + 1] ; h[:-1 - 1] ; h | reversed: h[:-1][::-1]",
    "h[k:t]": "index-shifted: h[k + 1:t + 1] ; h[k - 1:t - 1] ; h[k + 1:t] ; h[k - 1:t] ; h[k:t + 1] ; "
    "h[k:t - 1] ; h | reversed: h[k:t][::-1]",
    "x[:, None]": "wrong-side: x",
    "x[None, :]": "axis: x[:, None]",
    "W[k, t]": "axis: W[t, k]",
    "q[k, t, 0]": "",
    "range(T)": "index-shifted: range(T + 1) ; range(T - 1)",
    "range(1, T)": "index-shifted: range(1 + 1, T) ; range(1 - 1, T) ; range(1, T + 1) ; range(1, T - 1) ; "
    "range(1 + 1, T + 1) ; range(1 - 1, T - 1)",
    "range(T, 0, -1)": "index-shifted: range(T + 1, 0, -1) ; range(T - 1, 0, -1) ; range(T, 0 + 1, -1) ; "
    "range(T, 0 - 1, -1) ; range(T + 1, 0 + 1, -1) ; range(T - 1, 0 - 1, -1)",
    "f()": "",
    "f(x)": "",
    "f(n + m)": "",
    "f(x, y, n)": "order: f(y, x, n)",
    "zip(x, y)": "order: zip(y, x)",
    "f([x, y])": "order: f([y, x])",
    "f([x], y)": "order: f(y, [x])",
    "np.outer(x, y)": "transposed: np.outer(y, x) | "
    "missing-factor: np.outer(x, np.ones_like(y)) ; np.outer(np.ones_like(x), y)",
    "np.sum(x)": "function: np.mean(x) ; np.max(x)",
    "np.sum(x, keepdims=True)": "function: np.mean(x, keepdims=True) ; np.max(x, keepdims=True)",
    "np.mean(W, axis=0, out=y)": "function: np.sum(W, axis=0, out=y) ; np.max(W, axis=0, out=y) | "
    "axis: np.mean(W, out=y, axis=1) ; np.mean(W, out=y)",
    "np.max(W, axis=1)": "function: np.sum(W, axis=1) ; np.mean(W, axis=1) | "
    "axis: np.max(W, axis=0) ; np.max(W)",
    "np.einsum('ij,jk->ik', W, W)": "axis: np.einsum('ji,jk->ik', W, W) ; np.einsum('ij,kj->ik', W, W) | "
    "order: np.einsum(W, 'ij,jk->ik', W)",
    "np.einsum(x, [0])": "order: np.einsum([0], x)",
}
# Of these, only the kinds that are named: the others stand in the table of slips.
OPERATIONS = {
    "(n + m) * k": "brackets: n + m * k",
    "k / (n - m)": "brackets: k / n - m",
    "(n - m) @ k": "brackets: n - m @ k | order: k @ (n - m) ; n @ k @ m",
    "(n + m) ** k": "brackets: n + m ** k",
    "n ** (m - k)": "brackets: n ** m - k",
    "(n * m) ** k": "brackets: n * m ** k",
    "n ** (m / k)": "brackets: n ** m / k",
    "n / (m * k)": "brackets: n / m * k",
    "n - (m + k)": "brackets: n - m + k",
    "n + m": "sign: n - m | missing-term: n ; m | doubled: n + n + m ; n + m + m",
    "n @ m @ k": "order: k @ (n @ m) ; n @ k @ m",
    "np.tanh(n + m)": "brackets: np.tanh(n) + m ; n + np.tanh(m)",
    "np.sqrt(n * m)": "brackets: np.sqrt(n) * m ; n * np.sqrt(m)",
    "np.maximum(x, y)": "function: np.minimum(x, y) ; x ; y | order: np.maximum(y, x)",
    "np.linspace(n, m, 9)": "function: np.geomspace(*(n, m, 9)) ; np.linspace(*(n, m, 9), endpoint=False)",
}
UNBRACKETED = (
    "n * (m * k)",
    "n - m * k",
    "n + (m - k)",
    "(n @ m) ** k",
    "n * m * k",
    "n - m - k",
    "np.tanh(n)",
)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_is_altered_as_slips_alter_it(text):
    assert made(text) == listed(EXPRESSIONS[text])


@pytest.mark.parametrize("text", OPERATIONS)
def test_an_operation_is_altered_as_slips_alter_it(text):
    found, expected = made(text), listed(OPERATIONS[text])
    assert {kind: found[kind] for kind in expected} == expected


@pytest.mark.parametrize("text", UNBRACKETED)
def test_brackets_that_change_nothing_are_not_left_out(text):
    assert "brackets" not in made(text)


ONCE = "def f():\n    {}"
BEFORE_A_LOOP = "def f():\n    {}\n    for _ in h:\n        pass"
IN_A_LOOP = "for _ in h:\n    {}"
MORE = "missing-step: pass | extra-factor: y = W * x | extra-term: y = W + x ; y = W - x"
LINES = [
    (ONCE, "y = W", MORE),
    (IN_A_LOOP, "y = W", f"{MORE} | accumulated: y += W"),
    (
        BEFORE_A_LOOP,
        "y = W",
        f"{MORE} | other-start: y = W[0] ; y = W[-1] ; y = h[0] ; y = h[-1] ; y = x ; y = y",
    ),
    (
        BEFORE_A_LOOP,
        "n = 0",
        "missing-step: pass | extra-factor: n = 0 * m | extra-term: n = 0 + m ; n = 0 - m",
    ),
    (ONCE, "W = 0", "missing-step: pass | transposed: W = 0; W = W.T"),
    (ONCE, "q = 0", "missing-step: pass"),
    (ONCE, "n, W = 0", "missing-step: pass | transposed: n, W = 0; W = W.T"),
    (BEFORE_A_LOOP, "W[t] = y", "missing-step: pass"),
    (IN_A_LOOP, "W[t] = y", "missing-step: pass"),
    (ONCE, "if t:\n        W = x", "missing-step: pass"),
    (IN_A_LOOP, "y += x", "assigned: y = x | sign: y -= x | missing-step: pass"),
    (IN_A_LOOP, "y -= x", ""),
    (
        "if t:\n    {}",
        "for t in h:\n        x = n\n        y = m\n        z += k",
        "late-update: for t in h: y = m x = n z += k ; for t in h: kept = n y = m z += k x = kept ; "
        "for t in h: x = n z += k y = m ; for t in h: x = n kept = m z += k y = kept",
    ),
    (
        "if t:\n    {}",
        "for t in h:\n        z += k\n        y = m\n        x += n",
        "late-update: for t in h: z += k x += n y = m ; for t in h: z += k kept = m x += n y = kept",
    ),
]


@pytest.mark.parametrize("within, line, slips", LINES)
def test_a_line_is_altered_as_slips_alter_it(within, line, slips):
    assert made(line, within) == listed(slips)


@pytest.mark.parametrize("shape, more", [((3,), "xy"), ((3, 3), "W"), ((5, 5), ""), (tuple, "")])
def test_a_result_may_have_a_factor_too_many_if_it_is_of_its_shape(shape, more):
    found = made("return 0", ONCE, NAMES | {"": shape})
    assert found.get("extra-factor", []) == [f"return 0 * {name}" for name in more]
    assert found["transposed"] == ["return 0 .T"] and "return 2 * 0" in found["constant"]


@pytest.mark.parametrize("shape, more", [((), True), ((3,), True), ((3, 3), False), ((3, 3, 3), False)])
def test_a_line_may_have_a_factor_too_many_if_it_makes_no_matrix(shape, more):
    assert ("extra-factor" in made("x = 0", ONCE, {"x": shape, "y": shape})) == more


def test_each_of_several_results_is_altered_alone():
    found = made("return x, n, y", ONCE, {})
    assert found["swapped-results"] == ["return (y, n, x)"]
    assert found["sign"] == ["return (-x, n, y)", "return (x, -n, y)", "return (x, n, -y)"]


@pytest.mark.parametrize(
    "parameters, exchanged", [("W, x, h, y", ["W, y, h, x"]), ("q, h", []), ("u, v", []), ("t, k", ["k, t"])]
)
def test_parameters_of_one_shape_are_exchanged(parameters, exchanged):
    node = ast.parse(f"lambda {parameters}: 0").body[0].value.args
    slips = altering.variants(node, NAMES, None)
    assert [(kind, ast.unparse(new)) for kind, new in slips] == [("order", new) for new in exchanged]

"""What slips make of an expression or a statement: one thing in the place of another, each of some kind."""

import ast
from copy import copy
from itertools import combinations


def expression(text, **parts):
    """The expression in which the named letters are replaced by trees; what is new has no place in a file."""
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        for place in node._attributes:
            vars(node).pop(place, None)

    class Put(ast.NodeTransformer):
        def visit_Name(self, node):
            return parts.get(node.id, node)

    return Put().visit(tree)


def table(text):
    """{what is altered: [(kind, text of what it becomes)]} of lines "what | kind: text, text | kind: ..."."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    cells = [(what, *cell.split(": ")) for what, *cells in rows for cell in cells]
    found = {}
    for what, kind, texts in cells:
        found.setdefault(what, []).extend((kind, text) for text in texts.split(" ; "))
    return found


# What a slip makes of an operation on a and b, of a call with the arguments a to b, of a result a.
SLIPS = table("""
    Add | sign: a - b | missing-term: a ; b | doubled: a + a + b ; a + b + b
    Sub | sign: a + b ; b - a | missing-term: a ; b ; -b
    Mult | power: a**b | missing-factor: a ; b | inverted: a / b | doubled: a * a * b ; a * b * b
    Div | missing-factor: a ; 1 / b | inverted: b / a ; a * b
    Pow | constant: a ; a ** (b + 1) ; a ** (b - 1) ; a ** (2 * b) | power: a * b ; a / b
    Pow | order: b**a | sign: a ** (-b) | inverted: a ** (1 / b)
    MatMult | transposed: a.T @ b ; a @ b.T | order: b @ a | entrywise: a * b | missing-factor: a ; b
    MatMult | doubled: a @ a @ b | transposed: (a @ b).T ; b.T @ a ; a.T @ b.T
    slope | missing-slope: np.ones_like(a) | doubled: slope(a) ** 2 | sign: -slope(a)
    slope | other-slope: 1 - a**2 ; dsigma(a) ; a ; 1 - a ; 1 + a**2 ; a * (1 + a) ; a**2 ; (1 - a) ** 2
    slope | function: np.sqrt(slope(a)) | inverted: 1 / slope(a)
    slope | averaged: np.mean(slope(a)) ; slope(np.mean(a)) ; np.mean(slope(a), axis=0) ; np.sum(slope(a))
    slope_of_tanh | missing-slope: np.ones_like(a) | doubled: slope_of_tanh(a) ** 2 | sign: -slope_of_tanh(a)
    slope_of_tanh | other-slope: a * (1 - a) ; 1 - np.tanh(a) ** 2 ; 1 - a ; 1 + a**2 ; a ; (1 - a) ** 2
    slope_of_tanh | function: np.sqrt(slope_of_tanh(a)) | inverted: 1 / slope_of_tanh(a)
    slope_of_tanh | averaged: np.mean(slope_of_tanh(a)) ; slope_of_tanh(np.mean(a)) ; np.sum(slope_of_tanh(a))
    sigma | function: a ; np.tanh(a) ; dsigma(a) ; 1 - sigma(a) ** 2 ; np.exp(a) | sign: sigma(-a) ; -sigma(a)
    np.tanh | function: a ; sigma(a) ; np.arctanh(a) ; 1 - np.tanh(a) ** 2
    np.arctanh | function: a ; np.tanh(a) | sign: -np.arctanh(a)
    np.diag | result-reshaped: a
    np.outer | transposed: np.outer(b, a)
    np.outer | missing-factor: np.outer(a, np.ones_like(b)) ; np.outer(np.ones_like(a), b)
    np.sqrt | function: a ; a**2
    np.exp | function: a ; 1 + np.exp(a) ; 2**a ; sigma(a) | sign: np.exp(-a)
    np.log1p | function: np.log(a) ; np.log(1 - a) ; a
    np.log | function: np.log2(a) ; np.log10(a) ; a ; np.log1p(a) ; np.exp(a) | sign: np.log(1 / a)
    np.log2 | function: np.log(a) ; np.log10(a) ; a
    np.linalg.inv | function: a | transposed: a.T
    np.linalg.eig | function: np.linalg.eigh(a) | transposed: np.linalg.eig(a.T)
    np.ceil | function: a ; np.floor(a) ; np.round(a) | constant: np.ceil(a) + 1 ; np.ceil(a) - 1
    np.floor | function: a ; np.ceil(a) ; np.round(a) | constant: np.floor(a) - 1
    np.abs | function: a
    abs | function: a
    np.linalg.norm | function: np.linalg.norm(a) ; np.linalg.norm(a, 1) ; np.max(np.abs(a))
    np.linalg.norm | function: np.sum(np.abs(a)) ; np.max(np.abs(np.linalg.eigvals(a)))
    np.linalg.norm | function: np.abs(np.linalg.det(a))
    np.argmax | function: np.argmin(a) ; 0 ; -1
    np.argmin | function: np.argmax(a)
    np.linspace | function: np.geomspace(*these) ; np.linspace(*these, endpoint=False)
    np.eye | other-start: 0 * np.eye(a) ; np.ones((a, a))
    np.zeros | other-start: np.ones(a)
    np.zeros_like | other-start: np.ones_like(a) ; np.array(a)
    np.ones | other-start: np.zeros(a)
    np.maximum | function: np.minimum(a, b) ; a ; b
    np.hypot | missing-term: a ; b | function: a**2 + b**2 ; np.abs(a) + np.abs(b)
    np.prod | function: np.sum(a, axis=0) ; np.mean(a, axis=0) ; a[-1] | axis: np.prod(a)
    return | transposed: a.T | sign: -a | inverted: 1 / a
    return | function: np.abs(a) ; np.sqrt(a) ; a**2 ; np.round(a) ; np.log(a) ; np.exp(a)
    return | function: np.cumsum(a, axis=0)
    return | function: a / np.linalg.norm(a) ; a / np.sum(a) ; np.clip(a, -1, 1) ; np.maximum(a, 0)
    return | result-reshaped: np.ravel(a) ; np.diag(a) ; a[::-1] ; a[:-1] ; a[1:] ; a[0] ; a[-1]
    return | result-reshaped: a[..., None] ; a[None] ; a.reshape(len(a), -1) ; a[:, None] ; a[:, 0]
    return | result-reshaped: a[:, ::-1]
    return | result-reshaped: np.moveaxis(a, 0, 2) ; np.transpose(a, (1, 0, 2)) ; np.swapaxes(a, 1, 2)
    return | axis: np.sum(a) ; np.sum(a, axis=0) ; np.sum(a, axis=-1) ; np.mean(a, axis=0)
    return | constant: 2 * a ; a / 2 ; 4 * a ; a / 4 ; a / len(a) ; a + 1 ; a - 1 ; 1 - a
    return | averaged: np.mean(a) ; np.mean(a, axis=-1)
""")


FUNCTIONS = "np.sum", "np.mean", "np.max"  # that come in each other's place
WITHIN = "sigma", "np.tanh", "np.exp", "np.log", "np.log1p", "slope", "slope_of_tanh", "np.sqrt"


def variants(node, names, parent):
    """(kind, new node or list of statements) for each slip that can happen at a node."""
    if isinstance(node, ast.BinOp):
        for kind, text in SLIPS.get(type(node.op).__name__, []):
            yield kind, expression(text, a=node.left, b=node.right)
        yield from (("brackets", new) for new in without_brackets(node))
        if isinstance(node.op, ast.MatMult) and isinstance(node.left, ast.BinOp):
            yield "order", expression("a @ c @ b", a=node.left.left, b=node.left.right, c=node.right)
    elif isinstance(node, ast.Compare):
        yield from (("missing-case", new) for new in other_edges(node))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", node.operand
    elif isinstance(node, ast.Call):
        yield from call_variants(node)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = node.value
        half = value // 2 if value % 2 == 0 else value / 2
        for other in dict.fromkeys([value + 1, value - 1, 2 * value, half, 1 / (value or 1)]):
            if other != value:
                yield "constant", ast.Constant(other)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for other in of_shape(names, names[node.id]):
            if other != node.id:
                yield "wrong-array", ast.Name(other, ast.Load())
        yield from (("wrong-array", row) for row in rows_like(node, names))
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transposed", node.value
    elif isinstance(node, ast.Attribute) and ast.unparse(node) in names:
        whole, shape = ast.unparse(node.value), names[ast.unparse(node)]
        for other in sorted(name for name in names if name.startswith(f"{whole}.")):
            if other != ast.unparse(node) and names[other] == shape:
                yield "wrong-array", expression(other)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        for index in shifted(node.slice):
            yield "index-shifted", ast.Subscript(node.value, index, ast.Load())
        yield from (("wrong-array", ast.Name(name, ast.Load())) for name in as_large(node, names))
        if isinstance(node.slice, ast.Slice):
            yield "reversed", expression("a[::-1]", a=node)
            yield "index-shifted", node.value
        elif ast.unparse(node.slice) in ("(:, None)", ":, None"):
            yield "wrong-side", node.value
        elif isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
            turned = ast.Tuple(node.slice.elts[::-1], ast.Load())
            yield "axis", ast.Subscript(node.value, turned, ast.Load())
    elif isinstance(node, ast.IfExp):
        yield "missing-case", node.body
        yield "missing-case", node.orelse
    elif isinstance(node, ast.For):
        yield from loop_variants(node)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        yield "assigned", ast.Assign([node.target], node.value)
        yield "sign", ast.AugAssign(node.target, ast.Sub(), node.value)
        yield "missing-step", ast.Pass()
    elif isinstance(node, ast.arguments):
        yield from (("order", new) for new in exchanged(node, names))
    elif isinstance(node, ast.Assign | ast.If) and parent is not None:
        yield "missing-step", ast.Pass()
        yield from (("transposed", [node, line]) for line in turned_at_once(node, names))
        if isinstance(node, ast.Assign):
            yield from with_more(node, names, ast.unparse(node.targets[0]))
        if (
            isinstance(parent, ast.For)
            and isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
        ):
            yield "accumulated", ast.AugAssign(node.targets[0], ast.Add(), node.value)
        if isinstance(parent, ast.FunctionDef) and any(isinstance(line, ast.For) for line in parent.body):
            yield from other_starts(node, names)
    elif isinstance(node, ast.Return):
        yield from return_variants(node)
        yield from with_more(node, names, "")


def without_brackets(node):
    """What becomes of a product, quotient, power or difference of sums if their brackets are left out."""
    op, left, right = node.op, node.left, node.right
    sums = ast.Add | ast.Sub
    if isinstance(op, ast.Mult | ast.Div | ast.MatMult | ast.Pow):
        if isinstance(left, ast.BinOp) and isinstance(left.op, sums):
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
        if isinstance(right, ast.BinOp) and isinstance(right.op, sums):
            yield ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)
    if isinstance(op, ast.Pow) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult | ast.Div):
        yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
    inner = {ast.Div: ast.Mult | ast.Div, ast.Sub: sums, ast.Pow: ast.Mult | ast.Div}.get(type(op))
    if inner and isinstance(right, ast.BinOp) and isinstance(right.op, inner):
        yield ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)


def other_edges(node):
    """A comparison with its edge on the other side, or turned round."""
    others = {ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE]}
    others |= {ast.GtE: [ast.Gt, ast.Lt], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq]}
    for other in others.get(type(node.ops[0]), []):
        yield ast.Compare(node.left, [other()], node.comparators)


def with_more(node, names, target):
    """A line with a factor, or a term, that does not belong there: another variable of the same shape."""
    shape = names.get(target, int)
    if isinstance(shape, tuple) and (len(shape) < 2 or not target):
        for name in of_shape(names, shape):
            if name != target:
                for kind, text in ("extra-factor", "a * b"), ("extra-term", "a + b"), ("extra-term", "a - b"):
                    new = copy(node)
                    new.value = expression(text, a=node.value, b=expression(name))
                    yield kind, new


def of_shape(names, shape):
    """The variables of a shape, or whole numbers for int."""
    return sorted(name for name, other in names.items() if other == shape and name.isidentifier())


def with_rows(names, shape):
    """The variables of which each row, or each entry, has a shape."""
    arrays = ((name, other) for name, other in names.items() if isinstance(other, tuple))
    return sorted(name for name, other in arrays if other[1:] == shape and name.isidentifier())


def rows_like(node, names):
    """The rows, at a whole number and before it, of arrays whose rows have the shape of a vector."""
    shape = names[node.id]
    if isinstance(shape, tuple) and len(shape) == 1:
        for name in with_rows(names, shape):
            for i in of_shape(names, int):
                yield from (expression(f"{name}[{i}{less}]") for less in ("", " - 1"))


def as_large(node, names):
    """The names of arrays with the shape of one row of another."""
    shape = names.get(ast.unparse(node.value))
    if isinstance(node.slice, ast.Slice | ast.Tuple) or not isinstance(shape, tuple) or len(shape) < 2:
        return []
    return of_shape(names, shape[1:])


def exchanged(node, names):
    """The parameters of a function with two of one shape in each other's places."""
    for a, b in combinations(node.args, 2):
        if names.get(a.arg, a) == names.get(b.arg, b):
            new = copy(node)
            new.args = [{a: b, b: a}.get(argument, argument) for argument in node.args]
            yield new


def turned_at_once(node, names):
    """A line for each matrix among several results, which transposes it for good."""
    for target in ast.walk(node) if isinstance(node, ast.Assign) else ():
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
            shape = names.get(target.id, ())
            if isinstance(shape, tuple) and len(shape) == 2:
                yield ast.Assign([target], expression(f"{target.id}.T"))


def other_starts(node, names):
    """What is set before a loop, set to another variable of its shape, or to an end of a list of such."""
    shape = names.get(ast.unparse(node.targets[0])) if isinstance(node, ast.Assign) else None
    if isinstance(shape, tuple) and shape:
        ends = [f"{name}[{i}]" for name in with_rows(names, shape) for i in (0, -1)]
        for text in [*ends, *of_shape(names, shape)]:
            yield "other-start", ast.Assign(node.targets, expression(text))


def loop_variants(node):
    """Two neighbouring lines of a loop exchanged, or a value renewed only at the loop's end."""
    for i, line in enumerate(node.body[:-1]):
        if not isinstance(line, ast.Assign):
            continue
        before, (following, *after) = node.body[:i], node.body[i + 1 :]
        kept = ast.Assign([ast.Name("kept", ast.Store())], line.value)
        late = ast.Assign(line.targets, ast.Name("kept", ast.Load()))
        for body in [*before, following, line, *after], [*before, kept, following, *after, late]:
            yield "late-update", ast.For(node.target, node.iter, body, [])


def shifted(index):
    """The index, one more and one less; a slice, at either end or at both."""
    if isinstance(index, ast.Slice):
        if index.lower and index.upper:
            for text in "b + 1", "b - 1":
                lower, upper = (expression(text, b=bound) for bound in (index.lower, index.upper))
                yield ast.Slice(lower, upper, index.step)
        for end, first in ("lower", "1"), ("upper", "-1"):
            bound = getattr(index, end)
            for text in ("b + 1", "b - 1") if bound else (first,):
                new = expression(text, b=bound)
                yield ast.Slice(**{"lower": index.lower, "upper": index.upper, end: new})
    elif isinstance(index, ast.Name | ast.BinOp | ast.UnaryOp):
        yield expression("b + 1", b=index)
        yield expression("b - 1", b=index)


def call_variants(node):
    name = ast.unparse(node.func)
    for kind, text in SLIPS.get(name, []) if node.args else []:
        yield kind, expression(text, a=node.args[0], b=node.args[-1], these=ast.Tuple(node.args, ast.Load()))
    if name in FUNCTIONS:
        others = (other for other in FUNCTIONS if other != name)
        yield from (("function", ast.Call(expression(other), node.args, node.keywords)) for other in others)
    if name in WITHIN and node.args and isinstance(node.args[0], ast.BinOp):
        inner = node.args[0]
        yield "brackets", ast.BinOp(ast.Call(node.func, [inner.left], []), inner.op, inner.right)
        yield "brackets", ast.BinOp(inner.left, inner.op, ast.Call(node.func, [inner.right], []))
    if name == "np.einsum" and isinstance(node.args[0], ast.Constant):
        yield from (("axis", new) for new in other_letters(node))
    if name == "range":
        for i, argument in enumerate(node.args[:2]):
            for text in "b + 1", "b - 1":
                arguments = [*node.args[:i], expression(text, b=argument), *node.args[i + 1 :]]
                yield "index-shifted", ast.Call(node.func, arguments, [])
        if len(node.args) > 1:
            for text in "b + 1", "b - 1":
                ends = [expression(text, b=end) for end in node.args[:2]]
                yield "index-shifted", ast.Call(node.func, [*ends, *node.args[2:]], [])
    elif len(node.args) > 1 and name != "np.outer":
        first, second, *others = node.args
        yield "order", ast.Call(node.func, [second, first, *others], node.keywords)
    elif node.args and isinstance(node.args[0], ast.List):
        yield "order", ast.Call(node.func, [ast.List(node.args[0].elts[::-1], ast.Load())], node.keywords)
    for keyword in node.keywords:
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            others = [k for k in node.keywords if k is not keyword]
            for axis in {0, 1} - {keyword.value.value}:
                along = ast.keyword("axis", ast.Constant(axis))
                yield "axis", ast.Call(node.func, node.args, [*others, along])
            yield "axis", ast.Call(node.func, node.args, others)


def other_letters(node):
    """An einsum with two neighbouring letters of a factor exchanged."""
    letters, into = node.args[0].value.split("->")
    for i in range(len(letters) - 1):
        if letters[i : i + 2].isalpha():
            text = f"{letters[:i]}{letters[i + 1]}{letters[i]}{letters[i + 2 :]}->{into}"
            yield ast.Call(node.func, [ast.Constant(text), *node.args[1:]], [])


def return_variants(node):
    if isinstance(node.value, ast.Tuple):
        yield "swapped-results", ast.Return(ast.Tuple(node.value.elts[::-1], ast.Load()))
        for i, result in enumerate(node.value.elts):
            for kind, text in SLIPS["return"]:
                results = [*node.value.elts[:i], expression(text, a=result), *node.value.elts[i + 1 :]]
                yield kind, ast.Return(ast.Tuple(results, ast.Load()))
    else:
        for kind, text in SLIPS["return"]:
            yield kind, ast.Return(expression(text, a=node.value))

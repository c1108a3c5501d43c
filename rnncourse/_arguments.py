"""Arguments: how they are read, and what is said of one that does not fit."""

import math
from functools import lru_cache
from operator import index

import numpy as np


def fit(spec, *values):
    """The values as arrays of one dtype, checked against a spec of shapes such as "W: n n, x: T ... n".

    A letter means the same size wherever it stands, "..." any batch axes, "n+m" a sum of letters met before
    (else a size of its own).
    The dtype is float32 (or complex) if the values ask for it, else float64.
    """
    names = [name for name, _ in _parse(spec)]
    if len(values) != len(names):
        raise ValueError(f"expected the {len(names)} arrays {', '.join(names)}, got {len(values)}")
    arrays = [_numbers(name, value) for name, value in zip(names, values, strict=True)]
    _check_shapes(spec, *(a.shape for a in arrays))
    dtype = np.result_type(*arrays)
    if dtype not in (np.float32, np.complex64):
        dtype = np.complex128 if dtype.kind == "c" else np.float64
    return [a.astype(dtype, copy=False) for a in arrays]


def parts(name, value):
    """The arrays of a tuple such as Params, to be counted by fit."""
    if not np.iterable(value):
        raise TypeError(f"{name} must be a tuple of arrays, got {type(value).__name__}")
    return tuple(value)


def step(name, value, low, high=math.inf):
    """The value as an int between low and high inclusive."""
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {type(value).__name__} {brief(value)}") from None
    if not low <= value <= high:
        allowed = f"from {low} to {high}" if high < math.inf else f"of at least {low}"
        raise ValueError(f"{name} must be an integer {allowed}, got {value}")
    return value


def brief(value):
    """The value in one short line."""
    return " ".join(repr(value).split())[:60]


def rows(a):
    """All axes but the last as one, so that a sum over time and batch is one matrix product."""
    return a.reshape(math.prod(a.shape[:-1]), a.shape[-1])


@lru_cache
def _parse(spec):
    return [(name.strip(), dims.split()) for name, dims in (entry.split(":") for entry in spec.split(","))]


def _numbers(name, value):
    try:
        a = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be a rectangular array, got rows of different lengths") from None
    if a.dtype.kind not in "biufc":
        raise TypeError(f"{name} must hold numbers, got {type(value).__name__} of dtype {a.dtype}")
    if np.ma.is_masked(value):
        raise TypeError(f"{name} must hold numbers, got a masked array with masked entries")
    if a.ndim > 16:  # numpy's own limit, 32 or 64, would strike only when an axis is added
        raise ValueError(f"{name} must have at most 16 axes, got {a.ndim}")
    return a


@lru_cache
def _check_shapes(spec, *shapes):
    sizes = {}
    for (name, dims), shape in zip(_parse(spec), shapes, strict=True):
        sizes |= _sums(dims, sizes)
        found = _match(dims, shape, sizes)
        if found is None:
            raise ValueError(_misfit(name, dims, shape, sizes))
        sizes = found


def _sums(dims, sizes):
    """The size of each "n+m" of which all letters are known."""
    terms = {dim: dim.split("+") for dim in dims if "+" in dim}
    return {
        dim: sum(int(d) if d.isdigit() else sizes[d] for d in summed)
        for dim, summed in terms.items()
        if all(d.isdigit() or d in sizes for d in summed)
    }


def _match(dims, shape, sizes):
    """The sizes of all letters, those known before and those the shape tells; None if it does not fit."""
    folded, batch = shape, len(shape) - len(dims) + 1
    if "..." in dims and batch >= 0:
        i = dims.index("...")
        folded = (*shape[:i], shape[i : i + batch], *shape[i + batch :])
    known = dict(zip(dims, folded, strict=False)) | sizes
    return known if list(folded) == [known.get(dim) for dim in dims] else None


def _misfit(name, dims, shape, sizes):
    """What is said of a shape that does not fit: what was wanted, in letters and here in numbers."""
    batch = ", ".join(map(str, sizes.get("...", ["..."])))
    wanted = ", ".join(dims)
    here = [str((sizes | {"...": batch}).get(dim, dim)) for dim in dims]
    here = ", ".join(size for size in here if size)
    here = f", here ({here})" if here != wanted else ""
    return f"{name} must have shape ({wanted}){here}, got {shape}"

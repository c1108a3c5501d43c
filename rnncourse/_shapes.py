"""What the mathematics says when an argument does not fit: one sentence that names it."""

import math
from functools import lru_cache
from operator import index

import numpy as np


@lru_cache
def _parse(spec):
    return [(name.strip(), dims.split()) for name, dims in (entry.split(":") for entry in spec.split(","))]


def fit(spec, *values):
    """The values as arrays of one dtype, checked against a spec of shapes such as "W: n n, x: T ... n".

    A letter means the same size wherever it stands, "..." any batch axes, "n+m" a sum of letters met before.
    The dtype is float32 (or complex) if the values ask for it, else float64.
    """
    sizes, arrays = {}, []
    for (name, dims), value in zip(_parse(spec), values, strict=True):
        try:
            a = np.asarray(value)
        except ValueError:
            raise ValueError(f"{name} must be a rectangular array, got rows of different lengths") from None
        if a.dtype.kind not in "biufc":
            raise TypeError(f"{name} must hold numbers, got {type(value).__name__} of dtype {a.dtype}")
        if not _matches(a.shape, dims, sizes):
            letters = {letter for dim in dims for letter in dim.split("+")}
            known = " and ".join(f"{d} = {size}" for d, size in sizes.items() if d in letters)
            wanted = f"({', '.join(dims)})" + f" with {known}" * bool(known)
            raise ValueError(f"{name} must have shape {wanted}, got {a.shape}")
        arrays.append(a)
    dtype = np.result_type(*arrays)
    if dtype not in (np.float32, np.complex64):
        dtype = np.result_type(dtype, np.float64)
    return [a.astype(dtype, copy=False) for a in arrays]


def _matches(shape, dims, sizes):
    extra = len(shape) - len(dims) + 1
    if "..." in dims and extra >= 0:
        i = dims.index("...")
        shape = (*shape[:i], shape[i : i + extra], *shape[i + extra :])
    if len(shape) != len(dims):
        return False
    new = {}
    for size, dim in zip(shape, dims, strict=True):
        if "+" in dim:
            known = sum(int(d) if d.isdigit() else sizes[d] for d in dim.split("+"))
        else:
            known = sizes.get(dim, new.setdefault(dim, size))
        if size != known:
            return False
    sizes.update(new)
    return True


def step(name, value, low=-math.inf, high=math.inf):
    """The value as an int between low and high inclusive."""
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {type(value).__name__} {value!r}") from None
    if not low <= value <= high:
        allowed = f"from {low} to {high}" if high < math.inf else f"of at least {low}"
        raise ValueError(f"{name} must be an integer {allowed}, got {value}")
    return value

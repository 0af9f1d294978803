"""Arrays and tensors of any library, and what their numbers mean as levels of 0 to 255."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Floats up to this may be 0..1 overshot by resampling, or an almost black picture of 0..255.
SLIGHTLY_ABOVE_ONE = 2


class ArrayError(ValueError):
    """It is no array, or an ambiguous one; the text says what to give instead."""


def to_array(source: Any) -> NDArray[Any]:
    """Convert a list, a data frame or a tensor: without its gradient, in the memory of the CPU.

    Raises
    ------
    ArrayError
        NumPy cannot convert it.
    """
    kind = type(source).__name__
    try:
        for method in ("detach", "cpu"):
            if hasattr(source, method):
                source = getattr(source, method)()
        return np.asarray(source)
    except Exception as error:  # each library raises its own types
        raise ArrayError(
            f"this {kind} cannot be converted to a NumPy array: {str(error).splitlines()[0]}"
        ) from error


def scale_of(array: NDArray[Any]) -> int:
    """Return what to multiply numbers by so that they are levels of 0 to 255.

    Parameters
    ----------
    array : bool, integer or float array, not empty

    Returns
    -------
    int
        255 for bool and for floats of 0 to 1; 1 for uint8, and for others of 0 to 255.

    Raises
    ------
    ArrayError
        A value is out of range, or the scale is ambiguous: integers that are all 0 or 1, floats
        with a maximum between 1 and 2.

    Examples
    --------
    >>> scale_of(np.array([0.0, 0.5])), scale_of(np.array([0.0, 254.8]))
    (255, 1)
    """
    if array.dtype == np.uint8:
        return 1
    if array.dtype.kind == "b":
        return 255
    if array.dtype.kind not in "iuf":
        raise ArrayError("; give numbers: uint8, other integers, floats or bool")
    lowest, highest = array.min(), array.max()
    if array.dtype.kind == "f":
        if 0 <= lowest <= highest <= 1:
            return 255
        if lowest >= 0 and SLIGHTLY_ABOVE_ONE <= highest <= 255:
            return 1
        wanted = "floats from 0 to 1, or from 0 to 255"
    else:
        if 0 <= lowest <= highest <= 255 and highest != 1:
            return 1
        wanted = "integers from 0 to 255, or bool if there are only 0 and 1"
    raise ArrayError(f", from {lowest:.7g} to {highest:.7g}; give {wanted}")

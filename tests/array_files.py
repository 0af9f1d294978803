"""Files of arrays, written for a test and read as a source."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from lenet import datasets
from lenet.errors import DataError

Arrays = dict[str, NDArray[Any]]
EXPECTED = "; name the arrays x_train, y_train, x_test and y_test, or images and labels"


def few_digits() -> datasets.Splits:
    """Real digits: 60 to train on, 40 to test on."""
    whole = datasets.load("uci-digits")
    return datasets.Splits(whole.train.subset(slice(60)), whole.test.subset(slice(40)))


def load(path: Path, content: Arrays | bytes) -> datasets.Splits:
    """Write arrays, or bytes, as a file of the kind that its suffix says, and load it."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif path.suffix == ".npz":
        np.savez_compressed(path, **content)  # type: ignore[arg-type]
    else:
        savemat(path, content, do_compression=True)
    return datasets.load(f"{path.suffix[1:]}:{path}")


def error_of(path: Path, content: Arrays | bytes) -> str:
    """The error for such a file, without its name."""
    with pytest.raises(DataError) as error:
        load(path, content)
    text = str(error.value).removeprefix(f"{path.suffix[1:]}:")
    assert "\n" not in text
    assert text.startswith(str(path))
    return text.removeprefix(str(path)).lstrip(": ")


def same(found: datasets.Splits, expected: datasets.Splits) -> bool:
    """Whether images, labels and classes are those expected."""
    return (found.train.digest, found.test.digest) == (expected.train.digest, expected.test.digest)

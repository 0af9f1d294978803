"""What science brings: sources of digit images with labels, each as training and test part.

An image is uint8 (28, 28), 0 = paper, 255 = ink; images stay uint8 in memory. A source is a word:
``mnist``, ``uci-digits``, ``idx:DIR``, ``folder:DIR``, or a number of images made here:
``drawn:N``, ``printed:N`` and ``nondigits:N``.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from lenet.datasets.dataset import NONE, Dataset, Splits, carve, join
from lenet.errors import DataError, UsageError, suggest

__all__ = [
    "SOURCES",
    "Dataset",
    "Splits",
    "carve",
    "join",
    "join_splits",
    "load",
    "load_all",
    "load_each",
    "load_nondigits",
    "load_others",
]

# source -> what it is
SOURCES = {
    "mnist": "60,000 training and 10,000 test digits; downloaded once (12 MB) if not at hand",
    "uci-digits": "1,797 digits that come inside scikit-learn; needs no download",
    "idx:DIR": "IDX files as of Fashion-MNIST or KMNIST; idx:DIR?transpose for EMNIST",
    "folder:DIR": "a folder of .png per class, DIR/<class>/*.png, or in DIR/train and DIR/test",
    "corrections:URL": "what `lenet serve --collect URL` kept; URL may be a file",
    "drawn:N": "N digits that lenet draws itself, in the styles of many countries",
    "printed:N": "N digits that lenet prints itself, in freely usable fonts",
    "nondigits:N": "N letters, signs, scribbles and textures: what is no digit",
}


def load(
    source: str,
    data_dir: str | Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
) -> Splits:
    """Load a source by its word.

    Parameters
    ----------
    source : str
        One of `SOURCES`.
    data_dir : path, optional
        Where MNIST is looked for first and downloaded to, in place of the user's cache.
    download : bool
        Whether MNIST may be downloaded.
    timeout : float, optional
        Seconds that the download as a whole may take.
    show_progress : bool
        Whether to show the download on stderr, if that is a terminal.

    Raises
    ------
    UsageError
        No such source.
    DataError
        The data is missing, unreadable, damaged or cannot be downloaded.

    Examples
    --------
    >>> digits = load("uci-digits")
    >>> digits.train.images.shape, digits.train.images.dtype, len(digits.test)
    ((1438, 28, 28), dtype('uint8'), 359)
    """
    kind, _, place = source.partition(":")
    # Imported here: MNIST needs neither OpenCV nor Pillow, and the others need no downloading.
    if source == "mnist":
        from lenet.datasets.mnist import load_mnist

        folder = Path(data_dir).expanduser() if data_dir else None
        return load_mnist(folder, download, timeout, show_progress)
    if source == "uci-digits":
        from lenet.datasets.uci import load_uci_digits

        return load_uci_digits()
    if kind == "idx" and place:
        from lenet.datasets.idx import load_idx

        return load_idx(place)
    if kind == "folder" and place:
        from lenet.datasets.folder import load_folder

        return load_folder(place)
    if kind in {"drawn", "printed", "nondigits"} and place:
        from lenet.datasets.drawn import load_drawn

        return load_drawn(kind, place)
    if kind == "corrections" and place:
        from lenet.datasets.corrections import load_corrections

        return load_corrections(place)
    raise UsageError(f"no dataset {source!r}: {suggest(source, SOURCES)}")


def load_others(source: str) -> tuple[Dataset | None, Dataset | None]:
    """Load what a source of classes holds of none of them, to learn from and to test on.

    That is what people corrected to be no digit, or a folder ``none`` beside the classes; other
    sources hold no such images.

    Raises
    ------
    DataError
        The source cannot be read.
    """
    kind, _, place = source.partition(":")
    if kind == "corrections":
        from lenet.datasets import corrections

        return corrections.load_others(place)
    if kind == "folder":
        from lenet.datasets import folder

        return folder.load_others(place)
    return None, None


def load_nondigits(source: str, data_dir: Path | None = None) -> Dataset:
    """Load images that show no digit, to learn to refuse.

    They are what `load_others` finds in the source; where that is nothing, all it holds.

    Raises
    ------
    UsageError
        No such source.
    DataError
        The source cannot be read, or is of corrections of which none says that it is no digit.
    """
    train, _ = load_others(source)
    if train is None:
        if source.partition(":")[0] == "corrections":
            raise DataError(
                "no correction says that something is no digit: leave them out of nondigits"
            )
        train = load(source, data_dir, show_progress=True).train
    return Dataset(train.name, train.images, np.zeros(len(train), np.int64), (NONE,))


def load_all(
    sources: Sequence[str],
    data_dir: str | Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
) -> Splits:
    """Load several sources and join their training parts and their test parts.

    Parameters are those of `load`.

    Raises
    ------
    UsageError
        No such source, none at all, or one twice.
    DataError
        As `load`; or the class names of two sources differ.
    """
    return join_splits(load_each(sources, data_dir, download, timeout, show_progress).values())


def join_splits(splits: Iterable[Splits]) -> Splits:
    """Join the training parts of several sources and their test parts (`DataError`: `join`)."""
    every = list(splits)
    return Splits(join([each.train for each in every]), join([each.test for each in every]))


def load_each(
    sources: Sequence[str],
    data_dir: str | Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
) -> dict[str, Splits]:
    """Load several sources by their words, in their order (as `load_all`, but not joined)."""
    if not sources:
        raise UsageError(f"no dataset given: {suggest('', SOURCES)}")
    if twice := [source for source in dict.fromkeys(sources) if sources.count(source) > 1]:
        raise UsageError(
            f"{twice[0]} is given twice: its images would be learnt from and held out at once; "
            "say each --data once"
        )
    return {source: load(source, data_dir, download, timeout, show_progress) for source in sources}

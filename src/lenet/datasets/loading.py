"""Loading of data: one source, several, or what a source holds that is none of its classes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenet.datasets.dataset import NONE, Dataset, Splits, join
from lenet.datasets.source import MEMORY, OF_PICTURES, SOURCES, Source
from lenet.errors import DataError, UsageError, suggest

if TYPE_CHECKING:
    from lenet.finder import Preparation

MATERIAL = {
    "scenes": "are whole scenes, not images of 28×28: train a finder on them",
    "things": "are pictures that scenes are drawn on, not images of digits: name them as material",
}


def load(
    source: str,
    data_dir: str | Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
    learnt: "Preparation | None" = None,
) -> Splits:
    """Load a source.

    Parameters
    ----------
    source : str
        Written as in `SOURCES`.
    data_dir : path, optional
        Where data that is downloaded is looked for first and put, in place of the user's cache.
    download : bool
        Whether it may be downloaded.
    timeout : float, optional
        Seconds that the download as a whole may take.
    show_progress : bool
        Whether to show the download on stderr, if that is a terminal.
    learnt : Preparation, optional
        How a model that shall read its pictures takes them, where the source says nothing else.

    Raises
    ------
    UsageError
        No such source, or one that holds no images of 28×28.
    DataError
        The data is missing, unreadable, damaged or cannot be downloaded.

    Examples
    --------
    >>> digits = load("uci-digits")
    >>> digits.train.images.shape, digits.train.images.dtype, len(digits.test)
    ((1438, 28, 28), dtype('uint8'), 359)
    """
    parsed = Source.parse(source)
    if parsed.kind == MEMORY:
        raise DataError(
            f"{source} is in no file, a Python program handed it over: hand it over again, as "
            "data of lenet.train, lenet.evaluate or lenet.experiment.resume"
        )
    # Imported here: MNIST needs neither OpenCV nor Pillow, and the others need no download.
    match parsed.kind:
        case "mnist":
            from lenet.datasets.mnist import load_mnist

            return load_mnist(_path(data_dir), download, timeout, show_progress)
        case "uci-digits":
            from lenet.datasets.builtin import load_uci_digits

            return load_uci_digits()
        case "unipen":
            from lenet.datasets.unipen import load_unipen

            place, folder = _path(parsed.place), _path(data_dir)
            return load_unipen(place, folder, download, timeout, show_progress)
        case "crops":
            from lenet.datasets.crops import load_crops

            return load_crops(parsed.place, _path(data_dir))
        case "scenes" | "things":
            raise UsageError(f"{source} {MATERIAL[parsed.kind]}")
        case "idx":
            from lenet.datasets.idx import load_idx

            return load_idx(parsed.place)
        case "folder":
            from lenet.datasets.folder import load_folder

            return load_folder(parsed.place, learnt, show_progress=show_progress)
        case "csv":
            from lenet.datasets.table import load_csv

            return load_csv(parsed.place)
        case "npz":
            from lenet.datasets.arrays import load_npz

            return load_npz(parsed.place)
        case "mat":
            from lenet.datasets.matlab import load_mat

            return load_mat(parsed.place)
        case "parquet":
            from lenet.datasets.parquet import load_parquet

            return load_parquet(parsed.place, learnt, show_progress=show_progress)
        case "corrections":
            from lenet.datasets.corrections import load_corrections

            return load_corrections(parsed.place)
        case "drawn" | "printed" | "nondigits":
            from lenet.datasets.builtin import load_drawn

            return load_drawn(parsed.kind, parsed.place)
        case name:
            from lenet.datasets.named import load_named

            return load_named(name, _path(data_dir), download, timeout, show_progress)


def _path(place: str | Path | None) -> Path | None:
    return Path(place).expanduser() if place else None


def load_each(
    sources: Sequence[str],
    data_dir: str | Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
    learnt: "Preparation | None" = None,
) -> dict[str, Splits]:
    """Load several sources, in their order; the parameters are those of `load`.

    Their pictures become images in one way; see `prepared_alike`.

    Raises
    ------
    UsageError
        No such source, none at all, or one twice.
    DataError
        See `load`.
    """
    if not sources:
        raise UsageError(f"no dataset given: {suggest('', SOURCES)}")
    if repeated := [source for source in dict.fromkeys(sources) if sources.count(source) > 1]:
        raise UsageError(
            f"{repeated[0]} is given twice: its images would be trained on and held out at once; "
            "say each --data once"
        )
    loaded = {
        source: load(source, data_dir, download, timeout, show_progress, learnt)
        for source in sources
    }
    return prepared_alike(loaded, show_progress=show_progress)


def prepared_alike(
    sources: Mapping[str, Splits], *, show_progress: bool = False
) -> dict[str, Splits]:
    """Return sources whose pictures became images in one way, in which a model can take others.

    Where small plain pictures of two sources differ in polarity, each is taken as it looks, unless
    its source says otherwise: those sources are read again.

    Raises
    ------
    DataError
        See `common_preparation`.
    """
    common = common_preparation(list(sources.values()))
    odd = [
        name
        for name, each in sources.items()
        if Source.parse(name).kind in OF_PICTURES
        and each.preparation != common
        and "polarity=" not in name
    ]
    again = {name: load(name, show_progress=show_progress, learnt=common) for name in odd}
    note = f"small plain pictures of {' and '.join(odd)} differ: each is taken as it looks"
    if odd:
        again[odd[0]] = replace(again[odd[0]], notes=(note, *again[odd[0]].notes))
    return {name: again.get(name, splits) for name, splits in sources.items()}


def load_all(
    sources: Sequence[str],
    data_dir: str | Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
    learnt: "Preparation | None" = None,
) -> Splits:
    """Like `load_each`, with the training parts joined, and the test parts.

    Raises
    ------
    UsageError
        See `load_each`.
    DataError
        See `load`; or the class names of two sources differ.
    """
    loaded = load_each(sources, data_dir, download, timeout, show_progress, learnt)
    return join_splits(loaded.values())


def join_splits(splits: Iterable[Splits]) -> Splits:
    """Join the training parts of several sources, their test parts and notes; see `join`."""
    parts = list(splits)
    return Splits(
        join([part.train for part in parts]),
        join([part.test for part in parts]),
        tuple(note for part in parts for note in part.notes),
        common_preparation(parts),
    )


def common_preparation(splits: Sequence[Splits]) -> "Preparation | None":
    """Return how the pictures of all sources became images; None if none holds pictures.

    Where small pictures of two sources differ in polarity, each picture is taken as it looks.

    Raises
    ------
    DataError
        Pictures of one source are squeezed, and those of another are not.
    """
    prepared = {part.train.name: part.preparation for part in splits if part.preparation}
    names, preparations = list(prepared), list(prepared.values())
    if not preparations:
        return None
    first = preparations[0]
    for name, other in prepared.items():
        if other.fit != first.fit:
            raise DataError(
                f"{names[0]} and {name} become images in two ways, fit={first.fit} and "
                f"fit={other.fit}, but a model reads pictures in one: give both the same ?fit="
            )
    if any(other != first for other in preparations):
        return type(first)(first.fit)
    return first


def load_others(
    source: str, data_dir: str | Path | None = None, learnt: "Preparation | None" = None
) -> tuple[Dataset | None, Dataset | None]:
    """Load the images of a source that show none of its classes, for training and for testing.

    These are readings that people corrected to "no digit", a folder ``none`` beside the classes,
    or UNIPEN's letters and signs. Other sources hold no such images. `learnt` is how the pictures
    of the classes became images, as in `load`.

    Raises
    ------
    UsageError
        No such source.
    DataError
        The source cannot be read.
    """
    parsed = Source.parse(source)
    match parsed.kind:
        case "corrections":
            from lenet.datasets import corrections

            return corrections.load_others(parsed.place)
        case "folder":
            from lenet.datasets import folder

            return folder.load_others(parsed.place, learnt)
        case "unipen":
            from lenet.datasets import unipen

            return unipen.load_others(_path(parsed.place), _path(data_dir))
        case "crops":
            from lenet.datasets import crops

            return crops.load_others(parsed.place, _path(data_dir))
        case _:
            return None, None


def load_nondigits(
    source: str, data_dir: Path | None = None, learnt: "Preparation | None" = None
) -> Dataset:
    """Load images that show no digit, to learn to refuse them.

    They are what `load_others` gives for training; if that is nothing, all images of the source.
    Without `learnt`, small plain pictures are taken as they look. A picture of a folder may show
    nothing at all.

    Raises
    ------
    UsageError
        No such source.
    DataError
        The source cannot be read, or it is a store of corrections none of which says "no digit".
    """
    parsed = Source.parse(source)
    train, _ = load_others(source, data_dir, learnt)
    if train is None:
        if parsed.kind == "corrections":
            raise DataError(
                "no correction says that something is no digit: leave them out of nondigits"
            )
        from lenet.finder import Preparation  # brings OpenCV

        learnt = learnt or Preparation()
        if parsed.kind == "folder":
            from lenet.datasets.folder import load_folder

            splits = load_folder(parsed.place, learnt, show_progress=True, keeps_blank=True)
        else:
            splits = load(source, data_dir, show_progress=True, learnt=learnt)
        train = splits.train
    return Dataset(train.name, train.images, np.zeros(len(train), np.int64), (NONE,))

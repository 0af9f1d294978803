"""Corrected readings, which `lenet serve --collect` keeps, as a dataset; and exporting them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from lenet.corrections import Correction, Corrections
from lenet.datasets.dataset import DIGITS, NONE, Dataset, Splits
from lenet.errors import DataError
from lenet.storage import cannot_write, write_atomically

PARTS = ("train", "test")  # folders of an export


def load_corrections(place: str) -> Splits:
    """Load the digits among the corrections in an SQLite file or at a PostgreSQL URL.

    One in five is for testing, chosen by its id. So however many corrections are added, one that
    was trained on is never tested on. The exception is a handful whose ids all fall on one side:
    then one of them changes sides.

    Raises
    ------
    DataError
        There are fewer than two, or the database cannot be reached.
    """
    name, corrections = _read(place)
    digits = [correction for correction in corrections if correction.truth is not None]
    if len(digits) < 2:
        raise DataError(
            f"{name} holds {len(digits)} corrections to a digit: correct at least two, one to "
            "train on and one to test on"
            + (
                '; to train on the corrections to "no digit" alone, say --data mnist --set '
                f'\'nondigits=["nondigits:15000", "corrections:{name}"]\''
                if len(corrections) > len(digits)
                else ""
            )
        )
    train, test = _split(digits)
    return Splits(_dataset(train, DIGITS), _dataset(test, DIGITS))


def load_others(place: str) -> tuple[Dataset | None, Dataset | None]:
    """Load the corrections to "no digit", for training and for testing; split the same way.

    Without any, both are None; with a single one, the second is.

    Raises
    ------
    DataError
        The database cannot be reached.
    """
    _, corrections = _read(place)
    train, test = _split([correction for correction in corrections if correction.truth is None])
    return (
        _dataset(train, (NONE,)) if train else None,
        _dataset(test, (NONE,)) if test else None,
    )


def export_corrections(place: str, folder: Path) -> int:
    """Write every correction to ``<part>/<digit>/<id>.png``; return how many there are.

    The parts are ``train`` and ``test``, split as `load_corrections` splits them. Corrections to
    "no digit" go to ``none``. Every digit gets a folder, so that the export has all ten classes
    when it is read back.

    Files that exist are left alone: exporting again adds only new corrections. The files of
    corrections that were deleted since stay, too.

    Raises
    ------
    DataError
        The database cannot be reached, or the folder cannot be written.
    """
    _, corrections = _read(place)
    digits = _split([correction for correction in corrections if correction.truth is not None])
    others = _split([correction for correction in corrections if correction.truth is None])
    for part in PARTS:
        for name in DIGITS:
            _make_folder(folder / part / name)
    for part, of_digits, of_others in zip(PARTS, digits, others, strict=True):
        for correction in (*of_digits, *of_others):
            _export(correction, folder, part)
    return len(corrections)


def _export(correction: Correction, folder: Path, part: str) -> None:
    name = NONE if correction.truth is None else str(correction.truth)
    file = f"{correction.id}.png"
    # An earlier export of a handful may have put it into the other part: it stays there.
    if any((folder / other / name / file).exists() for other in PARTS):
        return
    _make_folder(folder / part / name)
    png = cv2.imencode(".png", correction.image)[1].tobytes()
    write_atomically(folder / part / name / file, png)


def _read(place: str) -> tuple[str, list[Correction]]:
    store = Corrections(place, create=False)
    try:
        return store.name, list(store)
    finally:
        store.close()


def _split(corrections: list[Correction]) -> tuple[list[Correction], list[Correction]]:
    train = [correction for correction in corrections if not correction.held_out]
    test = [correction for correction in corrections if correction.held_out]
    # Of a handful, all may fall on one side by chance.
    if not train and test:
        train.append(test.pop())
    if not test and len(train) > 1:
        test.append(train.pop())
    return train, test


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _dataset(corrections: Sequence[Correction], classes: tuple[str, ...]) -> Dataset:
    return Dataset(
        "corrections",  # not the place: model cards name what a run was trained on
        np.stack([correction.image for correction in corrections]),
        np.array([correction.truth or 0 for correction in corrections], np.int64),
        classes,
    )

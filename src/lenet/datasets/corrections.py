"""Corrected readings, as `lenet serve --collect` keeps them."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from lenet.corrections import Correction, Corrections
from lenet.datasets.dataset import NONE, Dataset, Splits
from lenet.errors import DataError
from lenet.storage import cannot_write, write_atomically

DIGITS = tuple("0123456789")
PARTS = ("train", "test")  # folders of an export


def load_corrections(place: str) -> Splits:
    """Load the digits among the corrections in an SQLite file or at a PostgreSQL URL.

    One in five is for testing. Which ones follows from their ids, so that a correction that was
    once learnt from is never tested on, however many more come; unless there were so few that
    chance had put all on one side, and one had to change it.

    Raises
    ------
    DataError
        There are fewer than two, or the database cannot be reached.
    """
    name, every = _read(place)
    digits = [each for each in every if each.truth is not None]
    if len(digits) < 2:
        raise DataError(
            f"{name} holds {len(digits)} corrections that say which digit it is: correct two at "
            "least, one to learn from and one to test on"
            + (
                "; what is no digit is learnt alone with --data mnist --set "
                f'\'nondigits=["nondigits:15000", "corrections:{name}"]\''
                if len(every) > len(digits)
                else ""
            )
        )
    train, test = _parted(digits)
    return Splits(_dataset(train, DIGITS), _dataset(test, DIGITS))


def load_others(place: str) -> tuple[Dataset | None, Dataset | None]:
    """Load what people said to be no digit, to learn from and to test on, parted the same way.

    There is nothing to learn from where there is none, and to test on where there is only one.

    Raises
    ------
    DataError
        The database cannot be reached.
    """
    _, every = _read(place)
    train, test = _parted([each for each in every if each.truth is None])
    return (
        _dataset(train, (NONE,)) if train else None,
        _dataset(test, (NONE,)) if test else None,
    )


def _read(place: str) -> tuple[str, list[Correction]]:
    store = Corrections(place, create=False)
    try:
        return store.name, list(store)
    finally:
        store.close()


def _parted(every: list[Correction]) -> tuple[list[Correction], list[Correction]]:
    train = [each for each in every if not each.held_out]
    test = [each for each in every if each.held_out]
    # There may be so few that chance put all on one side.
    if not train and test:
        train.append(test.pop())
    if not test and len(train) > 1:
        test.append(train.pop())
    return train, test


def export_corrections(place: str, folder: Path) -> int:
    """Write every correction to ``<part>/<digit>/<id>.png``; return how many there are.

    The parts are ``train`` and ``test``, the same as `load_corrections` makes; what is no digit
    goes to ``none``. There is a folder for every digit, so that it reads back as the ten classes.

    What is there already is left as it is, so the same may be said again when more have come. What
    was taken back since stays there, too.

    Raises
    ------
    DataError
        The database cannot be reached, or the folder cannot be written.
    """
    _, every = _read(place)
    digits = _parted([each for each in every if each.truth is not None])
    others = _parted([each for each in every if each.truth is None])
    for part in PARTS:
        for name in DIGITS:
            _make(folder / part / name)
    for part, *corrections in zip(PARTS, digits, others, strict=True):
        for each in itertools.chain(*corrections):
            name = NONE if each.truth is None else str(each.truth)
            # Of a handful, one may have gone to the other part before: there it stays.
            if any((folder / part / name / f"{each.id}.png").exists() for part in PARTS):
                continue
            _make(folder / part / name)
            png = cv2.imencode(".png", each.image)[1].tobytes()
            write_atomically(folder / part / name / f"{each.id}.png", png)
    return len(every)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None


def _dataset(corrections: Sequence[Correction], classes: tuple[str, ...]) -> Dataset:
    return Dataset(
        "corrections",  # without their place: model cards say what a run learnt from
        np.stack([each.image for each in corrections]),
        np.array([each.truth or 0 for each in corrections], np.int64),
        classes,
    )

"""Corrected readings, as `lenet serve --collect` keeps them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from lenet.corrections import Correction, Corrections
from lenet.datasets.dataset import Dataset, Splits
from lenet.errors import DataError
from lenet.storage import cannot_write, write_atomically

CLASSES = tuple("0123456789")


def load_corrections(place: str) -> Splits:
    """Load the corrections in an SQLite file or at a PostgreSQL URL.

    One in five is for testing. Which ones follows from their ids, so that a correction that was
    once learnt from is never tested on, however many more come; unless there were so few that
    chance had put all on one side, and one had to change it.

    Raises
    ------
    DataError
        There are fewer than two, or the database cannot be reached.
    """
    store = Corrections(place, create=False)
    try:
        every = list(store)
    finally:
        store.close()
    if len(every) < 2:
        raise DataError(
            f"{store.name} holds {len(every)} corrections: correct two at least, one to learn "
            "from and one to test on"
        )
    test = [each for each in every if each.held_out]
    train = [each for each in every if not each.held_out]
    for part, other in ((train, test), (test, train)):
        if not part:  # there are so few that chance put all on one side
            part.append(other.pop())
    return Splits(_dataset(train), _dataset(test))


def export_corrections(place: str, folder: Path) -> int:
    """Write every correction to ``folder/<digit>/<id>.png``; return how many there are.

    What is there already is left as it is, so the same may be said again when more have come.

    Raises
    ------
    DataError
        The database cannot be reached, or the folder cannot be written.
    """
    store = Corrections(place, create=False)
    count = 0
    try:
        for each in store:
            path = folder / str(each.truth) / f"{each.id}.png"
            if not path.exists():
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    raise cannot_write(path.parent, error) from None
                write_atomically(path, cv2.imencode(".png", each.image)[1].tobytes())
            count += 1
    finally:
        store.close()
    return count


def _dataset(corrections: Sequence[Correction]) -> Dataset:
    return Dataset(
        "corrections",  # without their place: model cards say what a run learnt from
        np.stack([each.image for each in corrections]),
        np.array([each.truth for each in corrections], np.int64),
        CLASSES,
    )

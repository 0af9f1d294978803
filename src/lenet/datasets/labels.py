"""What labels say, in whole numbers, words or one-hot rows; class names, sorted and checked."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.dataset import DIGITS, Dataset, Splits, carve_test
from lenet.errors import DataError

if TYPE_CHECKING:
    from lenet.finder import Preparation

# Names of the column or array that holds labels, in small letters.
LABEL_NAMES = ("label", "labels", "class", "target", "y", "digit")
FEW = 3  # images of a class: fewer do not go round training, validation and testing
MOST_NAMED = 10  # classes in a note
# Names of the ten digits, in small letters.
WORDS = dict(
    zip(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        DIGITS,
        strict=True,
    )
)
PADDED = {f"0{digit}": digit for digit in DIGITS}
MOST_CLASSES = 5_000  # more than the 3,832 characters of Kuzushiji-Kanji; more are no classes

# "1.0" and "5.000e+00" are whole numbers as programs of statistics and `numpy.savetxt` write them.
_DECIMAL = re.compile(r"[+-]?\d+\.\d*(e[+-]?\d+)?", re.IGNORECASE)


class LabelError(Exception):
    """Labels cannot be understood; the text follows the name of what holds them."""


@dataclass(frozen=True)
class Labels:
    """The labels of some images.

    Attributes
    ----------
    names : tuple of str
        Class names, no two alike.
    codes : int64 array (n,)
        For each image, the index of its class name.
    declared : bool
        Whether `names` are all classes there are, in their order; otherwise they are those met.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]
    declared: bool = False


def of_texts(texts: Sequence[str], codes: NDArray[np.int64]) -> Labels:
    """Return the labels of images, where image i has the text ``texts[codes[i]]``.

    Raises
    ------
    LabelError
        A label is a fraction or negative.
    """
    names = [_class_name(text) for text in texts]
    index = {name: i for i, name in enumerate(dict.fromkeys(names))}
    renumbered = np.array([index[name] for name in names], np.int64)
    return Labels(tuple(index), renumbered[codes])


def of_array(values: NDArray[Any]) -> Labels:
    """Return the labels in an array.

    Parameters
    ----------
    values : array
        Whole numbers (of any type, floats too) or text, of shape (n,), (n, 1) or (1, n); or
        one-hot, (n, k): one 1 in each row, the rest 0.

    Raises
    ------
    LabelError
        They are none of these, one is missing (NaN or empty), negative or a fraction.
    """
    if values.dtype.kind not in "biufUS":
        raise LabelError(f"holds {values.dtype}, expected whole numbers or text as labels")
    if values.ndim == 2 and min(values.shape) > 1:
        return _of_one_hot(values)
    if values.ndim not in (1, 2):
        raise LabelError(f"is {values.shape}, expected labels (n,) or one-hot rows (n, k)")
    values = values.ravel()
    if values.dtype.kind in "US":
        values = np.char.strip(values.astype(np.str_))
        missing = (values == "") | (np.char.lower(values) == "nan")
    else:
        missing = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
    if missing.any():
        raise LabelError(
            f"holds no label for {missing.sum():,} of {len(values):,} images, first for image "
            f"{missing.argmax():,}; remove them"
        )
    distinct, codes = np.unique(values, return_inverse=True)
    return of_texts([str(each) for each in distinct.tolist()], codes.astype(np.int64))


def _of_one_hot(values: NDArray[Any]) -> Labels:
    is_one_hot = values.dtype.kind in "biuf" and (
        ((values == 0) | (values == 1)).all(1) & (values.sum(1) == 1)
    )
    if not np.all(is_one_hot):
        raise LabelError(
            f"is {values.shape}, but not one-hot, a 1 in each row and the rest 0; "
            "give one label for each image"
        )
    names = tuple(str(i) for i in range(values.shape[1]))
    return Labels(names, values.argmax(1).astype(np.int64), declared=True)


def _class_name(text: str) -> str:
    """Return a label as a class name: "1.0" reads as "1"."""
    name = text.strip()
    if _DECIMAL.fullmatch(name):
        number = float(name)
        if not number.is_integer():
            raise LabelError(
                f"holds the label {name}, a fraction; labels are whole numbers or names"
            )
        name = str(int(number))
    if re.fullmatch(r"-\d+", name):
        raise LabelError(f"holds the label {name}; remove the images that have no label")
    return name


def sort_classes(names: Iterable[str]) -> tuple[str, ...]:
    """Return class names sorted, as numbers if all are numbers.

    >>> sort_classes({"10", "9", "2"}), sort_classes({"10", "9", "b"})
    (('2', '9', '10'), ('10', '9', 'b'))
    """
    names = set(names)
    if all(name.isdecimal() for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(sorted(names))


def as_digits(names: Iterable[str]) -> dict[str, str]:
    """Return class names by what they are called: ten digits written otherwise become digits.

    >>> as_digits(f"0{i}" for i in range(10))["07"], as_digits(["zero", "one"])
    ('7', {'zero': 'zero', 'one': 'one'})
    """
    found = {name: name for name in names}
    for written in (WORDS, PADDED):
        digits = {name: written.get(name.casefold(), "") for name in found}
        if len(digits) == len(DIGITS) and set(digits.values()) == set(DIGITS):
            return digits
    return found


def few_note(splits: Splits) -> list[str]:
    """Name the classes with so few images that training, validation or testing lacks them."""
    labels = np.concatenate([splits.train.labels, splits.test.labels])
    counts = np.bincount(labels, minlength=len(splits.train.classes))
    few = [
        name for name, count in zip(splits.train.classes, counts, strict=True) if 0 < count < FEW
    ]
    if not few:
        return []
    return [
        f"{'one class has' if len(few) == 1 else f'{len(few):,} classes have'} fewer than {FEW} "
        "images, too few to train and to test on: "
        f"{', '.join(few[:MOST_NAMED])}{' …' if len(few) > MOST_NAMED else ''}"
    ]


def check_trained(splits: Splits) -> None:
    """Refuse test images of classes that no training image has (`DataError`)."""
    labels = [Labels(part.classes, part.labels) for part in (splits.train, splits.test)]
    try:
        _check_test(*labels)
    except LabelError as error:
        raise DataError(f"{splits.train.name} {error}") from error


def check_classes(names: Sequence[str]) -> None:
    """Refuse class names that a person or a file system would take for one.

    Single letters may differ in case alone, as they do in sets of letters.

    Raises
    ------
    LabelError
        Two names differ only in case, width or how Unicode composes them, one holds unprintable
        characters, or there are more than `MOST_CLASSES`.
    """
    if len(names) > MOST_CLASSES:
        raise LabelError(
            f"holds {len(names):,} classes, the most is {MOST_CLASSES:,}; "
            "check which column holds the labels"
        )
    seen: dict[str, str] = {}
    for name in names:
        if not name.isprintable() or not name:
            raise LabelError(f"holds the class name {name!r}; use printable characters")
        composed = unicodedata.normalize("NFC", "".join(map(_usual_width, name)))
        twin = seen.setdefault(composed if len(composed) == 1 else composed.casefold(), name)
        if twin != name:
            raise LabelError(
                f"holds the classes {twin!a} and {name!a}, which differ only in case or "
                "in how Unicode writes them; give them one name"
            )


def _usual_width(letter: str) -> str:
    """Return a full-width "Ａ" or half-width "ｱ" in the width it usually has."""
    is_odd = unicodedata.east_asian_width(letter) in ("F", "H")
    return unicodedata.normalize("NFKC", letter) if is_odd else letter


def to_splits(
    name: str,
    train: tuple[NDArray[np.uint8], Labels],
    test: tuple[NDArray[np.uint8], Labels] | None = None,
    notes: Sequence[str] = (),
    preparation: "Preparation | None" = None,
) -> Splits:
    """Make the datasets of a source from images uint8 (n, 28, 28) and their labels.

    Classes are sorted by `sort_classes`, unless the labels declare them. Without test images, a
    fixed fifth of every class is held out for testing.

    Parameters
    ----------
    name : str
        The source, as the user wrote it.
    train, test : pair of array and Labels
    notes : sequence of str
        What was understood of the source: see `Splits`.
    preparation : Preparation, optional
        How its pictures became images.

    Raises
    ------
    DataError
        Class names are refused, training lacks a class of the test images, or images and labels
        break what a `Dataset` demands.
    """
    labels = [train[1], *([test[1]] if test else [])]
    names = as_digits({each for part in labels for each in part.names})
    if set(names) != set(names.values()):
        labels = [replace(part, names=tuple(names[each] for each in part.names)) for part in labels]
        notes = [*notes, f"classes {', '.join(sort_classes(names))} are the ten digits"]
    try:
        classes = _classes(labels)
        if test:
            _check_test(*labels)
    except LabelError as error:
        raise DataError(f"{name} {error}") from error
    index = {each: i for i, each in enumerate(classes)}
    datasets = []
    given = [train[0], *([test[0]] if test else [])]
    for images, part in zip(given, labels, strict=True):
        indices = np.array([index[each] for each in part.names], np.int64)
        datasets.append(Dataset(name, images, indices[part.codes], classes))
    splits = Splits(datasets[0], datasets[1]) if test else carve_test(datasets[0])
    return replace(splits, notes=(*notes, *few_note(splits)), preparation=preparation)


def _classes(labels: Sequence[Labels]) -> tuple[str, ...]:
    if len({part.declared for part in labels}) > 1:
        raise LabelError("holds one-hot labels in one part only; write both parts in one way")
    names = {name for part in labels for name in part.names}
    longest = max((part.names for part in labels), key=len)
    classes = longest if labels[0].declared and names == set(longest) else sort_classes(names)
    check_classes(classes)
    return classes


def _check_test(train: Labels, test: Labels) -> None:
    """Refuse test images of classes that no training image has."""
    present = [{part.names[code] for code in np.unique(part.codes)} for part in (train, test)]
    if unknown := sort_classes(present[1] - present[0]):
        raise LabelError(
            f"holds test images of classes that training lacks: {', '.join(unknown[:5])}"
            f"{' …' if len(unknown) > 5 else ''}; bring training images of them, or remove them"
        )

"""A folder of pictures for each class: ``DIR/<class>/*``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lenet.datasets.cache import progress
from lenet.datasets.dataset import DIGITS, NONE, Dataset, Splits, carve_test
from lenet.datasets.labels import (
    LabelError,
    as_digits,
    check_classes,
    check_trained,
    few_note,
    sort_classes,
)
from lenet.datasets.pictures import Given, Pictures, listed, parse_place
from lenet.errors import DataError
from lenet.finder import Preparation
from lenet.picture.formats import SUFFIXES

# What operating systems and programs leave in folders, besides hidden files.
JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin"})
_PART = re.compile(
    r"(?P<part>train|training|test|testing|val|valid|validation)[ _-]?(set|images|data)?"
)
_MEANING = {"training": "train", "testing": "test", "val": "validation", "valid": "validation"}

Files = Mapping[str, list[Path]]  # the pictures in each class folder


class _Layout(NamedTuple):
    parts: list[Files]  # of training and, if there is one, of testing
    notes: list[str]


def load_folder(
    place: str,
    learnt: Preparation | None = None,
    *,
    show_progress: bool = False,
    keeps_blank: bool = False,
) -> Splits:
    """Load ``DIR/<class>/*``, or ``DIR/train/<class>/*`` and ``DIR/test/<class>/*``.

    Every format that `lenet predict` reads is read, and each picture becomes an image as it does
    there (`lenet.finder.prepare`); `lenet.datasets.pictures.PictureOptions` may follow a ``?``.
    `learnt` and `keeps_blank` are those of `lenet.datasets.pictures.Pictures`.

    Parts may be called training, testing, val or valid too, and all may lie one folder deeper.
    Pictures to validate on are for testing where no others are, and otherwise not used. Without a
    test part, a fixed fifth of every class is held out for testing.

    Classes are sorted, as numbers if all are numbers; ``00`` to ``09`` and ``zero`` to ``nine`` are
    digits. Hidden folders and those without pictures are no classes, unless all ten digits have
    one. A folder ``none`` beside others is not a class: it holds images of none of them
    (`load_others`).

    Raises
    ------
    DataError
        A folder is missing, unreadable or without pictures, class names cannot be told apart, or a
        picture is unreadable or shows nothing.
    UsageError
        An option is unknown.
    """
    name = f"folder:{place}"
    path, options = parse_place("folder", place)
    layout = _layout(path)
    parts = [_without_none(part) for part in layout.parts]
    try:
        classes, names, notes = _classes(path, parts)
    except LabelError as error:
        raise DataError(f"{name} {error}") from error
    given = [
        Given(file, str(file), classes.index(names[folder]), number)
        for number, part in enumerate(parts)
        for folder in sorted(set(part) & set(names), key=lambda each: classes.index(names[each]))
        for file in part[folder]
    ]
    pictures = Pictures(name, options, learnt, keeps_blank)
    with progress("Reading pictures", len(given), show_progress, unit="pictures") as report:
        pictures.add(given, report)
    preparation, read_notes = pictures.finish()
    train, *tests = (Dataset(name, *pictures.part(i), classes) for i in range(len(parts)))
    splits = Splits(train, tests[0]) if tests else carve_test(train)
    # An export of corrections has a folder for each digit; some may be empty in one part.
    if tests and not set(DIGITS) <= set(parts[0]):
        check_trained(splits)
    return replace(
        splits,
        notes=(*layout.notes, *notes, *read_notes, *few_note(splits)),
        preparation=preparation,
    )


def load_others(
    place: str, learnt: Preparation | None = None
) -> tuple[Dataset | None, Dataset | None]:
    """Load a folder's images that show none of its classes, for training and for testing.

    They are in ``none`` beside the classes, or in ``train/none`` and ``test/none``. Without train
    and test folders, all are for training. A picture that shows nothing is one of them. `learnt` is
    how the classes became images; without one, each small plain picture is taken as it looks.

    Raises
    ------
    DataError
        A folder or a picture cannot be read.
    """
    path, options = parse_place("folder", place)
    found: list[Dataset | None] = [None, None]
    for number, part in enumerate(_layout(path).parts if path.is_dir() else []):
        if len(part) > 1 and part.get(NONE):
            pictures = Pictures(
                f"folder:{place}", options, learnt or Preparation(), keeps_blank=True
            )
            pictures.add([Given(file, str(file), 0) for file in part[NONE]])
            pictures.finish()
            found[number] = Dataset(f"folder:{place}", *pictures.part(0), (NONE,))
    return found[0], found[1]


def _layout(folder: Path) -> _Layout:
    """Find the parts of a folder, and the pictures in their class folders."""
    if not folder.is_dir():
        raise DataError(f"no folder {folder}; give one that holds a folder of pictures per class")
    folder = _unwrapped(folder)
    matches = {path: _PART.fullmatch(path.name.casefold()) for path in _folders(folder)}
    parts: dict[str, tuple[str, Files]] = {}
    for path, match in matches.items():
        if match:
            files = _class_files(_unwrapped(path))
            if any(files.values()):
                parts[_MEANING.get(match["part"], match["part"])] = path.name, files
    if "train" not in parts or (len(parts) == 1 and not all(matches.values())):
        return _Layout([_class_files(folder)], [])
    name, train = parts.pop("train")
    # Pictures to answer for, as Kaggle's, are in no class folders, or in one that is none.
    parts = {
        part: found
        for part, found in parts.items()
        if _filled(found[1]) & _filled(train) or len(_filled(found[1])) > 1
    }
    if not parts:
        alone = len(matches) == 1
        note = f"only {name} holds a folder of pictures per class: the others are not used"
        return _Layout([train], [] if alone else [note])
    if "test" not in parts:
        name, test = parts["validation"]
        return _Layout([train, test], [f"{name} is the test set"])
    unused = [f"{parts['validation'][0]} is not used"] if "validation" in parts else []
    return _Layout([train, parts["test"][1]], unused)


def _unwrapped(folder: Path) -> Path:
    """Return the only folder in a folder, if it holds nothing else and is itself one of classes."""
    inside = _listing(folder)
    if len(inside) == 1 and inside[0].is_dir() and _folders(inside[0]):
        return inside[0]
    return folder


def _class_files(folder: Path) -> Files:
    return {path.name: _pictures(path) for path in _folders(folder)}


def _filled(files: Files) -> set[str]:
    return {name for name, pictures in files.items() if pictures}


def _without_none(part: Files) -> Files:
    return {name: files for name, files in part.items() if name != NONE or len(part) == 1}


def _classes(
    path: Path, parts: Sequence[Files]
) -> tuple[tuple[str, ...], dict[str, str], list[str]]:
    """Return the classes, that of each folder which is one, and notes."""
    every = {name for part in parts for name in part}
    filled = {name for part in parts for name in _filled(part)}
    if not every:
        raise DataError(f"no class folders in {path}; it needs one folder of pictures per class")
    if not filled:
        raise DataError(
            f"no pictures in the class folders of {path}: {listed(sort_classes(every))}; put some "
            "there"
        )
    if filled <= set(DIGITS) <= every:
        filled = set(DIGITS)  # an export of corrections has a folder for each digit
    names = as_digits(filled)
    classes = sort_classes(names.values())
    check_classes(classes)
    notes = []
    if set(names) != set(classes):
        notes.append(f"classes {', '.join(sort_classes(names))} are the ten digits")
    if empty := sort_classes(every - filled):
        notes.append(f"folders without pictures are no classes: {listed(empty)}")
    return classes, names, notes


def _pictures(folder: Path) -> list[Path]:
    """Return the pictures in a folder and in those in it, sorted."""
    found = []
    for path in _listing(folder):
        if path.is_dir():
            found += [] if path.is_symlink() else _pictures(path)  # one may lead back here
        elif path.suffix.lower() in SUFFIXES:
            found.append(path)
    return found


def _folders(folder: Path) -> list[Path]:
    return [path for path in _listing(folder) if path.is_dir()]


def _listing(folder: Path) -> list[Path]:
    """Return what is in a folder, sorted, without hidden files and what systems leave there."""
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if not path.name.startswith(".") and path.name.casefold() not in JUNK
        )
    except OSError as error:
        raise DataError(
            f"cannot read {folder}: {error.strerror}; check that it may be read"
        ) from error

"""What the words of `lenet predict` name: files, folders, patterns, URLs, standard input."""

import glob
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, tee
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.errors import PictureError

if TYPE_CHECKING:
    from lenet.picture import Picture
    from lenet.reader import Reader, Reading

STDIN = "-"
# What counts as a picture in a folder: what is read, and what cameras make besides, so that it is
# said that those are not read.
SUFFIXES = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib"),
        *(".tif", ".tiff", ".heic", ".heif", ".avif"),
    }
)


@dataclass(frozen=True)
class Unreadable:
    """A source that names no picture.

    Attributes
    ----------
    source : str
        As it was given.
    error : PictureError
        What is wrong with it.
    """

    source: str
    error: PictureError


@dataclass(frozen=True)
class Answer:
    """What there is to say of one picture.

    Attributes
    ----------
    source : str
        What names it.
    reading : Reading or PictureError
        What was read, or why nothing was.
    page : Picture or None
        The picture itself, where its name is no path to have it from again.
    """

    source: str
    reading: "Reading | PictureError"
    page: "Picture | None" = None


def expand(sources: Iterable[str], recursive: bool) -> list[str | Unreadable]:
    """Return every picture that `sources` name, in their order, those of a folder by name."""
    found: list[str | Unreadable] = []
    for source in sources:
        if source == STDIN or _is_url(source):
            found.append(source)
        elif not source:
            found.append(_unreadable(source, "names no picture; check the word"))
        elif os.path.isdir(source):  # noqa: PTH112 - `Path.is_dir` raises where a name is too long
            found += _in_folder(source, recursive)
        elif glob.has_magic(source) and not os.path.lexists(source):
            found += _fitting(source)
        else:
            found.append(source)
    return found


def _is_url(source: str) -> bool:
    if "://" not in source:
        return False
    from lenet.cli.fetching import is_url  # it takes longer to import than most pictures to read

    return is_url(source)


def _in_folder(folder: str, recursive: bool) -> list[str | Unreadable]:
    found: list[str | Unreadable] = []
    faults: list[OSError] = []
    folders = 0
    for place, inside, names in os.walk(folder, onerror=faults.append):
        inside[:] = sorted(name for name in inside if not name.startswith("."))
        folders += len(inside)
        # Strings, not paths: those of 100,000 pictures take half a second before the first is read.
        front = str(Path(place, "_"))[:-1]
        found += [
            front + name
            for name in sorted(names)
            if os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith(".")  # noqa: PTH122
        ]
        if not recursive:
            break
    for fault in faults:
        reason = (fault.strerror or "it is gone").lower()
        found.append(_unreadable(str(fault.filename), f"cannot be listed: {reason}"))
    if not found and folders and not recursive:
        hint = f"--recursive looks into its {folders} folders" if folders > 1 else "try --recursive"
        found.append(_unreadable(folder, f"is a folder without pictures; {hint}"))
    elif not found:
        found.append(_unreadable(folder, "is a folder without pictures; name another"))
    return found


def _fitting(pattern: str) -> list[str | Unreadable]:
    # Not `Path.glob`, which takes no absolute pattern.
    paths = sorted(path for path in glob.iglob(pattern, recursive=True) if not Path(path).is_dir())  # noqa: PTH207
    return [*paths] or [_unreadable(pattern, "fits no file; check the pattern")]


def _unreadable(source: str, fault: str) -> Unreadable:
    name = source if source and source.isprintable() else repr(source)
    return Unreadable(source, PictureError(f"{name} {fault}"))


def read(
    reader: "Reader",
    sources: Iterable[str | Unreadable],
    how: Mapping[str, bool],
    allow_private: bool,
) -> Iterator[Answer]:
    """Yield an answer for each of `sources`, in order; files that follow each other together.

    `how` holds options of `Reader.read`.
    """
    for are_files, group in groupby(sources, key=_is_file):
        if are_files:
            names, paths = tee(str(source) for source in group)
            readings = reader.read_many(paths, **how, tiff=True)
            yield from map(Answer, names, readings)
            continue
        for source in group:
            if isinstance(source, Unreadable):
                yield Answer(source.source, source.error)
            else:
                yield _read_one(reader, source, how, allow_private)


def _is_file(source: str | Unreadable) -> bool:
    return isinstance(source, str) and source != STDIN and not _is_url(source)


def _read_one(
    reader: "Reader", source: str, how: Mapping[str, bool], allow_private: bool
) -> Answer:
    from lenet.picture import decode

    try:
        if source == STDIN:
            page = decode(_standard_input(), name="standard input", tiff=True)
        else:
            from lenet.cli.fetching import fetch

            page = decode(fetch(source, allow_private=allow_private), name=source)
        return Answer(source, reader.read(page, **how), page)
    except PictureError as error:
        return Answer(source, error)


def _standard_input() -> bytes:
    from lenet.picture.decoding import MAX_BYTES

    if sys.stdin is None or sys.stdin.isatty():
        raise PictureError("no picture on standard input: add `< 3.png`, or name a file")
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise PictureError(f"standard input is too large: limit {MAX_BYTES:,} bytes; name a file")
    return content

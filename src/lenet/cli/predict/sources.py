"""The sources of `lenet predict`: files, folders, patterns, URLs, standard input."""

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.cli.predict.output import Answer
from lenet.errors import PictureError

if TYPE_CHECKING:
    from lenet.picture import Picture
    from lenet.picture.page_numbers import PageNumbers
    from lenet.reader import Reader

STDIN = "-"


@dataclass(frozen=True)
class Unreadable:
    """A source that gives no picture.

    Attributes
    ----------
    source : str
        As given on the command line.
    error : PictureError
        What is wrong with it.
    """

    source: str
    error: PictureError


def expand(sources: Iterable[str], recursive: bool) -> list[str | Unreadable]:
    """Return every picture named by `sources`, in order; a folder's are sorted by name."""
    pictures: list[str | Unreadable] = []
    for source in sources:
        if source == STDIN or _is_url(source):
            pictures.append(source)
        elif not source:
            pictures.append(_unreadable(source, "names no picture; check the argument"))
        elif os.path.isdir(source):  # noqa: PTH112 - `Path.is_dir` raises if a name is too long
            pictures += _in_folder(source, recursive)
        elif glob.has_magic(source) and not os.path.lexists(source):
            pictures += _matching(source)
        else:
            pictures.append(source)
    return pictures


def _is_url(source: str) -> bool:
    if "://" not in source:
        return False
    from lenet.cli.fetching import is_url  # importing it takes longer than reading a picture

    return is_url(source)


def _in_folder(folder: str, recursive: bool) -> list[str | Unreadable]:
    from lenet.picture.formats import SUFFIXES

    pictures: list[str | Unreadable] = []
    errors: list[OSError] = []
    subfolders = 0
    for parent, folder_names, names in os.walk(folder, onerror=errors.append):
        folder_names[:] = sorted(name for name in folder_names if name[0] != ".")
        subfolders += len(folder_names)
        # Strings, because building 100,000 `Path` objects would take half a second.
        prefix = str(Path(parent, "_"))[:-1]  # normalised, with a final slash; "" for "."
        pictures += [
            prefix + name
            for name in sorted(names)
            if os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith(".")  # noqa: PTH122
        ]
        if not recursive:
            break
    for error in errors:
        reason = (error.strerror or "unknown error").lower()
        pictures.append(_unreadable(str(error.filename), f"cannot be listed: {reason}"))
    if not pictures and subfolders and not recursive:
        hint = (
            f"--recursive looks into its {subfolders} folders"
            if subfolders > 1
            else "try --recursive"
        )
        pictures.append(_unreadable(folder, f"is a folder without pictures; {hint}"))
    elif not pictures:
        pictures.append(_unreadable(folder, "is a folder without pictures; name another"))
    return pictures


def _matching(pattern: str) -> list[str | Unreadable]:
    # Not `Path.glob`, which takes no absolute patterns.
    paths = sorted(path for path in glob.iglob(pattern, recursive=True) if not Path(path).is_dir())  # noqa: PTH207
    return [*paths] or [_unreadable(pattern, "matches no file; check the pattern")]


def _unreadable(source: str, problem: str) -> Unreadable:
    name = source if source and source.isprintable() else repr(source)
    return Unreadable(source, PictureError(f"{name} {problem}"))


@dataclass(frozen=True)
class How:
    """How sources are read; each field is an option of `predict`."""

    single: bool
    upside_down: bool
    grid: bool
    allow_private: bool
    pages: "PageNumbers"


def read(reader: "Reader", sources: Iterable[str | Unreadable], how: How) -> Iterator[Answer]:
    """Yield an answer for each page of each source, in order; files in a row go together."""
    before = 0  # sources
    for are_files, group in groupby(sources, key=_is_file):
        part = list(group)
        if are_files:
            paths = list(map(str, part))
            readings = reader.read_each(
                paths,
                single=how.single,
                upside_down=how.upside_down,
                grid=how.grid,
                all_formats=True,
                pages=how.pages,
            )
            for index, reading in readings:
                yield Answer(paths[index], reading, before + index + 1)
        else:
            for number, source in enumerate(part, before + 1):
                if isinstance(source, Unreadable):
                    yield Answer(source.source, source.error, number)
                else:
                    yield from _read_loaded(reader, source, how, number)
        before += len(part)


def _read_loaded(reader: "Reader", source: str, how: How, number: int) -> Iterator[Answer]:
    """Yield the answer for each page on standard input or at a URL."""
    try:
        for page in _load(source, how):
            if isinstance(page, PictureError):
                yield Answer(source, page, number)
                continue
            reading = reader.read(
                page, single=how.single, upside_down=how.upside_down, grid=how.grid
            )
            yield Answer(source, reading, number, page)
    except PictureError as error:
        yield Answer(source, error, number)


def _is_file(source: str | Unreadable) -> bool:
    return isinstance(source, str) and source != STDIN and not _is_url(source)


def _load(source: str, how: How) -> Iterator["Picture | PictureError"]:
    """Yield the pages on standard input, or the picture at a URL."""
    from lenet.picture import decode_pages

    if source == STDIN:
        content, name = _standard_input(), "standard input"
        yield from decode_pages(content, how.pages, name=name, all_formats=True)
        return
    from lenet.cli.fetching import fetch

    content = fetch(source, allow_private=how.allow_private)
    yield from decode_pages(content, how.pages, name=source)


def _standard_input() -> bytes:
    from lenet.picture.decoding import MAX_BYTES

    if sys.stdin.isatty():
        raise PictureError("no picture on standard input: add `< 3.png`, or name a file")
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise PictureError(f"standard input is too large: limit {MAX_BYTES:,} bytes; name a file")
    return content

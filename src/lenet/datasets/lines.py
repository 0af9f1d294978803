"""The lines of a text file, plain or packed, in little memory; nothing is unpacked to the disk."""

import gzip
import io
import itertools
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, cast

from lenet.errors import DataError

LONGEST_LINE = 2**17  # characters; six times 784 numbers as long as numpy.savetxt writes them
MOST_CHARACTERS = 2**34  # of a whole file; stops what unpacks without end
MOST_EMPTY_LINES = 1_000  # the same


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that are not empty, with their numbers from 1.

    The file is UTF-8, plain, .gz, or the only file in a .zip. Line ends and a byte-order mark are
    removed.

    Raises
    ------
    DataError
        It is missing, unreadable, damaged, no text, or holds more than the limits of this file.
    """
    with _reading(path), _open(path) as file:
        yield from _lines(path, file)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn errors of a damaged file into one line."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text; save it as CSV in UTF-8") from error
    except (
        *(gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError),
        *(RuntimeError, NotImplementedError),  # of an encrypted zip, and of a rare method
    ) as error:
        raise DataError(
            f"{path} is damaged or packed unusually ({error}); bring it again"
        ) from error
    except OSError as error:
        raise DataError(
            f"cannot read {path}: {error.strerror or error}; check that the file may be read"
        ) from error


@contextmanager
def _open(path: Path) -> Iterator[IO[str]]:
    """Open a file as text, unpacked, without a byte-order mark."""
    with path.open("rb") as file:
        start = file.read(2)
        file.seek(0)
        if start == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield _text(cast("IO[bytes]", unpacked))
        elif start == b"PK":
            with zipfile.ZipFile(file) as archive, archive.open(_only_member(path, archive)) as one:
                yield _text(one)
        else:
            yield _text(file)


def _text(file: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, "utf-8-sig", newline=None)


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not any(part.startswith((".", "__MACOSX")) for part in _parts(member) if part != "..")
    ]
    for member in members:
        if ".." in _parts(member) or member.filename.startswith(("/", "\\")):
            raise DataError(f"{path} holds {member.filename!r}, a path out of it; do not use it")
    if len(members) != 1:
        names = ", ".join(member.filename for member in members[:5]) or "nothing"
        raise DataError(
            f"{path} holds {len(members)} files ({names}), expected one table; unpack it and give "
            "one of them"
        )
    return members[0]


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    return PurePosixPath(member.filename.replace("\\", "/")).parts


def _lines(path: Path, file: IO[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, with their numbers from 1."""
    left, empty = MOST_CHARACTERS, 0
    for number in itertools.count(1):
        line = file.readline(LONGEST_LINE)
        if not line:
            return
        left -= len(line)
        if len(line) == LONGEST_LINE:
            raise DataError(
                f"{path}, line {number} is longer than {LONGEST_LINE:,} characters; it is no table"
            )
        if left < 0:
            raise DataError(
                f"{path} holds more than {MOST_CHARACTERS:,} characters; give a part of it"
            )
        text = line.rstrip("\n")
        if text.strip():
            yield number, text
        else:
            empty += 1
            if empty > MOST_EMPTY_LINES:
                raise DataError(
                    f"{path} holds more than {MOST_EMPTY_LINES:,} empty lines; remove them"
                )

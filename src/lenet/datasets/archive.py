"""Reading the files of an archive or a folder into memory: nothing is unpacked to the disk."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from lenet.errors import DataError

MOST_UNPACKED = 2**30  # bytes; twice what UNIPEN's archive holds
# The first bytes of packed files, and what unpacks them.
_UNPACKERS: dict[bytes, Callable[[IO[bytes]], object]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"\xfd7zXZ\0": lzma.LZMAFile,
    b"BZh": bz2.BZ2File,
}
_ZIP = b"PK"


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than `MOST_UNPACKED` bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.left = MOST_UNPACKED

    def read(self, size: int = -1, /) -> bytes:
        content = self.stream.read(size)
        self.left -= len(content)
        if self.left < 0:
            raise ValueError(f"it holds more than {MOST_UNPACKED:,} bytes")
        return content


def read_files(place: Path, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Read the files whose names are wanted from a folder, a tar or a zip archive.

    Parameters
    ----------
    place : Path
        A folder, or an archive: .zip, .tar, or .tar packed by gzip, xz or bzip2.
    wanted : callable
        Takes the name of a file, its folders parted by "/".

    Returns
    -------
    dict of str to bytes
        Links and special files in an archive are passed over.

    Raises
    ------
    DataError
        It cannot be read, is no archive, is damaged, or holds more than `MOST_UNPACKED` bytes.
    """
    try:
        if place.is_dir():
            return dict(_in_folder(place, wanted))
        with place.open("rb") as file:
            start = file.read(6)
            file.seek(0)
            if start.startswith(_ZIP):
                return dict(_in_zip(file, wanted))
            unpacked: object = file
            for magic, unpack in _UNPACKERS.items():
                if start.startswith(magic):
                    unpacked = unpack(file)
            return dict(_in_tar(cast("IO[bytes]", unpacked), wanted))
    except (
        *(EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile),
        *(tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError),
    ) as error:
        raise _damaged(place, error) from error
    except OSError as error:
        if error.errno is None:  # bz2 says so of damaged data
            raise _damaged(place, error) from error
        raise DataError(
            f"cannot read {place}: {error.strerror}; check that it may be read"
        ) from error


def _damaged(place: Path, error: Exception) -> DataError:
    return DataError(f"{place} is no archive or damaged ({error}); bring it again")


def _in_folder(folder: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    left = MOST_UNPACKED
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if wanted(name) and path.is_file():
            left -= path.stat().st_size
            if left < 0:
                raise ValueError(f"it holds more than {MOST_UNPACKED:,} bytes")
            yield name, path.read_bytes()


def _in_zip(file: IO[bytes], wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MOST_UNPACKED:
            raise ValueError(f"it holds more than {MOST_UNPACKED:,} bytes")
        for member in members:
            if not member.is_dir() and wanted(member.filename):
                yield member.filename, archive.read(member)


def _in_tar(stream: IO[bytes], wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    bounded = cast("IO[bytes]", _Bounded(stream))
    # Read from its start to its end: packed archives cannot be read in any other order.
    with tarfile.open(fileobj=bounded, mode="r|") as archive:
        for member in archive:
            if member.isreg() and wanted(member.name):
                file = archive.extractfile(member)
                assert file is not None  # it is a regular file
                yield member.name, file.read()
    while bounded.read(2**16):  # to the checksum, which stands behind the last member
        pass

"""The content of items: files, members of tar files, rows of Parquet files."""

from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from lenet.cluster import places
from lenet.cluster.sources import Item, key_of, picture_column
from lenet.errors import PictureError
from lenet.picture.decoding import MAX_BYTES
from lenet.reader.inputs import FileContent, LoadedInput

ROWS_TOGETHER = 64  # of a Parquet file


class Loader:
    """Loads items; a container stays open while its items come one after another."""

    def __init__(self) -> None:
        self._address = ""
        self._file: IO[bytes] | None = None
        self._pictures: Iterator[Any] = iter(())
        self._row = -1  # of the Parquet file, which comes next

    def __call__(self, item: Item) -> LoadedInput:
        """Return what is to be decoded, or why there is nothing.

        Raises
        ------
        DataError
            A store does not answer, after several tries.
        """
        if isinstance(item, str) and "://" not in item:
            return item  # a path, which is opened where it is decoded
        key = key_of(item)
        try:
            if isinstance(item, str):
                return FileContent(_whole(item), key)
            if len(item) == 2:
                return FileContent(self._in_parquet(*item), key)
            return FileContent(self._in_tar(key, *item), key)
        except FileNotFoundError:
            missing = item if isinstance(item, str) else item[0]
            return PictureError(f"{missing} does not exist; check the path")
        except (pa.ArrowException, StopIteration):
            self.close()
            return PictureError(f"{key} is broken: its Parquet file is damaged; bring it again")
        except PictureError as error:
            return error
        except OSError:
            self.close()
            raise

    def _open(self, address: str) -> IO[bytes]:
        if self._file is None or self._address != address:
            self.close()
            self._file, self._address, self._row = places.open_file(address), address, -1
        return self._file

    def close(self) -> None:
        """Close the container that is open, if there is one."""
        self._address = ""
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
        self._file = None

    def _in_tar(self, key: str, address: str, _member: str, offset: int, size: int) -> bytes:
        _check_size(key, size)
        file = self._open(address)

        def member() -> bytes:
            file.seek(offset)
            return bytes(file.read(size))

        content = places.patiently(member, f"read {address}")
        if len(content) < size:
            raise PictureError(f"{key} is broken: its tar file ends before it; bring it again")
        return content

    def _in_parquet(self, address: str, row: int) -> bytes:
        file = self._open(address)
        if row != self._row:
            self._pictures, self._row = _rows_from(address, file, row), row
        picture = next(self._pictures)
        self._row += 1
        content = picture.get("bytes") if isinstance(picture, dict) else picture
        key = key_of([address, row])
        if not isinstance(content, bytes):
            raise PictureError(f"{key} is empty: it holds no bytes of a picture; write them in")
        _check_size(key, len(content))
        return content


def _rows_from(address: str, file: IO[bytes], row: int) -> Iterator[Any]:
    """Yield the pictures of a Parquet file from a row on."""
    opened = pq.ParquetFile(file)
    column = picture_column(address, opened.schema_arrow.names)
    before = 0
    groups = range(opened.metadata.num_row_groups)
    for group in groups:
        rows = opened.metadata.row_group(group).num_rows
        if row < before + rows:
            break
        before += rows
    batches = opened.iter_batches(ROWS_TOGETHER, groups[group:], columns=[column])
    for batch in batches:
        if row < before + len(batch):
            yield from batch.slice(max(0, row - before)).column(0).to_pylist()
        before += len(batch)


def _whole(address: str) -> bytes:
    with places.open_file(address) as file:

        def content() -> bytes:
            _check_size(address, file.seek(0, 2))
            file.seek(0)
            return bytes(file.read())

        return places.patiently(content, f"read {address}")


def _check_size(key: str, size: int) -> None:
    if size > MAX_BYTES:
        raise PictureError(f"{key} is too large: {size:,} bytes, limit {MAX_BYTES:,}")

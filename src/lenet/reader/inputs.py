"""The kinds of input that callers may pass as a picture, and their conversion to `Picture`.

An ambiguous input is refused, and the error says what was found.
"""

import binascii
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.errors import PictureError, UsageError
from lenet.picture import Picture, decode, decode_pages
from lenet.picture.arrays import ArrayError, scale_of, to_array
from lenet.picture.decoding import MAX_BYTES, Source
from lenet.picture.page_numbers import Pages

LONGEST_PATH = 4096  # characters, as on Linux; a longer text is not meant as a path
CHANNELS = (3, 4)  # RGB, RGBA


class SupportsArray(Protocol):
    """Anything that NumPy can convert to an array, such as a torch tensor."""

    def __array__(self) -> NDArray[Any]: ...


class FileContent(NamedTuple):
    """The bytes of an open file, and its name if it has one."""

    content: bytes
    name: str | None


PictureInput = (
    str
    | os.PathLike[str]
    | bytes
    | bytearray
    | memoryview
    | IO[bytes]
    | Image.Image
    | NDArray[np.generic]
    | SupportsArray
    | Picture
)
# An input that can wait and be sent to another process: no open file, no tensor.
LoadedInput = (
    str | Path | bytes | FileContent | Image.Image | NDArray[np.generic] | Picture | PictureError
)


def load_input(source: PictureInput) -> LoadedInput:
    """Read an open file, convert a tensor to an array; return any other input as it is.

    An error is returned, not raised, so that it does not stop the other pictures.
    """
    try:
        match source:
            case str() | bytes() | Path() | Image.Image() | np.ndarray() | Picture():
                return source
            case bytearray():
                return bytes(source)
            case memoryview():
                return bytes(source) if source.ndim == 1 else np.asarray(source)
            case os.PathLike():
                return os.fsdecode(source)
        if callable(getattr(source, "read", None)):
            return _content_of(source)  # type: ignore[arg-type]
        if hasattr(source, "__array__"):
            return to_array(source)
    except PictureError as error:
        return error
    except ArrayError as error:
        return PictureError(str(error))
    several = ": use read_many for several" if isinstance(source, list | tuple) else ""
    return PictureError(
        f"found a {type(source).__name__} instead of a picture{several}; give a path, the bytes"
        " of a file, an open file, a PIL image or an array"
    )


def load_inputs(sources: Iterable[PictureInput]) -> Iterator[LoadedInput]:
    """Load pictures lazily, one after another.

    Raises
    ------
    UsageError
        `sources` is a single picture, or not iterable.
    """
    name = type(sources).__name__
    if _is_one_picture(sources):
        raise UsageError(f"read_many got one picture, a {name}: put it into a list, or use read")
    if not isinstance(sources, Iterable):
        raise UsageError(f"read_many got a {name}: give a list or another iterable of pictures")
    return map(load_input, sources)


def _is_one_picture(sources: object) -> bool:
    types = (str, bytes, bytearray, memoryview, os.PathLike, Image.Image, Picture)
    if isinstance(sources, types) or hasattr(sources, "read"):
        return True
    shape = getattr(sources, "shape", None) if hasattr(sources, "__array__") else None
    # A stack of greyscale pictures has three dimensions too, the last one never 3 or 4.
    return shape is not None and (len(shape) < 3 or (len(shape) == 3 and shape[2] in CHANNELS))


def decode_input(source: LoadedInput, *, all_formats: bool) -> Picture:
    """Decode any result of `load_input`; of a document its first page.

    Raises
    ------
    PictureError
        The input cannot be decoded, is too large, or is ambiguous.
    """
    if isinstance(source, Picture):
        return source
    content, name = _decodable(source)
    return decode(content, name=name, all_formats=all_formats)


def decode_input_pages(
    source: LoadedInput, pages: Pages, *, all_formats: bool
) -> Iterator[Picture | PictureError]:
    """Decode the pages of any result of `load_input`, as `lenet.picture.decode_pages` does."""
    if isinstance(source, Picture):
        yield source
        return
    content, name = _decodable(source)
    yield from decode_pages(content, pages, name=name, all_formats=all_formats)


def _decodable(source: LoadedInput) -> tuple[Source, str | None]:
    """Return what `decode` takes, and its name if it is not a path."""
    match source:
        case PictureError():
            raise source
        case FileContent(content, name):
            return content, name
        case np.ndarray():
            return _pixels(source), None
        case str() if source.startswith("data:") and "," in source:
            return _data_url(source), None
        case str() if len(source) > LONGEST_PATH:
            raise PictureError(
                f"found a text of {len(source):,} characters, too long for a path: {source[:30]!r}"
                "...; give a path or bytes; base64 must begin with data:image/png;base64,"
            )
    assert not isinstance(source, Picture | FileContent)
    return source, None


def _content_of(file: IO[bytes]) -> FileContent:
    """Read a file from its start, whatever its position, as Pillow does."""
    path = getattr(file, "name", None)
    name = path if isinstance(path, str) else None
    label = name or "the open file"
    try:
        if file.seekable():
            file.seek(0)
        content: object = file.read(MAX_BYTES + 1)
    except (OSError, ValueError, AttributeError) as error:  # ValueError: the file is closed
        raise PictureError(f"{label} cannot be read: {str(error).lower()}") from error
    if not isinstance(content, bytes):
        kind = type(content).__name__
        raise PictureError(f"{label} gives {kind}, not bytes: open it in binary mode, as 'rb'")
    if len(content) > MAX_BYTES:
        raise PictureError(f"{label} is too large: limit {MAX_BYTES:,} bytes")
    return FileContent(content, name)


def _data_url(url: str) -> bytes:
    head, _, content = url.partition(",")
    if not head.endswith(";base64"):
        raise PictureError(f"found a data URL without base64, {head[:40]!r}; give data:...;base64,")
    try:
        return binascii.a2b_base64("".join(content.split()), strict_mode=True)
    except (binascii.Error, ValueError) as error:  # ValueError: a character outside ASCII
        raise PictureError(
            f"the base64 of a data URL of {len(url):,} characters is broken: {str(error).lower()};"
            " copy all of it"
        ) from error


def _pixels(array: NDArray[Any]) -> NDArray[Any]:
    """Convert an array to what `decode` accepts: uint8, bool or floats 0..1; channels last.

    Examples
    --------
    >>> _pixels(np.array([[[0.0], [254.8]]])).tolist()
    [[0, 255]]
    """
    description = f"found an array of {array.dtype}, shape {array.shape}"
    if array.ndim == 3 and array.shape[2] not in CHANNELS:
        if array.shape[2] == 1:
            array = array[:, :, 0]
        elif array.shape[0] == 1:
            array = array[0]
        elif array.shape[0] in CHANNELS:
            array = np.moveaxis(array, 0, 2)
    is_picture = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in CHANNELS)
    if not is_picture or not array.size:
        raise PictureError(f"{description}; give (h, w), (h, w, 1), (h, w, 3) or (h, w, 4)")
    try:
        scale = scale_of(array)
    except ArrayError as error:
        raise PictureError(f"{description}{error}") from error
    if scale == 1 and array.dtype != np.uint8:
        return np.asarray(np.rint(array), np.uint8)
    return array

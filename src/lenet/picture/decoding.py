"""Decode a picture safely: upright, on paper, in eight bits; a document page by page.

No file is trusted: what it is follows from its first bytes, its size is checked before its pixels
are decoded, and only the formats that people's pictures have are opened at all.
"""

import io
import math
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.errors import PictureError
from lenet.picture.formats import foreign_kind, opener_of
from lenet.picture.page_numbers import ONLY_FIRST, PageError, PageNumbers, Pages
from lenet.picture.pdf import pdf_pages
from lenet.picture.pixels import is_plain, upright_rgb
from lenet.picture.plain_png import plain_png
from lenet.picture.quiet_pillow import quiet_pillow

MAX_BYTES = 100_000_000
MAX_PIXELS = 25_000_000
MAX_JPEG_PIXELS = 200_000_000  # a JPEG is reduced while it is decoded
MAX_WEBP_PIXELS = 12_000_000  # Pillow opens every WEBP as an animation: some 20 bytes a pixel
MAX_EDGE = 20_000
ENOUGH_EDGE = 1_600  # pixels; digits are looked for at no more
KEPT_PIXELS = (2 * ENOUGH_EDGE) ** 2  # what is larger is halved until it fits
MAX_TIFF_PAGES = 10_000  # damaged files name millions, and each takes longer to find

FILMS = ("GIF", "WEBP", "PNG", "AVIF")  # formats that may hold an animation
MAX_FRAMES, FRAME_PIXELS = 100, 100_000_000  # of an animation that begins with empty frames
NO_PAGE = 0b101  # bits of a TIFF's tag of this name: a reduced copy, or a mask, of another page
NEW_SUBFILE_TYPE = 254

Source = str | Path | bytes | Image.Image | NDArray[np.generic]
Box = tuple[int, int, int, int]  # x, y, width, height in pixels


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture, or a page of one, upright, on white.

    Attributes
    ----------
    pixels : ndarray of uint8, (h, w, 3)
        RGB. Black is the paper of white ink on transparency.
    name : str
        What errors and readings call it.
    reduced : float
        Pixels of the original per pixel kept, along an edge; 1 unless the original is large. A page
        of a PDF has 200 pixels an inch, however many were drawn.
    page : int
        Which page of its document it is, from 1.
    of_several : bool
        Whether its document has more than one page.
    """

    pixels: NDArray[np.uint8]
    name: str
    reduced: float = 1
    page: int = 1
    of_several: bool = False


def decode(source: Source, *, name: str | None = None, all_formats: bool = False) -> Picture:
    """Decode a picture, turn it upright as its EXIF orientation says, and put it on white.

    Of a document it is the first page, of an animation the first frame that is not plain.

    Parameters
    ----------
    source : path, bytes of a file, PIL image, or array
        Arrays are ``(h, w)``, ``(h, w, 3)`` or ``(h, w, 4)``: uint8, or bool or float in 0..1.
    name : str, optional
        What to call it; by default its path as it is given, or "picture".
    all_formats : bool
        Read TIFF, PDF, HEIC and AVIF too. Their decoders are large, and TIFF's writes to stderr by
        itself, so this is for the command line and files that you trust.

    Raises
    ------
    PictureError
        It is missing, no picture, of an unknown format, broken, or too large. A `PageError` if
        that is true of the first page of a document with several.
    """
    source, name = _loaded(source, name)
    if isinstance(source, bytes) and (plain := plain_png(source)) is not None:
        return Picture(plain, name)
    page = next(_pages(source, name, all_formats, ONLY_FIRST))
    if isinstance(page, PictureError):
        raise page
    return page


def decode_pages(
    source: Source, pages: Pages = None, *, name: str | None = None, all_formats: bool = False
) -> Iterator[Picture | PictureError]:
    """Decode the pages of a document, one after another; any other picture is one page.

    Only one page is held at a time.

    Parameters
    ----------
    source, name, all_formats
        As `decode` takes them.
    pages : str, int or iterable of int, optional
        Which pages, counted from 1: ``"2-5"``, ``"2-"``, ``"1,3"``, ``range(2, 6)``; all of them by
        default. They are always given in the document's order.

    Yields
    ------
    Picture or PictureError
        Each page, or why it cannot be read; at the end, which page was asked for in vain.

    Raises
    ------
    PictureError
        Nothing of the source can be read, as in `decode`.
    UsageError
        `pages` are no numbers of pages.
    """
    wanted = PageNumbers.of(pages)
    source, name = _loaded(source, name)
    yield from _pages(source, name, all_formats, wanted)


def _loaded(
    source: Source, name: str | None
) -> tuple[bytes | Image.Image | NDArray[np.generic], str]:
    """Return a source with the file behind a path read, and its printable name."""
    path = os.fspath(source) if isinstance(source, str | Path) else None
    name = name or ("picture" if path is None else path)
    name = name if name and name.isprintable() else repr(name)
    if path is not None:
        source = _content(path, name)
    if isinstance(source, bytes | Image.Image | np.ndarray):
        return source, name
    found = type(source).__name__
    raise PictureError(f"{name}: found {found}; give a path, bytes, a PIL image or an array")


def _content(path: str, name: str) -> bytes:
    try:
        # No `Path`: with it, finding and opening a small file takes twice as long.
        found = os.stat(path)  # noqa: PTH116
        if stat.S_ISDIR(found.st_mode):
            raise PictureError(f"{name} is a directory; name the pictures in it")
        if not stat.S_ISREG(found.st_mode):  # a pipe or a device may never end
            raise PictureError(f"{name} is not a regular file; copy its content into one first")
        if found.st_size > MAX_BYTES:
            raise PictureError(f"{name} is too large: {found.st_size:,} bytes, limit {MAX_BYTES:,}")
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            return file.readall()
    except FileNotFoundError as error:
        raise PictureError(f"{name} does not exist; check the path") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise PictureError(f"{name} cannot be read: {reason.lower()}") from error


def _pages(
    source: bytes | Image.Image | NDArray[np.generic],
    name: str,
    all_formats: bool,
    wanted: PageNumbers,
) -> Iterator[Picture | PictureError]:
    if isinstance(source, bytes) and all_formats and source.startswith(b"%PDF"):
        yield from _pdf_pages(source, name, wanted)
        return
    match source:
        case bytes():
            image, form = _opened(source, name, all_formats)
        case np.ndarray():
            image, form = _image_of(source, name), "array"
        case _:
            image, form = source, "image"
    if isinstance(source, bytes) and form == "TIFF":
        yield from _tiff_pages(image, name, wanted)
        return
    if 1 in wanted:
        yield _picture_of(image, name, form)
    if missing := wanted.missing(name, 1):
        yield missing


def _pdf_pages(content: bytes, name: str, wanted: PageNumbers) -> Iterator[Picture | PictureError]:
    for page in pdf_pages(content, name, wanted):
        if isinstance(page, PictureError):
            yield page
        else:
            yield Picture(page.pixels, name, page.reduced, page.number, page.of_several)


def _tiff_pages(
    image: Image.Image, name: str, wanted: PageNumbers
) -> Iterator[Picture | PictureError]:
    frames = _page_frames(image, name)
    frame = next(frames, None)
    number = 0
    while frame is not None and number < wanted.last:
        number += 1
        following = next(frames, None)
        if isinstance(frame, PictureError):
            yield frame
        elif number in wanted:
            of_several = number > 1 or following is not None
            label = f"{name} (page {number})" if of_several else name
            try:
                with quiet_pillow(f"{label} is broken: its TIFF header is damaged; save it again"):
                    image.seek(frame)
                page = _picture_of(image, label, "TIFF")
                yield Picture(page.pixels, name, page.reduced, number, of_several)
            except PictureError as error:
                yield PageError(str(error)) if of_several else error
        frame = following
    if frame is None and (missing := wanted.missing(name, number)):
        yield missing


def _page_frames(image: Image.Image, name: str) -> Iterator[int | PictureError]:
    """Yield the images of a TIFF that are pages, not reduced copies or masks of one."""
    fault = f"{name} is broken: its TIFF header is damaged after page %d; save it again"
    pages = 0
    for frame in range(MAX_TIFF_PAGES + 1):
        ended = False
        try:
            with quiet_pillow(fault % pages):
                try:
                    image.seek(frame)
                except EOFError:
                    ended = True
        except PictureError as error:
            yield error
            return
        if ended:
            return
        if frame == MAX_TIFF_PAGES:
            yield PictureError(f"{name} has more than {MAX_TIFF_PAGES:,} pages; split it")
            return
        kind = getattr(image, "tag_v2", {}).get(NEW_SUBFILE_TYPE, 0)
        if frame == 0 or not (isinstance(kind, int) and kind & NO_PAGE):
            pages += 1
            yield frame


def _opened(content: bytes, name: str, all_formats: bool) -> tuple[Image.Image, str]:
    if not content:
        raise PictureError(f"{name} is empty: found 0 bytes; save it again")
    if (found := opener_of(content, name, all_formats)) is None:
        kind = foreign_kind(content)
        what = f"is {kind}" if kind else "is no picture of a known format"
        raise PictureError(
            f"{name} {what}; save it as PNG or JPEG (WEBP, GIF and BMP are read too)"
        )
    form, opener = found
    with quiet_pillow(f"{name} is broken: its {form} header is damaged; save it again"):
        return opener(io.BytesIO(content)), form


def _image_of(array: NDArray[Any], name: str) -> Image.Image:
    shaped = array.size > 0 and (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4)))
    if shaped and array.dtype.kind in "bf" and array.min() >= 0 and array.max() <= 1:
        array = np.rint(array.astype(np.float32) * 255).astype(np.uint8)
    if not shaped or array.dtype != np.uint8:
        raise PictureError(
            f"{name}: found an array of {array.dtype}, shape {array.shape}; give uint8, or bool or"
            " floats in 0..1, of shape (h, w), (h, w, 3) or (h, w, 4)"
        )
    return Image.fromarray(array)


def _picture_of(image: Image.Image, name: str, form: str) -> Picture:
    width, height = image.size
    if width * height == 0:
        raise PictureError(f"{name} is empty: found {width}×{height} pixels; save it again")
    # Libjpeg keeps the whole of a progressive JPEG in memory, however much it is reduced.
    sequential = form == "JPEG" and not image.info.get("progressive")
    limit = {"JPEG": MAX_JPEG_PIXELS if sequential else MAX_PIXELS, "WEBP": MAX_WEBP_PIXELS}.get(
        form, MAX_PIXELS
    )
    if width * height > limit or max(width, height) > MAX_EDGE:
        raise PictureError(
            f"{name} is too large: {width:,}×{height:,} pixels, limit {limit // 1_000_000}"
            f" megapixels and {MAX_EDGE:,} an edge; save it smaller"
        )
    reduced = 2 ** max(0, math.ceil(math.log(width * height / KEPT_PIXELS, 4)))
    if form == "JPEG":  # to decode it at a half, a quarter or an eighth is faster
        most = min(8, max(width, height) // ENOUGH_EDGE, width, height)
        reduced = max(reduced, 2 ** max(0, most.bit_length() - 1))
    with quiet_pillow(
        f"{name} is broken: its {form} pixels are cut short or damaged; save it again"
    ):
        if form == "JPEG" and reduced > 1:
            image.draft(None, (width // reduced, height // reduced))
        image.load()
        pixels = upright_rgb(image, reduced if image.size == (width, height) else 1)
    if form in FILMS and is_plain(pixels):
        pixels = _later_frame(image, reduced, pixels)
    return Picture(pixels, name, reduced)


def _later_frame(image: Image.Image, reduced: int, plain: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the first frame of an animation that is not plain, or `plain` if there is none."""
    size = image.size
    frames = min(MAX_FRAMES, FRAME_PIXELS // (size[0] * size[1]))
    with suppress(PictureError), quiet_pillow("there are no more frames"):
        for frame in range(1, frames):
            image.seek(frame)
            if image.size != size:  # whose memory nobody has checked
                break
            image.load()
            pixels = upright_rgb(image, reduced)
            if not is_plain(pixels):
                return pixels
    return plain

"""Decode a picture safely: upright, on white, in eight bits.

No file is trusted: what it is follows from its first bytes, its size is checked before its pixels
are decoded, and only the formats that people's pictures have are opened at all.
"""

import io
import math
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from lenet.errors import PictureError
from lenet.picture.formats import foreign_kind, opener_of
from lenet.picture.plain_png import plain_png
from lenet.picture.quiet_pillow import quiet_pillow

MAX_BYTES = 100_000_000
MAX_PIXELS = 25_000_000
MAX_JPEG_PIXELS = 200_000_000  # a JPEG is reduced while it is decoded
MAX_WEBP_PIXELS = 12_000_000  # libwebp needs some 20 bytes a pixel, as every WEBP may be a film
MAX_EDGE = 20_000
KEPT_PIXELS = 8_000_000  # what is larger is halved until it fits
STRIP_PIXELS = 1_000_000  # are converted at a time, so that a large picture costs no second copy

_UPRIGHT = {  # EXIF orientation: how to turn an array of pixels
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: pixels.swapaxes(0, 1)[:, ::-1],
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: pixels.swapaxes(0, 1)[::-1],
}


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture, upright, on white.

    Attributes
    ----------
    pixels : ndarray of uint8, (h, w, 3)
        RGB.
    name : str
        What errors and readings call it.
    reduced : int
        Pixels of the original per pixel kept, along an edge; 1 unless the original is very large.
    """

    pixels: NDArray[np.uint8]
    name: str
    reduced: int = 1


def decode(
    source: str | Path | bytes | Image.Image | NDArray[np.generic],
    *,
    name: str | None = None,
    tiff: bool = False,
) -> Picture:
    """Decode a picture, turn it upright as its EXIF orientation says, and put it on white.

    Parameters
    ----------
    source : path, bytes of a file, PIL image, or array
        Arrays are ``(h, w)``, ``(h, w, 3)`` or ``(h, w, 4)``: uint8, or bool or float in 0..1.
    name : str, optional
        What to call it; by default its path as it is given, or "picture".
    tiff : bool
        Read TIFF too. Its decoder writes to stderr by itself, so this is for the command line.

    Raises
    ------
    PictureError
        It is missing, no picture, of an unknown format, broken, or too large.
    """
    path = os.fspath(source) if isinstance(source, str | Path) else None
    name = name or ("picture" if path is None else path)
    name = name if name and name.isprintable() else repr(name)
    if path is not None:
        source = _content(path, name)
    match source:
        case bytes():
            return _from_bytes(source, name, tiff)
        case Image.Image():
            return _from_image(source, name, "image")
        case np.ndarray():
            return _from_image(_image_of(source, name), name, "array")
        case _:
            found = type(source).__name__
            raise PictureError(
                f"{name}: found {found}; give a path, bytes, a PIL image or an array"
            )


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
    except FileNotFoundError:
        raise PictureError(f"{name} does not exist; check the path") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise PictureError(f"{name} cannot be read: {reason.lower()}") from None


def _from_bytes(content: bytes, name: str, tiff: bool) -> Picture:
    if not content:
        raise PictureError(f"{name} is empty: found 0 bytes; save it again")
    if (plain := plain_png(content)) is not None:
        return Picture(plain, name)
    if (found := opener_of(content)) is None:
        kind = foreign_kind(content)
        what = f"is {kind}" if kind else "is no picture of a known format"
        raise PictureError(
            f"{name} {what}; save it as PNG or JPEG (WEBP, GIF and BMP are read too)"
        )
    form, opener = found
    if form == "TIFF" and not tiff:
        raise PictureError(f"{name} is a TIFF picture, not read here; save it as PNG or JPEG")
    with quiet_pillow(f"{name} is broken: its {form} header is damaged; save it again"):
        image = opener(io.BytesIO(content))
    return _from_image(image, name, form)


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


def _from_image(image: Image.Image, name: str, form: str) -> Picture:
    width, height = image.size
    if width * height == 0:
        raise PictureError(f"{name} is empty: found {width}×{height} pixels; save it again")
    # Libjpeg keeps the whole of a progressive JPEG in memory, however much it is reduced.
    draft = form == "JPEG" and not image.info.get("progressive")
    limit = {"JPEG": MAX_JPEG_PIXELS if draft else MAX_PIXELS, "WEBP": MAX_WEBP_PIXELS}.get(
        form, MAX_PIXELS
    )
    if width * height > limit or max(width, height) > MAX_EDGE:
        raise PictureError(
            f"{name} is too large: {width:,}×{height:,} pixels, limit {limit // 1_000_000}"
            f" megapixels and {MAX_EDGE:,} an edge; save it smaller"
        )
    reduced = 2 ** max(0, math.ceil(math.log(width * height / KEPT_PIXELS, 4)))
    with quiet_pillow(
        f"{name} is broken: its {form} pixels are cut short or damaged; save it again"
    ):
        if draft:
            image.draft(None, (width // reduced, height // reduced))
        image.load()
        orientation = _orientation(image)
        pixels = _rgb(image, reduced if image.size == (width, height) else 1)
    return Picture(np.ascontiguousarray(_UPRIGHT[orientation](pixels)), name, reduced)


def _rgb(image: Image.Image, reduced: int) -> NDArray[np.uint8]:
    """Return the pixels of a loaded image in RGB, on white, in eight bits, reduced."""
    width, height = image.size
    transparent = image.has_transparency_data
    if image.mode == "L" and not transparent and reduced == 1:
        return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_GRAY2RGB), np.uint8)
    scale = 255 / 65535  # 16 bits, also where Pillow says 32
    if image.mode == "F":
        scale = 255 if np.asarray(image).max() <= 1 else 1
    pixels = np.empty((math.ceil(height / reduced), math.ceil(width / reduced), 3), np.uint8)
    rows = max(1, STRIP_PIXELS // (width * reduced)) * reduced
    for top in range(0, height, rows):
        strip = image
        if rows < height:
            strip = image.crop((0, top, width, min(top + rows, height)))
        if strip.mode[0] in "IF":
            values = np.clip(np.rint(np.asarray(strip) * scale), 0, 255)
            strip = Image.fromarray(values.astype(np.uint8))
        if transparent:
            strip = strip.convert("RGBA")
            strip = Image.alpha_composite(Image.new("RGBA", strip.size, "white"), strip)
        strip = strip.convert("RGB")
        if reduced > 1:
            strip = strip.reduce(reduced)
        part = np.asarray(strip)
        pixels[top // reduced : top // reduced + len(part)] = part
    return pixels


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # as in quiet_pillow; a picture with damaged EXIF data is a picture still
        return 1
    return found if found in _UPRIGHT else 1

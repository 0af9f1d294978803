"""What a file is, by its first bytes: pictures that are read, and what people bring instead."""

import re
from collections.abc import Callable
from io import BytesIO

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from lenet.errors import PictureError

# Files of a folder that count as pictures. Camera formats that may not be readable are included, so
# that they give an error and are not silently skipped; so are documents.
SUFFIXES = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib"),
        *(".tif", ".tiff", ".heic", ".heif", ".avif", ".pdf"),
    }
)

_HEAD = 1024  # bytes that are looked at

# The classes are called directly: `Image.open` would refuse JPEGs of more than 179 megapixels, and
# take a phone's JPEG with a second picture inside for MPO.
_READABLE: tuple[tuple[str, re.Pattern[bytes], type[ImageFile.ImageFile]], ...] = (
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n"), PngImagePlugin.PngImageFile),
    ("JPEG", re.compile(rb"\xff\xd8\xff"), JpegImagePlugin.JpegImageFile),
    ("WEBP", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), WebPImagePlugin.WebPImageFile),
    ("GIF", re.compile(rb"GIF8[79]a"), GifImagePlugin.GifImageFile),
    ("BMP", re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), BmpImagePlugin.BmpImageFile),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]"), TiffImagePlugin.TiffImageFile),
    # The general brand of pictures, mif1, stands before AV1 or HEVC: the brands after it tell.
    (
        "AVIF",
        re.compile(rb"\0\0.{2}ftyp(avi[fs]|m[is]f1.{4}(.{4}){0,20}?avi[fs])", re.DOTALL),
        AvifImagePlugin.AvifImageFile,
    ),
)
_HEIC = re.compile(rb"\0\0.{2}ftyp(hei[cxms]|hev[cxms]|m[is]f1)", re.DOTALL)

Opener = Callable[[BytesIO], ImageFile.ImageFile]
_FOREIGN = (
    ("a HEIC or AVIF picture, or a film", re.compile(rb".{4}ftyp", re.DOTALL)),
    ("a PDF document", re.compile(rb"%PDF")),
    ("an SVG drawing", re.compile(rb"\s*(<\?xml.*)?(<!.*)?<svg\b", re.DOTALL)),
    (
        "an HTML page",
        re.compile(rb"\s*(<!--.*)?<(!doctype html|html|head|body)\b", re.I | re.DOTALL),
    ),
    ("a zip archive or office document", re.compile(rb"PK\x03\x04")),
    ("text", re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]+\Z")),
)


def opener_of(content: bytes, name: str, all_formats: bool) -> tuple[str, Opener] | None:
    """Return the name of a file's format and Pillow's class for it; None if it is not read.

    Raises
    ------
    PictureError
        It is a format that is not read here, or only with a package that is missing.
    """
    head = content[:_HEAD]
    for form, signature, opener in _READABLE:
        if signature.match(head):
            if form == "TIFF" and not all_formats:
                raise PictureError(
                    f"{name} is a TIFF picture, not read here; save it as PNG or JPEG"
                )
            return (form, opener) if form != "AVIF" or all_formats else None
    if all_formats and _HEIC.match(head):
        return "HEIC", _heic_opener(name)
    return None


def need_documents(name: str, kind: str) -> PictureError:
    """Return the error for a file whose package is not installed."""
    return PictureError(f"{name} is {kind}; to read it, run: pip install 'lenet[documents]'")


def _heic_opener(name: str) -> Opener:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise need_documents(name, "a HEIC picture") from error
    return HeifImageFile


def foreign_kind(content: bytes) -> str:
    """Return in words what a file is that is not read; empty if its first bytes do not say."""
    head = content[:_HEAD]
    return next((kind for kind, signature in _FOREIGN if signature.match(head)), "")

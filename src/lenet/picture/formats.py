"""What a file is, by its first bytes: pictures that are read, and what people bring instead."""

import re

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
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
)
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


def opener_of(content: bytes) -> tuple[str, type[ImageFile.ImageFile]] | None:
    """Return the name of a file's format and Pillow's class for it; None if it is not read."""
    head = content[:_HEAD]
    for form, signature, opener in _READABLE:
        if signature.match(head):
            return form, opener
    return None


def foreign_kind(content: bytes) -> str:
    """Return in words what a file is that is not read; empty if its first bytes do not say."""
    head = content[:_HEAD]
    return next((kind for kind, signature in _FOREIGN if signature.match(head)), "")

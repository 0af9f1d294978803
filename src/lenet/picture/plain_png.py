"""The plainest PNG files: grey or RGB in eight bits, with nothing in them but their pixels.

So are nearly all small ones that programs write. Pillow's decoder unpacks them, without what its
file objects cost beside: as much time as all else that is done to a picture of 28×28.
"""

import struct
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

MAX_EDGE = 1_000  # pixels; what is larger is decoded in the way that is sparing with memory
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MODES = {0: "L", 2: "RGB"}  # colour types without palette or transparency
_HEADER = b"\0\0\0\rIHDR"
# Chunks that change no pixel, with the fewest bytes in each.
_IDLE = {b"pHYs": 9, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32, b"tIME": 7, b"sBIT": 1, b"bKGD": 2}


def plain_png(content: bytes) -> NDArray[np.uint8] | None:
    """Return the pixels in a file, (h, w, 3); None if it is not a plain one, or seems damaged.

    Plain is what has eight bits, is not interlaced, and is up to `MAX_EDGE` pixels wide and high.
    Check sums are looked at but those of pixels and of the end, where Pillow does not either.
    """
    if content[:16] != _SIGNATURE + _HEADER or len(content) < 57 or not _whole(content, 8, 29):
        return None
    width, height, depth, colour, *others = struct.unpack_from(">2I5B", content, 16)
    mode = _MODES.get(colour)
    if mode is None or depth != 8 or any(others) or 0 in (width, height):
        return None
    if max(width, height) > MAX_EDGE:
        return None
    pixels: list[bytes] = []
    place, before = 33, b""
    while True:
        head = content[place : place + 8]
        if len(head) < 8:
            return None
        length, kind = int.from_bytes(head[:4]), head[4:]
        if kind == b"IEND":
            break
        end = place + 8 + length
        if kind == b"IDAT":
            if pixels and before != kind:
                return None
            pixels.append(content[place + 8 : end])
        elif length < _IDLE.get(kind, length + 1) or not _whole(content, place, end):
            return None
        place, before = end + 4, kind
    try:
        image = Image.frombytes(mode, (width, height), b"".join(pixels), "zip", mode)
    except ValueError:
        return None
    if mode == "L":
        return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_GRAY2RGB), np.uint8)
    return np.array(image)


def _whole(content: bytes, place: int, end: int) -> bool:
    """Whether the check sum of a chunk is right."""
    return zlib.crc32(content[place + 4 : end]) == int.from_bytes(content[end : end + 4])

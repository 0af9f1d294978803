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
_IDLE = set(b"IHDR pHYs sRGB gAMA cHRM tIME sBIT bKGD".split())  # chunks that change no pixel


def plain_png(content: bytes) -> NDArray[np.uint8] | None:
    """Return the pixels in a file, (h, w, 3); None if that is not a plain one, or not whole."""
    if content[:8] != _SIGNATURE or content[12:16] != b"IHDR" or len(content) < 57:
        return None
    width, height, depth, colour, *others = struct.unpack_from(">2I5B", content, 16)
    mode = _MODES.get(colour)
    if mode is None or depth != 8 or any(others) or 0 in (width, height):
        return None
    if max(width, height) > MAX_EDGE:
        return None
    pixels, place = [], 8
    while True:
        head = content[place : place + 8]
        if len(head) < 8:
            return None
        length, kind = int.from_bytes(head[:4]), head[4:]
        if kind == b"IEND":
            break
        end = place + 8 + length
        if kind == b"IDAT":
            pixels.append(content[place + 8 : end])
        elif kind not in _IDLE or not _whole(content, place, end):
            return None
        place = end + 4
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

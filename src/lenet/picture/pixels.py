"""The pixels of a loaded picture as RGB in eight bits: bit depth, transparency, dithering."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

STRIP_PIXELS = 1_000_000  # are converted at a time, so that a large picture costs no second copy
DEPTHS = (8, 10, 12, 14, 16, 24, 32)  # bits that the values of a picture may fill

SAMPLE_EDGE = 1_024  # pixels; enough to tell light ink from dark
DARK = 160  # grey level; a visible pixel that is darker is ink on white
MOST_DARK = 0.01  # of the visible pixels of white ink; of a sheet cut out of a photo more are dark
LEAST_CLEAR = 0.2  # of a written canvas is transparent; of a photo with rounded corners less is

# In 1-bit writing, up to 0.8 % of the pixels differ from all four neighbours; in dithered photos of
# paper that is not white, mostly over 5 %.
LONELY_IF_DITHERED = 0.01
# Pixels, standard deviation; the dots of a light grey are some two apart. Of 24 dithered photos of
# a digit 8 were read as they are, and 24 with 1.2, 1.7 or 2.4.
DITHER_BLUR = 1.2

PLAIN = 8  # grey levels by which the pixels of an empty frame may differ, as after lossy coding

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


def upright_rgb(image: Image.Image, reduced: int) -> NDArray[np.uint8]:
    """Return the pixels of a loaded image, (h, w, 3), as its EXIF orientation wants them seen.

    Transparent pixels become white, or black under ink that could not be seen on white. Values of
    more than eight bits are scaled by the bits that they fill. Dithered pixels become grey.

    Parameters
    ----------
    image : PIL.Image.Image
    reduced : int
        Pixels of the image per pixel wanted, along an edge.
    """
    orientation = _orientation(image)
    pixels = _rgb(image, reduced)
    if _is_dithered(image):
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), DITHER_BLUR / reduced), np.uint8)
    return np.ascontiguousarray(_UPRIGHT[orientation](pixels))


def is_plain(pixels: NDArray[np.uint8]) -> bool:
    """Tell whether nothing is on a picture: its pixels, (h, w, 3), have all one colour."""
    for part in (pixels[::16, ::16].reshape(-1, 3), pixels.reshape(-1, 3)):
        if (part.max(0) - part.min(0)).max() > PLAIN:
            return False
    return True


def _rgb(image: Image.Image, reduced: int) -> NDArray[np.uint8]:
    width, height = image.size
    has_values = image.mode[0] in "IF"
    transparent = image.has_transparency_data and not has_values
    if image.mode == "L" and not transparent and reduced == 1:
        return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_GRAY2RGB), np.uint8)
    scale = _scale(image) if has_values else 1
    ground = _ground(image) if transparent else ""
    pixels = np.empty((math.ceil(height / reduced), math.ceil(width / reduced), 3), np.uint8)
    for top, strip in _strips(image, reduced):
        if has_values:
            values = np.clip(np.rint(_finite(strip) * scale), 0, 255)
            strip = Image.fromarray(values.astype(np.uint8))
        if transparent:
            strip = strip.convert("RGBA")
            strip = Image.alpha_composite(Image.new("RGBA", strip.size, ground), strip)
        strip = strip.convert("RGB")
        if reduced > 1:
            strip = strip.reduce(reduced)
        part = np.asarray(strip)
        pixels[top // reduced : top // reduced + len(part)] = part
    return pixels


def _strips(image: Image.Image, reduced: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Yield the top of each strip of an image, a multiple of `reduced`, and the strip."""
    width, height = image.size
    rows = max(1, STRIP_PIXELS // (width * reduced)) * reduced
    if rows >= height:
        yield 0, image
        return
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(top + rows, height)))


def _finite(strip: Image.Image) -> NDArray[np.float64]:
    values = np.asarray(strip, np.float64)
    return np.nan_to_num(values, nan=0, posinf=0, neginf=0)


def _scale(image: Image.Image) -> float:
    """Return the factor that makes 0..255 of the values of an image with more than eight bits.

    Cameras and scanners write 10 or 12 bits into files of 16, and programs no more than 8.
    """
    highest = max(_finite(strip).max() for _, strip in _strips(image))
    if image.mode == "F" and highest <= 1:
        return 255
    bits = next((bits for bits in DEPTHS if highest < 2**bits), 0)
    return float(255 / ((2**bits - 1) if bits else highest))


def _ground(image: Image.Image) -> str:
    """Return the colour of paper under a transparent image: black if its ink is white."""
    width, height = image.size
    size = min(width, SAMPLE_EDGE), min(height, SAMPLE_EDGE)
    sample = image.resize(size, Image.Resampling.NEAREST).convert("RGBA")
    alpha = np.asarray(sample.getchannel("A"))
    dark = np.asarray(sample.convert("L")) < DARK
    visible = int(alpha.sum())
    is_canvas = np.count_nonzero(alpha < 128) >= LEAST_CLEAR * alpha.size
    return "black" if is_canvas and int(alpha[dark].sum()) < MOST_DARK * visible else "white"


def _is_dithered(image: Image.Image) -> bool:
    """Tell whether an image of two colours has its greys in single dots."""
    if image.mode not in "1P" and image.format != "GIF":  # greys of a GIF have mode L
        return False
    if image.mode != "1" and image.getcolors(2) is None:
        return False
    lonely = 0
    for _, strip in _strips(image):
        dots = np.asarray(strip)
        if dots.ndim == 3:  # a later frame of a GIF: one number for each colour
            dots = np.asarray(strip.convert("RGBA")).view(np.uint32)[..., 0]
        across = dots[1:-1, 1:] != dots[1:-1, :-1]
        down = dots[1:, 1:-1] != dots[:-1, 1:-1]
        lonely += int(np.count_nonzero(across[:, 1:] & across[:, :-1] & down[1:] & down[:-1]))
    return lonely > LONELY_IF_DITHERED * image.width * image.height


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # as in quiet_pillow; a picture with damaged EXIF data is a picture still
        return 1
    return found if found in _UPRIGHT else 1

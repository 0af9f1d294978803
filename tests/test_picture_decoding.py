"""Decoding of all file formats and pixel formats."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenet.errors import PictureError
from lenet.picture import decode, find_digits
from lenet.picture.plain_png import plain_png
from pages import Bytes, difference, digit_in, encode, lone_seven


@pytest.fixture
def seven() -> Bytes:
    return lone_seven()


# --- decoding


def chunks(content: bytes, *, parted: bool = False, extra: bytes = b"") -> bytes:
    """Return a PNG with its pixels in several chunks, or with an extra chunk before them."""
    start = content.index(b"IDAT") - 4
    length = int.from_bytes(content[start : start + 4])
    pixels, rest = content[start + 8 : start + 8 + length], content[start + 12 + length :]
    parts = [pixels[i : i + 100] for i in range(0, length, 100)] if parted else [pixels]
    written = [(extra[:4], extra[4:])] if extra else []
    written += [(b"IDAT", part) for part in parts]
    coded = [
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
        for kind, part in written
    ]
    return content[:start] + b"".join(coded) + rest


def test_plain_png_files_are_decoded_exactly_as_by_pillow() -> None:
    rng = np.random.default_rng(0)
    for shape in [(28, 28), (40, 61), (1, 999), (300, 5)]:
        for grey in (rng.integers(0, 256, shape, np.uint8), np.indices(shape).sum(0) % 256):
            grey = grey.astype(np.uint8)
            colour = np.dstack([grey, 255 - grey, np.roll(grey, 1, 0)])
            for picture, pixels in ((grey, np.dstack([grey] * 3)), (colour, colour)):
                content = encode(picture)
                for variant in (
                    content,
                    chunks(content, parted=True),
                    chunks(content, extra=b"gAMA\0\0\xb1\x8f"),
                    chunks(content, extra=b"tEXta\0b"),
                    content + b"more",
                ):
                    assert (decode(variant).pixels == pixels).all()
                    assert decode(variant).pixels.flags.writeable


def test_png_files_with_unusual_chunks_are_left_to_pillow(seven: Bytes) -> None:
    content = encode(seven)
    assert plain_png(content) is not None
    header, gamma = content[12:29], b"gAMA\0\0\xb1\x8f"
    parted = chunks(content, parted=True)
    second = parted.index(b"IDAT", parted.index(b"IDAT") + 4) - 4
    between = chunks(content, extra=gamma)[33 : 33 + 16]
    for odd in (
        chunks(content, extra=header),
        chunks(content, extra=gamma[:-1]),
        chunks(content, extra=b"pHYs"),
        parted[:second] + between + parted[second:],
        content[:29] + b"\0\0\0\0" + content[33:],
        content[:11] + b"\x0e" + content[12:],
        content[:-20],
    ):
        assert plain_png(odd) is None


def test_a_png_with_a_wrong_checksum_is_broken(seven: Bytes) -> None:
    content = encode(seven)
    wide = content[:16] + struct.pack(">I", 60) + content[20:]
    with pytest.raises(PictureError, match="its PNG header is damaged"):
        decode(wide)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_the_file_format_is_detected_from_the_content(
    seven: Bytes, form: str, tmp_path: Path
) -> None:
    path = tmp_path / "seven.txt"
    path.write_bytes(encode(seven, form))
    picture = decode(path)
    assert picture.pixels.shape == (160, 120, 3)
    assert picture.name == str(path)
    assert difference(digit_in(path), digit_in(seven)) < 4


def test_tiff_is_read_only_if_allowed(seven: Bytes) -> None:
    assert (decode(encode(seven, "TIFF"), all_formats=True).pixels[:, :, 0] == seven).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    # Position of the mark in the upright picture (it is top left in the stored one), and its size.
    corner = {1: "tl", 2: "tr", 3: "br", 4: "bl", 5: "tl", 6: "tr", 7: "br", 8: "bl"}[orientation]
    stored = np.full((40, 60), 255, np.uint8)
    stored[:8, :16] = 0  # wider than high
    exif = Image.Exif()
    exif[0x0112] = orientation
    for form in ("JPEG", "PNG", "WEBP"):
        pixels = decode(encode(stored, form, exif=exif)).pixels[:, :, 0]
        lying = orientation < 5
        assert pixels.shape == ((40, 60) if lying else (60, 40))
        rows, columns = np.nonzero(pixels < 128)
        assert np.ptp(columns) > np.ptp(rows) if lying else np.ptp(columns) < np.ptp(rows)
        assert (rows.mean() < pixels.shape[0] / 2) == (corner[0] == "t")
        assert (columns.mean() < pixels.shape[1] / 2) == (corner[1] == "l")


def test_transparent_pixels_become_white(seven: Bytes) -> None:
    alpha = 255 - seven
    nothing = np.zeros_like(seven)
    grey = np.dstack([nothing, alpha])
    colour = np.dstack([nothing, nothing, nothing, alpha])
    palette = Image.fromarray((seven > 128).astype(np.uint8), "L").convert("P")
    palette.putpalette([0, 0, 0, 10, 20, 30])
    for picture in (encode(grey), encode(colour), encode(colour, "WEBP", lossless=True), colour):
        assert (decode(picture).pixels == seven[:, :, None]).all()
    for form in ("PNG", "GIF"):
        pixels = decode(encode(palette, form, transparency=1)).pixels
        assert (pixels[:, :, 0] == np.where(seven > 128, 255, 0)).all()
    partly = encode(palette, transparency=bytes([255, 0]))
    assert (decode(partly).pixels[:, :, 0] == np.where(seven > 128, 255, 0)).all()


def test_every_pixel_format_gives_the_same_digit(seven: Bytes) -> None:
    page = Image.fromarray(seven)
    cases = {
        "RGB": encode(page.convert("RGB")),
        "16 bits": encode(seven.astype(np.uint16) * 257),
        "palette": encode(page.convert("P")),
        "1 bit": encode(page.convert("1")),
        "CMYK JPEG": encode(page.convert("CMYK"), "JPEG", quality=95),
        "PIL image": page,
        "32 bits": page.convert("I").point(lambda v: v * 257),
        "float image": page.convert("F"),
        "grey array": seven,
        "RGB array": np.dstack([seven] * 3),
        "bool array": seven > 128,
        "float array": seven / 255.0,
    }
    for kind, picture in cases.items():
        assert difference(digit_in(picture), digit_in(seven)) < 3, kind


def test_16_bit_pixels_are_scaled_and_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    assert (decode(encode(ramp)).pixels[:, :, 0].ravel() == np.arange(256)).all()


def test_the_first_frame_of_an_animation_is_read(seven: Bytes) -> None:
    second = Image.new("L", (120, 160), 0)
    for form in ("GIF", "WEBP", "PNG"):
        film = encode(seven, form, save_all=True, append_images=[second] * 3)
        assert difference(digit_in(film), digit_in(seven)) < 3


def test_a_jpeg_with_an_embedded_second_picture_is_a_jpeg(seven: Bytes) -> None:
    page = Image.fromarray(seven)
    phone = encode(page, "MPO", save_all=True, append_images=[Image.new("L", (60, 80))])
    assert Image.open(io.BytesIO(phone)).format == "MPO"
    assert difference(digit_in(phone), digit_in(seven)) < 3


def test_a_jpeg_above_25_megapixels_is_downscaled_while_decoding(seven: Bytes) -> None:
    page = Image.fromarray(seven).resize((6_000, 8_000))
    picture = decode(encode(page, "JPEG"))
    assert picture.pixels.shape == (2_000, 1_500, 3)
    assert picture.reduced == 4
    assert difference(digit_in(seven), find_digits(picture).crops[0].image) < 6

"""Decoding of all file formats and pixel formats."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenet.errors import PictureError
from lenet.picture import decode
from lenet.picture.plain_png import plain_png
from pages import Bytes, encode, lone_seven


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
    assert np.abs(picture.pixels.astype(int) - seven[:, :, None]).mean() < 2


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
    cases: dict[str, Any] = {
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
        pixels = decode(picture).pixels.astype(int)
        assert np.abs(pixels - seven[:, :, None]).mean() < 3, kind


def test_16_bit_pixels_are_scaled_and_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    assert (decode(encode(ramp)).pixels[:, :, 0].ravel() == np.arange(256)).all()


def test_the_first_frame_of_an_animation_is_read(seven: Bytes) -> None:
    second = Image.new("L", (120, 160), 0)
    for form in ("GIF", "WEBP", "PNG"):
        film = encode(seven, form, save_all=True, append_images=[second] * 3)
        assert np.abs(decode(film).pixels.astype(int) - seven[:, :, None]).mean() < 2


def test_a_jpeg_with_an_embedded_second_picture_is_a_jpeg(seven: Bytes) -> None:
    page = Image.fromarray(seven)
    phone = encode(page, "MPO", save_all=True, append_images=[Image.new("L", (60, 80))])
    assert Image.open(io.BytesIO(phone)).format == "MPO"
    assert np.abs(decode(phone).pixels.astype(int) - seven[:, :, None]).mean() < 2


def test_a_jpeg_is_decoded_at_no_more_than_is_looked_at(seven: Bytes) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the stored picture lies on its left side
    upright = Image.fromarray(seven)
    for width, height, reduced, progressive in (
        (1_500, 2_000, 1, False),
        (2_400, 3_200, 2, False),
        (3_000, 4_000, 2, True),
        (6_000, 8_000, 4, False),
    ):
        page = Image.fromarray(seven).resize((width, height)).rotate(90, expand=True)
        picture = decode(encode(page, "JPEG", exif=exif, progressive=progressive))
        assert picture.pixels.shape == (height // reduced, width // reduced, 3)
        assert picture.reduced == reduced
        expected = np.asarray(upright.resize((width // reduced, height // reduced)))
        assert np.abs(picture.pixels[:, :, 1].astype(int) - expected).mean() < 2
    narrow = decode(encode(Image.new("L", (20_000, 3), 255), "JPEG"))
    assert narrow.pixels.shape == (2, 10_000, 3)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_values_are_scaled_by_the_bits_that_they_fill(seven: Bytes, bits: int) -> None:
    values = seven.astype(np.uint16) * ((2**bits - 1) // 255)
    wide = Image.fromarray(values.astype(np.int32), "I")
    for picture in (encode(values), encode(values, "TIFF"), wide):
        pixels = decode(picture, all_formats=True).pixels[:, :, 0]
        assert np.abs(pixels.astype(int) - seven).max() <= 4


def test_float_images_with_odd_values_are_safe(seven: Bytes) -> None:
    odd = seven / np.float32(255)
    odd[0, :4] = np.nan, np.inf, -np.inf, -3
    for picture in (odd, np.float32(1e30) * odd):
        pixels = decode(Image.fromarray(picture, "F")).pixels[:, :, 0]
        assert np.abs(pixels[1:].astype(int) - seven[1:]).max() <= 1
        assert not pixels[0, :4].any()
    assert not decode(Image.new("F", (5, 5), -1)).pixels.any()


def test_white_ink_on_transparency_is_put_on_black(seven: Bytes) -> None:
    white = np.full_like(seven, 255)
    alpha = 255 - seven
    canvas = np.dstack([white, alpha])
    colour = np.dstack([white, white, white, alpha])
    palette = Image.fromarray((seven > 128).astype(np.uint8), "L").convert("P")
    palette.putpalette([255, 255, 255, 255, 255, 255])
    for picture in (encode(canvas), encode(colour), encode(colour, "WEBP", lossless=True), colour):
        assert (decode(picture).pixels[:, :, 1] == alpha).all()
    pixels = decode(encode(palette, "GIF", transparency=1)).pixels
    assert (pixels[:, :, 0] == np.where(seven > 128, 0, 255)).all()


def test_a_light_photo_with_transparent_parts_stays_on_white(seven: Bytes) -> None:
    cut_out = np.dstack([seven, np.full_like(seven, 255)])
    cut_out[:, :60, 1] = 0  # half of it, with a sheet in the rest
    assert (decode(encode(cut_out)).pixels[:, :60] == 255).all()
    corners = np.dstack([np.full_like(seven, 200), np.full_like(seven, 255)])
    corners[:9, :9, 1] = 0
    assert (decode(encode(corners)).pixels[:9, :9] == 255).all()


def test_a_dithered_photo_becomes_grey() -> None:
    page = np.full((400, 300), 190, np.uint8)
    page[150:250, 140:160] = 60
    dithered = Image.fromarray(page).convert("1")
    two_colours = Image.fromarray(np.asarray(dithered).astype(np.uint8), "L").convert("P")
    two_colours.putpalette([0, 0, 0, 255, 255, 255])
    for picture in (encode(dithered), dithered, encode(two_colours), encode(dithered, "GIF")):
        grey = decode(picture).pixels[:, :, 0].astype(int)
        assert np.abs(grey[20:100, 20:280] - 190).max() < 80
        assert np.abs(grey - page).mean() < 20
    lines = Image.fromarray(page).convert("1", dither=Image.Dither.NONE)
    assert set(np.unique(decode(encode(lines)).pixels)) == {0, 255}


def test_the_first_frame_that_is_not_plain_is_read(seven: Bytes) -> None:
    plain = Image.new("L", (120, 160), 255)
    last = Image.new("L", (120, 160), 0)
    for form in ("GIF", "WEBP", "PNG", "AVIF"):
        frames = [plain, Image.fromarray(seven), last]
        film = encode(plain, form, save_all=True, append_images=frames, duration=50)
        page = decode(film, all_formats=True)
        assert np.abs(page.pixels.astype(int) - seven[:, :, None]).mean() < 2
        assert (page.page, page.of_several) == (1, False)
    empty = encode(plain, "WEBP", save_all=True, append_images=[last], duration=50)
    assert (decode(empty).pixels == 255).all()


def test_a_speckled_later_frame_of_two_colours_is_not_blurred() -> None:
    page = np.full((100, 100, 3), (255, 255, 200), np.uint8)
    empty = Image.fromarray(page).quantize(2)
    page[5::10, 10:100:20] = 200, 0, 0  # 0.5 % lonely dots: a dithered photo has many more
    file = io.BytesIO()
    empty.save(file, "GIF", save_all=True, append_images=[Image.fromarray(page).quantize(2)])
    assert (decode(file.getvalue()).pixels == page).all()


def test_later_frames_of_another_size_are_left_alone(seven: Bytes) -> None:
    film = bytearray(
        encode(
            Image.new("L", (120, 160), 255),
            "GIF",
            save_all=True,
            append_images=[Image.fromarray(seven)],
        )
    )
    place = film.index(b",", film.index(b",") + 9)  # the second image's descriptor
    film[place + 5 : place + 9] = b"\xff\xff\xff\xff"
    assert (decode(bytes(film)).pixels == 255).all()

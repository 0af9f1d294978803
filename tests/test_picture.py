"""Facts about pictures: what is read, what is refused and how, and what a digit becomes."""

import io
import os
import random
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

import lenet
from lenet.errors import PictureError
from lenet.picture import decode, find_digits, normalise

Bytes = NDArray[np.uint8]
DRAWN = sorted((Path(lenet.__file__).parent / "pictures").glob("*.png"))


@pytest.fixture
def seven() -> Bytes:
    """A black 7 on white, 120×160, off the middle."""
    page = Image.new("L", (120, 160), 255)
    ImageDraw.Draw(page).line([(35, 30), (85, 28), (55, 115)], fill=0, width=9, joint="curve")
    return np.asarray(page)


def encode(picture: Image.Image | NDArray[Any], form: str = "PNG", **options: Any) -> bytes:
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def digit_in(source: Any) -> NDArray[np.int64]:
    crops = find_digits(decode(source)).crops
    assert len(crops) == 1
    assert crops[0].image.dtype == np.uint8
    assert crops[0].image.shape == (28, 28)
    return crops[0].image.astype(np.int64)


def difference(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Mean absolute difference in grey levels, at best when moved by up to a pixel.

    Two different digits are some 40 apart.
    """
    moves = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return float(
        min(np.abs(a.astype(np.int64) - np.roll(b, move, (0, 1))).mean() for move in moves)
    )


# --- normalising as MNIST was made


def test_every_mnist_test_image_is_normal_already(mnist_images: Bytes) -> None:
    changed = [i for i, image in enumerate(mnist_images) if (normalise(image) != image).any()]
    assert changed == []


def test_mnist_images_pass_through_the_whole_way_nearly_unharmed(mnist_images: Bytes) -> None:
    images = mnist_images[::10]
    found = np.stack(
        [find_digits(decode(encode(image)), single=True).crops[0].image for image in images]
    ).astype(np.int64)
    assert (found == images).all((1, 2)).mean() > 0.95
    assert np.abs(found - images).mean() < 0.3


def test_mnist_images_are_found_again_on_a_large_white_page(mnist_images: Bytes) -> None:
    differences = []
    for image in mnist_images[:200]:
        page = np.full((150, 200), 255, np.uint8)
        page[90:118, 20:48] = 255 - image
        differences.append(difference(digit_in(page), image))
    assert np.mean(differences) < 0.5
    assert max(differences) < 20  # a pale one is made darker, a thin one thicker


def test_the_longer_side_becomes_20_and_the_centre_of_mass_the_middle() -> None:
    for shape in [(100, 60), (60, 100), (5, 3), (20, 20), (400, 7)]:
        image = normalise(np.full(shape, 255, np.uint8))
        rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
        assert max(len(rows), len(columns)) == 20
        assert abs(rows.mean() - 14) <= 0.5
        assert abs(columns.mean() - 14) <= 0.5


def test_lopsided_ink_stays_inside_the_image() -> None:
    ink = np.zeros((200, 200), np.uint8)
    ink[:20, :20] = 255
    ink[199, :] = ink[:, 199] = 40
    image = normalise(ink)
    assert image.any(1).sum() == image.any(0).sum() == 20


def test_shrinking_leaves_grey_edges_as_in_mnist(seven: Bytes) -> None:
    image = digit_in(seven)
    assert ((image > 20) & (image < 235)).sum() > 20


def test_a_tiny_digit_is_enlarged_smoothly() -> None:
    image = normalise(np.eye(8, dtype=np.uint8) * 255)
    assert ((image > 20) & (image < 235)).sum() > 20


def test_no_ink_gives_an_empty_image() -> None:
    assert not normalise(np.zeros((50, 40))).any()


# --- finding the digit


def test_black_on_white_and_white_on_black_are_the_same_digit(seven: Bytes) -> None:
    assert (digit_in(seven) == digit_in(255 - seven)).all()


def test_where_it_is_written_does_not_matter(seven: Bytes) -> None:
    moved = np.roll(seven, (30, -20), (0, 1))
    assert (digit_in(seven) == digit_in(moved)).all()


def test_how_large_it_is_written_does_not_matter(seven: Bytes) -> None:
    for size in [(60, 80), (600, 800), (2400, 3200)]:
        other = np.asarray(Image.fromarray(seven).resize(size, Image.Resampling.BICUBIC))
        assert difference(digit_in(seven), digit_in(other)) < 6


def test_the_colours_of_pen_and_paper_do_not_matter(seven: Bytes) -> None:
    cover = (255 - seven[:, :, None]) / 255.0
    for paper, pen in [
        ((250, 235, 130), (30, 50, 160)),  # blue on yellow
        ((40, 60, 50), (240, 240, 235)),  # chalk on a blackboard
        ((128, 128, 128), (200, 60, 60)),  # red on a grey as bright as it
        ((255, 255, 255), (250, 230, 60)),  # yellow on white
    ]:
        picture = np.array(paper) + (np.array(pen) - np.array(paper)) * cover
        assert difference(digit_in(picture.astype(np.uint8)), digit_in(seven)) < 4, pen


def test_uneven_light_and_noise_do_not_matter(seven: Bytes) -> None:
    chance = np.random.default_rng(0)
    y, x = np.mgrid[0:1:160j, 0:1:120j]
    for light in (1 - 0.6 * x, 1 - 0.5 * x * y, 1 - 0.5 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)):
        photo = (0.1 + 0.8 * seven / 255) * light * 255 + chance.normal(0, 3, seven.shape)
        found = digit_in(np.clip(photo, 0, 255).astype(np.uint8))
        assert difference(found, digit_in(seven)) < 8


def test_thick_strokes_are_not_hollowed() -> None:
    page = np.full((100, 100), 230, np.uint8) - np.arange(100, dtype=np.uint8)[:, None] // 2
    page[20:80, 30:65] = 20
    assert digit_in(page)[8:20, 11:17].min() > 195


def test_a_thick_digit_may_cover_more_than_half_of_the_picture() -> None:
    page = np.full((28, 28), 255, np.uint8)
    page[3:27, 2:25] = 0
    assert digit_in(page)[14, 14] == 255


def test_thin_strokes_do_not_fade_when_a_large_picture_is_made_small() -> None:
    page = Image.new("L", (400, 400), 255)
    ImageDraw.Draw(page).line([(100, 40), (300, 60), (180, 360)], fill=0, width=3)
    assert digit_in(page).max() > 200


def test_pale_pencil_is_made_as_dark_as_ink(seven: Bytes) -> None:
    pencil = (255 - (255 - seven) * 0.2).astype(np.uint8)
    assert difference(digit_in(pencil), digit_in(seven)) < 4


def test_specks_and_what_the_edges_cut_are_left_out(seven: Bytes) -> None:
    dirty = seven.copy()
    dirty[10:12, 100:102] = dirty[150, 20] = 0
    dirty[:, :3] = 0
    assert (digit_in(dirty) == digit_in(seven)).all()


def test_strokes_that_do_not_touch_belong_to_one_digit(seven: Bytes) -> None:
    five = seven.copy()
    five[70:75] = 255
    assert difference(digit_in(five), digit_in(seven)) < 12


def test_the_box_is_where_the_digit_is(seven: Bytes) -> None:
    assert find_digits(decode(seven)).crops[0].box == pytest.approx((35, 24, 55, 93), abs=1)


def test_the_box_is_in_pixels_of_the_picture_however_large(seven: Bytes) -> None:
    x, y, w, h = find_digits(decode(seven)).crops[0].box
    large = Image.fromarray(seven).resize((3600, 4800))
    found = find_digits(decode(encode(large, "JPEG"))).crops[0].box
    assert found == pytest.approx((30 * x, 30 * y, 30 * w, 30 * h), abs=60)


def test_a_picture_of_only_paper_holds_no_digit() -> None:
    chance = np.random.default_rng(0)
    ramp = np.linspace(90, 240, 200)
    blank = [
        np.full((200, 200), 255),
        np.zeros((200, 200)),
        ramp[:, None] + np.zeros((1, 200)),
        ramp[:, None] + chance.normal(0, 6, (200, 200)),
        chance.normal(230, 4, (200, 200)),
        chance.uniform(0, 255, (200, 200)),
        np.where(chance.random((200, 200)) < 0.02, 0, 255),
        np.where(chance.random((200, 200)) < 0.1, 0, 255),
    ]
    for picture in blank:
        assert not find_digits(decode(np.clip(picture, 0, 255).astype(np.uint8))).crops
    assert find_digits(decode(Image.new("RGBA", (50, 50)))).blank, "all transparent"


def test_pictures_of_any_shape_can_be_searched() -> None:
    chance = np.random.default_rng(0)
    for shape in [(1, 1), (1, 2), (2, 1), (1, 5_000), (20_000, 1), (3, 3), (5, 2_000)]:
        for picture in (
            np.zeros(shape),
            chance.uniform(0, 255, shape),
            chance.normal(200, 9, shape),
        ):
            find_digits(decode(np.clip(picture, 0, 255).astype(np.uint8)))


def test_the_pictures_in_the_package_hold_one_digit_each() -> None:
    assert [path.name[0] for path in DRAWN] == list("0123456789")
    for path in DRAWN:
        assert digit_in(path).max() > 200, path.name
    assert sum(path.stat().st_size for path in DRAWN) < 400_000


# --- decoding


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_what_a_picture_is_follows_from_its_content(
    seven: Bytes, form: str, tmp_path: Path
) -> None:
    path = tmp_path / "seven.txt"
    path.write_bytes(encode(seven, form))
    picture = decode(path)
    assert picture.pixels.shape == (160, 120, 3)
    assert picture.name == str(path)
    assert difference(digit_in(path), digit_in(seven)) < 4


def test_tiff_is_read_where_it_is_allowed(seven: Bytes) -> None:
    assert (decode(encode(seven, "TIFF"), tiff=True).pixels[:, :, 0] == seven).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    # Where the mark at the top left of the stored picture belongs in the upright one, and its size.
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


def test_transparency_is_put_on_white(seven: Bytes) -> None:
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


def test_every_kind_of_pixel_gives_the_same_digit(seven: Bytes) -> None:
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


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    assert (decode(encode(ramp)).pixels[:, :, 0].ravel() == np.arange(256)).all()


def test_the_first_frame_of_a_film_is_read(seven: Bytes) -> None:
    second = Image.new("L", (120, 160), 0)
    for form in ("GIF", "WEBP", "PNG"):
        film = encode(seven, form, save_all=True, append_images=[second] * 3)
        assert difference(digit_in(film), digit_in(seven)) < 3


def test_a_phone_jpeg_with_a_second_picture_inside_is_a_jpeg(seven: Bytes) -> None:
    page = Image.fromarray(seven)
    phone = encode(page, "MPO", save_all=True, append_images=[Image.new("L", (60, 80))])
    assert Image.open(io.BytesIO(phone)).format == "MPO"
    assert difference(digit_in(phone), digit_in(seven)) < 3


def test_a_jpeg_above_25_megapixels_is_reduced_while_decoding(seven: Bytes) -> None:
    page = Image.fromarray(seven).resize((6_000, 8_000))
    picture = decode(encode(page, "JPEG"))
    assert picture.pixels.shape == (2_000, 1_500, 3)
    assert picture.reduced == 4
    assert difference(digit_in(seven), find_digits(picture).crops[0].image) < 6


# --- what a person gets when something is wrong

PNG = encode(np.zeros((40, 60), np.uint8))
BLACK = np.random.default_rng(0).integers(0, 255, (90, 90), np.uint8)
SAVE = "save it as PNG or JPEG (WEBP, GIF and BMP are read too)"


def test_no_picture_is_said_in_one_line_each() -> None:
    for content, text in {
        b"": "x is empty: found 0 bytes; save it again",
        b"just words\n": f"x is text; {SAVE}",
        "größer".encode(): f"x is text; {SAVE}",
        b"\n<!DOCTYPE html><html><body>404": f"x is an HTML page; {SAVE}",
        b'<?xml version="1.0"?>\n<svg xmlns="">': f"x is an SVG drawing; {SAVE}",
        b"%PDF-1.7\n\0": f"x is a PDF document; {SAVE}",
        b"\0\0\0\x18ftypheic\0\0": f"x is a HEIC or AVIF picture, or a film; {SAVE}",
        b"PK\x03\x04\0\0": f"x is a zip archive or office document; {SAVE}",
        b"\x00\x01\x02\x03": f"x is no picture of a known format; {SAVE}",
        encode(BLACK, "ICO"): f"x is no picture of a known format; {SAVE}",
        encode(BLACK, "TIFF"): "x is a TIFF picture, not read here; save it as PNG or JPEG",
        PNG[:12]: "x is broken: its PNG header is damaged; save it again",
        b"\xff\xd8\xff": "x is broken: its JPEG header is damaged; save it again",
        b"GIF89a": "x is broken: its GIF header is damaged; save it again",
    }.items():
        with pytest.raises(PictureError) as caught:
            decode(content, name="x")
        assert str(caught.value) == text


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_truncated_picture_is_broken(form: str) -> None:
    content = encode(BLACK, form)
    with pytest.raises(PictureError, match=f"^x is broken: its {form} .* damaged; save it again$"):
        decode(content[: len(content) * 2 // 3], name="x")


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size; its pixels are those of a small one."""
    import struct
    import zlib

    chunk = b"IHDR" + struct.pack(">2I", width, height) + PNG[24:29]
    return PNG[:12] + chunk + struct.pack(">I", zlib.crc32(chunk)) + PNG[33:]


def test_too_large_is_said_before_any_pixel_is_decoded() -> None:
    for content, found, limit in [
        (png_header(5_001, 5_000), "5,001×5,000", "25 megapixels"),
        (png_header(20_001, 1), "20,001×1", "25 megapixels"),
        (png_header(2**31 - 1, 2**31 - 1), "2,147,483,647×2,147,483,647", "25 megapixels"),
        (encode(Image.new("L", (20_001, 8)), "JPEG"), "20,001×8", "200 megapixels"),
    ]:
        start = time.perf_counter()
        with pytest.raises(PictureError) as caught:
            decode(content, name="x")
        assert str(caught.value) == (
            f"x is too large: {found} pixels, limit {limit} and 20,000 an edge; save it smaller"
        )
        assert time.perf_counter() - start < 1


def test_a_progressive_jpeg_has_the_limit_of_the_others() -> None:
    content = encode(Image.new("L", (5_200, 5_000)), "JPEG", progressive=True)
    with pytest.raises(PictureError, match="5,200×5,000 pixels, limit 25 megapixels"):
        decode(content)


def test_a_file_of_more_than_100_megabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(PictureError, match="is too large: 100,000,001 bytes, limit 100,000,000$"):
        decode(path)


def test_what_is_no_regular_file_is_never_waited_for(tmp_path: Path) -> None:
    loop, pipe = tmp_path / "loop", tmp_path / "pipe"
    cases = {
        str(tmp_path): "is a directory; name the pictures in it",
        str(tmp_path / "none.png"): "does not exist; check the path",
        "a\0b": "'a\\x00b' cannot be read: not a valid path",
        "a\nb.png": "'a\\nb.png' does not exist; check the path",
    }
    if os.name == "posix":
        loop.symlink_to(loop)
        os.mkfifo(pipe)
        regular = "is not a regular file; copy its content into one first"
        cases |= {
            str(loop): "cannot be read: too many levels of symbolic links",
            str(pipe): regular,
            "/dev/zero": regular,
            "x" * 5_000: "cannot be read: file name too long",
        }
    for source, text in cases.items():
        with pytest.raises(PictureError) as caught:
            decode(source)
        assert str(caught.value).endswith(text)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(PNG)
    path.chmod(0)
    with pytest.raises(PictureError, match="cannot be read: permission denied$"):
        decode(path)


def test_arrays_that_are_no_picture_are_refused() -> None:
    for array in (
        np.zeros((5, 5), np.int64),
        np.zeros((5, 5, 2), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((0, 5), np.uint8),
        np.full((5, 5), 2.0),
        np.full((5, 5), np.nan),
        np.array([["a"]]),
    ):
        with pytest.raises(
            PictureError, match=r"found an array of .*; give uint8, or bool or floats"
        ):
            decode(array)
    with pytest.raises(PictureError, match="^picture: found list; give a path, bytes, a PIL image"):
        decode([[0]])  # type: ignore[arg-type]
    with pytest.raises(PictureError, match="is empty: found 0×5 pixels"):
        decode(Image.new("L", (0, 5)))


def test_damaged_exif_data_neither_warns_nor_stops() -> None:
    for exif in (b"Exif\0\0junk", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 40):
        for form in ("JPEG", "PNG", "WEBP"):
            assert decode(encode(BLACK, form, exif=exif)).pixels.shape == (90, 90, 3)


def damaged(count: int, seed: int) -> Iterator[bytes]:
    """Yield picture files of five formats and all modes, each cut, flipped or overwritten."""
    pages = {
        form: [Image.fromarray(BLACK).resize((40, 30)).convert(mode) for mode in modes.split()]
        for form, modes in {
            "PNG": "L RGB RGBA P 1 LA I;16",
            "JPEG": "L RGB CMYK",
            "WEBP": "RGB RGBA",
            "GIF": "L P 1",
            "BMP": "L RGB P 1",
        }.items()
    }
    seeds = [encode(page, form) for form, kind in pages.items() for page in kind]
    chance = random.Random(seed)
    for i in range(count):
        content = bytearray(seeds[i % len(seeds)])
        place = chance.randrange(len(content))
        match chance.randrange(4):
            case 0:
                del content[place:]
            case 1:
                content[place] ^= 1 << chance.randrange(8)
            case 2:
                content[place:place] = chance.randbytes(chance.randrange(1, 20))
            case 3:
                content[place : place + 8] = chance.randbytes(8)
        yield bytes(content)


def answers(files: Iterable[bytes]) -> tuple[int, set[str], float]:
    """Return how many files gave a picture, what the others said, and the longest it took."""
    decoded, texts, longest = 0, set(), 0.0
    for content in files:
        start = time.process_time()
        try:
            find_digits(decode(content))
            decoded += 1
        except PictureError as error:
            texts.add(str(error))
        longest = max(longest, time.process_time() - start)
    return decoded, texts, longest


def test_damaged_files_give_a_picture_or_one_clear_error() -> None:
    decoded, texts, longest = answers(damaged(1_500, seed=0))
    assert 150 < decoded < 1_450
    assert len(texts) > 10
    assert not [text for text in texts if "0x" in text or "\n" in text]
    assert longest < 0.5


@pytest.mark.slow
def test_twenty_thousand_damaged_files_are_answered_soon_and_in_bounded_memory() -> None:
    resource = pytest.importorskip("resource")
    answers(damaged(2_000, seed=1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    decoded, texts, longest = answers(damaged(20_000, seed=2))
    assert 2_000 < decoded < 19_000
    assert not [text for text in texts if "0x" in text or "\n" in text]
    assert longest < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize(
    ("form", "mode", "size", "megabytes"),
    [
        ("PNG", "RGBA", (5_000, 5_000), 160),
        ("PNG", "I;16", (5_000, 5_000), 140),
        ("WEBP", "RGB", (4_000, 3_000), 240),
        ("JPEG", "L", (14_000, 14_000), 120),
    ],
)
def test_the_largest_pictures_are_read_in_bounded_memory(
    form: str, mode: str, size: tuple[int, int], megabytes: int, tmp_path: Path
) -> None:
    page = Image.new(mode, size)
    film = {"save_all": True, "append_images": [page]} if form == "WEBP" else {}
    path = tmp_path / "large"
    path.write_bytes(encode(page, form, **film))
    script = (
        "import resource, sys\n"
        "from lenet.picture import decode, find_digits\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "find_digits(decode(sys.argv[1]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 1_000 * megabytes


def test_a_large_webp_has_a_limit_of_its_own() -> None:
    content = bytearray(encode(Image.new("RGB", (4_001, 3_000)), "WEBP"))
    with pytest.raises(PictureError, match="4,001×3,000 pixels, limit 12 megapixels"):
        decode(bytes(content))


def test_decoding_in_many_threads_leaves_the_warning_filters_as_they_were(seven: Bytes) -> None:
    before = list(warnings.filters)
    odd = encode(seven, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 40)
    threads = [threading.Thread(target=lambda: [decode(odd) for _ in range(30)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before

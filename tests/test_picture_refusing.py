"""Files that are not pictures, or are broken or too large, give one clear error."""

import os
import random
import struct
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command import printed
from lenet.errors import PictureError
from lenet.picture import decode
from lenet.reader import Reader
from pages import Bytes, encode, lone_seven


@pytest.fixture
def seven() -> Bytes:
    return lone_seven()


PNG = encode(np.zeros((40, 60), np.uint8))
BLACK = np.random.default_rng(0).integers(0, 255, (90, 90), np.uint8)
SAVE = "save it as PNG or JPEG (WEBP, GIF and BMP are read too)"


def test_unreadable_content_is_a_one_line_error() -> None:
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
    """A PNG with a claimed size and the pixels of a small one."""
    chunk = b"IHDR" + struct.pack(">2I", width, height) + PNG[24:29]
    return PNG[:12] + chunk + struct.pack(">I", zlib.crc32(chunk)) + PNG[33:]


def test_oversized_pictures_are_refused_before_decoding() -> None:
    for content, pixels, limit in [
        (png_header(5_001, 5_000), "5,001×5,000", "25 megapixels"),
        (png_header(20_001, 1), "20,001×1", "25 megapixels"),
        (png_header(2**31 - 1, 2**31 - 1), "2,147,483,647×2,147,483,647", "25 megapixels"),
        (encode(Image.new("L", (20_001, 8)), "JPEG"), "20,001×8", "200 megapixels"),
    ]:
        start = time.process_time()
        with pytest.raises(PictureError) as caught:
            decode(content, name="x")
        assert str(caught.value) == (
            f"x is too large: {pixels} pixels, limit {limit} and 20,000 an edge; save it smaller"
        )
        assert time.process_time() - start < 1


def test_a_progressive_jpeg_has_the_same_size_limit() -> None:
    content = encode(Image.new("L", (5_200, 5_000)), "JPEG", progressive=True)
    with pytest.raises(PictureError, match="5,200×5,000 pixels, limit 25 megapixels"):
        decode(content)


def test_a_file_of_more_than_100_megabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(PictureError, match="is too large: 100,000,001 bytes, limit 100,000,000$"):
        decode(path)


def test_reading_never_blocks_on_special_files(tmp_path: Path) -> None:
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
def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(PNG)
    path.chmod(0)
    with pytest.raises(PictureError, match="cannot be read: permission denied$"):
        decode(path)


def test_arrays_that_are_not_pictures_are_refused() -> None:
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


def test_damaged_exif_data_are_ignored_without_warning() -> None:
    for exif in (b"Exif\0\0junk", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 40):
        for form in ("JPEG", "PNG", "WEBP"):
            assert decode(encode(BLACK, form, exif=exif)).pixels.shape == (90, 90, 3)


def damaged(count: int, seed: int) -> Iterator[bytes]:
    """Yield picture files of five formats and all modes with random damage."""
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
    rng = random.Random(seed)
    for i in range(count):
        content = bytearray(seeds[i % len(seeds)])
        position = rng.randrange(len(content))
        match rng.randrange(4):
            case 0:
                del content[position:]
            case 1:
                content[position] ^= 1 << rng.randrange(8)
            case 2:
                content[position:position] = rng.randbytes(rng.randrange(1, 20))
            case 3:
                content[position : position + 8] = rng.randbytes(8)
        yield bytes(content)


def answers(files: Iterable[bytes], read: Callable[[bytes], object]) -> tuple[int, set[str], float]:
    """Return the number of files read, the error messages, and the longest time."""
    decoded, texts, longest = 0, set(), 0.0
    for content in files:
        start = time.process_time()
        try:
            read(content)
            decoded += 1
        except PictureError as error:
            texts.add(str(error))
        longest = max(longest, time.process_time() - start)
    return decoded, texts, longest


def test_damaged_files_give_a_reading_or_a_picture_error() -> None:
    reader = Reader("lenet5", threads=1)
    done, texts, longest = answers(damaged(400, seed=0), reader.read)
    assert 40 < done < 380
    assert len(texts) > 8
    assert not [text for text in texts if "0x" in text or "\n" in text]
    assert longest < 0.5


@pytest.mark.slow
@pytest.mark.parametrize(("count", "reads"), [(20_000, False), (4_000, True)])
def test_many_damaged_files_need_bounded_time_and_memory(count: int, reads: bool) -> None:
    resource = pytest.importorskip("resource")
    read = Reader("lenet5", threads=1).read if reads else decode
    answers(damaged(count // 10, seed=1), read)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done, texts, longest = answers(damaged(count, seed=2), read)
    assert count // 10 < done < 0.95 * count
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
        "from lenet.reader import Reader\n"
        "reader = Reader('lenet5', threads=1)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "reader.read(sys.argv[1])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    assert int(printed(script, path)) < 1_000 * megabytes


def test_webp_has_its_own_size_limit() -> None:
    content = bytearray(encode(Image.new("RGB", (4_001, 3_000)), "WEBP"))
    with pytest.raises(PictureError, match="4,001×3,000 pixels, limit 12 megapixels"):
        decode(bytes(content))


def test_decoding_in_threads_does_not_change_warning_filters(seven: Bytes) -> None:
    before = list(warnings.filters)
    odd = encode(seven, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 40)
    threads = [threading.Thread(target=lambda: [decode(odd) for _ in range(30)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before

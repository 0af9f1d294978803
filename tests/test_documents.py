"""Documents of many pages: TIFF, PDF, HEIC and AVIF."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lenet
from command import NO_COVERAGE, complaint, printed, run_lenet
from documents import endless_pdf, page_image, pdf, strokes, tiff
from lenet.cli.predict.output import Answer, Explanations
from lenet.errors import PictureError, UsageError
from lenet.picture import Picture, decode, decode_pages
from lenet.picture import decoding as decoding_module
from lenet.picture import pdf as pdf_module
from lenet.picture.page_numbers import ONLY_FIRST, PageNumbers
from lenet.picture.pdf_drawer import draw
from lenet.reader import Reading
from lenet.reader.task import Task
from pages import encode

ENCRYPTED = pdf(
    ["q"],
    trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>"
    " /ID [<01> <02>]",
)
THREE_PAGES = pdf([strokes("17"), strokes("7"), strokes("771")])
THREE_IMAGES = tiff([page_image("17"), page_image("7", "1"), page_image("771", "RGB")])


@pytest.fixture(scope="module")
def reader() -> lenet.Reader:
    return lenet.Reader("lenet5", threads=1)


def pages_of(content: bytes, pages: Any = None) -> list[Picture]:
    decoded = list(decode_pages(content, pages, name="x", all_formats=True))
    assert not [page for page in decoded if isinstance(page, PictureError)], decoded
    return [page for page in decoded if isinstance(page, Picture)]


def error_of(content: bytes, pages: Any = None) -> str:
    """The only error in what `decode_pages` gives, the last."""
    try:
        *good, bad = decode_pages(content, pages, name="x", all_formats=True)
        assert all(isinstance(page, Picture) for page in good)
        assert isinstance(bad, PictureError)
        text = str(bad)
    except PictureError as error:
        text = str(error)
    assert "\n" not in text
    return text


# --- which pages


@pytest.mark.parametrize(
    ("pages", "numbers"),
    [
        (None, [1, 2, 3]),
        ("2", [2]),
        (2, [2]),
        ("2-3", [2, 3]),
        ("2-9", [2, 3]),
        (" 2 - ", [2, 3]),
        ("3,1", [1, 3]),
        ("1-2,2-3", [1, 2, 3]),
        (range(2, 4), [2, 3]),
    ],
)
@pytest.mark.parametrize("content", [THREE_PAGES, THREE_IMAGES], ids=["PDF", "TIFF"])
def test_the_pages_asked_for_are_decoded_in_order(
    content: bytes, pages: Any, numbers: list[int]
) -> None:
    decoded = pages_of(content, pages)
    assert [page.page for page in decoded] == numbers
    assert all(page.of_several and page.name == "x" for page in decoded)


@pytest.mark.parametrize("pages", ["", "0", "3-2", "a", "1-2-3", "-2", "1,,2", "9" * 10, 0, []])
def test_impossible_page_numbers_are_a_usage_error(pages: Any) -> None:
    with pytest.raises(UsageError, match="^pages are .*: give numbers from 1, such as 2, 2-5"):
        list(decode_pages(THREE_IMAGES, pages))


@pytest.mark.parametrize("content", [THREE_PAGES, THREE_IMAGES], ids=["PDF", "TIFF"])
def test_a_page_that_does_not_exist_is_said_after_the_others(content: bytes) -> None:
    assert error_of(content, "1,4-5,7") == "x has no page 4: it has 3 pages"
    assert error_of(encode(page_image("7")), "1-2,3") == "x has no page 3: it has one page"
    assert error_of(pdf([""]), "2") == "x has no page 2: it has one page"


def test_any_other_picture_is_one_page() -> None:
    grey = np.asarray(page_image("7"))
    for source in (encode(grey), grey, Image.fromarray(grey)):
        [page] = decode_pages(source)
        assert isinstance(page, Picture)
        assert (page.page, page.of_several) == (1, False)
        assert (page.pixels[:, :, 0] == grey).all()


# --- TIFF


def test_each_page_of_a_tiff_has_its_own_pixels_and_mode() -> None:
    for page, text in zip(pages_of(THREE_IMAGES), ("17", "7", "771"), strict=True):
        assert (page.pixels[:, :, 0] == np.asarray(page_image(text))).all() or text == "7"
        assert page.pixels.shape == (110, 210, 3)
    assert decode(THREE_IMAGES, all_formats=True).of_several
    assert not decode(tiff([page_image("7")]), all_formats=True).of_several


def test_each_page_of_a_tiff_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = page_image("17").rotate(90, expand=True)
    first, second = pages_of(tiff([page_image("17"), turned], exif=exif), None)
    assert first.pixels.shape == (210, 110, 3)
    assert (second.pixels[:, :, 0] == np.asarray(page_image("17"))).all()


def test_reduced_copies_and_masks_in_a_tiff_are_no_pages() -> None:
    kinds = [0, 1, 4, 2]
    file = io.BytesIO()
    with Image.new("L", (9, 9)) as image:
        frames = [image.copy() for _ in kinds]
    for frame, kind in zip(frames, kinds, strict=True):
        frame.encoderinfo = {"tiffinfo": {254: kind}}
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:], tiffinfo={254: 0})
    assert [page.page for page in pages_of(file.getvalue())] == [1, 2]


def test_a_broken_page_of_a_tiff_does_not_stop_the_others() -> None:
    pages = [page_image("1"), Image.new("L", (5_001, 5_000)), page_image("7")]
    first, second, third = decode_pages(
        tiff(pages, compression="tiff_deflate"), name="x", all_formats=True
    )
    assert isinstance(first, Picture)
    assert str(second).startswith("x (page 2) is too large: 5,001×5,000 pixels")
    assert isinstance(third, Picture)
    assert third.page == 3


def test_a_tiff_whose_chain_of_pages_breaks_gives_those_before() -> None:
    second = Image.open(io.BytesIO(THREE_IMAGES))
    second.seek(1)
    place: int = second._frame_pos[1]  # type: ignore[attr-defined]
    assert error_of(THREE_IMAGES[: place + 1]) == (
        "x is broken: its TIFF header is damaged after page 1; save it again"
    )


def test_a_tiff_may_not_claim_pages_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding_module, "MAX_TIFF_PAGES", 3)
    assert len(pages_of(THREE_IMAGES)) == 3
    monkeypatch.setattr(decoding_module, "MAX_TIFF_PAGES", 2)
    assert error_of(THREE_IMAGES) == "x has more than 2 pages; split it"


# --- PDF


def test_a_pdf_is_drawn_at_a_size_that_reads_well() -> None:
    for box, shape, reduced in (
        ("0 0 144 72", (200, 400, 3), 1),
        ("0 0 595 842", (2_000, 1_414, 3), 842 / 720),
        ("0 0 1000000 1", (1, 2_000, 3), 1_000_000 / 720),
    ):
        [page] = pages_of(pdf([strokes("7")], page=f"/MediaBox [{box}]"))
        assert page.pixels.shape == shape
        assert page.reduced == pytest.approx(reduced)
        assert not page.of_several
    [turned] = pages_of(pdf([strokes("7")], page="/MediaBox [0 0 144 72] /Rotate 90"))
    assert turned.pixels.shape == (400, 200, 3)


def test_the_colours_of_a_pdf_are_those_of_its_page() -> None:
    [page] = pages_of(pdf(["1 0 0 rg 0 0 144 36 re f"]))
    assert page.pixels[199, 399].tolist() == [255, 0, 0]
    assert page.pixels[0, 0].tolist() == [255, 255, 255]


def test_what_is_filled_into_the_form_of_a_pdf_is_drawn() -> None:
    field = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (77) /F 4 /Rect [10 10 130 60]"
    field += " /DA (/Helv 40 Tf 0 g) >>"
    font = "<< /Font << /Helv << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    form = f"/AcroForm << /Fields [3 0 R] /NeedAppearances true /DR {font} >>"
    content = pdf([""], objects=form).replace(
        b"/Contents 4 0 R", b"/Annots [5 0 R] /Contents 4 0 R"
    )
    content = content.replace(b"/Fields [3 0 R]", b"/Fields [5 0 R]")
    content = content.replace(b"xref\n0", b"5 0 obj\n" + field.encode() + b"\nendobj\nxref\n0")
    [page] = pages_of(content)
    assert (page.pixels < 128).any()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (ENCRYPTED, "x is a PDF with a password; save it without one"),
        (pdf([]), "x is a PDF without pages; save it again"),
        (b"%PDF-1.7\n", "x is a broken PDF document; save it again"),
    ],
    ids=["encrypted", "no pages", "broken"],
)
def test_a_pdf_that_cannot_be_opened_is_one_clear_error(content: bytes, text: str) -> None:
    assert error_of(content) == text
    with pytest.raises(PictureError) as caught:
        decode(content, name="x", all_formats=True)
    assert str(caught.value) == text


def test_pages_that_do_not_exist_in_a_pdf_are_errors_up_to_a_limit() -> None:
    claimed = pdf([strokes("7")]).replace(b"/Count 1", b"/Count 99")
    decoded = list(decode_pages(claimed, name="x", all_formats=True))
    good = [page for page in decoded if isinstance(page, Picture)]
    assert len(good) <= 1
    assert len(decoded) <= len(good) + pdf_module.MAX_FAULTS


@pytest.mark.parametrize(
    ("program", "seconds", "text"),
    [
        ("raise SystemExit(1)", 60, "x cannot be drawn: it is damaged, or needs too much memory"),
        ("import time; time.sleep(60)", 1, "x takes longer than 30 seconds to draw"),
        ("import os; os.kill(os.getpid(), 9)", 60, "x cannot be drawn: it is damaged, or needs"),
    ],
    ids=["error", "slow", "crash"],
)
def test_a_crash_or_a_standstill_of_pdfium_is_one_clear_error(
    program: str, seconds: int, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "drawer.py").write_text(program)
    monkeypatch.setattr(pdf_module, "_DRAWER", tmp_path / "drawer.py")
    monkeypatch.setattr(pdf_module, "SECONDS", seconds)
    assert error_of(THREE_PAGES).startswith(text)


def test_a_pdf_that_no_process_can_draw_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/python")
    assert error_of(THREE_PAGES).startswith(
        "x cannot be drawn: no process can be started, no such file or directory; end some, or"
    )


def test_a_page_that_is_never_done_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "SECONDS", 1)
    assert error_of(endless_pdf()).startswith("x takes longer than 30 seconds to draw")


@pytest.mark.skipif(not hasattr(signal, "alarm"), reason="Windows has no alarms")
def test_a_drawer_that_nobody_waits_for_ends_by_itself() -> None:
    script = (
        "import sys; from lenet.picture import pdf_drawer; pdf_drawer.MAX_SECONDS = 1;"
        "pdf_drawer.draw(sys.stdin.buffer, sys.stdout.buffer)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=b"[[1, 1]]\n" + endless_pdf(),
        capture_output=True,
        check=False,
        env={**os.environ, **NO_COVERAGE},
    )
    assert done.stdout == b'{"pages": 1, "bytes": 0}\n'
    assert done.returncode == -signal.SIGALRM


def test_no_process_and_no_pipe_is_left_of_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    decode(THREE_PAGES, all_formats=True)
    pages_of(THREE_PAGES)
    pages = decode_pages(THREE_PAGES, all_formats=True)
    next(pages)
    del pages
    for process in started:
        assert process.returncode is not None, "it was waited for"
        assert process.stdin is not None
        assert process.stdin.closed
        assert process.stdout is not None
        assert process.stdout.closed
    assert len(started) == 3


def test_a_crash_on_a_later_page_keeps_the_pages_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = '{"width": 1, "height": 1, "stride": 4}'
    lines = ['{"pages": 3}', f'{{"size": {size}, "reduced": 1, "bytes": 4}}']
    program = f"print({lines[0]!r}); print({lines[1]!r}); print('abcd', end='', flush=True)"
    (tmp_path / "drawer.py").write_text(program)
    monkeypatch.setattr(pdf_module, "_DRAWER", tmp_path / "drawer.py")
    page, error = decode_pages(THREE_PAGES, name="x", all_formats=True)
    assert isinstance(page, Picture)
    assert page.pixels.tolist() == [[[97, 98, 99]]]
    assert str(error) == (
        "x (page 2) cannot be drawn: it is damaged, or needs too much memory; save it again;"
        " the pages after it are not read"
    )


def test_only_the_pages_asked_for_are_drawn() -> None:
    answers = []
    for ranges in ([[1, 1]], [[2, 10**9]], [[2, 3], [1, 2]]):
        out = io.BytesIO()
        draw(io.BytesIO(json.dumps(ranges).encode() + b"\n" + THREE_PAGES), out)
        answers.append(out.getvalue().count(b'"size"'))
    assert answers == [1, 2, 3]
    for content, fault in ((ENCRYPTED, b"password"), (b"%PDF", b"broken")):
        out = io.BytesIO()
        draw(io.BytesIO(b"[[1, 1]]\n" + content), out)
        assert fault in out.getvalue()
    out = io.BytesIO()
    lost = THREE_PAGES.replace(b"5 0 obj", b"6 0 obj")
    draw(io.BytesIO(b"[[2, 2]]\n" + lost), out)
    assert b'"fault": "page"' in out.getvalue()


def damaged_pdfs(count: int, seed: int) -> Iterator[bytes]:
    scan = io.BytesIO()
    page_image("17").save(scan, "PDF", save_all=True, append_images=[page_image("7", "1")])
    packed = zlib.compress(strokes("177").encode())
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    seeds = [THREE_PAGES, scan.getvalue(), pdf([stream % (len(packed), packed)])]
    rng = random.Random(seed)
    for i in range(count):
        content = bytearray(seeds[i % len(seeds)])
        for _ in range(rng.randrange(1, 5)):
            position = rng.randrange(8, len(content))
            match rng.randrange(4):
                case 0:
                    del content[position : position + rng.randrange(1, 200)]
                case 1:
                    content[position] ^= 1 << rng.randrange(8)
                case 2:
                    content[position:position] = rng.randbytes(rng.randrange(1, 20))
                case 3:
                    content[position : position + 8] = str(rng.randrange(10**8)).encode()
        yield bytes(content)


def check_damaged_pdfs(count: int, seed: int) -> None:
    decoded = 0
    for content in damaged_pdfs(count, seed):
        try:
            pages = list(decode_pages(content, name="x", all_formats=True))
        except PictureError as error:
            pages = [error]
        assert 1 <= len(pages) <= 3 + pdf_module.MAX_FAULTS
        for page in pages:
            if isinstance(page, PictureError):
                assert str(page).startswith("x ")
                assert "\n" not in str(page)
            else:
                decoded += 1
                assert max(page.pixels.shape) <= 2_001
    assert decoded


def test_a_few_damaged_pdfs_give_pages_or_errors() -> None:
    check_damaged_pdfs(6, seed=0)


@pytest.mark.slow
def test_100_damaged_pdfs_give_pages_or_errors() -> None:
    check_damaged_pdfs(100, seed=1)


@pytest.mark.slow
def test_a_pdf_whose_content_is_a_bomb_is_an_error() -> None:
    bomb = zlib.compress(b" " * 1_500_000_000, 9)
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    [answer] = decode_pages(pdf([stream]), name="x", all_formats=True)
    assert isinstance(answer, Picture | PictureError)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize(("kind", "count"), [("PDF", 10_000), ("TIFF", 1_000)])
def test_the_pages_of_long_documents_are_read_in_bounded_memory(
    kind: str, count: int, tmp_path: Path
) -> None:
    path = tmp_path / "long"
    if kind == "PDF":
        path.write_bytes(pdf([strokes("17")] * count))
    else:
        path.write_bytes(
            tiff([Image.new("L", (1_000, 1_000), 255)] * count, compression="packbits")
        )
    script = (
        "import resource, sys\n"
        "from lenet.picture import Picture, decode_pages\n"
        "peaks = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]\n"
        "pages = list(isinstance(page, Picture) for page in decode_pages(sys.argv[1],"
        " all_formats=True))\n"
        "peaks += [resource.getrusage(who).ru_maxrss for who in"
        " (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "print(sum(pages), peaks[1] - peaks[0], peaks[2])\n"
    )
    pages, grown, of_child = map(int, printed(script, path).split())
    assert pages == count
    assert grown < 60_000  # kB
    assert of_child < 200_000


# --- HEIC and AVIF


def heic(image: Image.Image, **options: Any) -> bytes:
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, **options)
    return file.getvalue()


@pytest.mark.parametrize("encoded", [heic, lambda image, **o: encode(image, "AVIF", **o)])
def test_heic_and_avif_are_read_if_allowed(encoded: Callable[..., bytes]) -> None:
    content = encoded(page_image("17", "RGB"), quality=90)
    pixels = decode(content, all_formats=True).pixels
    assert np.abs(pixels.astype(int)[:, :, 0] - np.asarray(page_image("17"))).mean() < 3
    with pytest.raises(PictureError, match="is a HEIC or AVIF picture, or a film; save it as PNG"):
        decode(content)
    broken = "is broken: its (HEIC|AVIF) .* damaged; save it again$"
    for part in (content[:60], content[: len(content) - 50]):
        with pytest.raises(PictureError, match=broken):
            decode(part, all_formats=True)


@pytest.mark.parametrize("encoded", [heic, lambda image, **o: encode(image, "AVIF", **o)])
def test_heic_and_avif_are_turned_upright(encoded: Callable[..., bytes]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = page_image("17", "RGB").rotate(90, expand=True)
    content = encoded(lying, quality=90, exif=exif.tobytes())
    pixels = decode(content, all_formats=True).pixels
    assert np.abs(pixels.astype(int)[:, :, 0] - np.asarray(page_image("17"))).mean() < 3


@pytest.mark.parametrize(
    ("package", "content", "kind"),
    [("pypdfium2", THREE_PAGES, "a PDF document"), ("pillow_heif", b"", "a HEIC picture")],
)
def test_a_missing_package_is_named_by_its_extra(
    package: str, content: bytes, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = content or heic(page_image("7", "RGB"))
    monkeypatch.setitem(sys.modules, package, None)
    assert error_of(content) == f"x is {kind}; to read it, run: pip install 'lenet[documents]'"


# --- the reader and the command line


def texts(readings: Any) -> list[tuple[int, str]]:
    assert all(isinstance(reading, Reading) for reading in readings)
    return [(reading.page, reading.text) for reading in readings]


def test_each_page_of_a_document_is_a_reading(reader: lenet.Reader) -> None:
    for content in (THREE_PAGES, THREE_IMAGES):
        assert reader.read(content, all_formats=True).text == "17"
        found = texts(list(reader.read_pages(content, all_formats=True)))
        assert found == [(1, "17"), (2, "7"), (3, "771")]
        assert texts(list(reader.read_pages(content, "2-", all_formats=True))) == found[1:]
    [reading] = reader.read_pages(page_image("7"))
    assert isinstance(reading, Reading)
    assert reading.to_dict()["page"] == 1
    with pytest.raises(PictureError, match="is text"):
        list(reader.read_pages(b"just words"))
    with pytest.raises(PictureError, match="found a list"):
        list(reader.read_pages([page_image("7")]))  # type: ignore[arg-type]


def test_many_files_and_documents_are_read_in_order() -> None:
    one = encode(page_image("7"))
    sources = [one, THREE_IMAGES, b"no picture", one, THREE_PAGES] + [one] * 60 + [THREE_IMAGES]
    for threads in (1, 2):
        reader = lenet.Reader("lenet5", threads=threads)
        each = list(reader.read_each(sources, all_formats=True))
        indexes = [0, 1, 1, 1, 2, 3, 4, 4, 4, *range(5, 66), 65, 65]
        assert [index for index, _ in each] == indexes
        assert [str(reading) for _, reading in each[1:4]] == ["17", "7", "771"]
        assert [str(reading) for _, reading in each[-3:]] == ["17", "7", "771"]
        assert isinstance(each[4][1], PictureError)
    [second, error] = reader.read_many([THREE_IMAGES, one], all_formats=True, pages=2)
    assert (str(second), str(error)) == ("7", "picture has no page 2: it has one page")


def test_a_broken_first_page_does_not_hide_the_others(reader: lenet.Reader) -> None:
    too_large = Image.new("L", (5_001, 5_000))
    for content in (
        tiff([too_large, page_image("7")], compression="tiff_deflate"),
        pdf([strokes("17"), strokes("7")]).replace(b"3 0 obj", b"9 0 obj", 1),
    ):
        first, second = reader.read_many([content], all_formats=True)
        assert str(first).startswith("picture (page 1) is ")
        assert str(second) == "7"
        [second] = reader.read_many([content], all_formats=True, pages="2")
        assert str(second) == "7"
        with pytest.raises(PictureError, match="page 1"):
            reader.read(content, all_formats=True)


def test_a_document_removed_while_it_is_read_gives_its_error(
    tmp_path: Path, reader: lenet.Reader
) -> None:
    path = tmp_path / "three.tif"
    path.write_bytes(THREE_IMAGES)

    def sources() -> Iterator[Any]:
        yield path
        yield page_image("7")

    original = Task._decode

    def decode_and_remove(self: Any, source: Any) -> Any:
        try:
            return original(self, source)
        finally:
            path.unlink(missing_ok=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Task, "_decode", decode_and_remove)
        first, second = reader.read_many(sources(), all_formats=True)
    assert str(first).endswith("three.tif does not exist; check the path")
    assert str(second) == "7"


def test_predict_names_the_page_where_there_are_several(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(THREE_IMAGES)
    (tmp_path / "b.pdf").write_bytes(pdf([strokes("7")]))
    done = run_lenet("predict", ".", cwd=tmp_path)
    assert [line.rsplit("  ", 1)[0] for line in done.stdout.splitlines()] == [
        "a.tif  page 1  17",
        "a.tif  page 2  7",
        "a.tif  page 3  771",
        "b.pdf  7",
    ]
    done = run_lenet("predict", ".", "--pages", "2-5", "--json", cwd=tmp_path)
    assert done.returncode == 3
    values = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(value["picture"], value.get("page")) for value in values] == [
        ("a.tif", 2),
        ("a.tif", 3),
        ("b.pdf", None),
    ]
    assert values[2]["error"] == "b.pdf has no page 2: it has one page"
    assert "1 of 2 pictures could not be read" in done.stderr
    done = run_lenet("predict", "a.tif", "--pages", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert complaint(done).startswith("pages are 'x': give numbers from 1")


def test_predict_reads_a_document_on_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(THREE_PAGES)
    with path.open("rb") as file:
        done = run_lenet("predict", "-", "--csv", "--pages", "2-3,7", stdin=file)
    *rows, missing = done.stdout.splitlines()
    assert missing.endswith(",standard input has no page 7: it has 3 pages")
    assert rows[0].startswith("picture,page,status,")
    pages = [row.split(",")[1] for row in rows[1:]]
    assert (sorted(set(pages)), pages) == (["2", "3"], sorted(pages))


def test_explain_draws_each_page_into_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(THREE_IMAGES)
    run_lenet("predict", "a.tif", "--explain", "out", "--pages", "2-3", cwd=tmp_path, check=True)
    drawn = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert drawn == ["1-a-page-2.png", "1-a-page-3.png"]
    run_lenet("predict", "a.tif", "--explain", "2.png", "--pages", "2", cwd=tmp_path, check=True)
    done = run_lenet("predict", "a.tif", "--explain", "out.png", cwd=tmp_path)
    assert done.returncode == 2
    assert "a.tif has several pages: give a folder, or --pages 2" in complaint(done)


def test_a_document_that_lost_its_page_cannot_be_explained(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(THREE_IMAGES)
    answer = Answer(str(tmp_path / "a.tif"), Reading("a.tif", "blank", page=9), 1)
    with pytest.raises(PictureError, match="has no page 9: it has 3 pages"):
        Explanations(tmp_path / "out.png", 1).add(answer)


def test_bad_documents_are_one_line_and_exit_code_3(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    for content, text in (
        (ENCRYPTED, "is a PDF with a password; save it without one"),
        (b"%PDF-1.4 nothing", "is a broken PDF document; save it again"),
    ):
        path.write_bytes(content)
        done = run_lenet("predict", path)
        assert done.returncode == 3
        assert complaint(done) == f"{path} {text}"


def test_page_numbers_of_one_page_say_nothing_is_missing() -> None:
    assert ONLY_FIRST.missing("x", 1) is None
    assert PageNumbers.of(ONLY_FIRST) is ONLY_FIRST

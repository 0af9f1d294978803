"""The program that `lenet.picture.pdf` runs: a PDF on stdin, the pixels of its pages on stdout.

It imports nothing of `lenet`, so that it starts quickly. An answer is a line of JSON and, for a
page, its pixels: first the number of pages, then each page that was asked for. PDFium is built
without JavaScript. It writes no files.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

import pypdfium2 as pdfium
from pypdfium2 import raw

DPI = 200  # boxes are in pixels of this size; smaller writing than 5 pt, 14 pixels, is rare
MAX_EDGE = 2_000  # pixels; digits are looked for at fewer. A page of A4 is drawn at 171 dpi
# For a page. The process that waits gives up sooner; this is for when it was killed meanwhile.
MAX_SECONDS = 60
MAX_MEMORY = 1_500_000_000  # bytes; a page with four scans of 25 megapixels takes 500 million


def draw(source: IO[bytes], target: IO[bytes]) -> None:
    """Read the ranges of pages, a line of JSON, and the PDF; write the answers."""
    ranges = json.loads(source.readline())
    content = source.read()
    try:
        with _limited():
            document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        faults = {
            raw.FPDF_ERR_SUCCESS: "empty",
            raw.FPDF_ERR_PASSWORD: "password",
            raw.FPDF_ERR_SECURITY: "password",
        }
        _write(target, {"fault": faults.get(error.err_code, "broken")})
        return
    with document:
        with suppress(pdfium.PdfiumError), _limited():
            document.init_forms()  # so that what is filled in is drawn
        _write(target, {"pages": len(document)})
        for first, last in _joined(ranges):
            for number in range(first, min(last, len(document)) + 1):
                try:
                    _write_page(target, document, number)
                except pdfium.PdfiumError:
                    _write(target, {"fault": "page"})


def _joined(ranges: list[list[int]]) -> list[list[int]]:
    """Return ranges in order, without overlap."""
    joined: list[list[int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1]:
            joined[-1][1] = max(last, joined[-1][1])
        else:
            joined.append([first, last])
    return joined


def _write_page(target: IO[bytes], document: pdfium.PdfDocument, number: int) -> None:
    with _limited():
        page = document[number - 1]
        scale = min(DPI / 72, MAX_EDGE / max(*page.get_size(), 1))
        bitmap = page.render(
            scale=scale,
            rev_byteorder=True,
            limit_image_cache=True,
            force_bitmap_format=raw.FPDFBitmap_BGR,
        )
        page.close()
    size = {"width": bitmap.width, "height": bitmap.height, "stride": bitmap.stride}
    _write(target, {"size": size, "reduced": DPI / 72 / scale}, memoryview(bitmap.buffer))
    bitmap.close()


@contextmanager
def _limited() -> Iterator[None]:
    """Let the system end this process after `MAX_SECONDS`, even within PDFium."""
    if hasattr(signal, "alarm"):
        signal.alarm(MAX_SECONDS)
        try:
            yield
        finally:
            signal.alarm(0)
    else:
        yield


def _write(target: IO[bytes], facts: dict[str, Any], pixels: memoryview | bytes = b"") -> None:
    target.write(json.dumps({**facts, "bytes": memoryview(pixels).nbytes}).encode() + b"\n")
    target.write(pixels)
    target.flush()


if __name__ == "__main__":
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no file behind
    draw(sys.stdin.buffer, sys.stdout.buffer)
    os._exit(0)  # quicker than to free all that was read

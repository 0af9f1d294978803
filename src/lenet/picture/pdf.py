"""Pages of a PDF as pictures, drawn by PDFium in a process of its own.

PDFium is a large C++ program, and documents come from strangers. In a process of its own it has
limits of memory and time, and a crash in it is an error like any other.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.errors import PictureError
from lenet.picture.formats import need_documents
from lenet.picture.page_numbers import PageError, PageNumbers

SECONDS = 30  # for a page; the slowest maps and plans take about ten
MAX_FAULTS = 20  # pages in a row; a damaged document may claim a million
_DRAWER = Path(__file__).with_name("pdf_drawer.py")
_PROGRAM = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "runpy.run_path(sys.argv[2], run_name='__main__')"
)
_FAULTS = {
    "password": "is a PDF with a password; save it without one",
    "broken": "is a broken PDF document; save it again",
    "empty": "is a PDF without pages; save it again",
    "page": "is broken: it cannot be drawn; save it again",
    "crash": "cannot be drawn: it is damaged, or needs too much memory; save it again",
    "slow": f"takes longer than {SECONDS} seconds to draw; save it as PNG or JPEG",
}


class PdfPage(NamedTuple):
    """A page as it was drawn; the fields are those of a `Picture`."""

    pixels: NDArray[np.uint8]
    reduced: float
    number: int
    of_several: bool


def pdf_pages(content: bytes, name: str, wanted: PageNumbers) -> Iterator[PdfPage | PictureError]:
    """Draw the pages of a PDF, one after another; only one is held at a time.

    Yields
    ------
    PdfPage or PictureError
        Each page, or why it cannot be drawn: a `PageError` if the next one is drawn all the same.
        At the end, which page was asked for in vain.

    Raises
    ------
    PictureError
        No page can be drawn: it is broken, has a password, PDFium is not installed, or no process
        can be started.
    """
    if find_spec("pypdfium2") is None:
        raise need_documents(name, "a PDF document")
    try:
        started = _Drawer(content, wanted)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise PictureError(
            f"{name} cannot be drawn: no process can be started, {reason}; end some, or save it as"
            " PNG or JPEG"
        ) from error
    with closing(started) as drawer:
        facts, _ = drawer.answer()
        if "fault" in facts:
            raise PictureError(f"{name} {_FAULTS[facts['fault']]}")
        count = facts["pages"]
        faults = 0
        for number in range(1, count + 1):
            if number not in wanted:
                continue
            facts, content = drawer.answer()
            if "fault" not in facts:
                faults = 0
                yield PdfPage(
                    _pixels(content, **facts["size"]), facts["reduced"], number, count > 1
                )
                continue
            faults += 1
            fault = f"{name} (page {number})" if count > 1 else name
            fault += f" {_FAULTS[facts['fault']]}"
            if facts["fault"] == "page" and faults < MAX_FAULTS:
                yield PageError(fault) if count > 1 else PictureError(fault)
                continue
            rest = "; the pages after it are not read" if number < count else ""
            yield PictureError(fault + rest)
            return
        if missing := wanted.missing(name, count):
            yield missing


def _pixels(content: bytes, width: int, height: int, stride: int) -> NDArray[np.uint8]:
    rows = np.frombuffer(content, np.uint8).reshape(height, stride)
    return np.ascontiguousarray(rows[:, : 3 * width]).reshape(height, width, 3)


class _Drawer:
    """The process that draws."""

    def __init__(self, content: bytes, wanted: PageNumbers) -> None:
        search_path = json.dumps([str(folder) for folder in sys.path])
        self._late = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, search_path, str(_DRAWER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where pypdfium2 talks
        )
        assert self._process.stdin
        assert self._process.stdout
        self._out: IO[bytes] = self._process.stdout
        try:
            with suppress(BrokenPipeError), self._process.stdin as pipe:
                pipe.write(json.dumps(wanted.ranges).encode() + b"\n")
                pipe.write(content)
        except BaseException:  # Ctrl-C, while a large document is sent
            self.close()
            raise

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """Return the facts of the next page and its pixels; a fault if there is none in time."""
        timer = threading.Timer(SECONDS, self._end)
        timer.start()
        try:
            line = self._out.readline()
            if line.endswith(b"\n"):
                facts = json.loads(line)
                content = self._out.read(facts.get("bytes", 0))
                if len(content) == facts.get("bytes", 0):
                    return facts, content
        finally:
            timer.cancel()
        return {"fault": "slow" if self._late else "crash"}, b""

    def _end(self) -> None:
        self._late = True
        self._process.kill()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._out.close()

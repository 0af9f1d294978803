"""The output of `lenet predict`: text, JSON Lines, CSV, previews, and drawn explanations."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenet.cli.console import json_line, printable
from lenet.errors import PictureError, UsageError
from lenet.storage import cannot_write, write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lenet.picture import Picture
    from lenet.reader import Reading

COLUMNS = (
    *("picture", "page", "status", "row", "number", "place", "digit", "probability"),
    *("digit_status", "x", "y", "width", "height", "error"),
)

PREVIEW_WIDTH, PREVIEW_GAP = 28, 2  # characters; a pixel is one character wide
FIRST_GREY = 232  # first of the 24 grey levels among a terminal's 256 colours
INK = 96  # where there are no grey levels, pixels from this value on are drawn as ink
LONGEST_STEM = 100  # characters of an explanation's file name, which may have 255 bytes


@dataclass(frozen=True)
class Answer:
    """The outcome for one picture, or for one page of a document.

    Attributes
    ----------
    source : str
        Its path or URL, or ``-`` for standard input.
    reading : Reading or PictureError
        The reading, or the reason why there is none.
    number : int
        Which of the sources it is, from 1.
    page : Picture or None
        The decoded picture, if it cannot be opened again by its path.
    """

    source: str
    reading: "Reading | PictureError"
    number: int
    page: "Picture | None" = None


def as_text(answer: Answer) -> str:
    """Return one line: name, digits with `` / `` between rows, lowest probability.

    The page of a document with several follows the name.
    """
    from lenet.reader import percent

    assert not isinstance(answer.reading, PictureError), "an error goes to stderr"
    name, reading = printable(answer.source), answer.reading
    if reading.of_several:
        name = f"{name}  page {reading.page}"
    if reading.status != "digits":
        return f"{name}  {reading.status}\n"
    text = reading.text.replace("\n", " / ")
    lowest = percent(min(digit.probability for digit in reading.digits))
    return f"{name}  {text}  {'lowest ' if len(reading.digits) > 1 else ''}{lowest}\n"


def as_json(answer: Answer) -> str:
    """Return one line of JSON: the reading, or the error instead."""
    if isinstance(answer.reading, PictureError):
        value = {"picture": answer.source, "error": str(answer.reading)}
    else:
        value = {**answer.reading.to_dict(), "picture": answer.source}
    return json_line(value) + "\n"


def as_csv(answer: Answer) -> str:
    """Return the rows of one page, one per digit.

    The rows of the page, the numbers on it and the places of the digits are counted from 1. A page
    without digits, and a picture that cannot be read, has one row.
    """
    name, reading = printable(answer.source), answer.reading
    if isinstance(reading, PictureError):
        return csv_row(name, *[""] * (len(COLUMNS) - 2), str(reading))
    if not reading.digits:
        return csv_row(name, reading.page, reading.status, *[""] * (len(COLUMNS) - 3))
    lines = []
    number = 0
    for row, numbers in enumerate(reading.rows, 1):
        for indices in filter(None, numbers):
            number += 1
            for index in indices:
                digit = reading.digits[index]
                line = csv_row(
                    *(name, reading.page, reading.status, row, number, index + 1),
                    *(digit.character, digit.probability, digit.status, *digit.box, ""),
                )
                lines.append(line)
    return "".join(lines)


def csv_row(*values: object) -> str:
    r"""Return one row of CSV.

    >>> csv_row("a, b.png", 7, 0.25)
    '"a, b.png",7,0.25\n'
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def preview(reading: "Reading", width: int, colour: bool, encoding: str) -> Iterator[str]:
    """Yield lines that show each image the network saw, two pixels per character.

    Parameters
    ----------
    reading : Reading
        Its digits, and the regions that the network rejected, are shown.
    width : int
        Width of the terminal in characters; as many images as fit go side by side.
    colour : bool
        Use grey levels; otherwise only ink and paper, in block characters.
    encoding : str
        Encoding of the terminal; without block characters in it, ASCII is used.
    """
    from lenet.reader import percent

    cells: list[tuple[NDArray[Any], str]] = []
    for digit in reading.digits:
        mark = "" if digit.status == "digit" else "?"
        cells.append((digit.image, f"{digit.character}{mark}  {percent(digit.probability)}"))
    cells += [
        (region.image, region.reason.replace("_", " "))
        for region in reading.rejected
        if region.image is not None
    ]
    blocks = _blocks(encoding)
    gap = " " * PREVIEW_GAP
    columns = max(1, (width + PREVIEW_GAP) // (PREVIEW_WIDTH + PREVIEW_GAP))
    for start in range(0, len(cells), columns):
        row = cells[start : start + columns]
        drawn = [_grey(image) if colour else _plain(image, blocks) for image, _ in row]
        for line in zip(*drawn, strict=True):
            yield gap.join(line).rstrip()
        captions = [f"{start + i}: {text}" for i, (_, text) in enumerate(row, 1)]
        yield gap.join(caption.ljust(PREVIEW_WIDTH) for caption in captions).rstrip()
        yield ""


def _blocks(encoding: str) -> str:
    """Return the characters for a pair of pixels: no ink, ink above, ink below, both."""
    blocks = " ▀▄█"
    try:
        blocks.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return " '.#"
    return blocks


def _grey(image: "NDArray[np.uint8]") -> Iterator[str]:
    levels = (FIRST_GREY + image.astype(int) * 24 // 256).tolist()
    for above, below in zip(levels[::2], levels[1::2], strict=True):
        pairs = zip(above, below, strict=True)
        yield "".join(f"\x1b[38;5;{a};48;5;{b}m▀" for a, b in pairs) + "\x1b[0m"


def _plain(image: "NDArray[np.uint8]", blocks: str) -> Iterator[str]:
    ink = (image >= INK).astype(int)
    for line in (ink[::2] + 2 * ink[1::2]).tolist():
        yield "".join(blocks[index] for index in line)


class Explanations:
    """Draws how each picture was read, into one file or a folder of files.

    Parameters
    ----------
    path : Path
        A ``.png`` file for a single picture, otherwise a folder, which is made if missing.
    pictures : int
        Number of pictures.

    Raises
    ------
    UsageError
        `path` is a file for several pictures, or a file of another format than PNG.
    DataError
        The folder cannot be made.
    """

    def __init__(self, path: Path, pictures: int) -> None:
        from lenet.picture.formats import SUFFIXES

        suffix = path.suffix.lower()
        if suffix in SUFFIXES - {".png"} and not path.is_dir():
            raise UsageError(
                f"--explain {path}: explanations are PNG; name it {path.with_suffix('.png')}"
            )
        self._folder = path if path.is_dir() or suffix != ".png" else None
        if self._folder is None and pictures > 1:
            raise UsageError(
                f"--explain {path} is one file, and there are {pictures:,} pictures: give a folder"
            )
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise cannot_write(path, error) from error
        self._path = path
        self._number_width = len(str(pictures))
        self._drawn = 0

    def add(self, answer: Answer) -> None:
        """Draw the next page, unless it could not be read.

        Raises
        ------
        PictureError
            The picture cannot be opened again, for instance because it was moved.
        UsageError
            It is the second page for one file.
        DataError
            The drawing cannot be written.
        """
        from lenet.picture import decode_pages
        from lenet.reader.explanation import explain

        reading = answer.reading
        if isinstance(reading, PictureError):
            return
        if self._folder is None and self._drawn:
            raise UsageError(
                f"--explain {self._path} is one file, and {answer.source} has several pages: give "
                f"a folder, or --pages {reading.page}"
            )
        self._drawn += 1
        page = answer.page or next(decode_pages(answer.source, reading.page, all_formats=True))
        if isinstance(page, PictureError):
            raise page
        content = io.BytesIO()
        explain(page, reading).save(content, "PNG")
        path = self._path
        if self._folder is not None:
            # Numbered, because pictures from different folders may have the same name.
            stem = "".join(c for c in Path(answer.source).stem if c.isalnum() or c in "-_. ")
            name = stem[:LONGEST_STEM].strip(" .") or "picture"
            part = f"-page-{reading.page}" if reading.of_several else ""
            path = self._folder / f"{answer.number:0{self._number_width}}-{name}{part}.png"
        write_atomically(path, content.getvalue())

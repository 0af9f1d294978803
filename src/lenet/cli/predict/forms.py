"""The forms in which `lenet predict` says what it read: text, JSON Lines, CSV."""

import csv
import io
from typing import TYPE_CHECKING

from lenet.cli.console import json_line
from lenet.errors import PictureError

if TYPE_CHECKING:
    from lenet.cli.predict.sources import Answer
    from lenet.reader import Reading

COLUMNS = (
    *("picture", "status", "row", "number", "digit", "probability", "digit_status"),
    *("x", "y", "width", "height", "error"),
)


def as_text(source: str, reading: "Reading") -> str:
    """Return one line: name, digits with `` / `` between rows, how probable the least one is."""
    from lenet.reader import percent

    name = printable(source)
    if reading.status != "digits":
        return f"{name}  {reading.status}"
    text = reading.text.replace("\n", " / ")
    least = percent(min(digit.probability for digit in reading.digits))
    return f"{name}  {text}  {'lowest ' if len(reading.digits) > 1 else ''}{least}"


def as_json(answer: "Answer") -> str:
    """Return one line: the reading, or the error in its place."""
    if isinstance(answer.reading, PictureError):
        value = {"picture": answer.source, "error": str(answer.reading)}
    else:
        value = {**answer.reading.to_dict(), "picture": answer.source}
    return json_line(value)


def as_csv(answer: "Answer") -> str:
    """Return the rows of one picture, one per digit: numbers and rows of digits count from 1.

    A picture without digits, and one that cannot be read, has one row.
    """
    name, reading = printable(answer.source), answer.reading
    if isinstance(reading, PictureError):
        return csv_row(name, *[""] * (len(COLUMNS) - 2), str(reading))
    if not reading.digits:
        return csv_row(name, reading.status, *[""] * (len(COLUMNS) - 2))
    return "".join(
        csv_row(
            *(name, reading.status, digit.row + 1, number, digit.digit),
            *(digit.probability, digit.status, *digit.box, ""),
        )
        for number, digit in enumerate(reading.digits, 1)
    )


def csv_row(*values: object) -> str:
    r"""Return one row.

    >>> csv_row("a, b.png", 7, 0.25)
    '"a, b.png",7,0.25\n'
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def printable(name: str) -> str:
    r"""Return `name` without what a terminal would obey.

    >>> print(printable("a\x1b[31m.png"))
    a\x1b[31m.png
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)

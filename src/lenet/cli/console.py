"""What is printed and where: results to stdout, messages to stderr."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from lenet.errors import debugging

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table

# soft_wrap: a line stays one line in a narrow terminal. No markup and no highlighting: a file
# called [red] is printed as [red].
out = Console(soft_wrap=True, markup=False, emoji=False, highlight=False)
err = Console(stderr=True, soft_wrap=True, markup=False, emoji=False, highlight=False)

UNLIMITED = 100_000  # columns, where stdout is no terminal: a row stays one line
INDENT = 4


def complain(error: Exception, text: str = "") -> None:
    """Print `text`, or the error's own, as one line; with LENET_DEBUG its traceback first."""
    if debugging():
        from traceback import format_exception

        for line in "".join(format_exception(error)).splitlines():
            err.print(printable(line))
    err.print(f"lenet: {printable(text or str(error))}")


def printable(text: str) -> str:
    r"""Escape the characters of `text` that would command a terminal.

    >>> print(printable("a\x1b[31m.png"))
    a\x1b[31m.png
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def print_json(value: Any) -> None:
    """Print `value` to stdout as one line of JSON."""
    sys.stdout.write(json_line(value) + "\n")


def json_line(value: Any) -> str:
    """Return `value` as JSON for stdout, floats at full precision."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # stdout would escape it in a way that is not JSON
        return json.dumps(value)
    # Some characters of a name would command a terminal.
    return text if text.isprintable() else json.dumps(value)


def write(drawn: Mapping[str, "Figure"], output: Path, *, to_stderr: bool = False) -> None:
    """Write figures to a file or folder; print where they are, on stderr if stdout is JSON."""
    from lenet.figures.gallery import save

    for path in save(drawn, output):
        (err if to_stderr else out).print(str(path))


def print_table(heading: Sequence[str], rows: Sequence[Sequence[str]], *, text: int = 1) -> None:
    """Print a table; where the terminal is too narrow, its rows one below the other.

    Parameters
    ----------
    heading : sequence of str
        Of the columns; all empty for a table without heading.
    rows : sequence of sequence of str
        Their cells.
    text : int
        The first columns, which hold text: aligned left and wrapped where needed. The others hold
        numbers, aligned right and never broken.
    """
    from rich.measure import Measurement
    from rich.segment import Segments

    table = _table(heading, rows, text)
    width = out.width if out.is_terminal else UNLIMITED
    options = out.options.update(width=width)
    if Measurement.get(out, out.options.update(width=UNLIMITED), table).minimum > width:
        _print_records(heading, rows, width)
        return
    with out.capture() as captured:
        out.print(Segments(out.render(table, options)), end="")
    out.file.write(re.sub(r" +$", "", captured.get(), flags=re.MULTILINE))


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]], text: int) -> "Table":
    from rich.table import Table

    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=any(heading)
    )
    for number, title in enumerate(heading):
        is_text = number < text
        table.add_column(title, justify="left" if is_text else "right", no_wrap=not is_text)
    for row in rows:
        table.add_row(*row)
    return table


def _print_records(heading: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> None:
    for first, *cells in rows:
        out.print(first, style="bold")
        for title, cell in zip(heading[1:], cells, strict=True):
            if cell:
                print_indented(f"{title}: {cell}" if title else cell, width)


def print_indented(text: str, width: int) -> None:
    """Print `text` with an indent, wrapped to `width` columns."""
    from textwrap import wrap

    for line in wrap(text, max(20, width - INDENT)):
        out.print(" " * INDENT + line)


def counted(count: int, what: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "shard"), counted(2000, "shard")
    ('1 shard', '2,000 shards')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"

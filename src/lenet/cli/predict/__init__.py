"""`lenet predict`."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err, out
from lenet.errors import PictureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def predict(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE…",
            help="Pictures: files, folders, quoted patterns as 'scans/*.png', http(s) URLs, or - "
            "for one on standard input.",
        ),
    ],
    model: Annotated[str, typer.Option(help="Shipped model by name, or a run folder.")] = "reader",
    single: Annotated[
        bool,
        typer.Option("--single", help="Each picture holds one digit: all strokes belong to it."),
    ] = False,
    upside_down: Annotated[
        bool, typer.Option("--upside-down", help="Pictures may stand on their heads.")
    ] = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look into the folders of folders too.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one reading per line as JSON.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table: a row per digit.")] = False,
    min_probability: Annotated[
        float, typer.Option(help="A digit less probable than this is uncertain: ? in the text.")
    ] = 0.5,
    keep_uncertain: Annotated[
        bool, typer.Option("--keep-uncertain", help="Say uncertain digits in the text as well.")
    ] = False,
    explain: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT",
            help="Draw what was found and what the network saw: OUT.png, or a folder for several.",
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Show in the terminal what the network saw.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from private addresses and ports too.")
    ] = False,
) -> None:
    """Read the digits on pictures, and say how probable they are."""
    if as_json and as_csv:
        raise UsageError("--json and --csv are two forms of one answer: choose one")
    if show and (as_json or as_csv):
        raise UsageError("--show draws between lines of text: leave out --json and --csv")
    from lenet.cli.predict import forms
    from lenet.cli.predict.explanations import Explanations
    from lenet.cli.predict.preview import preview
    from lenet.cli.predict.sources import expand, read
    from lenet.reader import Reader

    items = expand(sources, recursive)
    reader = Reader(model, min_probability=min_probability, keep_uncertain=keep_uncertain)
    how = {"single": single, "upside_down": upside_down}
    explanations = None if explain is None else Explanations(explain, len(items))
    write = sys.stdout.write  # rich would take longer over a line than reading its picture took
    if as_csv:
        write(forms.csv_row(*forms.COLUMNS))
    unread = 0
    with _progress(len(items)) as advance:
        for answer in read(reader, items, how, allow_private):
            failed = isinstance(answer.reading, PictureError)
            unread += failed
            if as_json:
                write(forms.as_json(answer) + "\n")
            elif as_csv:
                write(forms.as_csv(answer))
            elif isinstance(answer.reading, PictureError):
                err.print(f"lenet: {answer.reading}")
            else:
                write(forms.as_text(answer.source, answer.reading) + "\n")
                if show:
                    colour = out.is_terminal and not out.no_color
                    for line in preview(answer.reading, out.width, colour, sys.stdout.encoding):
                        write(line + "\n")
            if explanations:
                try:
                    explanations.add(answer)
                except PictureError as error:
                    unread += 1
                    err.print(f"lenet: {error}")
            advance()
    sys.stdout.flush()  # here, where a reader that has left is no error yet
    if unread:
        if len(items) > 1:
            err.print(f"{unread:,} of {len(items):,} pictures could not be read")
        raise typer.Exit(PictureError.exit_code)


@contextmanager
def _progress(pictures: int) -> "Iterator[Callable[[], None]]":
    """Show a bar on stderr while the answers go elsewhere; on a terminal they show enough."""
    if pictures == 1 or not err.is_terminal or out.is_terminal:
        yield lambda: None
        return
    from time import monotonic

    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=pictures, rate="")
        done, shown = 0, monotonic()

        def advance() -> None:
            nonlocal done, shown
            done += 1
            if (now := monotonic()) - shown > 0.1:
                shown = now
                speed = bar.tasks[0].speed
                bar.update(task, completed=done, rate=f"{speed:,.0f} pictures/s" if speed else "")

        yield advance

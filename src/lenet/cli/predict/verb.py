"""`lenet predict`: its options, and what it does with the answers."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

from lenet.cli.console import complain, err, out
from lenet.cli.options import Model
from lenet.cli.predict import output
from lenet.cli.predict.output import Answer, Explanations, preview
from lenet.cli.predict.sources import How, expand, read
from lenet.errors import PictureError, UsageError

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE…",
        help="Pictures and documents: files, folders, quoted patterns such as 'scans/*.png', "
        "http(s) URLs, or - for standard input.",
    ),
]
Single = Annotated[
    bool,
    typer.Option("--single", help="Each picture holds exactly one digit."),
]
UpsideDown = Annotated[
    bool, typer.Option("--upside-down", help="Pictures may be upside down: try both ways.")
]
Grid = Annotated[
    bool, typer.Option("--grid", help="Pictures hold a grid, as a sudoku: print empty cells as .")
]
Polarity = Annotated[
    Literal["dark", "light", "auto"] | None,
    typer.Option(
        help="Ink of small plain pictures: dark on light, light on dark, or as each looks. By "
        "default as the model learnt it.",
    ),
]
Recursive = Annotated[
    bool, typer.Option("--recursive", "-r", help="Look into subfolders of folders too.")
]
PageRanges = Annotated[
    str | None,
    typer.Option(
        "--pages",
        metavar="N-N",
        help="Which pages of a TIFF or PDF: 2, 2-5, 2- or 1,3. All of them by default.",
    ),
]
JsonLines = Annotated[bool, typer.Option("--json", help="Print one line of JSON per page.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print a CSV table with a row per digit.")]
MinProbability = Annotated[
    float, typer.Option(help="Digits below this probability are uncertain, and ? in the text.")
]
KeepUncertain = Annotated[
    bool, typer.Option("--keep-uncertain", help="Print uncertain digits instead of ?.")
]
Explain = Annotated[
    Path | None,
    typer.Option(
        metavar="OUT",
        help="Draw what was found and what the network saw: to OUT.png, or to a folder.",
    ),
]
Show = Annotated[bool, typer.Option("--show", help="Show what the network saw in the terminal.")]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Fetch from private addresses and any port too.")
]
To = Annotated[
    str | None,
    typer.Option(
        metavar="OUT",
        help="Read in bulk, into Parquet files in this folder or store (s3://, gs://, az://); "
        "the same command goes on where it was stopped.",
    ),
]
Workers = Annotated[
    str | None,
    typer.Option(
        metavar="ray|local|N",
        help="With --to: read on a Ray cluster (RAY_ADDRESS, or one of this machine's cores), or "
        "in so many processes of this machine. local, by default: one for each core.",
    ),
]
Rows = Annotated[
    Literal["pictures", "digits"] | None,
    typer.Option(help="With --to: a row for each page, as by default, or for each digit."),
]
ShardItems = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="With --to: pictures in a part file; by default a minute's work."
    ),
]
PictureSeconds = Annotated[
    float | None,
    typer.Option(
        metavar="S",
        help="With --to: what a page may take; one that takes longer is an error. 60 by default.",
    ),
]


def predict(
    sources: Sources,
    model: Model = "reader",
    single: Single = False,
    upside_down: UpsideDown = False,
    grid: Grid = False,
    polarity: Polarity = None,
    pages: PageRanges = None,
    recursive: Recursive = False,
    as_json: JsonLines = False,
    as_csv: Csv = False,
    min_probability: MinProbability = 0.5,
    keep_uncertain: KeepUncertain = False,
    explain: Explain = None,
    show: Show = False,
    allow_private: AllowPrivate = False,
    to: To = None,
    workers: Workers = None,
    rows: Rows = None,
    shard_items: ShardItems = None,
    picture_seconds: PictureSeconds = None,
) -> None:
    """Read the digits on pictures, and print how probable they are.

    With --to, sources may be any number of pictures: also @FILE with a path on each
    line, tar files, Parquet files with a column of pictures, and addresses such as
    s3://bucket/folder.
    """
    if _is_in_bulk(locals()):
        return
    _check_forms(as_json, as_csv, show)
    from lenet.picture.page_numbers import PageNumbers
    from lenet.reader import Reader
    from lenet.reader.page_reading import Options, refuse_idle

    wanted = PageNumbers.of(pages)
    pictures = expand(sources, recursive)
    reader = Reader(
        model,
        min_probability=min_probability,
        keep_uncertain=keep_uncertain,
        polarity=polarity,
    )
    refuse_idle(Options(single, upside_down, grid), reader.networks)
    explanations = None if explain is None else output.Explanations(explain, len(pictures))
    line = output.as_json if as_json else output.as_csv if as_csv else output.as_text
    write = sys.stdout.write  # printing a line with rich takes longer than reading a picture
    if as_csv:
        write(output.csv_row(*output.COLUMNS))
    how = How(single, upside_down, grid, allow_private, wanted)
    answers = read(reader, pictures, how)
    failures: set[int] = set()
    with _progress(len(pictures)) as advance:
        for answer in answers:
            if isinstance(answer.reading, PictureError) and not (as_json or as_csv):
                complain(answer.reading)
            else:
                write(line(answer))
            if show:
                _show(answer)
            explained = explanations is None or _explain(explanations, answer)
            if isinstance(answer.reading, PictureError) or not explained:
                failures.add(answer.number)
            advance(answer.number)
    sys.stdout.flush()  # before exiting, while `main` can still handle a closed pipe
    if failures:
        _end(len(failures), len(pictures))


def _end(failures: int, pictures: int) -> NoReturn:
    if pictures > 1:
        err.print(f"{failures:,} of {pictures:,} pictures could not be read")
    raise typer.Exit(PictureError.exit_code)


def _check_forms(as_json: bool, as_csv: bool, show: bool) -> None:
    if as_json and as_csv:
        raise UsageError("--json and --csv cannot be combined: choose one")
    if show and (as_json or as_csv):
        raise UsageError("--show needs text output: leave out --json and --csv")


def _is_in_bulk(given: Mapping[str, Any]) -> bool:
    """Read in bulk if `--to` is given; `given` holds each argument of `predict` by its name."""
    options = {name: f"--{name.replace('_', '-')}" for name in given}
    if given["to"] is None:
        names = ("workers", "rows", "shard_items", "picture_seconds")
        _refuse(
            {options[name]: given[name] for name in names},
            "needs --to: name a folder for the readings",
        )
        return False
    from lenet.cli.predict import bulk

    others = {"--csv": given["as_csv"]}
    others |= {options[name]: given[name] for name in ("show", "explain", "allow_private")}
    _refuse(others, "does not go with --to: leave it out")
    bulk.predict_in_bulk(given)
    return True


def _refuse(given: Mapping[str, object], why: str) -> None:
    for name, value in given.items():
        if value:
            raise UsageError(f"{name} {why}")


def _show(answer: Answer) -> None:
    if isinstance(answer.reading, PictureError):
        return
    colour = out.is_terminal and not out.no_color
    for line in preview(answer.reading, out.width, colour, sys.stdout.encoding):
        sys.stdout.write(line + "\n")


def _explain(explanations: Explanations, answer: Answer) -> bool:
    """Draw how a picture was read; return False if the file could not be opened again."""
    try:
        explanations.add(answer)
    except PictureError as error:
        complain(error)
        return False
    return True


@contextmanager
def _progress(pictures: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr, unless the answers themselves appear on the terminal."""
    if pictures == 1 or not err.is_terminal or out.is_terminal:
        yield lambda number: None
        return
    from time import monotonic

    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    rate_column = TextColumn("{task.fields[rate]}")
    columns = (BarColumn(), MofNCompleteColumn(), rate_column, TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=pictures, rate="")
        last_shown = monotonic()

        def advance(number: int) -> None:
            nonlocal last_shown
            if (now := monotonic()) - last_shown > 0.1:
                last_shown = now
                speed = bar.tasks[0].speed
                bar.update(task, completed=number, rate=f"{speed:,.0f} pictures/s" if speed else "")

        yield advance

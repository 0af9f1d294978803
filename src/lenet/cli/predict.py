"""`lenet predict`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err, out, percent, print_json
from lenet.errors import PictureError

if TYPE_CHECKING:
    from lenet.reader import Reading


def predict(
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE…", help="Pictures to read.")],
    model: Annotated[str, typer.Option(help="Shipped model by name, or a run folder.")] = "lenet5",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one reading per line as JSON.")
    ] = False,
) -> None:
    """Say which digit is on each picture, and how probable that is."""
    from lenet.reader import Reader

    reader = Reader(model)
    unread = 0
    for path, reading in zip(pictures, reader.read_all(pictures, tiff=True), strict=True):
        if isinstance(reading, PictureError):
            unread += 1
            if as_json:
                print_json({"picture": str(path), "error": str(reading)})
            else:
                err.print(f"lenet: {reading}")
        elif as_json:
            print_json(reading.to_dict())
        else:
            out.print(reading_line(reading))
    if unread:
        raise typer.Exit(PictureError.exit_code)


def reading_line(reading: "Reading") -> str:
    """Return a reading as one line for a person."""
    if reading.status != "digits":
        return f"{reading.picture}  {reading.status}"
    sureness = ", ".join(percent(digit.probability) for digit in reading.digits)
    return f"{reading.picture}  {reading.text}  {sureness}"

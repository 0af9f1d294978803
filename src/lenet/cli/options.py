"""Options and arguments shared by several commands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lenet.errors import UsageError

_DATA_HELP = "Data to use instead of the recipe's or run's; can be repeated; see `lenet data list`."
_FILE_HELP = "File to draw to, .png or .svg."
_SHEET_HELP = (
    "File for all figures on one sheet, .png or .svg; or a folder, for one .png per figure."
)

ModelArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="Run folder, or name of a shipped model.")
]
Model = Annotated[str, typer.Option(help="Name of a shipped model, or a run folder.")]
RecipeOption = Annotated[
    str, typer.Option("--recipe", help="Name of a built-in recipe, or path of a .toml file.")
]
Seed = Annotated[int | None, typer.Option(help="Seed of everything random.")]
Picture = Annotated[Path, typer.Argument(metavar="PICTURE", help="Picture with a digit on it.")]
DigitNumber = Annotated[
    int | None,
    typer.Option("--digit", metavar="N", help="Which digit to show, in reading order from 1."),
]

OtherData = Annotated[list[str] | None, typer.Option("--data", help=_DATA_HELP)]
SkipBroken = Annotated[
    bool,
    typer.Option("--skip-broken", help="Leave out pictures of a folder that cannot be read."),
]
DataDir = Annotated[Path | None, typer.Option(help="Folder to look for MNIST in first.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
OptionalDevice = Annotated[
    str | None, typer.Option("--device", help="auto, cpu, cuda or mps; auto by default.")
]
Runs = Annotated[Path, typer.Option(help="Folder that holds the run folders.")]

Output = Annotated[Path, typer.Option("-o", "--output", help=_FILE_HELP)]
OptionalOutput = Annotated[Path | None, typer.Option("-o", "--output", help=_FILE_HELP)]
Sheet = Annotated[Path, typer.Option("-o", "--output", help=_SHEET_HELP)]
OptionalSheet = Annotated[Path | None, typer.Option("-o", "--output", help=_SHEET_HELP)]
Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", help="Layer to draw; can be repeated. All of them by default."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def skipping_broken(sources: Sequence[str]) -> list[str]:
    """Return sources of data, those of pictures without the broken ones.

    Raises
    ------
    UsageError
        There is no such source, or none is of pictures.
    """
    from lenet.datasets.source import Source

    skipping = [str(Source.parse(source).skipping_broken()) for source in sources]
    if not any("skip-broken" in source for source in skipping):
        raise UsageError(
            f"--skip-broken is for pictures in folders and Parquet files, the data is "
            f"{', '.join(sources)}: leave it out"
        )
    return skipping

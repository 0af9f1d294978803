"""Where drawings go."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err, out

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HELP = "File to draw to, .png or .svg"
# With several figures:
HELP_SHEET = f"{HELP}, all on one sheet; or a folder, which gets a .png of each."

Output = Annotated[Path, typer.Option("-o", "--output", help=f"{HELP}.")]
Sheet = Annotated[Path, typer.Option("-o", "--output", help=HELP_SHEET)]


def write(drawn: Mapping[str, "Figure"], output: Path, *, aside: bool = False) -> None:
    """Write figures to a file or folder, and say where they are.

    On stdout, or `aside`, on stderr, where stdout is JSON.
    """
    from lenet.figures.gallery import save

    for path in save(drawn, output):
        (err if aside else out).print(str(path))

"""`lenet export`: a run's ONNX files, made again.

Training exports by itself; this is for runs of an older lenet, whose ONNX files lack something.
"""

from typing import Annotated

import typer

from lenet.cli.console import out, print_json
from lenet.cli.options import Json


def export(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Run folder.")],
    as_json: Json = False,
) -> None:
    """Make a run's ONNX files and layers.json again from its weights.

    This is for runs made by an older lenet. Temperature and rejection threshold stay as they are,
    and ONNX is checked against torch on real digits before anything is written.
    """
    from lenet import experiment
    from lenet.run import EXPORTED

    renewed = experiment.export(run)
    folder = renewed.run.folder
    if as_json:
        unchanged = [name for name in EXPORTED if name not in renewed.written]
        print_json(
            {
                "run": str(folder),
                "written": renewed.written,
                "unchanged": unchanged,
                "largest_difference": renewed.difference,
            }
        )
        return
    for name in EXPORTED:
        out.print(f"{folder / name}: {'written' if name in renewed.written else 'unchanged'}")

"""`lenet export`: a run's ONNX files, made again; or its page, as one file.

Training exports by itself; this is for runs of an older lenet, whose ONNX files lack something, and
for showing a model where there is no lenet.
"""

from pathlib import Path
from typing import Annotated

import typer

from lenet.cli.console import out, print_json
from lenet.cli.options import Json
from lenet.errors import UsageError

Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUN", help="Run folder; with --page also several, or shipped models."),
]
Page = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write the page to draw and look inside instead, as one HTML file that needs no "
        "service.",
    ),
]


def export(runs: Runs, page: Page = None, as_json: Json = False) -> None:
    """Make a run's ONNX files and layers.json again from its weights, or a page of it.

    The first is for runs made by an older lenet. Temperature and rejection threshold stay as they
    are, and ONNX is checked against torch on real digits before anything is written.

    With --page, the page of `lenet serve` is written as one file that works without a service and
    offline. It reads one digit at a time.
    """
    if page:
        _export_page(runs, page, as_json)
        return
    if len(runs) > 1:
        raise UsageError(
            f"found {len(runs)} runs: export one at a time, or write a page of them with --page"
        )
    from lenet import experiment
    from lenet.run import EXPORTED

    renewed = experiment.export(runs[0])
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


def _export_page(runs: list[str], page: Path, as_json: bool) -> None:
    from lenet.server.exported_page import export_page

    models = export_page(runs, page)
    size = page.stat().st_size
    if as_json:
        print_json({"page": str(page), "bytes": size, "models": list(models)})
    else:
        out.print(f"{page}: written, {size / 1e6:.2f} MB, with {', '.join(models)}")

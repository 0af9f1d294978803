"""`lenet export`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lenet.cli.console import out, print_json

if TYPE_CHECKING:
    from lenet.experiment.exporting import Renewed


def export(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Run folder.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON.")
    ] = False,
) -> None:
    """Make a run's ONNX files and layers.json again from its weights.

    This is for runs made by an older lenet. Temperature and rejection threshold stay as they are,
    and ONNX is checked against torch on real digits before anything is written.
    """
    from lenet import experiment

    facts = _facts(experiment.export(run))
    if as_json:
        print_json(facts)
        return
    for outcome in ("written", "unchanged"):
        for name in facts[outcome]:
            out.print(f"{outcome:9}  {facts['run']}/{name}")


def _facts(renewed: "Renewed") -> dict[str, Any]:
    from lenet.run import EXPORTED

    return {
        "run": str(renewed.run.folder),
        "written": renewed.written,
        "unchanged": [name for name in EXPORTED if name not in renewed.written],
        "largest_difference": renewed.difference,
    }

"""`lenet show model`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import out, print_json
from lenet.cli.show import output as drawing

if TYPE_CHECKING:
    from lenet.models import Layer


def model(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="Name of an architecture.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=f"{drawing.HELP}: the network drawn.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
) -> None:
    """Print the layers of a network: kernel, output, arithmetic, parameters, multiply-adds.

    With -o, draw it too.
    """
    from dataclasses import asdict

    from lenet.models import build, layer_table

    layers = layer_table(build(name))
    if output:
        from lenet import figures
        from lenet.figures import gallery

        gallery.check_output(output)
    if as_json:
        print_json([asdict(layer) for layer in layers])
    else:
        _print_table(layers)
    if output:
        drawing.write({name: figures.architecture(layers, name)}, output, aside=as_json)


def _print_table(layers: list["Layer"]) -> None:
    rows = [("layer", "what", "output", "(N + 2P − F)/S + 1", "parameters", "multiply-adds")]
    rows += [
        (
            layer.name,
            layer.kind,
            layer.shape,
            layer.arithmetic,
            f"{layer.parameters:,}" if layer.parameters else "",
            f"{layer.multiply_adds:,}" if layer.multiply_adds else "",
        )
        for layer in layers
    ]
    total = (
        f"{sum(layer.parameters for layer in layers):,}",
        f"{sum(layer.multiply_adds for layer in layers):,}",
    )
    rows.append(("total", "", "", "", *total))
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        words = [f"{cell:<{width}}" for cell, width in zip(row[:4], widths[:4], strict=True)]
        numbers = [f"{cell:>{width}}" for cell, width in zip(row[4:], widths[4:], strict=True)]
        out.print("  ".join(words + numbers).rstrip())

"""`lenet show …`: look inside."""

from typing import Annotated

import typer

from lenet.cli.console import out, print_json

app = typer.Typer(help="Look inside: networks, data, runs.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `show` a group of verbs, however many it has."""


@app.command("model")
def model(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="Name of an architecture.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
) -> None:
    """Print the layers of a network: kernel, output, arithmetic, parameters, multiply-adds."""
    from dataclasses import asdict

    from lenet.models import build, layer_table

    layers = layer_table(build(name))
    if as_json:
        print_json([asdict(layer) for layer in layers])
        return
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

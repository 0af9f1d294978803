"""`lenet data list`, `lenet data fetch`, `lenet data export`."""

from pathlib import Path
from typing import Annotated

import typer

from lenet.cli.console import err, out, print_json
from lenet.errors import UsageError

app = typer.Typer(
    help="List and fetch the data that networks are trained on.", no_args_is_help=True
)


@app.command("list")
def list_sources(
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List what --data takes."""
    from lenet.datasets import SOURCES

    if as_json:
        print_json([{"source": source, "about": about} for source, about in SOURCES.items()])
        return
    width = max(map(len, SOURCES))
    for source, about in SOURCES.items():
        out.print(f"{source:{width}}  {about}")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="What to fetch.")] = "mnist",
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where to look first, and download to, in place of the user's cache."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the files as JSON.")] = False,
) -> None:
    """Download a dataset, if it is not at hand, verify it and say where it is."""
    from lenet.datasets import Source

    if name == "uci-digits":
        err.print("uci-digits come inside scikit-learn: there is nothing to fetch")
        if as_json:
            print_json({"source": name, "files": []})
        return
    if name != "mnist":
        origin = "read where it lies" if Source.parse(name).is_private else "drawn by lenet itself"
        raise UsageError(f"{name} is {origin}: there is nothing to fetch")
    from lenet.datasets.mnist import PARTS, obtain

    found = obtain(data_dir and data_dir.expanduser(), show_progress=True)
    files = [
        {"path": str(found[part.name].path), "sha256": part.sha256, "size": part.size}
        for part in PARTS
    ]
    if as_json:
        print_json({"source": name, "files": files})
        return
    for file in files:
        out.print(f"{file['path']}  SHA-256 of its content {file['sha256']}")


@app.command()
def export(
    source: Annotated[
        str, typer.Argument(metavar="corrections:URL", help="The corrections to write.")
    ],
    to: Annotated[Path, typer.Option(help="Folder to write them to.")],
) -> None:
    """Write corrections as .png in a folder for each digit, which folder:DIR reads again.

    What is for testing goes to test, the rest to train; what is no digit to none in either.
    """
    from lenet.datasets import Source

    parsed = Source.parse(source)
    if parsed.kind != "corrections":
        raise UsageError(f"{source!r} cannot be exported: say corrections:FILE or corrections:URL")
    from lenet.datasets.corrections import export_corrections

    count = export_corrections(parsed.place, to)
    err.print(f"{count:,} corrections are in {to}: --data folder:{to} takes them")

"""`lenet data`: list, show, check, fetch and export training data."""

from pathlib import Path
from typing import Annotated

import typer

from lenet.cli.console import err, out, print_json, print_table
from lenet.cli.looking import check_source, show_source
from lenet.cli.options import Json
from lenet.errors import UsageError

app = typer.Typer(
    help="List, look at, check, download and export training data.", no_args_is_help=True
)


@app.command("list")
def list_sources(as_json: Json = False) -> None:
    """List what --data takes."""
    from lenet.datasets import SOURCES

    if as_json:
        print_json([{"source": source, "about": about} for source, about in SOURCES.items()])
    else:
        print_table(("", ""), list(SOURCES.items()), text=2)


app.command("show")(show_source)
app.command("check")(check_source)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Dataset to download.")] = "mnist",
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Folder to look in first and download to, in place of the user's cache."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Download a dataset unless it is already there, verify it, and print where it is."""
    from lenet.datasets import Source

    if name == "uci-digits":
        err.print("uci-digits comes with scikit-learn: there is nothing to fetch")
        if as_json:
            print_json({"source": name, "files": []})
        return
    if name == "unipen":
        _fetch_unipen(data_dir, as_json)
        return
    from lenet.datasets.mnist import collection
    from lenet.datasets.named import NAMED

    if name != "mnist" and name not in NAMED:
        parsed = Source.parse(name)
        if parsed.is_private:
            origin = "read where it lies"
        elif parsed.kind == "things":
            origin = "part of scikit-image"
        else:
            origin = "drawn by lenet itself"
        raise UsageError(f"{name} is {origin}: there is nothing to fetch")
    wanted = NAMED[name].collection if name in NAMED else collection()
    obtained = wanted.obtain(data_dir and data_dir.expanduser(), show_progress=True)
    if as_json:
        files = []
        for part in wanted.files:
            path = obtained[part.name].path
            digest = {"sha256": part.sha256} if part.sha256 else {"md5": part.md5}
            size = part.size if part.sha256 else path.stat().st_size
            files.append({"path": str(path), **digest, "size": size})
        print_json({"source": name, "files": files})
        return
    for part in wanted.files:
        known = f"SHA-256 of its content {part.sha256}" if part.sha256 else f"MD5 {part.md5}"
        out.print(f"{obtained[part.name].path}  {known}")


def _fetch_unipen(data_dir: Path | None, as_json: bool) -> None:
    from lenet.datasets import unipen

    path = unipen.obtain(None, data_dir and data_dir.expanduser(), show_progress=True)
    if as_json:
        print_json({"source": "unipen", "files": [{"path": str(path)}]})
    else:
        out.print(str(path))


@app.command()
def export(
    source: Annotated[
        str, typer.Argument(metavar="corrections:URL", help="Corrections to export.")
    ],
    to: Annotated[Path, typer.Option(help="Folder to write them to.")],
) -> None:
    """Export corrections as .png files, one folder per digit, which folder:DIR reads again.

    Test images go to test, all others to train; non-digits go to the folder none of each.
    """
    from lenet.datasets import Source

    parsed = Source.parse(source)
    if parsed.kind != "corrections":
        raise UsageError(f"{source!r} cannot be exported: say corrections:FILE or corrections:URL")
    from lenet.datasets.corrections import export_corrections

    count = export_corrections(parsed.place, to)
    err.print(f"exported {count:,} corrections to {to}: --data folder:{to} takes them")

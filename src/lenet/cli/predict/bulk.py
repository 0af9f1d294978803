"""`lenet predict --to`: reading in bulk, its progress and its summary."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import typer

from lenet.cli.console import counted, err, out, print_json
from lenet.errors import DataError, PictureError, UsageError

if TYPE_CHECKING:
    from lenet.cluster import Summary
    from lenet.cluster.bulk import Workers


HOW = ("single", "upside_down", "grid", "min_probability", "keep_uncertain", "polarity", "pages")


def predict_in_bulk(given: Mapping[str, Any]) -> None:
    """Read pictures into Parquet files; exit with 3 if some cannot be read.

    Parameters
    ----------
    given : mapping
        The arguments of `lenet.cli.predict.verb.predict`, by name.

    Raises
    ------
    UsageError
        An option is none.
    DataError
        Shards failed, or the job could not go on.
    """
    workers, as_json = given["workers"] or "local", given["as_json"]
    if workers not in ("ray", "local") and not workers.isdecimal():
        raise UsageError(f"--workers is {workers!r}: say ray, local or a number of processes")
    _require_packages()
    from lenet.cli.predict.bulk_progress import show_bulk
    from lenet.cluster import HowToRead, read_in_bulk

    how = HowToRead(**{name: given[name] for name in HOW})
    if given["rows"]:
        how = replace(how, rows=given["rows"])
    if given["picture_seconds"]:
        how = replace(how, picture_seconds=given["picture_seconds"])
    with show_bulk(as_json) as watcher:
        summary = read_in_bulk(
            given["sources"],
            given["to"],
            workers=int(workers) if workers.isdecimal() else cast("Workers", workers),
            model=given["model"],
            recursive=given["recursive"],
            options=how,
            shard_items=given["shard_items"],
            watcher=watcher,
        )
    if as_json:
        print_json({"event": "done", **summary.to_dict()})
    else:
        print_summary(summary)
    if summary.failed:
        raise DataError(
            f"{counted(len(summary.failed), 'shard')} of {summary.shards:,} failed; run the same "
            "command again to read only them"
        )
    if summary.counts.unreadable:
        raise typer.Exit(PictureError.exit_code)


def _require_packages() -> None:
    """Refuse to begin without what Parquet files and addresses need (`DataError`)."""
    from importlib.util import find_spec

    missing = [name for name in ("pyarrow", "fsspec") if find_spec(name) is None]
    if missing:
        raise DataError(
            f"--to needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not "
            "installed: pip install 'lenet[cluster]'"
        )


def print_summary(summary: "Summary") -> None:
    """Print what was read, and how fast."""
    counts = summary.counts
    unreadable = counts.unreadable.total()
    line = f"{counted(counts.pictures, 'picture')}, {counted(counts.digits, 'digit')}"
    if counts.pages > counts.pictures:
        line += f" on {counts.pages:,} pages"
    if counts.uncertain:
        line += f", {counts.uncertain:,} of them uncertain"
    out.print(f"{line}; {counts.blank:,} blank, {counts.nothing:,} without a digit")
    if unreadable:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in counts.unreadable.most_common())
        out.print(f"{unreadable:,} could not be read: {kinds}")
    if summary.read:
        out.print(
            f"{counted(summary.read, 'picture')} read in {summary.seconds:,.1f} s, "
            f"{summary.rate:,.0f} a second, {summary.core_hours:,.4f} core-hours"
        )
    if summary.kept:
        out.print(f"{summary.kept:,} of {counted(summary.shards, 'shard')} were there before")
    for shard, reason in sorted(summary.failed.items()):
        err.print(f"shard {shard}: {reason}")
    out.print(f"{counted(summary.shards - len(summary.failed), 'part file')} in {summary.out}")

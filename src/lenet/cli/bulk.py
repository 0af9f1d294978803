"""`lenet predict --to`: reading in bulk, its progress and its summary."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from lenet.cli.console import err, out, print_json
from lenet.errors import DataError, PictureError, UsageError

if TYPE_CHECKING:
    from lenet.cluster import Summary


def predict_in_bulk(
    sources: Sequence[str],
    to: str,
    workers: str,
    *,
    model: str,
    recursive: bool,
    shard_items: int | None,
    as_json: bool,
    how: Mapping[str, Any],
) -> None:
    """Read pictures into Parquet files; exit with 3 if some cannot be read.

    Raises
    ------
    UsageError
        `workers` says nothing, or another option is none.
    DataError
        Shards failed, or the job could not go on.
    """
    if workers not in ("ray", "local") and not workers.isdecimal():
        raise UsageError(f"--workers is {workers!r}: say ray, local or a number of processes")
    _require_packages()
    from lenet.cli.bulk_progress import show_bulk
    from lenet.cluster import HowToRead, read_in_bulk

    with show_bulk(as_json) as watcher:
        summary = read_in_bulk(
            sources,
            to,
            workers=int(workers) if workers.isdecimal() else workers,  # type: ignore[arg-type]
            model=model,
            recursive=recursive,
            options=HowToRead(**how),
            shard_items=shard_items,
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


def counted(count: int, what: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "shard"), counted(2000, "shard")
    ('1 shard', '2,000 shards')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"

"""Progress of reading in bulk: events, a bar on a terminal, or a line a minute."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from lenet.cli.console import counted, err, print_json
from lenet.cluster import Fault, Manifest, Report, Watcher

LINE_SECONDS = 60  # between lines, where there is no terminal


@contextmanager
def show_bulk(as_json: bool) -> Iterator[Watcher]:
    """Show progress: as events, as a bar, or as a line a minute; say how to go on if stopped."""
    watcher = _Lines(as_json)
    try:
        if as_json or not err.is_terminal:
            yield watcher
        else:
            text = TextColumn("{task.description}")
            columns = (BarColumn(), text, TimeRemainingColumn())
            with Progress(*columns, console=err, transient=True) as bar:
                watcher.show(bar)
                yield watcher
    except SystemExit:
        err.print("stopped; run the same command again to go on")
        raise


class _Lines(Watcher):
    """Says what happens: as lines of JSON on stdout, or as text on stderr."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._bar: Progress | None = None
        self._missing = self._done = self._failed = self._pictures = 0
        self._started = self._said = time.monotonic()

    def show(self, bar: Progress) -> None:
        """Draw a bar instead of lines."""
        self._bar = bar
        bar.add_task("", total=None)

    def plans(self) -> None:
        """Say that the sources are listed."""
        self._say("planning", "listing the pictures …")

    def begins(self, manifest: Manifest, missing: int) -> None:
        """Say how many shards there are."""
        self._missing = missing
        kept = manifest.shards - missing
        self._say(
            "plan",
            f"{counted(manifest.items, 'picture')} in {counted(manifest.shards, 'shard')} of "
            f"{manifest.shard_items:,}{f', {kept:,} of them done before' if kept else ''}",
            pictures=manifest.items,
            shards=manifest.shards,
            shard_items=manifest.shard_items,
            kept=kept,
        )

    def starts(self, engine: str) -> None:
        """Say where the work is done."""
        self._started = self._said = time.monotonic()
        self._say("workers", f"reading with {engine}", workers=engine)

    def passed(self, report: Report) -> None:
        """Count a shard."""
        self._done += 1
        self._pictures += report.items
        self._move("shard", shard=report.shard, pictures=report.items, seconds=report.seconds)

    def fails(self, fault: Fault) -> None:
        """Count a shard that failed."""
        self._failed += 1
        self._move("failed", shard=fault.number, reason=fault.reason)

    def checks(self) -> None:
        """Say that the part files are checked."""
        self._say("checking", "checking the part files …")

    def _move(self, event: str, **facts: object) -> None:
        seconds = max(time.monotonic() - self._started, 1e-9)
        done, rate = self._done + self._failed, self._pictures / seconds
        left = seconds / done * (self._missing - done)
        failed = f", {self._failed:,} failed" if self._failed else ""
        text = f"{done:,} of {self._missing:,} shards, {rate:,.0f} pictures/s{failed}"
        if self._as_json:
            self._say(event, "", done=done, total=self._missing, seconds_left=left, **facts)
        elif self._bar is not None:
            self._bar.update(
                self._bar.task_ids[0], total=self._missing, completed=done, description=text
            )
        elif (now := time.monotonic()) - self._said >= LINE_SECONDS:
            self._said = now
            err.print(f"{text}, {left / 60:,.0f} minutes left")

    def _say(self, event: str, text: str, **facts: object) -> None:
        if self._as_json:
            print_json({"event": event, **facts})
        else:
            err.print(text)

"""Train every recipe over five seeds, and write what is known from docs/results.jsonl.

That is the page docs/results.md, and src/lenet/recipes/measured.json for `lenet recipes`.

python tools/results.py                             all that is missing: hours on two cores
python tools/results.py --minutes 60                begin nothing new after an hour
python tools/results.py --only lenet5,fast --seeds 3
python tools/results.py --page                      train nothing, write what is known

Stop it when you like and say it again: each finished seed is a line in docs/results.jsonl, and a
training that was interrupted goes on in its run folder under runs/.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from lenet.cli.progress import show_comparison
from lenet.comparison import Ledger, Matrix
from lenet.errors import LeNetError, UsageError, suggest
from lenet.storage import write_atomically
from results_page import page, standing_of, word_for
from results_shipped import shipped

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
MEASURED = ROOT / "src/lenet/recipes/measured.json"
SEEDS = 5

# From cheap to dear; within a line seed by seed, so that a first sitting has something of many.
SITTINGS = (
    ("fast", "lenet5", "lenet5-relu", "lenet5-relu-twice-divided", "lenet-keras"),
    ("logistic-regression", "svm-linear", "knn", "random-forest", "svm-rbf"),
    ("lenet5-regularized", "lenet5-1998", "lenet5-1998-distorted"),
    ("cnn-batchnorm", "alexnet-small", "resnet-small"),
    ("gradient-boosting",),
    ("reader",),
    ("best",),
)


def main() -> None:
    """Measure, then write the page; also when stopped."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAME,…", help="these contenders alone")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many; {SEEDS} if not said")
    parser.add_argument("--minutes", type=float, help="begin nothing new after so many")
    parser.add_argument("--page", action="store_true", help="train nothing, write what is known")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where run folders go")
    words = parser.parse_args()
    try:
        sittings = [] if words.page else chosen(words.only)
        try:
            measure(sittings, words.seeds, words.minutes, words.runs)
        finally:
            write_known()
    except LeNetError as error:
        print(f"results: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("stopped; say the same again to go on where it was", file=sys.stderr)
        sys.exit(130)


def chosen(only: str | None) -> list[list[str]]:
    """Return the sittings with only those named (`UsageError`: there is no such contender)."""
    known = [name for sitting in SITTINGS for name in sitting]
    names = only.split(",") if only else known
    for name in names:
        if name not in known:
            raise UsageError(f"no contender {name!r}: {suggest(name, known)}")
    sittings = [[name for name in sitting if name in names] for sitting in SITTINGS]
    return [sitting for sitting in sittings if sitting]


def measure(
    sittings: list[list[str]],
    seeds: int,
    minutes: float | None,
    runs: Path,
    data: str = "mnist",
    ledger: Path = DOCS / "results.jsonl",
) -> None:
    """Train what is missing, a line for each finished seed."""
    deadline = time.monotonic() + 60 * minutes if minutes else float("inf")
    for names in sittings:
        matrix = Matrix(
            list(map(word_for, names)), seeds=seeds, data=[data], runs=runs, ledger=ledger
        )
        with show_comparison() as watcher:
            for _ in matrix.complete(watcher, enough=lambda: time.monotonic() > deadline):
                pass


def known_times() -> dict[str, dict[str, float]]:
    """Return what `tools/times.py` found, by name."""
    path = DOCS / "times.json"
    return json.loads(path.read_text()) if path.exists() else {}


def write_known() -> None:
    """Write the page and the file that ships, of what is known so far."""
    results = Ledger(DOCS / "results.jsonl").results
    write_atomically(DOCS / "results.md", page(results, known_times()).encode())
    measured = json.dumps(shipped(standing_of(results)), indent=1) + "\n"
    write_atomically(MEASURED, measured.encode())


if __name__ == "__main__":
    main()

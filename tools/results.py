"""Train every recipe with five seeds, and write the results.

Results go to docs/results.jsonl, docs/results.md and src/lenet/recipe/recipes/measured.json, which
`lenet recipes` shows.

python tools/results.py                             everything missing: hours on two cores
python tools/results.py --minutes 60                start nothing new after an hour
python tools/results.py --only lenet5,fast --seeds 3
python tools/results.py --page                      train nothing, only write the pages

It can be stopped and run again at any time: each finished seed is a line in docs/results.jsonl, and
an interrupted training is resumed from its run folder under runs/.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from lenet.cli.comparison_progress import show_comparison
from lenet.comparison import Ledger, Matrix
from lenet.errors import LeNetError, UsageError, suggest
from lenet.storage import write_atomically
from results_page import page, standing_of, word_for
from results_shipped import shipped

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
MEASURED = ROOT / "src/lenet/recipe/recipes/measured.json"
SEEDS = 5

# From cheap to expensive; within a line seed by seed, so that a first session covers many recipes.
SESSIONS = (
    ("fast", "lenet5", "lenet5-relu", "lenet5-relu-twice-divided", "lenet-keras"),
    ("logistic-regression", "svm-linear", "knn", "random-forest", "svm-rbf"),
    ("lenet5-regularized", "lenet5-1998", "lenet5-1998-distorted"),
    ("cnn-batchnorm", "alexnet-small", "resnet-small"),
    ("gradient-boosting",),
    ("reader",),
    ("best",),
)


def main() -> None:
    """Measure, then write the pages, also after an interruption."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAME,…", help="only these contenders")
    parser.add_argument(
        "--seeds", type=int, default=SEEDS, help=f"number of seeds (default {SEEDS})"
    )
    parser.add_argument("--minutes", type=float, help="start nothing new after this time")
    parser.add_argument("--page", action="store_true", help="train nothing, only write the pages")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the run folders")
    arguments = parser.parse_args()
    try:
        sessions = [] if arguments.page else chosen(arguments.only)
        try:
            measure(sessions, arguments.seeds, arguments.minutes, arguments.runs)
        finally:
            write_known()
    except LeNetError as error:
        print(f"results: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("stopped; run the same command again to continue", file=sys.stderr)
        sys.exit(130)


def chosen(only: str | None) -> list[list[str]]:
    """Return the sessions restricted to the named contenders (`UsageError` if one is unknown)."""
    known = [name for session in SESSIONS for name in session]
    names = only.split(",") if only else known
    for name in names:
        if name not in known:
            raise UsageError(f"no contender {name!r}: {suggest(name, known)}")
    sessions = [[name for name in session if name in names] for session in SESSIONS]
    return [session for session in sessions if session]


def measure(
    sessions: list[list[str]],
    seeds: int,
    minutes: float | None,
    runs: Path,
    data: str = "mnist",
    ledger: Path = DOCS / "results.jsonl",
) -> None:
    """Train what is missing; append a line for each finished seed."""
    deadline = time.monotonic() + 60 * minutes if minutes else float("inf")
    for names in sessions:
        words = list(map(word_for, names))
        matrix = Matrix(words, seeds=seeds, data=[data], runs=runs, ledger=ledger)
        with show_comparison() as watcher:
            for _ in matrix.complete(watcher, enough=lambda: time.monotonic() > deadline):
                pass


def known_times() -> dict[str, dict[str, float]]:
    """Return the times measured by `tools/times.py`, by name."""
    path = DOCS / "times.json"
    return json.loads(path.read_text()) if path.exists() else {}


def write_known() -> None:
    """Write the results page and the results that ship with the package."""
    results = Ledger(DOCS / "results.jsonl").results
    write_atomically(DOCS / "results.md", page(results, known_times()).encode())
    measured = json.dumps(shipped(standing_of(results)), indent=1) + "\n"
    write_atomically(MEASURED, measured.encode())


if __name__ == "__main__":
    main()

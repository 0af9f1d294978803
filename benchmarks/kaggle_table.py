"""Kaggle's form of MNIST, a table of 42,000 rows, against MNIST itself: speed, memory, accuracy.

The table is made of MNIST's training images, drawn by seed. It is read in a process of its own,
whose peak memory is told with what it has before, and by numpy.loadtxt. Then a recipe is trained
on the table, which keeps a fifth for testing; on all its rows; on MNIST; and on as many of MNIST's
own images as the table has left, drawn anew for each seed. All are scored on MNIST's test images.

LENET_DATA=… python benchmarks/kaggle_table.py [--seeds 5] [--recipe fast] [--rows 42000]
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median, stdev
from typing import TYPE_CHECKING

import numpy as np

from lenet import datasets, evaluation, experiment
from lenet.datasets.dataset import Dataset, Splits, carve_test, draw_stratified
from lenet.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable

READ = """
import re, sys, time
from lenet import datasets
from lenet.datasets import table
# Linux only; what `resource` tells is inherited from the process that started this one.
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
before, started = peak(), time.perf_counter()
datasets.load(sys.argv[1])
print(time.perf_counter() - started, before, peak())
"""
LOADTXT = """
import sys, time
import numpy as np
started = time.perf_counter()
np.loadtxt(sys.argv[1], np.uint8, delimiter=",", skiprows=1)
print(time.perf_counter() - started)
"""
ROUNDS = 5  # readings of the table


def write_table(data: Dataset, path: Path) -> None:
    """Write images as Kaggle's ``train.csv``: a heading, then a label and 784 pixels a row."""
    heading = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    rows = np.hstack([data.labels[:, None], data.images.reshape(-1, 784)])
    np.savetxt(path, rows, "%d", ",", header=heading, comments="")


def measure_reading(path: Path) -> None:
    """Print how long reading takes, beside numpy.loadtxt, and how much memory."""
    seconds, plain, needed = [], [], 0.0
    for _ in range(ROUNDS):
        took, before, peak = _told(READ, f"csv:{path}")
        seconds.append(took)
        needed = max(needed, peak)
        plain += _told(LOADTXT, str(path))
    print(
        f"read in {median(seconds):.2f} s (median of {ROUNDS}, {min(seconds):.2f} - "
        f"{max(seconds):.2f}; numpy.loadtxt {median(plain):.2f} s); "
        f"peak memory {needed:.0f} MB, {before:.0f} MB before reading"
    )


def _told(script: str, source: str) -> list[float]:
    """Return the numbers that a script prints, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script, source], capture_output=True, text=True, check=True
    )
    return [float(word) for word in done.stdout.split()]


def errors(recipe: Recipe, data: str | Splits, seed: int, runs: Path) -> int:
    """Train on a source or on arrays and return the errors on MNIST's test images."""
    changed = recipe.with_changes({"seed": seed})
    if isinstance(data, str):
        run = experiment.train(changed.with_changes({"data": data}), runs=runs, report=False)
    else:
        run = experiment.train(changed, data=data, runs=runs, report=False)
    return evaluation.evaluate(run.folder, ["mnist"]).errors


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=42_000, help="of the table")
    parser.add_argument("--seeds", type=int, default=5, help="0: train nothing")
    parser.add_argument("--recipe", default="fast")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    asked = parser.parse_args()
    train = datasets.load("mnist").train
    drawn = train.subset(np.sort(draw_stratified(train.labels, asked.rows, 0)))
    recipe = Recipe.load(asked.recipe)
    if asked.epochs:
        recipe = recipe.with_changes({"epochs": asked.epochs})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.csv"
        write_table(drawn, path)
        print(f"{asked.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        measure_reading(path)
        found, twin = datasets.load(f"csv:{path}"), carve_test(drawn)
        same = found.train.digest == twin.train.digest and found.test.digest == twin.test.digest
        print(f"bit for bit the images and labels it was written from: {'yes' if same else 'NO'}")
        mnist = datasets.load("mnist")
        contenders: dict[str, Callable[[int], str | Splits]] = {
            f"the table's {len(found.train):,} rows for training": lambda _: f"csv:{path}",
            f"all its {asked.rows:,} rows": lambda _: Splits(drawn, mnist.test),
            "mnist": lambda _: "mnist",
            f"{len(found.train):,} images of mnist": lambda seed: Splits(
                mnist.train.subset(draw_stratified(mnist.train.labels, len(found.train), seed)),
                mnist.test,
            ),
        }
        for name, of_seed in contenders.items():
            counts = [
                errors(recipe, of_seed(seed), seed, Path(folder)) for seed in range(asked.seeds)
            ]
            if counts:
                spread = f" ± {stdev(counts):.1f}" if len(counts) > 1 else ""
                print(
                    f"{recipe.name} trained on {name}: {mean(counts):.1f}{spread} errors in 10,000 "
                    f"test images of MNIST, {len(counts)} seeds: {counts}"
                )


if __name__ == "__main__":
    main()

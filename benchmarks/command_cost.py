"""Wall time and peak memory of common commands, as whole processes, and what a training is made of.

LENET_DATA=… python benchmarks/command_cost.py [--parts] [--rounds 3]

With --parts only the parts of `lenet train --recipe fast`, with and without its report.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageDraw

# What `lenet train` does, told part by part; the time that the process was started comes first.
TRAIN = """
import json, sys, time
began, folder, report = float(sys.argv[1]), sys.argv[2], sys.argv[3] == "report"
import lenet.cli
from lenet import experiment
from lenet.cli.program import spare_collector
from lenet.cli.progress import TrainingLines

spare_collector()

class Clock(TrainingLines):
    marks = [("start", time.time())]
    def begins(self, run, epochs_done):
        self.marks.append(("data", time.time()))
        super().begins(run, epochs_done)
    def enters(self, stage):
        self.marks.append((self.name, time.time()))
        self.name = stage.split()[0].strip(",")
        super().enters(stage)
    name = "training"

clock = Clock()
experiment.train("fast", runs=folder, report=report, watcher=clock)
clock.marks.append((clock.name, time.time()))
before = [began, *(moment for _, moment in clock.marks)]
print(json.dumps({name: moment - start
                  for (name, moment), start in zip(clock.marks, before)}))
"""


def parts(report: bool, rounds: int) -> dict[str, float]:
    """Return the median seconds of each part of a training of `fast`, over warm runs."""
    measured: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds + 1):
            began = time.time()
            words = [str(began), folder, "report" if report else ""]
            done = subprocess.run(
                [sys.executable, "-c", TRAIN, *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=True,
            )
            each: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
            measured.append({**each, "end": time.time() - began - sum(each.values())})
    return {name: median(each[name] for each in measured[1:]) for name in measured[0]}


def print_parts(rounds: int) -> None:
    """Print what a training is made of, with its report and without."""
    columns = [parts(report, rounds) for report in (True, False)]
    print("| `lenet train --recipe fast` on MNIST, seconds | | `--no-report` |\n|---|---|---|")
    for name in columns[0]:
        cells = [f"{column[name]:.2f}" if name in column else "-" for column in columns]
        print(f"| {name} | {' | '.join(cells)} |")
    rest = [sum(column.values()) - column["training"] for column in columns]
    print(f"| all but training | {rest[0]:.2f} | {rest[1]:.2f} |")


def cost(*arguments: str, rounds: int = 7) -> tuple[float, float]:
    """Return the median seconds and the largest peak memory in MB over warm runs."""
    seconds, peak = [], 0.0
    for _ in range(rounds + 1):
        started = time.perf_counter()
        process = subprocess.Popen(
            [Path(sys.executable).with_name("lenet"), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0, arguments
        seconds.append(time.perf_counter() - started)
        peak = max(peak, usage.ru_maxrss / 1024)
    return median(seconds[1:]), peak


def one_megapixel(path: Path) -> None:
    """Draw a noisy page of 1000×1000 pixels with a 7."""
    rng = np.random.default_rng(0)
    page = Image.fromarray(rng.integers(225, 250, (1000, 1000), np.uint8))
    ImageDraw.Draw(page).line([(300, 250), (700, 250), (450, 800)], fill=30, width=40)
    page.save(path)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", action="store_true", help="only the parts of a training")
    parser.add_argument("--rounds", type=int, default=3, help="trainings measured, after a first")
    asked = parser.parse_args()
    if not asked.parts:
        print_commands()
    print_parts(asked.rounds)


def print_commands() -> None:
    """Print the time and the memory of whole commands."""
    three = next(
        p for p in resources.files("lenet").joinpath("pictures").iterdir() if "3-" in p.name
    )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.png"
        one_megapixel(page)
        rows = {
            "lenet --help": cost("--help"),
            "lenet predict 3.png": cost("predict", str(three)),
            "lenet predict page.png (1 megapixel)": cost("predict", str(page)),
            "lenet train, one epoch of MNIST": cost(
                "train", "--set", "epochs=1", "--runs", folder, rounds=1
            ),
        }
    print("| command | seconds, median | peak memory, MB |\n|---|---|---|")
    for name, (seconds, peak) in rows.items():
        print(f"| `{name}` | {seconds:.2f} | {peak:.0f} |")


if __name__ == "__main__":
    main()

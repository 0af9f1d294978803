"""How fast pictures are read, and in how much memory, as whole processes.

LENET_DATA=… python benchmarks/reading_speed.py [--model lenet5]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from lenet import datasets
from lenet.reader import DEFAULT_MODEL

LENET = Path(sys.executable).with_name("lenet")


# Started by a small process: what a large one starts inherits its peak of memory.
LAUNCHER = """
import json, os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - started
print(json.dumps([status, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Cost:
    """Of one command: wall time, CPU time of all its processes, peak memory of the largest."""

    seconds: float
    cpu_seconds: float
    megabytes: float


def cost(*words: str | Path) -> Cost:
    command = [sys.executable, "-c", LAUNCHER, LENET, "predict", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    status, *figures = json.loads(done.stdout)
    assert status == 0, words
    return Cost(*figures)


def digit_files(folder: Path, count: int) -> None:
    """Write MNIST's test images as PNG files, again from the first when they are used up."""
    images = datasets.load("mnist").test.images
    folder.mkdir()
    for i in range(count):
        Image.fromarray(images[i % len(images)]).save(folder / f"{i:06}.png")


def photo(path: Path) -> None:
    """Save a JPEG of 4000×3000 pixels: ten digits in two rows, uneven light, noise."""
    images = datasets.load("mnist").test.images
    rng = np.random.default_rng(0)
    ink = np.zeros((3000, 4000), np.float32)
    for i in range(10):
        digit = Image.fromarray(images[i]).resize((420, 420), Image.Resampling.BICUBIC)
        y, x = 500 + i // 5 * 1200, 300 + i % 5 * 700
        ink[y : y + 420, x : x + 420] = np.asarray(digit, np.float32) / 255
    light = np.linspace(210, 150, 4000, dtype=np.float32)[None]
    page = light * (1 - 0.75 * ink) + rng.normal(0, 4, ink.shape)
    Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)).save(path, quality=88)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--pictures", type=int, nargs="+", default=[10, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    model = ("--model", options.model)
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo(folder / "photo.jpg")
        digit_files(folder / "one", 1)
        print(f"Model {options.model}, {cores} cores, median of {options.rounds}.\n")
        print(
            "| what | seconds | CPU seconds | pictures/s | peak memory, MB |\n|---|---|---|---|---|"
        )

        def report(what: str, pictures: int, *words: str | Path) -> Cost:
            costs = [cost(*model, *words) for _ in range(options.rounds)]
            seconds = median(c.seconds for c in costs)
            cpu = median(c.cpu_seconds for c in costs)
            peak = max(c.megabytes for c in costs)
            print(
                f"| {what} | {seconds:.2f} | {cpu:.2f} | {pictures / seconds:,.0f} | {peak:.0f} |"
            )
            return Cost(seconds, cpu, peak)

        cold = report("`lenet predict 3.png`, cold", 1, folder / "one" / "000000.png")
        page = report("a 12-megapixel photo with ten digits", 1, folder / "photo.jpg")
        for pictures in options.pictures:
            digits = folder / str(pictures)
            digit_files(digits, pictures)
            many = report(f"{pictures:,} PNG files of 28×28, `--json`", pictures, "--json", digits)
            rate = pictures / max(many.seconds - cold.seconds, 1e-9)
            if pictures >= 1000:
                print(
                    f"| … without the start | {many.seconds - cold.seconds:.2f} | | {rate:,.0f} | |"
                )
        print(
            f"\nThe photo alone, without the start: {(page.seconds - cold.seconds) * 1000:.0f} ms."
        )


if __name__ == "__main__":
    main()

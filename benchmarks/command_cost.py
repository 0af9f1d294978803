"""Wall time and peak memory of common commands, as whole processes.

LENET_DATA=… python benchmarks/command_cost.py
"""

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

"""`lenet demo`, as a newcomer runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lenet.run import Run


def demo(folder: Path, data: str) -> str:
    """The output of `lenet demo` with a fresh home folder and `data` as the folder of MNIST."""
    home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "LENET_DATA": data}
    done = subprocess.run(
        [sys.executable, "-m", "lenet", "demo"],
        capture_output=True,
        text=True,
        cwd=folder,
        # A proxy that does not exist: no request leaves this machine.
        env={**os.environ, **home, "https_proxy": "http://127.0.0.1:9", "no_proxy": ""},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_demo_trains_on_uci_digits_without_mnist_and_network(tmp_path: Path) -> None:
    output = demo(tmp_path, data="")
    assert "cannot download MNIST" in output
    assert "the 1,797 small digits that come with scikit-learn" in output
    assert re.search(r"Reached: 9\d\.\d\d % on 359 test digits, \d+ of 10 pictures read", output)
    assert Run.open(tmp_path / "runs" / "demo-1").manifest.state == "done"


@pytest.mark.slow
def test_the_demo_reaches_98_5_percent_on_mnist_and_reads_pictures(
    mnist_dir: Path, tmp_path: Path
) -> None:
    output = demo(tmp_path, data=str(mnist_dir))
    reached = re.search(r"Reached: ([\d.]+) % on 10,000 test digits, (\d+) of 10 pictures", output)
    assert reached
    assert float(reached[1]) >= 98.5
    assert int(reached[2]) >= 9

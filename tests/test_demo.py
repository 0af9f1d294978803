"""The main job in one go, as a newcomer sees it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lenet.run import Run


def demo(folder: Path, data: str) -> str:
    """What `lenet demo` says, in a home of its own, with `data` as the place of MNIST."""
    home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "LENET_DATA": data}
    done = subprocess.run(
        [sys.executable, "-m", "lenet", "demo"],
        capture_output=True,
        text=True,
        cwd=folder,
        # A proxy that is not there: no request leaves this machine.
        env={**os.environ, **home, "https_proxy": "http://127.0.0.1:9", "no_proxy": ""},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_without_mnist_and_network_the_demo_learns_from_the_embedded_digits(tmp_path: Path) -> None:
    said = demo(tmp_path, data="")
    assert "cannot download MNIST" in said
    assert "the 1,797 small digits that come with scikit-learn" in said
    assert re.search(r"Reached: 9\d\.\d\d % on 359 test digits, \d+ of 10 pictures read", said)
    assert Run.open(tmp_path / "runs" / "demo-1").manifest.state == "done"


@pytest.mark.slow
def test_with_mnist_the_demo_reaches_98_5_percent_and_reads_its_pictures(
    mnist_dir: Path, tmp_path: Path
) -> None:
    said = demo(tmp_path, data=str(mnist_dir))
    reached = re.search(r"Reached: ([\d.]+) % on 10,000 test digits, (\d+) of 10 pictures", said)
    assert reached
    assert float(reached[1]) >= 98.5
    assert int(reached[2]) >= 9

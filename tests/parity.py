"""Whether the page's own arithmetic, in Node or in Chromium, answers as Python does."""

import base64
import json
import shutil
import subprocess
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.reader import Classifier

TOLERANCE = 1e-5  # of a probability, and of the distance to a threshold

PROGRAM = Path(__file__).parent / "page_network.mjs"
NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="Node is not here")


def run_in_node(folder: Path, networks: Sequence[Any], **asked: Any) -> list[list[dict[str, Any]]]:
    """Return what each network says of each image; the program tells what can be asked."""
    file = folder / "asked.json"
    file.write_text(json.dumps({"networks": networks, **asked}))
    assert NODE
    done = subprocess.run([NODE, PROGRAM, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return answers


def packed(images: NDArray[np.uint8]) -> str:
    """Return pixels as the page takes them."""
    return base64.b64encode(images.tobytes()).decode()


def assert_as_in_python(
    found: Sequence[dict[str, Any]], classifier: Classifier, images: NDArray[np.uint8]
) -> None:
    """Compare answers, probabilities and, where no threshold is too close, what they amount to."""
    judged = classifier.judge(classifier.logits(images))
    assert [each["best"] for each in found] == judged.answers.tolist()
    probabilities = np.array([each["probabilities"] for each in found])
    assert np.abs(probabilities - judged.probabilities).max() < TOLERANCE
    close = np.abs(judged.scores - classifier.lowest_score) < TOLERANCE
    close |= np.abs(judged.probabilities.max(1) - 0.5) < TOLERANCE
    if close.any():  # a warning, since pytest hides what a test that passes prints
        warnings.warn(f"too close to a threshold: {np.flatnonzero(close).tolist()}", stacklevel=2)
    statuses = zip(found, judged.statuses, close.tolist(), strict=True)
    assert all(each["status"] == status for each, status, near in statuses if not near)

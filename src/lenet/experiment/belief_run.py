"""Fit what to believe of a finder's proposals, on drawn scenes: after a reader was trained."""

import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.cache import progress
from lenet.datasets.crops import load_held_scenes
from lenet.datasets.scenes import Scenes
from lenet.errors import ModelError
from lenet.finder import Finder
from lenet.finder.matching import assign
from lenet.picture import Picture
from lenet.reader.belief import Belief, evidence
from lenet.reader.classifier import Classifier
from lenet.reader.page_reading import Networks, judge
from lenet.reader.proposals import propose
from lenet.run import MODEL, Run
from lenet.storage import sha256

# Scenes of another seed than the reader learns from, by the hands of other people.
SCENES, SEED = 4_000, 12
# Of 1,000 other scenes (2026-11-29), 8 and 32 units, and less decay, did no better.
HIDDEN, DECAY = 16, 10.0
STEPS = 400
AT_ONCE = 64  # scenes judged together


def fit_belief(
    model: bytes, finder: str, data_dir: Path | None = None, *, count: int = SCENES
) -> Belief:
    """Fit what to believe of the proposals of a finder for a reader.

    Parameters
    ----------
    model : bytes
        ONNX file of the reader.
    finder : str
        A shipped finder, or a run folder.
    data_dir : Path, optional
        First folder to search for MNIST and UNIPEN.
    count : int
        Number of scenes.

    Raises
    ------
    UsageError, ModelError
        There is no such finder, it is broken, or it finds no digits.
    DataError
        The material of the scenes is missing, or the disk refuses.
    """
    networks = Networks(Classifier(model, 1), Finder(Run.find(finder).require_finder().read(MODEL)))
    scenes = load_held_scenes(count, SEED, data_dir, held_out=True)
    seen, is_digit = collect(networks, scenes)
    mean, scale = seen.mean(0), seen.std(0) + 1e-6
    hidden, output = _fit((seen - mean) / scale, is_digit)
    return Belief(networks.finder.digest, sha256(model), mean, scale, hidden, output)


def collect(networks: Networks, scenes: Scenes) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the evidence of every place found in scenes, and whether a digit is there.

    A digit that is cut off or too small to count is left out.

    Returns
    -------
    evidence : ndarray of float64, (n, f)
    is_digit : ndarray of bool, (n,)
    """
    seen, truth = [], []
    spans = list(pairwise(scenes.first))
    with progress("Looking at scenes", len(scenes), True, unit="scenes") as report:
        for start in range(0, len(scenes), AT_ONCE):
            indices = range(start, min(start + AT_ONCE, len(scenes)))
            ways = []
            for index in indices:
                grey = np.asarray(scenes.images[index])
                page = Picture(np.repeat(grey[:, :, None], 3, 2), "scene")
                ways += propose(page, networks.finder)[:1]
                report(1)
            for index, judged in zip(indices, judge(ways, networks), strict=True):
                way = judged.proposals
                if way.turns or not len(way.images):
                    continue
                own, counts = assign(way.digits.boxes, scenes.characters[slice(*spans[index])])
                known = evidence(way.digits, way.others, way.images, judged.judgement, way.side)
                seen.append(known[counts])
                truth.append(own[counts] >= 0)
    if not any(part.any() for part in truth):
        raise ModelError("the finder finds no digit in drawn scenes: train it longer")
    return np.concatenate(seen), np.concatenate(truth)


def _fit(
    evidence: NDArray[np.float64], is_digit: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        HIDDEN, activation="tanh", solver="lbfgs", alpha=DECAY, max_iter=STEPS, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a few more steps change nothing
        network.fit(evidence, is_digit)
    (hidden, output), (biases, bias) = network.coefs_, network.intercepts_
    return np.vstack([hidden, biases]), np.append(output[:, 0], bias)

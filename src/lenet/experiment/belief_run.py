"""Fit what to believe of a finder's proposals, on drawn scenes: after a reader was trained.

A reader that is taught further takes the belief of the one it began as along.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.cache import progress
from lenet.datasets.crops import load_held_scenes
from lenet.datasets.scenes import Scenes
from lenet.drawing import draw_picture
from lenet.drawing.material import Material
from lenet.drawing.scenes import SceneMaker
from lenet.errors import ModelError
from lenet.finder import Finder
from lenet.finder.matching import assign
from lenet.picture import Picture
from lenet.reader.belief import CERTAINTY, SCORE, Belief, evidence
from lenet.reader.classifier import Classifier
from lenet.reader.page_reading import Networks, judge
from lenet.reader.proposals import propose
from lenet.recipe import FINDER
from lenet.run import BELIEF, MODEL, Run
from lenet.storage import sha256

# Scenes of another seed than the reader learns from, by the hands of other people.
SCENES, SEED = 4_000, 12
SCENES_A_PAGE = 2  # for two scenes, one page with nothing but digits on it, as most people write
# Of 1,000 other scenes (2026-11-29), 8 and 32 units, and less decay, did no better.
HIDDEN, DECAY = 16, 10.0
EPSILON = 1e-6  # of a deviation: nothing is divided by 0
STEPS = 400  # of the optimizer
AT_ONCE = 64  # pages judged together
CARRIED_SCENES = 200  # a mean and a deviation need fewer than a fit


class Known(NamedTuple):
    """A page whose characters are known.

    Attributes
    ----------
    pixels : ndarray of uint8, (h, w, 3)
    characters : ndarray of int16, (m, 5)
        As `lenet.drawing.scenes.Scene` has them.
    """

    pixels: NDArray[np.uint8]
    characters: NDArray[np.int16]


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
    pages = [scene_pages(scenes), plain_pages(count // SCENES_A_PAGE, SEED)]
    with progress("Looking at pages", count + count // SCENES_A_PAGE, True, unit="pages") as report:
        seen, is_digit = collect(networks, reported(chain(*pages), report))
    mean, scale = seen.mean(0), seen.std(0) + EPSILON
    hidden, output = _fit((seen - mean) / scale, is_digit)
    return Belief(networks.finder.digest, sha256(model), mean, scale, hidden, output)


def carry_belief(start: Run, model: bytes, *, count: int = CARRIED_SCENES) -> Belief | None:
    """Return the belief of the reader `start`, adapted to what it became when taught further.

    The score and the certainty of a reader move with its weights. They are standardised anew, so
    that on the same drawn pages both have the mean and the deviation that they had before. The
    scenes are drawn from nothing that must be downloaded.

    Parameters
    ----------
    start : Run
        What it began as.
    model : bytes
        ONNX file of what it became.
    count : int
        Number of scenes.

    Returns
    -------
    Belief or None
        None if `start` has none for its finder.

    Raises
    ------
    UsageError, ModelError
        The finder of `start` is missing or broken.
    """
    if BELIEF not in start.manifest.files:
        return None
    belief = Belief.from_json(start.read(BELIEF))
    finder = Finder(Run.find(start.recipe.finder or FINDER).require_finder().read(MODEL))
    before = start.read(MODEL)
    if (belief.finder, belief.reader) != (finder.digest, sha256(before)):
        return None
    maker = SceneMaker(Material())
    drawn = (maker.draw(SEED, index) for index in range(count))
    pages = chain(
        (_known(scene.image, scene.characters) for scene in drawn),
        plain_pages(count // SCENES_A_PAGE, SEED),
    )
    (old_mean, old_scale), (mean, scale) = _moments(
        [Classifier(before, 1), Classifier(model, 1)], finder, pages
    )
    own = [SCORE, CERTAINTY]
    ratio = (scale / old_scale)[own]
    means, scales = belief.mean.copy(), belief.scale.copy()
    means[own] = mean[own] + (belief.mean - old_mean)[own] * ratio
    scales[own] *= ratio
    return replace(belief, reader=sha256(model), mean=means, scale=scales)


def _moments(
    readers: Sequence[Classifier], finder: Finder, pages: Iterable[Known]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return mean and deviation of the evidence on the same pages, for each of several readers."""
    seen: list[list[NDArray[np.float64]]] = [[] for _ in readers]
    for part in batched(pages, AT_ONCE):
        ways = [propose(Picture(known.pixels, "page"), finder)[0] for known in part]
        for reader, rows in zip(readers, seen, strict=True):
            for way, judged in zip(ways, judge(ways, Networks(reader, finder)), strict=True):
                if len(way.images) and not way.turns:
                    said = judged.judgement
                    rows.append(evidence(way.digits, way.others, way.images, said, way.side))
    whole = [np.concatenate(rows) for rows in seen]
    return [(each.mean(0), each.std(0) + EPSILON) for each in whole]


def collect(
    networks: Networks, pages: Iterable[Known]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the evidence of every place found on pages, and whether a digit is there.

    A digit that is cut off or too small to count is left out.

    Returns
    -------
    evidence : ndarray of float64, (n, f)
    is_digit : ndarray of bool, (n,)

    Raises
    ------
    ModelError
        No digit is found.
    """
    seen, truth = [], []
    for part in batched(pages, AT_ONCE):
        ways = [propose(Picture(known.pixels, "page"), networks.finder)[0] for known in part]
        for known, judged in zip(part, judge(ways, networks), strict=True):
            way = judged.proposals
            if way.turns or not len(way.images):
                continue
            own, counts = assign(way.digits.boxes, known.characters)
            facts = evidence(way.digits, way.others, way.images, judged.judgement, way.side)
            seen.append(facts[counts])
            truth.append(own[counts] >= 0)
    if not any(part.any() for part in truth):
        raise ModelError("the finder finds no digit in drawn scenes: train it longer")
    return np.concatenate(seen), np.concatenate(truth)


def batched(pages: Iterable[Known], size: int) -> Iterator[list[Known]]:
    """Yield lists of so many pages."""
    rest = iter(pages)
    while part := list(islice(rest, size)):
        yield part


def reported(pages: Iterable[Known], report: Callable[[int], None]) -> Iterator[Known]:
    """Yield pages, and report each."""
    for page in pages:
        yield page
        report(1)


def scene_pages(scenes: Scenes) -> Iterator[Known]:
    """Yield scenes as pages."""
    for image, (first, last) in zip(scenes.images, pairwise(scenes.first), strict=True):
        yield _known(np.asarray(image), scenes.characters[first:last])


def _known(grey: NDArray[np.uint8], characters: NDArray[np.int16]) -> Known:
    return Known(np.repeat(grey[:, :, None], 3, 2), characters)


def plain_pages(count: int, seed: int) -> Iterator[Known]:
    """Yield drawn pages with nothing but digits on them: a single one on every second page."""
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        digits = 1 if index % 2 else int(rng.integers(2, 9))
        page = draw_picture("".join(map(str, rng.integers(0, 10, digits))), rng)
        rows = [(int(label), *box) for label, box in zip(page.text, page.boxes, strict=True)]
        yield Known(page.pixels, np.array(rows, np.int16))


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

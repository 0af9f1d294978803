"""Fit what to believe of a finder's proposals, on drawn scenes: after a reader was trained.

A reader that is taught further keeps the belief of the reader it started from.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.cache import progress
from lenet.datasets.crops import load_held_scenes
from lenet.datasets.scenes import Scenes
from lenet.drawing import draw_picture
from lenet.errors import ModelError
from lenet.finder import Finder
from lenet.finder.matching import assign
from lenet.picture import Picture
from lenet.reader.belief import Belief, evidence
from lenet.reader.classifier import Classifier
from lenet.reader.page_reading import Networks, judge
from lenet.reader.proposals import propose
from lenet.run import BELIEF, MODEL, Run
from lenet.storage import sha256

if TYPE_CHECKING:
    from sklearn.neural_network import MLPClassifier

# Scenes of another seed than the reader learns from, by the hands of other people. With 8,000,
# more is missed on real pictures, see docs/reading.md.
SCENES, SEED = 4_000, 12
SCENES_A_PAGE = 2  # for two scenes, one page with nothing but digits on it, as most people write
# Of 1,000 other scenes (2026-11-29, one network on 4,000 scenes), 8 and 32 units, and less decay,
# did no better.
HIDDEN, DECAY = 16, 10.0
# Networks that differ in their first weights, and whose logits are averaged (Lakshminarayanan et
# al. 2017, Deep ensembles): they agree on what the scenes show and differ on what is unlike them.
# Eight leave 2.4 % less of the loss than one. Together they are one network of all their units.
MEMBERS = 8
STEPS = 400  # of the optimizer
AT_ONCE = 64  # pages judged together


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
    finder_model = Run.find(finder).require_finder().read(MODEL)
    networks = Networks(Classifier(model, 1), Finder(finder_model, small_print=False))
    scenes = load_held_scenes(count, SEED, data_dir, held_out=True)
    pages = [scene_pages(scenes), plain_pages(count // SCENES_A_PAGE, SEED)]
    with progress("Looking at pages", count + count // SCENES_A_PAGE, True, unit="pages") as report:
        seen, is_digit = collect(networks, reported(chain(*pages), report))
    mean, scale = seen.mean(0), seen.std(0) + 1e-6
    hidden, output = _fit((seen - mean) / scale, is_digit)
    return Belief(networks.finder.digest, sha256(model), mean, scale, hidden, output)


def carry_belief(start: Run, model: bytes) -> Belief | None:
    """Return the belief of the reader `start`, for what it became when it was taught further.

    Parameters
    ----------
    start : Run
        What it began as.
    model : bytes
        ONNX file of what it became.

    Returns
    -------
    Belief or None
        None if `start` has none, or was exported anew since it was fitted.

    Raises
    ------
    ModelError
        A file of `start` is missing, broken or altered.
    """
    if BELIEF not in start.manifest.files:
        return None
    belief = Belief.from_json(start.read(BELIEF))
    if belief.reader != sha256(start.read(MODEL)):
        return None
    return replace(belief, reader=sha256(model))


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
            if not len(way.images):
                continue
            boxes = np.array([way.turn.box(box) for box in way.digits.boxes], np.float32)
            own, counts = assign(boxes, known.characters)
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
        grey = np.asarray(image)
        yield Known(np.repeat(grey[:, :, None], 3, 2), scenes.characters[first:last])


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
    """Return one network whose logit is the mean of those of `MEMBERS` networks."""
    members = [fit_member(evidence, is_digit, seed) for seed in range(MEMBERS)]
    hidden = [np.vstack([member.coefs_[0], member.intercepts_[0]]) for member in members]
    output = [member.coefs_[1][:, 0] for member in members]
    bias = [float(member.intercepts_[1][0]) for member in members]
    return np.hstack(hidden), np.append(np.concatenate(output) / MEMBERS, np.mean(bias))


def fit_member(
    evidence: NDArray[np.float64], is_digit: NDArray[np.bool_], seed: int
) -> "MLPClassifier":
    """Fit one network.

    Parameters
    ----------
    evidence : ndarray of float64, (n, f)
        Standardised.
    is_digit : ndarray of bool, (n,)
    seed : int
        Draws its first weights.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        HIDDEN, activation="tanh", solver="lbfgs", alpha=DECAY, max_iter=STEPS, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a few more steps change nothing
        return network.fit(evidence, is_digit)

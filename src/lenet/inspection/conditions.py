"""One network under bad conditions: the same test digits, disturbed as real pictures are."""

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lenet import metrics
from lenet.datasets import Dataset
from lenet.inspection.embedding import spread
from lenet.metrics import Scores
from lenet.reader import Classifier
from lenet.training.augment import affine, warp

MOST = 2000  # test images for each condition
BATCH = 256  # images moved at once
SEED = 0  # of directions and noise, the same for every network

Images = NDArray[np.uint8]


def robustness(classifier: Classifier, test: Dataset, most: int = MOST) -> dict[str, Scores]:
    """Score at most `most` images of `test`, spread evenly over it, under each condition.

    Returns
    -------
    dict of str to Scores
        By condition in the order of `CONDITIONS`, the undisturbed one first.
    """
    some = test.subset(spread(len(test), most))
    return {
        name: metrics.evaluate(
            classifier.probabilities(disturb(some.images)), some.labels, test.classes
        )
        for name, disturb in CONDITIONS.items()
    }


def conditions(robustness: Mapping[str, Scores]) -> list[dict[str, Any]]:
    """Return the errors under each condition, as ``measured.json`` contains them."""
    return [
        {"name": name, "errors": scores.errors, "total": scores.total}
        for name, scores in robustness.items()
    ]


def _as_they_are(images: Images) -> Images:
    return images


def _shifted(pixels: int) -> Callable[[Images], Images]:
    """Move each image up, down, left or right; pixels that leave it are lost."""

    def disturb(images: Images) -> Images:
        chance = torch.Generator().manual_seed(SEED)
        direction = torch.randint(4, (len(images),), generator=chance)
        x = pixels * torch.tensor([1.0, -1.0, 0.0, 0.0])[direction]
        y = pixels * torch.tensor([0.0, 0.0, 1.0, -1.0])[direction]
        return _moved(images, (x, y), torch.zeros(len(images)))

    return disturb


def _rotated(degrees: float) -> Callable[[Images], Images]:
    """Rotate each image to the left or to the right."""

    def disturb(images: Images) -> Images:
        chance = torch.Generator().manual_seed(SEED)
        side = torch.randint(2, (len(images),), generator=chance) * 2.0 - 1
        still = torch.zeros(len(images))
        return _moved(images, (still, still), degrees * side)

    return disturb


def _moved(images: Images, shift: tuple[Tensor, Tensor], rotation: Tensor) -> Images:
    one, none = torch.ones(len(images)), torch.zeros(len(images))
    matrices = affine(shift=shift, rotation=rotation, scale=(one, one), shear=none)
    parts = zip(torch.from_numpy(images).split(BATCH), matrices.split(BATCH), strict=True)
    moved = [warp(part.unsqueeze(1).float(), where).round().byte() for part, where in parts]
    return np.asarray(torch.cat(moved).squeeze(1))


def _noisy(images: Images) -> Images:
    noise = np.random.default_rng(SEED).standard_normal(images.shape, np.float32)
    noisy: Images = np.clip(np.rint(images + 0.3 * 255 * noise), 0, 255).astype(np.uint8)
    return noisy


def _blurred(images: Images) -> Images:
    return np.array([cv2.GaussianBlur(image, (0, 0), 1.5) for image in images], np.uint8)


def _faint(images: Images) -> Images:
    faint: Images = np.rint(0.3 * images).astype(np.uint8)
    return faint


def _inverted(images: Images) -> Images:
    return 255 - images


CONDITIONS: dict[str, Callable[[Images], Images]] = {
    "as they are": _as_they_are,
    "shifted 2 px": _shifted(2),
    "shifted 4 px": _shifted(4),
    "rotated 15°": _rotated(15),
    "rotated 30°": _rotated(30),
    "noise, sd 0.3": _noisy,
    "blur, sigma 1.5 px": _blurred,
    "low contrast, ink at 0.3": _faint,
    "inverted": _inverted,
}

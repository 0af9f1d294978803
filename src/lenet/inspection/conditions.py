"""Robustness of a network: its errors on test digits that are shifted, rotated, noisy and so on."""

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

MAX_IMAGES = 2000  # test images for each condition
BATCH = 256  # images warped at once
SEED = 0  # for random directions and noise; the same for every network

Images = NDArray[np.uint8]


def robustness(classifier: Classifier, test: Dataset, most: int = MAX_IMAGES) -> dict[str, Scores]:
    """Score at most `most` images of `test`, evenly spaced, under each condition.

    Returns
    -------
    dict of str to Scores
        By condition, in the order of `CONDITIONS`; the unchanged images come first.
    """
    sample = test.subset(spread(len(test), most))
    return {
        name: metrics.evaluate(
            classifier.probabilities(disturb(sample.images)), sample.labels, test.classes
        )
        for name, disturb in CONDITIONS.items()
    }


def conditions(robustness: Mapping[str, Scores]) -> list[dict[str, Any]]:
    """Return the errors under each condition, for ``measured.json``."""
    return [
        {"name": name, "errors": scores.errors, "total": scores.total}
        for name, scores in robustness.items()
    ]


def _as_they_are(images: Images) -> Images:
    return images


def _shifted(pixels: int) -> Callable[[Images], Images]:
    """Shift each image up, down, left or right at random; pixels beyond the edge are lost."""

    def disturb(images: Images) -> Images:
        generator = torch.Generator().manual_seed(SEED)
        direction = torch.randint(4, (len(images),), generator=generator)
        x = pixels * torch.tensor([1.0, -1.0, 0.0, 0.0])[direction]
        y = pixels * torch.tensor([0.0, 0.0, 1.0, -1.0])[direction]
        return _warped(images, (x, y), torch.zeros(len(images)))

    return disturb


def _rotated(degrees: float) -> Callable[[Images], Images]:
    """Rotate each image clockwise or anticlockwise at random."""

    def disturb(images: Images) -> Images:
        generator = torch.Generator().manual_seed(SEED)
        sign = torch.randint(2, (len(images),), generator=generator) * 2.0 - 1
        zeros = torch.zeros(len(images))
        return _warped(images, (zeros, zeros), degrees * sign)

    return disturb


def _warped(images: Images, shift: tuple[Tensor, Tensor], rotation: Tensor) -> Images:
    ones, zeros = torch.ones(len(images)), torch.zeros(len(images))
    matrices = affine(shift=shift, rotation=rotation, scale=(ones, ones), shear=zeros)
    batches = zip(torch.from_numpy(images).split(BATCH), matrices.split(BATCH), strict=True)
    warped = [warp(batch.unsqueeze(1).float(), matrix).round().byte() for batch, matrix in batches]
    return np.asarray(torch.cat(warped).squeeze(1))


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

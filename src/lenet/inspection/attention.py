"""Which pixels decided: what covering them costs, and where more ink would have helped."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lenet.reader import Classifier

if TYPE_CHECKING:
    from torch import nn

PATCH = 7  # side of the square that covers the image, in pixels


def occlusion(
    classifier: Classifier, image: NDArray[np.uint8], answer: int, patch: int = PATCH
) -> NDArray[np.float64]:
    """Return by how much the answer's probability falls when a square of paper covers the image.

    After Zeiler, Fergus (2014), Visualizing and understanding convolutional networks, section 4.2.

    Parameters
    ----------
    classifier : Classifier
    image : uint8 ndarray (28, 28)
    answer : int
        The class whose probability is watched.
    patch : int
        Side of the square in pixels, odd.

    Returns
    -------
    float64 ndarray (28, 28)
        One value for each position of the square's centre; below 0 where covering the image there
        raises the probability.
    """
    reach = patch // 2
    height, width = image.shape
    covered = np.repeat(image[None], height * width, axis=0)
    for position in range(height * width):
        y, x = divmod(position, width)
        rows = slice(max(0, y - reach), y + reach + 1)
        covered[position, rows, max(0, x - reach) : x + reach + 1] = 0
    whole, hidden = (
        classifier.probabilities(images)[:, answer] for images in (image[None], covered)
    )
    return (whole - hidden).reshape(height, width)


def gradient(network: "nn.Module", image: NDArray[np.uint8], answer: int) -> NDArray[np.float32]:
    """Return the derivative of the answer's logit by each pixel, 0 = paper and 1 = ink.

    After Simonyan, Vedaldi, Zisserman (2014), Deep inside convolutional networks, section 3, but
    the sign is kept: above 0, more ink raises the answer's logit.

    Parameters
    ----------
    network : nn.Module
        In evaluation mode.
    image : uint8 ndarray (28, 28)
    answer : int

    Returns
    -------
    float32 ndarray (28, 28)
    """
    import torch

    from lenet.training.trainer import as_input

    device = next(network.parameters()).device
    values = as_input(torch.from_numpy(image[None]).to(device)).requires_grad_()
    (slope,) = torch.autograd.grad(network(values)[0, answer], values)
    return np.asarray(slope[0, 0].cpu())

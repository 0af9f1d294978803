"""Augmentation: each digit of a batch moved, turned, stretched, slanted and bent a little.

A whole batch goes through one sampling grid: affine and elastic distortion together cost one
bilinear interpolation, and no image is interpolated twice. Outside the image is paper.
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from lenet.recipe import Augment

SIDE = 28  # pixels
KNOTS = 7  # control points of the elastic field along each axis, SIDE / (KNOTS - 3) = 7 px apart


def augment(images: Tensor, settings: Augment, generator: torch.Generator) -> Tensor:
    """Distort each image by its own random amounts.

    Parameters
    ----------
    images : float32 Tensor (n, 1, 28, 28)
        0 = paper, 1 = ink; on any device.
    settings : Augment
        When all are 0, `images` itself is returned and nothing is drawn.
    generator : torch.Generator
        On the CPU whatever the device, so that a seed means the same everywhere.

    Returns
    -------
    float32 Tensor (n, 1, 28, 28)
        On the device of `images`.
    """
    if settings == Augment():
        return images
    n = len(images)
    x, y, turn, wide, tall, lean = (torch.rand(6, n, generator=generator) * 2 - 1).unbind()
    matrices = affine(
        shift=(x * settings.shift, y * settings.shift),
        rotation=turn * settings.rotation,
        scale=(1 + wide * settings.scale, 1 + tall * settings.scale),
        shear=lean * settings.shear,
    )
    if not settings.elastic:
        return warp(images, matrices)
    knots = torch.rand(n, 2, KNOTS * KNOTS, generator=generator) * 2 - 1
    return warp(images, matrices, knots * settings.elastic)


def affine(
    shift: tuple[Tensor, Tensor], rotation: Tensor, scale: tuple[Tensor, Tensor], shear: Tensor
) -> Tensor:
    """Return the matrices that slant, then stretch, then turn about the centre, then move the ink.

    Parameters
    ----------
    shift : (Tensor (n,), Tensor (n,))
        Pixels to the right and down.
    rotation : Tensor (n,)
        Degrees counter-clockwise.
    scale : (Tensor (n,), Tensor (n,))
        Factors of width and height.
    shear : Tensor (n,)
        Degrees by which upright strokes lean to the right.

    Returns
    -------
    Tensor (n, 2, 3)
        From a point (x, y, 1) of the new image, in pixels from its centre with y downwards, to
        the point (x, y) of the old image that its ink comes from.
    """
    turn, lean, (wide, tall) = torch.deg2rad(rotation), torch.deg2rad(shear).tan(), scale
    cos, sin = turn.cos(), turn.sin()
    # The inverses of the four steps in turn, multiplied out: move, turn, stretch, slant.
    x_x, x_y = cos / wide + lean * sin / tall, lean * cos / tall - sin / wide
    y_x, y_y = sin / tall, cos / tall
    right, down = shift
    x_1, y_1 = -(x_x * right + x_y * down), -(y_x * right + y_y * down)
    return torch.stack([x_x, x_y, x_1, y_x, y_y, y_1], dim=1).view(-1, 2, 3)


def warp(images: Tensor, matrices: Tensor, knots: Tensor | None = None) -> Tensor:
    """Sample each image where its matrix, and its elastic field, say.

    Simard, Steinkraus, Platt (2003), section 2, blur a random displacement of every pixel with a
    Gaussian of sigma 4 px. A uniform cubic B-spline with knots h apart is nearly a Gaussian of
    sigma h / √3: knots 7 px apart give that smoothness from 98 random numbers instead of 1,568,
    and no pixel moves further than the furthest knot.

    Parameters
    ----------
    images : float32 Tensor (n, 1, 28, 28)
    matrices : Tensor (n, 2, 3)
        From `affine`.
    knots : Tensor (n, 2, 49), optional
        Displacements in pixels along x and along y at 7 × 7 control points, row by row.
    """
    # A sampling grid is linear in its matrix and in its knots, so one product makes it whole.
    weights = matrices if knots is None else torch.cat([matrices, knots], dim=2)
    weights = weights.to(images.device)
    grid = (weights @ _basis()[: weights.shape[2]].to(images.device)).view(-1, 2, SIDE, SIDE)
    return F.grid_sample(
        images,
        grid.permute(0, 2, 3, 1) * (2 / SIDE),  # grid_sample's image goes from -1 to 1
        mode="bilinear",
        padding_mode="zeros",
        align_corners=False,
    )


@cache
def _basis() -> Tensor:
    """Return float32 (3 + 49, 784): x, y and 1 at each pixel's centre, then each knot's weight."""
    centre = torch.arange(SIDE, dtype=torch.float64) - (SIDE - 1) / 2
    ones = torch.ones(SIDE, dtype=torch.float64)
    coordinates = [torch.kron(ones, centre), torch.kron(centre, ones), torch.kron(ones, ones)]
    # How many knots' gaps each pixel is from the border, and the weights of the four around it.
    position = (centre + SIDE / 2) * (KNOTS - 3) / SIDE
    t = position.frac()
    around = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * (t + t**2 - t**3) + 1, t**3]
    line = torch.zeros(SIDE, KNOTS, dtype=torch.float64)
    line.scatter_(1, position.long()[:, None] + torch.arange(4), torch.stack(around, 1) / 6)
    return torch.cat([torch.stack(coordinates), torch.kron(line, line).T]).float()

"""Augmentation: each digit of a batch moved, bent and slanted a little, and drawn less cleanly.

A whole batch goes through one sampling grid: affine and elastic distortion together cost one
bilinear interpolation, and no image is interpolated twice. Outside the image is paper. Then comes
what pens, paper and cameras do, each step on the whole batch at once.
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from lenet.recipe import Augment

SIDE = 28  # pixels
_SOIL = ("thickness", "neighbours", "erasing", "blur", "contrast", "background", "noise")
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
    place = (settings.shift, settings.rotation, settings.scale, settings.shear, settings.elastic)
    if any(place):
        images = _move(images, settings, generator)
    return _soil(images, settings, generator)


def _move(images: Tensor, settings: Augment, generator: torch.Generator) -> Tensor:
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


def _soil(images: Tensor, settings: Augment, generator: torch.Generator) -> Tensor:
    """Change strokes and paper: what is asked for, each by its own share of one draw."""
    if not any(getattr(settings, name) for name in _SOIL):
        return images
    n, device = len(images), images.device
    # One draw for all and one way to the device: a GPU that is waited for loses its lead.
    there = torch.rand(n, 17, generator=generator)
    here = there.to(device)

    def amounts(column: int) -> Tensor:
        return here[:, column].view(n, 1, 1, 1)

    if settings.thickness:
        images = thicken(images, (amounts(0) * 2 - 1) * settings.thickness)
    if settings.neighbours:
        images = _with_neighbours(images, there[:, 1:5], settings.neighbours)
    if settings.erasing:
        images = _with_bars_erased(images, here[:, 5:9], settings.erasing)
    if settings.blur:
        images = blur(images, amounts(9) * settings.blur)
    if settings.contrast:
        images = images * (1 - amounts(10) * settings.contrast)
    if settings.background:
        # Uneven light: a corner each, and in between what lies between.
        corners = here[:, 11:15].reshape(n, 1, 2, 2)
        paper = F.interpolate(corners, size=SIDE, mode="bilinear", align_corners=True)
        images = images + (1 - images) * paper * amounts(15) * settings.background
    if settings.noise:
        # 784 numbers an image: drawn where they are needed, by a seed that is the same everywhere.
        seed = int(torch.randint(2**31, (), generator=generator))
        grain = torch.randn(
            images.shape, generator=torch.Generator(device).manual_seed(seed), device=device
        )
        images = (images + grain * amounts(16) * settings.noise).clamp_(0, 1)
    return images


def thicken(images: Tensor, pixels: Tensor) -> Tensor:
    """Move the edges of strokes outwards, or inwards where `pixels` is negative.

    Parameters
    ----------
    images : float32 Tensor (n, 1, 28, 28)
    pixels : Tensor (n, 1, 1, 1)
        From -1 to 1, on each side of a stroke; fractions mix, as antialiasing does.
    """
    thicker = F.max_pool2d(images, 3, stride=1, padding=1)
    thinner = -F.max_pool2d(-images, 3, stride=1, padding=1)
    return torch.lerp(images, torch.where(pixels > 0, thicker, thinner), pixels.abs())


def blur(images: Tensor, deviations: Tensor) -> Tensor:
    """Blur by a Gaussian of up to 0.7 pixels standard deviation, ``(n, 1, 1, 1)``.

    The binomial filter 1-2-1 has a variance of half a pixel squared along each axis; a mixture of
    the image and the filtered one has that share of it.
    """
    line = torch.tensor([0.25, 0.5, 0.25], device=images.device)
    soft = F.conv2d(images, (line[:, None] * line).view(1, 1, 3, 3), padding=1)
    return torch.lerp(images, soft, 2 * deviations**2)


def _with_neighbours(images: Tensor, draws: Tensor, share: float) -> Tensor:
    """Let the strokes of the next image of the batch reach in from the left or the right."""
    which, side, near, height = draws.unbind(1)
    # 17 to 23 pixels away, a digit 20 pixels wide shows 1 to 7 columns of itself, most show less.
    away = (17 + 6 * near) * torch.where(side < 0.5, -1, 1)
    ones, zeros = torch.ones_like(near), torch.zeros_like(near)
    matrices = affine((away, 8 * height - 4), zeros, (ones, ones), zeros)
    others = warp(images.roll(1, 0), matrices)
    chosen = (which < share).to(images.device).view(-1, 1, 1, 1)
    return torch.where(chosen, torch.maximum(images, others), images)


def _with_bars_erased(images: Tensor, draws: Tensor, share: float) -> Tensor:
    """Rub out a straight bar 1 to 3 pixels wide, anywhere in the middle and at any angle."""
    which, angle, place, width = draws.unbind(1)
    angle = angle * torch.pi
    x, y = _basis()[:2].to(images.device)
    across = x * angle.cos()[:, None] + y * angle.sin()[:, None] - (16 * place - 8)[:, None]
    erased = (across.abs() < (0.5 + width)[:, None]) & (which < share)[:, None]
    return images.masked_fill(erased.view(-1, 1, SIDE, SIDE), 0)


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

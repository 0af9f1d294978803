"""Augmentation: affine and elastic distortion, then the faults of pens, paper and cameras.

A whole batch goes through one sampling grid, so that affine and elastic distortion together cost
one bilinear interpolation. Outside the image is paper. The other steps also run on the whole batch.
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
    """Distort each image by random amounts of its own.

    Parameters
    ----------
    images : float32 Tensor (n, 1, 28, 28)
        0 = paper, 1 = ink; on any device.
    settings : Augment
        If all are 0, `images` itself is returned and no random numbers are drawn.
    generator : torch.Generator
        Always on the CPU, so that a seed gives the same numbers on every device.

    Returns
    -------
    float32 Tensor (n, 1, 28, 28)
        On the device of `images`.
    """
    if settings == Augment():
        return images
    distortions = (
        settings.shift, settings.rotation, settings.scale, settings.shear, settings.elastic,
    )  # fmt: skip
    if any(distortions):
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
    """Change strokes and paper as the settings ask, from one draw of random numbers."""
    if not any(getattr(settings, name) for name in _SOIL):
        return images
    n, device = len(images), images.device
    # One draw and one transfer: every transfer makes the GPU wait.
    draws = torch.rand(n, 17, generator=generator)
    on_device = draws.to(device)

    def amounts(column: int) -> Tensor:
        return on_device[:, column].view(n, 1, 1, 1)

    if settings.thickness:
        images = thicken(images, (amounts(0) * 2 - 1) * settings.thickness)
    if settings.neighbours:
        images = _with_neighbours(images, draws[:, 1:5], settings.neighbours)
    if settings.erasing:
        images = _with_bars_erased(images, on_device[:, 5:9], settings.erasing)
    if settings.blur:
        images = blur(images, amounts(9) * settings.blur)
    if settings.contrast:
        images = images * (1 - amounts(10) * settings.contrast)
    if settings.background:
        # Uneven light: a level at each corner, interpolated in between.
        corners = on_device[:, 11:15].reshape(n, 1, 2, 2)
        paper = F.interpolate(corners, size=SIDE, mode="bilinear", align_corners=True)
        images = images + (1 - images) * paper * amounts(15) * settings.background
    if settings.noise:
        # 784 numbers per image are drawn on the device, from a seed drawn on the CPU.
        seed = int(torch.randint(2**31, (), generator=generator))
        grain = torch.randn(
            images.shape, generator=torch.Generator(device).manual_seed(seed), device=device
        )
        images = (images + grain * amounts(16) * settings.noise).clamp_(0, 1)
    return images


def thicken(images: Tensor, pixels: Tensor) -> Tensor:
    """Thicken the strokes of a batch, or thin them where `pixels` is negative.

    Parameters
    ----------
    images : float32 Tensor (n, 1, 28, 28)
    pixels : Tensor (n, 1, 1, 1)
        -1 to 1, on each side of a stroke; fractions interpolate, as antialiasing does.
    """
    thicker = F.max_pool2d(images, 3, stride=1, padding=1)
    thinner = -F.max_pool2d(-images, 3, stride=1, padding=1)
    return torch.lerp(images, torch.where(pixels > 0, thicker, thinner), pixels.abs())


def blur(images: Tensor, deviations: Tensor) -> Tensor:
    """Blur by a Gaussian; `deviations`, ``(n, 1, 1, 1)``, are up to 0.7 pixels.

    The binomial filter 1-2-1 has a variance of half a squared pixel along each axis. Interpolating
    between the image and the filtered image scales that variance.
    """
    line = torch.tensor([0.25, 0.5, 0.25], device=images.device)
    soft = F.conv2d(images, (line[:, None] * line).view(1, 1, 3, 3), padding=1)
    return torch.lerp(images, soft, 2 * deviations**2)


def _with_neighbours(images: Tensor, draws: Tensor, share: float) -> Tensor:
    """Add strokes of the next image of the batch at the left or right edge."""
    which, side, near, height = draws.unbind(1)
    # At a distance of 17 to 23 pixels, a digit 20 pixels wide shows at most 1 to 7 columns.
    away = (17 + 6 * near) * torch.where(side < 0.5, -1, 1)
    ones, zeros = torch.ones_like(near), torch.zeros_like(near)
    matrices = affine((away, 8 * height - 4), zeros, (ones, ones), zeros)
    others = warp(images.roll(1, 0), matrices)
    chosen = (which < share).to(images.device).view(-1, 1, 1, 1)
    return torch.where(chosen, torch.maximum(images, others), images)


def _with_bars_erased(images: Tensor, draws: Tensor, share: float) -> Tensor:
    """Erase a straight bar, 1 to 3 pixels wide, at any angle near the centre."""
    which, angle, place, width = draws.unbind(1)
    angle = angle * torch.pi
    x, y = _basis()[:2].to(images.device)
    across = x * angle.cos()[:, None] + y * angle.sin()[:, None] - (16 * place - 8)[:, None]
    erased = (across.abs() < (0.5 + width)[:, None]) & (which < share)[:, None]
    return images.masked_fill(erased.view(-1, 1, SIDE, SIDE), 0)


def affine(
    shift: tuple[Tensor, Tensor], rotation: Tensor, scale: tuple[Tensor, Tensor], shear: Tensor
) -> Tensor:
    """Return matrices that shear, scale, rotate about the centre, then shift the ink.

    Parameters
    ----------
    shift : (Tensor (n,), Tensor (n,))
        Pixels to the right and down.
    rotation : Tensor (n,)
        Degrees counter-clockwise.
    scale : (Tensor (n,), Tensor (n,))
        Factors of width and height.
    shear : Tensor (n,)
        Degrees by which vertical strokes lean to the right.

    Returns
    -------
    Tensor (n, 2, 3)
        Map a point (x, y, 1) of the new image, in pixels from its centre with y downwards, to the
        point (x, y) of the old image.
    """
    turn, lean, (wide, tall) = torch.deg2rad(rotation), torch.deg2rad(shear).tan(), scale
    cos, sin = turn.cos(), turn.sin()
    # The product of the inverses of the four steps: shift, rotation, scale, shear.
    x_x, x_y = cos / wide + lean * sin / tall, lean * cos / tall - sin / wide
    y_x, y_y = sin / tall, cos / tall
    right, down = shift
    x_1, y_1 = -(x_x * right + x_y * down), -(y_x * right + y_y * down)
    return torch.stack([x_x, x_y, x_1, y_x, y_y, y_1], dim=1).view(-1, 2, 3)


def warp(images: Tensor, matrices: Tensor, knots: Tensor | None = None) -> Tensor:
    """Sample each image at the points given by its matrix and its elastic field.

    Simard, Steinkraus, Platt (2003), section 2, blur a random displacement of every pixel with a
    Gaussian of sigma 4 px. A uniform cubic B-spline with knot spacing h is nearly a Gaussian of
    sigma h / √3, so knots 7 px apart are as smooth, need 98 random numbers instead of 1,568, and no
    pixel moves further than the furthest knot.

    Parameters
    ----------
    images : float32 Tensor (n, 1, 28, 28)
    matrices : Tensor (n, 2, 3)
        From `affine`.
    knots : Tensor (n, 2, 49), optional
        Displacements in pixels along x and y at 7 × 7 control points, row by row.
    """
    # The sampling grid is linear in matrix and knots, so one product gives it.
    weights = matrices if knots is None else torch.cat([matrices, knots], dim=2)
    weights = weights.to(images.device)
    grid = (weights @ _basis()[: weights.shape[2]].to(images.device)).view(-1, 2, SIDE, SIDE)
    return F.grid_sample(
        images,
        grid.permute(0, 2, 3, 1) * (2 / SIDE),  # grid_sample's coordinates are -1..1
        mode="bilinear",
        padding_mode="zeros",
        align_corners=False,
    )


@cache
def _basis() -> Tensor:
    """Return float32 (3 + 49, 784): x, y, 1 and the weight of each knot, at each pixel centre."""
    centre = torch.arange(SIDE, dtype=torch.float64) - (SIDE - 1) / 2
    ones = torch.ones(SIDE, dtype=torch.float64)
    coordinates = [torch.kron(ones, centre), torch.kron(centre, ones), torch.kron(ones, ones)]
    # Distance of each pixel from the border in knot spacings, and the weights of four knots.
    position = (centre + SIDE / 2) * (KNOTS - 3) / SIDE
    t = position.frac()
    around = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * (t + t**2 - t**3) + 1, t**3]
    line = torch.zeros(SIDE, KNOTS, dtype=torch.float64)
    line.scatter_(1, position.long()[:, None] + torch.arange(4), torch.stack(around, 1) / 6)
    return torch.cat([torch.stack(coordinates), torch.kron(line, line).T]).float()

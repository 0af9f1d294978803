"""What the finder should answer for scenes whose truth is known, and its loss.

The finder looks at a page in several sizes, each half of the last, so it need only know digits
within a factor of two in size, and a little more at both ends. Those just beyond are ignored: they
may be found or not. A larger digit, and every part of it, is background here: it is found in a
smaller size of the page.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple, Self

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from lenet.drawing.scenes.block import CUT, OTHER
from lenet.finder.candidates import UNIT
from lenet.models.finder import STRIDE, split

# Longer side of a character in pixels. A factor of two would be 16 to 32; the overlap is for boxes
# that are measured a fifth too small, and for pages whose sizes do not halve exactly.
SMALLEST, LARGEST = 13, 46
LARGEST_IGNORED = 64  # from here on it must stay silent; whatever is below SMALLEST is ignored
NARROWEST = 3.0  # pixels: a narrower 1 cannot be measured
REACH = 5  # positions that a peak extends to each side of its centre
PEAK_WIDTH, LEAST_PEAK_WIDTH = 0.12, 0.55  # of the box's side, in positions: standard deviation
NEAR = 0.5  # height of a peak from which a position learns the box and the class too

FOCUS, DISTANCE = 2, 4  # exponents of the penalty-reduced focal loss (Zhou 2019, equation 1)
OTHERS_WEIGHT = 0.4  # of the heat of other characters, which is only context
BOX_BETA = 0.1  # where smooth L1 turns from square to straight; a tenth of an e-fold of a side
CLASS_WEIGHT = 0.4  # the reader decides later; these are context
CLASS_SMOOTHING = 0.02
INK_WEIGHT = 10.0  # makes the mean over pixels, most of which are paper, as large as the others
INKED_WEIGHT = 3.0  # of ink beyond that of paper: ink is rare
FOUND = 0.3  # heat from which the errors of an epoch count a digit as found


@dataclass(frozen=True)
class Targets:
    """What the finder should answer for n scenes of ``h`` × ``w`` pixels; arrays or tensors.

    Attributes
    ----------
    heat : float32 (n, 2, h/4, w/4)
        Of digits and of other characters: 1 at a centre, less around it, 0 elsewhere.
    heat_counts : float32 (n, 2, h/4, w/4)
        1 where the heat is learnt, 0 where it is ignored.
    box : float32 (n, 4, h/4, w/4)
        log(w / 16), log(h / 16), dx, dy of the digit near each position; 0 where there is none.
    classes : int64 (n, h/4, w/4)
        Its class; -1 where there is none.
    ink : float32 (n, h/2, w/2)
        1 where a digit's ink is.
    ink_counts : float32 (n, h/2, w/2)
        1 where the ink is learnt.
    """

    heat: Tensor
    heat_counts: Tensor
    box: Tensor
    classes: Tensor
    ink: Tensor
    ink_counts: Tensor

    def to(self, device: torch.device) -> Self:
        """Return them on another device."""
        return type(self)(*(getattr(self, field.name).to(device) for field in fields(self)))


class Losses(NamedTuple):
    """The four parts of the loss, weighted; each is a scalar."""

    heat: Tensor
    box: Tensor
    classes: Tensor
    ink: Tensor

    @property
    def total(self) -> Tensor:
        """Their sum."""
        return self.heat + self.box + self.classes + self.ink


def targets_of(characters: list[NDArray[np.int16]], ids: NDArray[np.uint8]) -> Targets:
    """Return the targets of n scenes.

    Parameters
    ----------
    characters : list of n int16 arrays (m, 5)
        Class, x, y, w and h of each character of a scene.
    ids : uint8 ndarray (n, h/2, w/2)
        0, or the number of the character whose ink is there, counted from 1.
    """
    n, height, width = len(ids), ids.shape[1] // 2, ids.shape[2] // 2
    scenes = np.repeat(np.arange(n), [len(each) for each in characters])
    numbers = np.concatenate([np.arange(1, len(each) + 1) for each in characters])
    truth = np.concatenate([np.empty((0, 5), np.int16), *characters]).astype(np.float32)
    classes, sides = truth[:, 0].astype(np.int64), truth[:, 3:].max(1, initial=0)
    is_digit, is_cut = classes < OTHER, classes == CUT
    shown = ~is_cut & (sides >= SMALLEST) & (sides <= LARGEST)
    ignored = is_cut | ~shown & (sides <= LARGEST_IGNORED)

    heat_counts = np.ones((n, 2, height, width), np.float32)
    for i in np.flatnonzero(ignored):
        _, x, y, w, h = truth[i]
        rows = slice(max(0, int(y / STRIDE) - 1), int((y + h) / STRIDE) + 2)
        columns = slice(max(0, int(x / STRIDE) - 1), int((x + w) / STRIDE) + 2)
        heat_counts[scenes[i], int(classes[i] == OTHER) :, rows, columns] = 0

    heat, box, near = _peaks(scenes[shown], truth[shown], (n, height, width))

    inked = np.zeros((n, 256), np.float32)
    counted = np.ones((n, 256), np.float32)
    learnt = is_digit & (sides <= LARGEST_IGNORED)
    inked[scenes[learnt], numbers[learnt]] = 1
    unsure = is_cut | is_digit & ~learnt
    counted[scenes[unsure], numbers[unsure]] = 0
    arrays = (
        heat,
        heat_counts,
        box,
        near,
        np.stack(list(map(cv2.LUT, ids, inked))),
        np.stack(list(map(cv2.LUT, ids, counted))),
    )
    return Targets(*map(torch.from_numpy, arrays))


def _peaks(
    scenes: NDArray[np.intp], truth: NDArray[np.float32], shape: tuple[int, int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Return heat, box and classes of characters (m, 5); all positions of all peaks at once."""
    n, height, width = shape
    classes = truth[:, 0].astype(np.int64)
    w, h = truth[:, 3], truth[:, 4]
    x = (truth[:, 1] + w / 2) / STRIDE - 0.5  # in positions
    y = (truth[:, 2] + h / 2) / STRIDE - 0.5
    column = np.clip(np.rint(x), 0, width - 1).astype(np.int64)
    row = np.clip(np.rint(y), 0, height - 1).astype(np.int64)
    heat = np.zeros((n * 2, height * width), np.float32)
    boxes = np.zeros((n, 4, height * width), np.float32)
    near = np.full((n, height * width), -1, np.int64)

    # (m, 11, 11): the positions around each centre.
    around = np.arange(-REACH, REACH + 1)
    columns = np.broadcast_to(column[:, None, None] + around, (len(truth), 11, 11))
    rows = np.broadcast_to(row[:, None, None] + around[:, None], columns.shape)
    dx, dy = x[:, None, None] - columns, y[:, None, None] - rows
    spread_x = np.maximum(LEAST_PEAK_WIDTH, w / STRIDE * PEAK_WIDTH)[:, None, None]
    spread_y = np.maximum(LEAST_PEAK_WIDTH, h / STRIDE * PEAK_WIDTH)[:, None, None]
    peak = np.exp(-((dx / spread_x) ** 2 + (dy / spread_y) ** 2) / 2).astype(np.float32)
    at_centre = np.zeros((11, 11), bool)
    at_centre[REACH, REACH] = True
    peak[:, at_centre] = 1
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    which = np.nonzero(inside)[0]
    where = (rows * width + columns)[inside]
    peak, maps = peak[inside], scenes[which] * 2 + (classes[which] == OTHER)
    np.maximum.at(heat, (maps, where), peak)

    # Near two digits, a position belongs to the one with the higher peak there.
    own = (peak == heat[maps, where]) & (peak > NEAR) & (classes[which] != OTHER)
    which, where = which[own], where[own]
    boxes[scenes[which], 0, where] = np.log(np.maximum(w, NARROWEST) / UNIT)[which]
    boxes[scenes[which], 1, where] = np.log(h / UNIT)[which]
    boxes[scenes[which], 2, where] = dx[inside][own]
    boxes[scenes[which], 3, where] = dy[inside][own]
    near[scenes[which], where] = classes[which]
    return (
        heat.reshape(n, 2, height, width),
        boxes.reshape(n, 4, height, width),
        near.reshape(n, height, width),
    )


def loss_of(output: Tensor, targets: Targets) -> Losses:
    """Return the loss of what the finder's last layer gave, float32 ``(n, 20, h/4, w/4)``.

    Heat: the penalty-reduced focal loss of Zhou, Wang and Krähenbühl (2019), after Lin et al.
    (2017), Focal loss for dense object detection. Box: smooth L1. Classes: cross-entropy. Ink:
    binary cross-entropy.
    """
    maps, ink = split(output)
    at = targets.classes >= 0
    # Each heat by its own centres; a page without any counts as if it had one.
    centres = (targets.heat == 1).sum((0, 2, 3)).clamp(min=len(maps))
    positions = at.sum().clamp(min=1)
    answers = maps.permute(0, 2, 3, 1)[at]
    boxes = targets.box.permute(0, 2, 3, 1)[at]
    digits, others = _focal(maps[:, :2], targets).sum((0, 2, 3)) / centres
    box = F.smooth_l1_loss(answers[:, 2:6], boxes, beta=BOX_BETA, reduction="sum")
    classes = F.cross_entropy(
        answers[:, 6:], targets.classes[at], label_smoothing=CLASS_SMOOTHING, reduction="sum"
    )
    inked = F.binary_cross_entropy_with_logits(ink[:, 0], targets.ink, reduction="none")
    weights = targets.ink_counts * (1 + INKED_WEIGHT * targets.ink)
    return Losses(
        heat=digits + OTHERS_WEIGHT * others,
        box=box / positions,
        classes=CLASS_WEIGHT * classes / positions,
        ink=INK_WEIGHT * (inked * weights).mean(),
    )


def _focal(logits: Tensor, targets: Targets) -> Tensor:
    heat, probability = targets.heat, torch.sigmoid(logits)
    at_centre = -F.logsigmoid(logits) * (1 - probability) ** FOCUS
    elsewhere = -F.logsigmoid(-logits) * probability**FOCUS * (1 - heat) ** DISTANCE
    return torch.where(heat == 1, at_centre, elsewhere * targets.heat_counts)


def count_errors(output: Tensor, targets: Targets) -> tuple[Tensor, Tensor]:
    """Count the digits of `targets` that are not found at their centre, or with another class.

    Returns
    -------
    errors, total : int64 scalars
    """
    maps, _ = split(output)
    at = (targets.heat[:, 0] == 1) & (targets.classes >= 0)
    answers = maps.permute(0, 2, 3, 1)[at]
    right = answers[:, 6:].argmax(1) == targets.classes[at]
    found = torch.sigmoid(answers[:, 0]) >= FOUND
    return (~(right & found)).sum(), at.sum()

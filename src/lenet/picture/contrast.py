"""How much each pixel of a picture differs from the paper: either polarity, any colours."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.picture.blocks import block_tops
from lenet.picture.ink import MIN_CONTRAST, Ink
from lenet.picture.paper import find_paper


def find_ink(pixels: NDArray[np.uint8]) -> Ink | None:
    """Return the ink of a picture ``(h, w, 3)``; None where there is only paper.

    Ink is what differs from the paper, in the direction of colour in which most of it differs, so
    polarity and colours need no cases of their own.
    """
    if (grey := _grey(pixels)) is not None:
        pixels = grey
        clean = _clean(grey) if grey.size <= 64 * 64 else None
        if clean is not None:
            return clean if clean.level >= MIN_CONTRAST else None
    paper: Any = find_paper(pixels)
    if grey is not None and isinstance(paper, tuple):
        return _on_one_grey(grey, round(paper[0]))
    channels = 3 if grey is None else 1
    difference = np.asarray(cv2.subtract(pixels, paper, dtype=cv2.CV_16S), np.int16)
    strength = _projection(np.abs(difference), np.full(channels, 1 / channels))
    strong = np.flatnonzero(strength >= max(1.0, 0.5 * _top(strength)))
    strong = strong[:: 1 + strong.size // 50_000]
    direction = difference.reshape(-1, channels)[strong].sum(0, dtype=np.float64)
    direction /= max(float(np.abs(direction).sum()), 1e-6)
    ink = _projection(difference, direction)
    if isinstance(paper, np.ndarray) and direction.sum() < 0:
        ink = _lit(ink, _projection(paper.astype(np.int16), np.abs(direction)))
    sample = ink[_sparse(ink)]
    opposite = sample[sample < 0]  # what differs from the paper the other way is noise
    noise = 1.5 * float(np.median(-opposite)) if opposite.size > 0.02 * sample.size else 0.0
    least, top = max(MIN_CONTRAST, 4 * noise), _top(ink)
    level = float(np.median(ink[ink >= 0.5 * top])) if top >= least else 0.0
    if level < least:
        return None
    return Ink(np.clip(ink, 0, 255).astype(np.uint8), level, 2 * noise)


def _lit(ink: NDArray[np.int16], paper: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return dark ink as if all paper were as light as most is: a shadow dims what is in it."""
    sample = paper[:: 1 + paper.shape[0] // 128, :: 1 + paper.shape[1] // 128]
    light = float(np.percentile(sample, 90))
    if light < 1.15 * float(np.percentile(sample, 5)):
        return ink
    gain = np.clip(light / np.maximum(paper, 1).astype(np.float32), 1, 2)
    return np.asarray(ink * gain, np.int16)


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the one channel, (h, w), of a picture that is grey all over; else None."""
    sparse = pixels[::16, ::16]
    if sparse[:, :, 0].tobytes() != sparse[:, :, 1].tobytes():
        return None
    red, green, blue = cv2.split(pixels)
    content = red.tobytes()
    return np.asarray(red) if content == green.tobytes() == blue.tobytes() else None


def _clean(grey: NDArray[np.uint8]) -> Ink | None:
    """Return the ink of a small grey picture on paper of exactly one grey; None if it is not so."""
    counts = np.bincount(grey.ravel(), minlength=256)
    paper = int(counts.argmax())
    edge = grey[0].tobytes() + grey[-1].tobytes() + grey[:, 0].tobytes() + grey[:, -1].tobytes()
    if counts[paper] < 0.5 * grey.size or edge.count(paper) < 0.5 * len(edge):
        return None
    amount = grey
    if paper > 0:
        shade = grey.astype(np.int16)
        darker, lighter = np.maximum(paper - shade, 0), np.maximum(shade - paper, 0)
        amount = (darker if darker.sum() > lighter.sum() else lighter).astype(np.uint8)
    strong = amount[amount >= max(1.0, 0.5 * float(amount.max()))]
    middle = strong.size // 2
    return Ink(amount, float(np.partition(strong, middle)[middle]) if strong.size else 0.0, 0.0)


def _on_one_grey(grey: NDArray[np.uint8], paper: int) -> Ink | None:
    """Return what `find_ink` does of a grey picture on paper of one grey, by counting levels."""
    shade = np.full_like(grey, paper)  # four numbers are another picture to OpenCV if it is 4×1
    distance = np.asarray(cv2.absdiff(grey, shade), np.uint8)
    x, y, w, h = cv2.boundingRect(distance)
    counts = _counts(grey[y : y + h, x : x + w])
    counts[paper] += grey.size - w * h
    levels = np.arange(256) - paper
    strong = np.abs(levels) >= max(1.0, 0.5 * _top(distance))
    levels *= int(np.sign(levels[strong] @ counts[strong]))
    kept = (cv2.max if levels[-1] > levels[0] else cv2.min)(grey, shade)
    amount = np.asarray(cv2.absdiff(kept, shade), np.uint8)
    sample = counts if max(grey.shape) < 512 else _counts(grey[_sparse(grey)])
    opposite = np.where(levels < 0, sample, 0)
    noise = 0.0
    if opposite.sum() > 0.02 * sample.sum():
        noise = 1.5 * _median(-levels, opposite)
    least, top = max(MIN_CONTRAST, 4 * noise), _top(amount)
    level = _median(levels, np.where(levels >= 0.5 * top, counts, 0)) if top >= least else 0.0
    return Ink(amount, level, 2 * noise) if level >= least else None


def _sparse(values: NDArray[Any]) -> tuple[slice, slice]:
    """Return where to look at some of many values, (h, w)."""
    return np.s_[:: 1 + values.shape[0] // 512, :: 1 + values.shape[1] // 512]


def _projection(difference: NDArray[np.int16], direction: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.asarray(cv2.transform(difference, direction[None]), np.int16)


def _top(values: NDArray[Any]) -> float:
    """Return the highest of `values`, but for a few stray ones, however small a part is ink."""
    tops = block_tops(values, 128).ravel()
    stray = tops.size // 1000
    if tops.dtype == np.uint8:
        above = np.cumsum(_counts(tops)[::-1])
        return 255.0 - float(np.searchsorted(above, stray, "right"))
    return float(np.partition(tops, tops.size - 1 - stray)[tops.size - 1 - stray])


def _counts(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how often each of 256 levels occurs."""
    counts = cv2.calcHist([np.ascontiguousarray(grey)], [0], None, [256], [0, 256])
    return np.asarray(counts, np.float64).ravel()


def _median(values: NDArray[np.intp], counts: NDArray[np.float64]) -> float:
    """Return the median of `values`, each as often as `counts` says."""
    order = np.argsort(values)
    below = np.cumsum(counts[order])
    middle = (below[-1] - 1) / 2
    places = np.searchsorted(below, (math.floor(middle), math.ceil(middle)), "right")
    return float(values[order][places].mean())

"""A finder without a network, for pages whose ink is clear: each piece of it is a digit."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.finder import Candidates, Finder, Found
from lenet.picture.crop import InkMap


class Pieces(Finder):
    """Finds the connected pieces of ink, and takes those that are wider than high for signs."""

    def __init__(self) -> None:
        pass

    def __getstate__(self) -> dict[str, object]:
        return {}

    def __setstate__(self, state: dict[str, object]) -> None:
        pass

    @property
    def digest(self) -> str:
        return "pieces"

    def find(self, page: NDArray[np.uint8], *, all_characters: bool = False) -> Found:
        grey = page if page.ndim == 2 else np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))
        border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
        away = np.abs(grey.astype(np.float32) - np.median(border))
        inked = (away > max(30, away.max() / 2)).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
        pieces = np.asarray(stats[1:], np.float32)
        large = pieces[:, 2:4].max(1, initial=0) > 0.02 * max(grey.shape)
        boxes = pieces[large, :4]
        lies = boxes[:, 2] > 1.8 * boxes[:, 3]
        heat = np.where(lies, -4, 4).astype(np.float32)
        every = Candidates(
            boxes,
            heat,
            -heat,
            np.zeros((len(boxes), 10), np.float32),
            np.zeros(len(boxes), np.intp),
        )
        logits = np.asarray(8 * away / max(60, away.max()) - 4, np.float32)
        own = np.ones(len(boxes), bool) if all_characters else ~lies
        return Found(every.take(own), every.take(~own), (InkMap(logits, (1, 1), 0),))

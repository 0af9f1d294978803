"""Stub: writers come later."""

import numpy as np
from PIL import ImageFont

from lenet.drawing.material import Material
from lenet.drawing.printing import fonts
from lenet.drawing.scenes.block import Glyph, Writer


class _Font:
    def __init__(self, rng: np.random.Generator, height: float) -> None:
        self.height = height
        faces = fonts()
        self.font = ImageFont.truetype(
            str(faces[int(rng.integers(len(faces)))]), max(5, round(height / 0.72))
        )

    def glyph(self, character: str) -> Glyph | None:
        mask = self.font.getmask(character)
        ink = np.array(mask, np.uint8).reshape(mask.size[::-1])
        if not ink.size or not ink.any():
            return None
        left, top, _, _ = self.font.getbbox(character, anchor="ls")
        return Glyph(ink, left, top + self.height, self.font.getlength(character))

    def gap(self) -> float:
        return 0.1 * self.height


class WriterPool:
    def __init__(self, material: Material, rng: np.random.Generator) -> None:
        self.rng = rng

    def hand(self, height: float) -> Writer:
        return _Font(self.rng, height)

    def font(self, height: float, *, digits_only: bool = False) -> Writer:
        return _Font(self.rng, height)

    def display(self, height: float) -> Writer:
        return _Font(self.rng, height)

    def any(self, height: float) -> Writer:
        return _Font(self.rng, height)

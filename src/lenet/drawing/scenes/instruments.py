"""Stub: layouts come later."""

import numpy as np

from lenet.drawing.scenes.block import Block, Layout, Writers


def _row(rng: np.random.Generator, height: float, writers: Writers) -> Block:
    block = Block()
    letters = "ABCDEFGHKMNPRTUVWXYZ" if "INSTRUMENTS" == "CLUTTER" else "0123456789"
    text = "".join(letters[int(i)] for i in rng.integers(0, len(letters), int(rng.integers(1, 7))))
    block.write(writers.any(height), text, 0, 0)
    return block


INSTRUMENTS: dict[Layout, float] = {_row: 1}

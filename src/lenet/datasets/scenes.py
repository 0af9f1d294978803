"""`Scenes`: pages drawn by ourselves, with their truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Scenes:
    """n scenes."""

    images: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    characters: NDArray[np.int16]
    first: NDArray[np.int64]
    digest: str = ""

    def __len__(self) -> int:
        return len(self.images)


def count_of(place: str) -> int:
    return int(place)


def load_scenes(count: int, seed: int, material: object, *, show_progress: bool = False) -> Scenes:
    raise NotImplementedError


def load_material(sources: tuple[str, ...], data_dir: object = None, *, held_out: bool) -> object:
    raise NotImplementedError

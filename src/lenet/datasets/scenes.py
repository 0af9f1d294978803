"""Drawn scenes, to learn to find digits in; drawn once, by several processes, and kept on disk.

The user's cache holds them in parts of 1,000. A part counts once it is whole, so an interrupted
drawing loses one part at most, and asking for more scenes only adds parts. Their folder is named by
a digest of all that they depend on: after a change of code or handwriting they are drawn anew. The
folder can be deleted at any time.
"""

import hashlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL
from numpy.typing import NDArray

from lenet import drawing
from lenet.datasets import unipen
from lenet.datasets.cache import cache_folder, code_digest, npz, progress, read_npz
from lenet.datasets.mnist import load_mnist
from lenet.datasets.source import Source
from lenet.datasets.things import load_things
from lenet.drawing.material import Handwriting, Material
from lenet.drawing.scenes.machines import text_fonts
from lenet.drawing.scenes.scene import SIDE, Scene, SceneMaker
from lenet.errors import DataError, UsageError
from lenet.storage import cannot_write, locked, write_atomically

PART = 1_000  # scenes
CHUNK = 20  # scenes that a process draws before it hands them over: some tenths of a second
MOST_SCENES = 1_000_000  # 82 GB
HALF = SIDE // 2
HELD_OUT_SHARE = 0.1  # of training digits and writers: kept for held-out scenes
HELD_OUT_SEED = 1


@dataclass(frozen=True)
class Scenes:
    """Drawn scenes; the arrays are mapped from the disk, read only.

    Attributes
    ----------
    images : ndarray of uint8, (n, 256, 256)
        Grey.
    ids : ndarray of uint8, (n, 128, 128)
        Whose ink is in each square of 2×2 pixels: 0 = nobody's, i = character i - 1 of the scene.
    characters : ndarray of int16, (m, 5)
        Class (0..9, or `OTHER` or `CUT` of `lenet.drawing.scenes.block`), x, y, width and height
        in pixels.
    first : ndarray of int64, (n + 1,)
        The characters of scene i are those from ``first[i]`` up to ``first[i + 1]``.
    digest : str
        SHA-256 of the digests of all scenes, in hexadecimal.
    """

    images: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    characters: NDArray[np.int16]
    first: NDArray[np.int64]
    digest: str

    def __len__(self) -> int:
        return len(self.images)


def count_of(place: str) -> int:
    """Return the number in ``scenes:N``.

    Raises
    ------
    UsageError
        It is no whole number from 1 to 1,000,000.
    """
    count = int(place) if place.isascii() and place.isdigit() and len(place) <= 7 else 0
    if not 1 <= count <= MOST_SCENES:
        raise UsageError(
            f"scenes:{place} names no number of scenes: give a whole number from 1 to "
            f"{MOST_SCENES:,}, as in scenes:60000"
        )
    return count


def load_scenes(
    count: int,
    seed: int,
    material: Material,
    cache: Path | None = None,
    *,
    processes: int | None = None,
    show_progress: bool = False,
) -> Scenes:
    """Return scenes, drawing those that are not on the disk yet.

    Parameters
    ----------
    count : int
        How many, at least 1. Of the same seed and material, the first are always the same.
    seed : int
        Non-negative.
    material : Material
        What they are drawn from.
    cache : Path, optional
        Folder to keep them in; by default ``scenes`` in the user's cache. 1,000 take 82 MB.
    processes : int, optional
        How many draw; by default one for each core that this process may use.
    show_progress : bool
        Whether to show a progress bar on stderr, if that is a terminal.

    Raises
    ------
    DataError
        The disk refuses, or a process that draws dies.
    """
    folder = (cache or cache_folder("scenes")) / _key(seed, material)
    store = _Store(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if store.missing(count):
            with locked(folder, float("inf")):
                # Another process may have drawn them while we waited for the lock.
                _draw(store, store.missing(count), seed, material, processes, show_progress)
        return store.load(count)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _draw(
    store: "_Store",
    missing: Sequence[int],
    seed: int,
    material: Material,
    processes: int | None,
    show_progress: bool,
) -> None:
    """Draw scenes by their numbers, in order, and store them part by part."""
    from lenet.runtime import available_cores  # brings ONNX Runtime, which no process here needs

    chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
    with (
        progress("Drawing scenes", len(missing), show_progress, unit="scenes") as report,
        _pool(min(processes or available_cores(), len(chunks)), material) as draw_all,
    ):
        scenes = zip(missing, draw_all(seed, chunks), strict=True)
        for part, numbered in groupby(scenes, key=lambda pair: pair[0] // PART):
            drawn = []
            for _, scene in numbered:
                drawn.append(scene)
                report(1)
            store.add(part, drawn)


@contextmanager
def _pool(
    processes: int, material: Material
) -> Iterator[Callable[[int, Sequence[Sequence[int]]], Iterator[Scene]]]:
    """Yield a function from a seed and chunks of numbers to their scenes, in order."""
    if processes <= 1:
        maker = SceneMaker(material)
        yield lambda seed, chunks: (maker.draw(seed, index) for chunk in chunks for index in chunk)
        return
    # Spawned, since a fork would copy locks that other threads of this process hold.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (material,))
    try:
        yield lambda seed, chunks: (
            scene
            for drawn in pool.map(_draw_chunk, [seed] * len(chunks), chunks)
            for scene in drawn
        )
    except BrokenProcessPool as error:
        raise DataError(
            "a process that draws scenes ended by itself, perhaps for want of memory; "
            "start again: what has been drawn is kept"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


_maker: SceneMaker | None = None  # of a process that draws


def _begin(material: Material) -> None:
    """Prepare a process that draws."""
    global _maker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    cv2.setNumThreads(1)
    _maker = SceneMaker(material)


def _draw_chunk(seed: int, numbers: Sequence[int]) -> list[Scene]:
    assert _maker is not None
    return [_maker.draw(seed, number) for number in numbers]


class _Store:
    """Scenes in a folder.

    ``images`` and ``ids`` hold the pixels of all scenes. ``part-7.npz`` holds the rest of part 7
    and is written last, so it says how many of its scenes are complete.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def missing(self, count: int) -> list[int]:
        """Return which of the first `count` scenes are not on the disk."""
        numbers: list[int] = []
        for start in range(0, count, PART):
            here = len(self._part(start // PART)[2])
            numbers += range(start + here, min(start + PART, count))
        return numbers

    def add(self, part: int, scenes: Sequence[Scene]) -> None:
        """Add scenes to what there is of a part."""
        characters, counts, digests = self._part(part)
        start = part * PART + len(digests)
        for name, arrays in (
            ("images", [scene.image for scene in scenes]),
            ("ids", [scene.ids for scene in scenes]),
        ):
            path = self.folder / name
            path.touch()
            with path.open("r+b") as file:
                file.seek(start * arrays[0].nbytes)
                for array in arrays:
                    file.write(np.ascontiguousarray(array).data)
                file.flush()
                os.fsync(file.fileno())
        kept = {
            "characters": np.concatenate([characters, *(scene.characters for scene in scenes)]),
            "counts": np.append(counts, [len(scene.characters) for scene in scenes]),
            "digests": np.append(digests, [_digest(scene) for scene in scenes], 0),
        }
        write_atomically(self.folder / f"part-{part}.npz", npz(kept))

    def load(self, count: int) -> Scenes:
        """Return the first `count` scenes, none of which may be missing."""
        parts = [self._part(part) for part in range(-(-count // PART))]
        counts = np.concatenate([part[1] for part in parts])[:count]
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        digests = np.concatenate([part[2] for part in parts])[:count]
        try:
            images, ids = (
                np.memmap(self.folder / name, np.uint8, "r", shape=(count, side, side))
                for name, side in (("images", SIDE), ("ids", HALF))
            )
        except (ValueError, FileNotFoundError) as error:
            raise DataError(f"{self.folder} is damaged; remove it to draw anew") from error
        characters = np.concatenate([part[0] for part in parts])[: first[-1]]
        return Scenes(images, ids, characters, first, hashlib.sha256(digests.data).hexdigest())

    def _part(self, part: int) -> tuple[NDArray[np.int16], NDArray[np.int64], NDArray[np.uint8]]:
        """Return the characters, their count in each scene, and each scene's digest."""
        if arrays := read_npz(self.folder / f"part-{part}.npz"):
            return arrays["characters"], arrays["counts"], arrays["digests"]
        return np.empty((0, 5), np.int16), np.empty(0, np.int64), np.empty((0, 32), np.uint8)


def _digest(scene: Scene) -> NDArray[np.uint8]:
    digest = hashlib.sha256()
    for array in (scene.image, scene.ids, scene.characters):
        digest.update(np.ascontiguousarray(array).data)
    return np.frombuffer(digest.digest(), np.uint8)


def _key(seed: int, material: Material) -> str:
    """Return a digest of what scenes depend on: seed, material, code, libraries and fonts."""
    versions = np.__version__, cv2.__version__, PIL.__version__
    fonts = [font.name for font in text_fonts()]  # more of them if matplotlib is installed
    digest = hashlib.sha256(f"{seed} {versions} {fonts}".encode() + code_digest(drawing))
    hand = material.handwriting
    arrays: list[NDArray[Any]] = [material.digits, material.digit_labels, *material.photos]
    if hand is not None:
        arrays += [hand.labels, hand.writers, hand.first_strokes, hand.first_points, hand.points]
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}\n".encode() + array.tobytes())
    return digest.hexdigest()[:32]


def load_material(
    sources: Sequence[str], data_dir: Path | None = None, *, held_out: bool
) -> Material:
    """Load what scenes are drawn from.

    Parameters
    ----------
    sources : sequence of str
        ``mnist``, ``unipen``, ``unipen:PLACE``, ``things`` and ``things:DIR``.
    data_dir : Path, optional
        First folder to search for MNIST and UNIPEN.
    held_out : bool
        Whether it is for held-out scenes. A tenth of MNIST's training digits and of UNIPEN's
        training writers is theirs alone. The test parts are never used.

    Raises
    ------
    UsageError
        No such source, or scenes are not drawn from it.
    DataError
        It cannot be read.
    """
    material = Material()
    for source in sources:
        parsed = Source.parse(source)
        match parsed.kind:
            case "mnist":
                train = load_mnist(data_dir, True, None, show_progress=True).train
                chosen = train.subset(np.flatnonzero(_is_held_out(len(train)) == held_out))
                material = replace(material, digits=chosen.images, digit_labels=chosen.labels)
            case "unipen":
                hand = _load_hands(parsed.place, data_dir, held_out)
                material = replace(material, handwriting=hand)
            case "things":
                photos = load_things(Path(parsed.place) if parsed.place else None)
                material = replace(material, photos=material.photos + photos)
            case _:
                raise UsageError(
                    f"scenes are not drawn from {source}: give mnist, unipen, unipen:PLACE, things "
                    "or things:DIR"
                )
    return material


def _is_held_out(count: int) -> NDArray[np.bool_]:
    return np.asarray(np.arange(count) % round(1 / HELD_OUT_SHARE) == 0)


def _load_hands(place: str, data_dir: Path | None, held_out: bool) -> Handwriting:
    whole = unipen.load_handwriting(Path(place) if place else None, data_dir, show_progress=True)
    writers = np.setdiff1d(whole.writers, unipen.test_writers(whole))
    count = max(1, round(HELD_OUT_SHARE * len(writers)))
    kept_back = unipen.draw_writers(writers, count, HELD_OUT_SEED)
    return whole.of_writers(kept_back if held_out else np.setdiff1d(writers, kept_back))

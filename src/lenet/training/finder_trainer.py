"""`FinderTrainer` trains the network that finds digits, on scenes whose truth is known."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lenet.datasets.scenes import Scenes
from lenet.finder.contrast import normalise_contrast
from lenet.recipe import Recipe
from lenet.training.loop import Loop, OnImages, Validation
from lenet.training.targets import Targets, count_errors, loss_of, targets_of

CLASSES = 10
GRADIENT = 5.0  # largest norm of a gradient: several times that of a usual step
NEGATED = 0.3  # share of scenes that are negated; some of them have light ink already
BENT = 0.3  # share of scenes whose gamma is changed
STRONGEST_BEND = 2.0  # largest gamma; the smallest is its inverse
AHEAD = 2  # batches made while the network learns from one

Batch = tuple[Tensor, Targets]


class FinderTrainer(Loop):
    """Trains a finder by a recipe.

    In its epochs, images are scenes, and errors are digits that it misses or takes for another at
    their own centre. Validation counts its errors among the digits of the held-out scenes.

    Parameters
    ----------
    recipe : Recipe
        All hyperparameters.
    train : Scenes
        What to learn from.
    validation : Scenes or None
        Held-out scenes.
    device : str
        Name of a torch device.
    """

    def __init__(
        self, recipe: Recipe, train: Scenes, validation: Scenes | None, device: str = "cpu"
    ) -> None:
        super().__init__(recipe, len(train), CLASSES, device)
        self.train = train
        self.validation = validation

    def _pass(self, seed: int, on_images: OnImages | None) -> tuple[float, int]:
        self.model.train()
        total, errors, seen = 0.0, 0, 0
        order = torch.randperm(self.count).numpy()
        for pages, targets in self._batches(self.train, order, seed):
            output = self._answer(pages)
            loss = loss_of(output, targets).total
            self._step(loss, GRADIENT)
            total += loss.item() * len(pages)
            errors += int(count_errors(output.detach(), targets)[0])
            seen += len(pages)
            if on_images:
                on_images(seen)
        return total, errors

    @torch.inference_mode()
    def _validate(self) -> Validation | None:
        if self.validation is None:
            return None
        model = self._watched().eval()
        loss, errors, total = 0.0, 0, 0
        for pages, targets in self._batches(self.validation, np.arange(len(self.validation))):
            output = model(pages)
            loss += loss_of(output, targets).total.item() * len(pages)
            wrong, digits = count_errors(output, targets)
            errors, total = errors + int(wrong), total + int(digits)
        return Validation(loss / len(self.validation), errors, total)

    def _answer(self, pages: Tensor) -> Tensor:
        with self._autocast():
            output: Tensor = self.model(pages)
        return output.float()

    def _batches(
        self, scenes: Scenes, order: NDArray[np.int64], seed: int | None = None
    ) -> Iterator[Batch]:
        """Yield scenes in this order, distorted by `seed` unless it is None."""
        starts = range(0, len(order), self.recipe.batch)
        jobs = (
            partial(
                batch_of,
                scenes,
                order[start : start + self.recipe.batch],
                None if seed is None else np.random.default_rng((seed, start)),
            )
            for start in starts
        )
        for pages, targets in _made_ahead(jobs):
            # In the layout of the weights, or the first convolution would turn it.
            placed = pages.to(self.device).contiguous(memory_format=torch.channels_last)
            yield placed, targets.to(self.device)


def batch_of(
    scenes: Scenes, indices: NDArray[np.int64], rng: np.random.Generator | None = None
) -> Batch:
    """Return some scenes as the network takes them, float32 ``(n, 1, h, w)``, and their targets.

    With `rng`, the greys of some are bent and the contrast of some is negated.
    """
    pages = []
    for image in scenes.images[indices]:
        grey = image if rng is None or rng.random() >= BENT else _bent(image, rng)
        page = normalise_contrast(grey)
        pages.append(page if rng is None or rng.random() >= NEGATED else -page)
    characters = [scenes.characters[scenes.first[i] : scenes.first[i + 1]] for i in indices]
    return torch.from_numpy(np.stack(pages)[:, None]), targets_of(characters, scenes.ids[indices])


def _bent(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return an image whose greys are raised to a random power."""
    power = STRONGEST_BEND ** rng.uniform(-1, 1)
    table = np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table), np.uint8)


def _made_ahead(jobs: Iterable[Callable[[], Batch]]) -> Iterator[Batch]:
    """Yield what the jobs return, in their order, made in a thread `AHEAD` of time."""
    waiting: deque[Future[Batch]] = deque()
    with ThreadPoolExecutor(1, "scenes") as thread:
        for job in jobs:
            waiting.append(thread.submit(job))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

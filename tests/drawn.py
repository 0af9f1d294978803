"""Small data of our own for trainings of a few seconds: characters in a font, and shapes."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.drawing.printing import fonts, glyph
from lenet.recipe import Recipe
from lenet.run import Run

Grey = NDArray[np.uint8]


def photo(character: str, number: int, *, side: int = 90) -> Grey:
    """A photo of a character, dark on uneven paper: grey, (side, side)."""
    rng = np.random.default_rng([number, *character.encode()])
    faces = [face for face in fonts() if glyph(face, character).size]
    ink = glyph(faces[number % len(faces)], character).astype(np.float32)
    cover = _placed(ink, side, rng) / 255
    shade = 225 - 30 * np.linspace(0, 1, side)[:, None] * rng.random()
    page = shade - cover * rng.uniform(130, 180) + rng.normal(0, 2, cover.shape)
    return np.clip(page, 0, 255).astype(np.uint8)


def shape(name: str, number: int, *, side: int = 48) -> Grey:
    """A filled shape, light on dark: circle, square or cross."""
    rng = np.random.default_rng([number, *name.encode()])
    image = np.full((side, side), rng.integers(20, 50), np.uint8)
    middle, half = rng.integers(side // 2 - 3, side // 2 + 4, 2).tolist(), side // 4
    light = int(rng.integers(190, 256))
    x, y = middle
    if name == "circle":
        cv2.circle(image, (x, y), half, light, -1)
    elif name == "square":
        cv2.rectangle(image, (x - half, y - half), (x + half, y + half), light, -1)
    else:
        cv2.line(image, (x - half, y - half), (x + half, y + half), light, 5)
        cv2.line(image, (x - half, y + half), (x + half, y - half), light, 5)
    return image


def save(image: Grey, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return path


def few_epochs(source: str, epochs: int = 12) -> Recipe:
    """A recipe that learns clear shapes from some hundred images in seconds."""
    changes = {"data": source, "epochs": epochs, "batch": 16, "validation": 0}
    return Recipe.load("fast").with_changes(changes)


def learn(source: str, runs: Path, epochs: int = 12) -> Run:
    from lenet import experiment

    recipe = few_epochs(source, epochs)
    return experiment.train(recipe, runs=runs, device="cpu", report=False)


def _placed(ink: NDArray[np.float32], side: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return ink scaled to half of a page and put near its middle."""
    scale = side * rng.uniform(0.5, 0.7) / max(ink.shape)
    h, w = (max(1, round(edge * scale)) for edge in ink.shape)
    page = np.zeros((side, side), np.float32)
    y, x = ((side - edge) // 2 + int(rng.integers(-5, 6)) for edge in (h, w))
    page[y : y + h, x : x + w] = cv2.resize(ink, (w, h), interpolation=cv2.INTER_AREA)
    return page

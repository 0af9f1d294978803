"""`SceneMaker`: whole scenes, from a ground to a picture with the truth about its characters."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet.drawing.material import Material
from lenet.drawing.scenes import camera
from lenet.drawing.scenes.block import OTHER, Layout
from lenet.drawing.scenes.camera import SCAN, SCREENSHOT, SNAPSHOT, Photo, Step
from lenet.drawing.scenes.grounds import Grey, paper, surface, thing, torn
from lenet.drawing.scenes.layouts.clutter import CLUTTER
from lenet.drawing.scenes.layouts.forms import FORMS
from lenet.drawing.scenes.layouts.instruments import INSTRUMENTS
from lenet.drawing.scenes.layouts.rows import ROWS
from lenet.drawing.scenes.page import MOST_CHARACTERS, Content, Page, fill, scatter, show_through
from lenet.drawing.scenes.small import border_colour, padded, small_picture
from lenet.drawing.scenes.truth import Taken, characters, shrunk
from lenet.drawing.scenes.writers import WriterPool

SIDE = 256  # pixels of a scene's side, which is that of a training crop
STREAM = 11  # of the random generator; the rest of `lenet.drawing` uses lower numbers
WITHOUT_DIGITS = 0.06  # of scenes; with bare ones and those that get only words, a fifth


def _joined(*families: tuple[dict[Layout, float], float]) -> dict[Layout, float]:
    """Join families of layouts, each with a share of all."""
    return {
        layout: share * often / sum(family.values())
        for family, share in families
        for layout, often in family.items()
    }


# Most digits that people photograph stand in plain rows; forms and instruments are rarer and
# harder.
LAYOUTS = _joined((ROWS, 0.55), (FORMS, 0.25), (INSTRUMENTS, 0.2))


@dataclass(frozen=True)
class Scene:
    """A drawn picture and its truth.

    Attributes
    ----------
    image : ndarray of uint8, (256, 256)
        Grey.
    ids : ndarray of uint8, (128, 128)
        Whose ink is in each square of two by two pixels: 0 = nobody's, i = that of row i - 1 of
        `characters`.
    characters : ndarray of int16, (m, 5)
        Class (0..9, `OTHER` or `CUT`), x, y, width, height of the ink in pixels; m <= 254.
    """

    image: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    characters: NDArray[np.int16]


@dataclass(frozen=True)
class Studio:
    """What one scene is made with."""

    material: Material
    writers: WriterPool
    height: float  # of the usual digit in pixels
    has_digits: bool

    def content(self, height: float | None = None, turned: float = 0) -> Content:
        """Return what to write on a page that is turned by so many degrees."""
        layouts = LAYOUTS if self.has_digits else CLUTTER
        room = max(0.0, camera.MOST_TURNED - abs(turned))
        return Content(layouts, CLUTTER, self.writers, height or self.height, room)


def flat(rng: np.random.Generator, studio: Studio) -> Taken:
    """Draw a page that fills the picture: a screenshot, a scan, a paint program's canvas."""
    page = Page(paper(rng, (SIDE, SIDE), studio.height))
    _write(rng, page, studio, studio.content())
    photo = Photo(page.grey, page.ids, page.smallest, page.contrast)
    steps, compressed = (SCREENSHOT, 0.2) if rng.random() < 0.35 else (SCAN, 0.5)
    image = camera.expose(rng, photo, steps, compressed)
    return Taken(image, photo.ids, page.upright(), [float(count) for count in page.inked])


def close_up(rng: np.random.Generator, studio: Studio) -> Taken:
    """Draw a photo of a page so close that its edges can't be seen."""
    side = int(rng.integers(SIDE, 330))
    page = Page(paper(rng, (side, side), studio.height))
    corners = camera.held(rng, (side, side), SIDE)
    _write(rng, page, studio, studio.content(turned=camera.turn_of(corners)))
    return _laid(rng, np.zeros((SIDE, SIDE), np.float32), [(page, corners, corners)])


def sheets(rng: np.random.Generator, studio: Studio) -> Taken:
    """Draw a sheet on a table, or notes on a wall: all of them or some of their edges."""
    ground = surface(rng, (SIDE, SIDE), studio.material.photos)
    if rng.random() < 0.7:
        w, h = rng.uniform(0.55, 1.25, 2) * SIDE
        corners = camera.lying(rng, (int(h), int(w)), SIDE)
        height = studio.height if rng.random() < 0.2 else min(studio.height, 0.4 * min(h, w))
        page = Page(paper(rng, (int(h), int(w)), height))
        _write(rng, page, studio, studio.content(height, camera.turn_of(corners)))
        outline = torn(rng, corners) if rng.random() < 0.12 else corners
        return _laid(rng, ground, [(page, corners, outline)])
    laid: list[Laid] = []
    for _ in range(int(rng.integers(2, 5))):
        w, h = rng.uniform(70, 130, 2)
        height = min(studio.height, 0.5 * h)
        page = Page(paper(rng, (int(h), int(w)), height))
        corners = camera.lying(rng, (int(h), int(w)), SIDE) + rng.uniform(-0.3, 0.3, 2) * SIDE
        _write(rng, page, studio, studio.content(height, camera.turn_of(corners)), 2)
        laid.append((page, corners, corners))
    return _laid(rng, ground, laid)


def inset(rng: np.random.Generator, studio: Studio) -> Taken:
    """Draw a page in a page: a black canvas on white, a window on a screen, a narrow scan."""
    shape = (int(rng.uniform(0.4, 0.95) * SIDE), int(rng.uniform(0.5, 0.97) * SIDE))
    page = Page(paper(rng, shape, studio.height))
    _write(rng, page, studio, studio.content())
    corner = rng.uniform(0, 1, 2) * (SIDE - shape[1], SIDE - shape[0])
    corners = np.rint(corner) + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * shape[::-1]
    ground = paper(rng, (SIDE, SIDE), studio.height)
    steps = SCREENSHOT if rng.random() < 0.5 else SCAN
    return _laid(rng, ground, [(page, corners, corners)], steps)


def wall(rng: np.random.Generator, studio: Studio) -> Taken:
    """Draw characters on things: house numbers, plates, labels on whatever there is."""
    page = Page(surface(rng, (SIDE, SIDE), studio.material.photos))
    _write(rng, page, studio, studio.content(), 3)
    photo = Photo(page.grey, page.ids, page.smallest, page.contrast)
    image = camera.expose(rng, photo, SNAPSHOT, 0.7)
    return Taken(image, photo.ids, page.upright(), [float(count) for count in page.inked])


def bare(rng: np.random.Generator, studio: Studio) -> Taken:
    """Draw things and textures on which nothing is written."""
    photos = studio.material.photos
    grey = (thing if photos and rng.random() < 0.7 else surface)(rng, (SIDE, SIDE), photos)
    photo = Photo(grey, np.zeros((SIDE, SIDE), np.int32), 30.0, 100.0)
    return Taken(camera.expose(rng, photo, SNAPSHOT, 0.6), photo.ids, [], [])


def lone(rng: np.random.Generator, studio: Studio) -> Taken:
    """Draw one small picture, enlarged or not, in a scene of its border's colour."""
    side = int(np.exp(rng.uniform(np.log(28), np.log(SIDE))))
    return padded(rng, _small(rng, studio, side), SIDE)


def mosaic(rng: np.random.Generator, studio: Studio) -> Taken:
    """Draw many small pictures, side by side."""
    tile = int(rng.choice([32, 64, 64, 64, 64, 64, 128, 128, 128]))
    whole = Taken(np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), np.int32), [], [])
    for y in range(0, SIDE, tile):
        for x in range(0, SIDE, tile):
            side = int(rng.uniform(0.75 if tile == 32 else 0.4, 1) * tile)
            part = padded(rng, _small(rng, studio, side), tile)
            if len(whole.classes) + len(part.classes) > MOST_CHARACTERS:
                continue
            here = np.s_[y : y + tile, x : x + tile]
            whole.image[here] = part.image
            numbers, rows = characters(part)
            classes = np.array([OTHER, *part.classes])
            classes[numbers] = rows[:, 0]  # the edge of a tile is no edge of the scene
            whole.ids[here] = part.ids + (part.ids > 0) * np.int32(len(whole.classes))
            whole.classes += classes[1:].tolist()
            whole.inked += part.inked
    return whole


# Pages that fill the picture are what crops of most real pictures look like; sheets with an edge,
# pages in pages and things are where thresholds fail; a mosaic packs 4 to 64 pictures in a scene.
KINDS: dict[Callable[[np.random.Generator, Studio], Taken], float] = {
    flat: 26,
    close_up: 26,
    sheets: 18,
    inset: 7,
    wall: 9,
    bare: 5,
    lone: 5,
    mosaic: 5,
}
FRAMED = 0.12  # share of scenes that show the edge of a picture, and padding beyond it
DENSE = 0.08  # share of pages that are written full, unless their digits are large


class SceneMaker:
    """Draws scenes.

    Parameters
    ----------
    material : Material
        What they are drawn from.
    """

    def __init__(self, material: Material) -> None:
        self.material = material

    def draw(self, seed: int, index: int) -> Scene:
        """Draw one scene: the same for the same seed, index and material.

        Parameters
        ----------
        seed : int
            Non-negative.
        index : int
            Number of the scene, non-negative.
        """
        taken = self.take(seed, index)
        numbers, rows = characters(taken)
        return Scene(taken.image, shrunk(taken.ids, numbers), rows)

    def take(self, seed: int, index: int) -> Taken:
        """Return the picture of a scene, before the truth is made of it; see `draw`."""
        rng = np.random.default_rng([seed, STREAM, index])
        kind = self.kind(seed, index)
        has_digits = bool(rng.random() >= WITHOUT_DIGITS)
        writers = WriterPool(self.material, rng)
        taken = kind(rng, Studio(self.material, writers, digit_height(rng), has_digits))
        return _framed(rng, taken) if rng.random() < FRAMED else taken

    def kind(self, seed: int, index: int) -> Callable[[np.random.Generator, Studio], Taken]:
        """Return which of `KINDS` a scene is."""
        shares = np.cumsum(list(KINDS.values()))
        # Not 0 at the end: that would be the stream of the scene itself.
        chance = np.random.default_rng([seed, STREAM, index, 1]).random()
        return list(KINDS)[int(np.searchsorted(shares, chance * shares[-1]))]


def digit_height(rng: np.random.Generator) -> float:
    """Return the height of a scene's usual digit in pixels.

    The pyramid of the finder halves a picture until its digits are 13 to 46 pixels high. Larger
    ones teach it to leave them to the next level, smaller ones to ignore them.
    """
    kind = rng.random()
    low, high = (
        (13, 60)
        if kind < 0.76
        else (60, 170)
        if kind < 0.9
        else (5, 13)
        if kind < 0.98
        else (170, 420)
    )
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _write(
    rng: np.random.Generator, page: Page, studio: Studio, content: Content, most: int = 7
) -> None:
    """Write on a page: as much as it holds, one block, or some."""
    if rng.random() < 0.04:
        show_through(rng, page, Content(CLUTTER, CLUTTER, content.writers, content.height))
    if rng.random() < DENSE and content.height < 60 and most > 3:
        fill(rng, page, content)
    else:
        scatter(rng, page, content, 1 if rng.random() < 0.3 else int(rng.integers(2, most + 1)))
    for _ in range(2):
        if studio.has_digits and not any(label < OTHER for label in page.classes):
            scatter(rng, page, content, 1)


def _small(rng: np.random.Generator, studio: Studio, side: int) -> Taken:
    content = studio.content()
    return small_picture(rng, studio.material, content, side, has_digits=studio.has_digits)


def _framed(rng: np.random.Generator, taken: Taken) -> Taken:
    """Let the picture end before the scene does: the rest is padding in its border's colour."""
    x0, y0, x1, y1 = np.where(rng.random(4) < 0.5, rng.integers(1, 100, 4), 0).tolist()
    inside = np.s_[y0 : SIDE - y1, x0 : SIDE - x1]
    image = np.full((SIDE, SIDE), border_colour(taken.image[inside]), np.uint8)
    ids = np.zeros((SIDE, SIDE), np.int32)
    image[inside], ids[inside] = taken.image[inside], taken.ids[inside]
    left, top, right, bottom = taken.frame  # it may have some padding already
    frame = max(x0, left), max(y0, top), min(SIDE - x1, right), min(SIDE - y1, bottom)
    return Taken(image, ids, taken.classes, taken.inked, frame)


Laid = tuple[Page, NDArray[np.float64], NDArray[np.float64]]


def _laid(
    rng: np.random.Generator, ground: Grey, pages: list[Laid], steps: dict[Step, float] = SNAPSHOT
) -> Taken:
    """Lay pages on a ground, each with its corners and its outline, and take a picture."""
    photo = Photo(ground, np.zeros(ground.shape, np.int32), 400.0, 255.0)
    classes: list[int] = []
    inked: list[float] = []
    for page, corners, outline in pages:
        if len(classes) + len(page.classes) > MOST_CHARACTERS:
            continue
        ids = page.ids + (page.ids > 0) * np.int32(len(classes))
        matrix = camera.lay_down(rng, photo, (page.grey, ids), corners, outline)
        areas = _areas(page, matrix)
        inked += [count * area for count, area in zip(page.inked, areas, strict=True)]
        classes += page.upright(camera.turn_of(corners))
        scale = float(np.sqrt(np.median(areas))) if len(areas) else 1.0
        photo.height = min(photo.height, page.smallest * scale)
        photo.contrast = min(photo.contrast, page.contrast)
    image = camera.expose(rng, photo, steps, 0.7 if steps is SNAPSHOT else 0.4)
    return Taken(image, photo.ids, classes, inked)


def _areas(page: Page, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much the area of each character grows from the page to the picture, (m,)."""
    y, x = np.nonzero(page.ids)
    owners = page.ids[y, x]
    count = len(page.classes) + 1
    number = np.maximum(np.bincount(owners, minlength=count), 1)
    centres = [np.bincount(owners, place, count) / number for place in (x, y)]
    depth = matrix[2, 0] * centres[0] + matrix[2, 1] * centres[1] + matrix[2, 2]
    return np.asarray(np.abs(np.linalg.det(matrix) / depth**3))[1:]

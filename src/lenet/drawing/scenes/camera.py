"""From a flat page to a picture: geometry, light, blur, noise, compression.

Steps that move pixels move the truth as well, by the nearest pixel. Steps that change greys are
limited by the height of the digits and the contrast of the ink: nearly all that was readable stays
readable.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.drawing.scenes.grounds import Grey, drop_shadow, gradient, polygon, texture
from lenet.drawing.strokes import Floats

Ids = NDArray[np.int32]
Matrix = NDArray[np.float64]
MOST_TURNED = 42.0  # degrees: a digit that lies on its side is none to read


def held(rng: np.random.Generator, shape: tuple[int, int], side: int) -> Floats:
    """Return where the corners of a page lie that fills the picture, float64 (4, 2).

    The corners go from the left upper one clockwise, in pixels of the picture. They are beyond
    its edges, so that no background can be seen.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    shape : tuple of int
        Height and width of the page.
    side : int
        Height and width of the picture in pixels.
    """
    angle = rng.normal(0, 4) if rng.random() < 0.8 else rng.uniform(-MOST_TURNED, MOST_TURNED)
    corners = _turned(_corners(shape[1], shape[0]), angle)
    corners *= 1 + rng.normal(0, 0.04 if rng.random() < 0.7 else 0.09, (4, 2))
    zoom = max(1.0, _least_zoom(corners, side / 2 + 2))
    return corners * zoom + side / 2


def lying(rng: np.random.Generator, shape: tuple[int, int], side: int) -> Floats:
    """Return where the corners of a sheet lie on something else; see `held`."""
    turn = rng.random()
    angle = rng.normal(0, 5) if turn < 0.6 else rng.normal(0, 15) if turn < 0.8 else None
    angle = rng.uniform(-MOST_TURNED, MOST_TURNED) if angle is None else angle
    corners = _turned(
        _corners(shape[1], shape[0]), float(np.clip(angle, -MOST_TURNED, MOST_TURNED))
    )
    corners *= 1 + rng.normal(0, 0.03 if rng.random() < 0.7 else 0.08, (4, 2))
    reach = np.abs(corners).max()
    if rng.random() < 0.6:  # all of it
        corners *= min(1.0, side / 2 * float(rng.uniform(0.9, 1.02)) / reach)
        return corners + side / 2 + rng.normal(0, 0.02 * side, 2)
    return corners + side / 2 + rng.uniform(-0.4, 0.4, 2) * side  # one or two edges


def turn_of(corners: Floats) -> float:
    """Return by how many degrees a page is turned whose corners lie there."""
    right, down = corners[1] - corners[0]
    return float(np.degrees(np.arctan2(down, right)))


def _corners(w: float, h: float) -> Floats:
    return np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2


def _turned(points: Floats, degrees: float) -> Floats:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.asarray(points @ np.array([[cosine, sine], [-sine, cosine]]))


def _least_zoom(corners: Floats, half: float) -> float:
    """Return the zoom at which a convex outline around the origin holds a square around it."""
    along = np.roll(corners, -1, 0) - corners
    normals = np.stack([along[:, 1], -along[:, 0]], 1)
    distances = (normals * corners).sum(1)
    reach = half * np.abs(normals).sum(1)
    return float((reach / np.maximum(distances, 1e-6)).max())


@dataclass
class Photo:
    """What the camera sees, before it is exposed.

    Attributes
    ----------
    grey : ndarray of float32, (h, w)
        The picture so far, 0..255.
    ids : ndarray of int32, (h, w)
        The character in each pixel, 0 = none.
    height : float
        Of the smaller digits, in pixels: how much blur they bear depends on it.
    contrast : float
        Of the weakest ink: how much noise it bears depends on it.
    """

    grey: Grey
    ids: Ids
    height: float
    contrast: float


def lay_down(
    rng: np.random.Generator,
    photo: Photo,
    page: tuple[Grey, Ids],
    corners: Floats,
    outline: Floats,
) -> Matrix:
    """Lay a page on the picture so far; return the matrix from page to picture, (3, 3).

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    photo : Photo
        Gets the page and its characters.
    page : tuple of ndarray, float32 (h, w) and int32 (h, w)
        The page and its characters.
    corners : ndarray of float64, (4, 2)
        Where its corners lie, in the order of `held`.
    outline : ndarray of float64, (m, 2)
        Its outline in the picture; the same as `corners` unless it is torn.
    """
    grey, ids = page
    h, w = grey.shape
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    size = photo.grey.shape[::-1]
    seen = cv2.warpPerspective(grey, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    inked = cv2.warpPerspective(ids.astype(np.int16), matrix, size, flags=cv2.INTER_NEAREST)
    covered = polygon(photo.grey.shape, outline)
    if rng.random() < 0.6 and covered.min() < 1:
        drop_shadow(rng, photo.grey, outline)
    photo.grey += (np.asarray(seen, np.float32) - photo.grey) * covered
    photo.ids[covered > 0.5] = 0
    np.copyto(photo.ids, inked, where=(inked > 0) & (covered > 0.5), casting="same_kind")
    return np.asarray(matrix, np.float64)


def bend(rng: np.random.Generator, photo: Photo) -> None:
    """Bend the picture like a lens, or like a page that is not flat."""
    h, w = photo.grey.shape
    y, x = np.mgrid[:h, :w].astype(np.float32)
    u, v = 2 * x / w - 1, 2 * y / h - 1
    if rng.random() < 0.5:
        factor = 1 + np.float32(rng.uniform(-0.09, 0.06)) * (u * u + v * v)
        x, y = (u * factor + 1) * w / 2, (v * factor + 1) * h / 2
    else:
        wave, phase = rng.uniform(0.6, 2.2), rng.uniform(0, 2 * np.pi)
        y = y + np.float32(rng.uniform(2, 7)) * np.sin(
            np.float32(wave) * np.float32(np.pi) * u + np.float32(phase)
        )
    photo.grey = np.asarray(
        cv2.remap(photo.grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
    photo.ids = cv2.remap(photo.ids.astype(np.int16), x, y, cv2.INTER_NEAREST).astype(np.int32)


def cover(rng: np.random.Generator, photo: Photo) -> None:
    """Hold a finger before the lens; the ink under it is no longer part of the truth."""
    h, w = photo.grey.shape
    edge = int(rng.integers(4))
    at, reach = rng.uniform(0.1, 0.9), rng.uniform(0.06, 0.2)
    tip = np.array([(at, reach), (1 - reach, at), (at, 1 - reach), (reach, at)][edge]) * (w, h)
    root = np.array([(at, -0.2), (1.2, at), (at, 1.2), (-0.2, at)][edge]) * (w, h)
    root += rng.normal(0, 0.1, 2) * w
    mask = np.zeros((h, w), np.uint8)
    ends = [tuple(np.rint(point).astype(int).tolist()) for point in (root, tip)]
    cv2.line(mask, ends[0], ends[1], 255.0, int(rng.uniform(0.1, 0.2) * w), cv2.LINE_AA)
    share = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.2), np.float32) / 255
    skin = np.float32(rng.uniform(40, 210)) + 40 * (gradient(rng, (h, w)) - 0.5)
    photo.grey += (skin - photo.grey) * share
    photo.ids[share > 0.2] = 0


def light(rng: np.random.Generator, photo: Photo) -> None:
    """Light the picture unevenly, perhaps with a shadow, a flash or dark corners."""
    shape = photo.grey.shape
    lit = 1 - np.float32(rng.uniform(0, 0.45)) * gradient(rng, shape) ** np.float32(1.4)
    kinds = rng.random(3)
    if kinds[0] < 0.35:
        lit *= 1 - np.float32(rng.uniform(0.1, 0.55)) * _shadow(rng, shape)
    if kinds[1] < 0.15:
        lit *= 1 - np.float32(rng.uniform(0.1, 0.5)) * _spot(rng, shape, centred=True)
    photo.grey *= lit
    if kinds[2] < 0.12:
        glare = np.float32(rng.uniform(20, 130)) * _spot(rng, shape)
        photo.grey += glare * np.clip(1 - photo.grey / 300, 0.1, 1)


def _shadow(rng: np.random.Generator, shape: tuple[int, int]) -> Grey:
    """Return a shadow of something angular or of a hand, hard or soft; float32 (h, w), 0..1."""
    h, w = shape
    if rng.random() < 0.6:
        points = rng.uniform(-0.4, 1.4, (4, 2)) * (w, h)
        outline = cv2.convexHull(points.astype(np.float32))[:, 0]
        mask = polygon(shape, outline.astype(np.float64))
    else:
        mask = (texture(rng, shape, ("clouds",)) > rng.uniform(0, 1)).astype(np.float32)
    sigma = float(np.exp(rng.uniform(np.log(0.8), np.log(14))))
    return _blurred(mask, sigma)


def _spot(rng: np.random.Generator, shape: tuple[int, int], *, centred: bool = False) -> Grey:
    """Return a spot of light, or all but a spot in the middle; float32 (h, w), 0..1."""
    h, w = shape
    cx, cy = rng.normal(0.5, 0.05, 2) if centred else rng.uniform(0, 1, 2)
    y = ((np.arange(h, dtype=np.float32) / h - np.float32(cy)) ** 2)[:, None]
    x = ((np.arange(w, dtype=np.float32) / w - np.float32(cx)) ** 2)[None]
    if centred:
        return np.asarray(np.minimum(1, 2 * (x + y)), np.float32)
    return np.exp(-(x + y) / np.float32(rng.uniform(0.004, 0.12)))


def _blurred(grey: Grey, sigma: float) -> Grey:
    """Blur; a wide blur at a quarter of the size, which looks the same and is faster."""
    if sigma < 5:
        return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.float32)
    h, w = grey.shape
    small = cv2.resize(grey, (w // 4, h // 4), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def defocus(rng: np.random.Generator, photo: Photo) -> None:
    """Blur by a lens, or by a hand that moves."""
    bearable = max(0.5, 0.065 * photo.height)
    if rng.random() < 0.85:
        sigma = rng.uniform(0.35, 1.0) if rng.random() < 0.7 else rng.uniform(0.5, 3.0)
        photo.grey = _blurred(photo.grey, float(min(sigma, bearable)))
        return
    length = float(min(rng.uniform(2, 9), 0.16 * photo.height + 1))
    side = 2 * int(length / 2 + 1) + 1
    kernel = np.zeros((side, side), np.float32)
    reach = length / 2 * np.array([np.cos(angle := rng.uniform(0, np.pi)), np.sin(angle)])
    for at in np.linspace(-1, 1, 12):
        x, y = np.rint(side // 2 + at * reach).astype(int)
        kernel[y, x] += 1
    photo.grey = np.asarray(cv2.filter2D(photo.grey, -1, kernel / kernel.sum()), np.float32)


def resample(rng: np.random.Generator, photo: Photo) -> None:
    """Make the picture smaller and as large as before again: a small bitmap, enlarged."""
    h, w = photo.grey.shape
    least = min(0.9, 8 / photo.height)
    factor = float(rng.uniform(max(0.25, least), 0.95))
    small = cv2.resize(
        photo.grey, (max(4, int(w * factor)), max(4, int(h * factor))), interpolation=cv2.INTER_AREA
    )
    if rng.random() < 0.3 and photo.contrast > 60:
        small = _bilevel(np.asarray(small, np.float32))
    how = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(3))]
    photo.grey = np.asarray(cv2.resize(small, (w, h), interpolation=how), np.float32)


def _bilevel(grey: Grey) -> Grey:
    """Return black and white, parted by Otsu's threshold."""
    whole = np.clip(grey, 0, 255).astype(np.uint8)
    _, split = cv2.threshold(whole, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(split, np.float32)


def fax(rng: np.random.Generator, photo: Photo) -> None:
    """Make it black and white, as a fax or a scanner for text does."""
    if photo.contrast < 60:
        return
    if rng.random() < 0.5:
        photo.grey = _bilevel(photo.grey)
        return
    whole = np.clip(photo.grey, 0, 255).astype(np.uint8)
    window = 2 * int(rng.integers(10, 30)) + 1
    split = cv2.adaptiveThreshold(
        whole, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, rng.uniform(4, 14)
    )
    photo.grey = np.asarray(split, np.float32)


def dither(rng: np.random.Generator, photo: Photo) -> None:
    """Make it black and white dots: error diffusion, an ordered pattern, or a halftone."""
    if photo.contrast < 90 or photo.height < 14:
        return
    kind = rng.random()
    if kind < 0.45:
        whole = np.clip(photo.grey, 0, 255).astype(np.uint8)
        dots = np.asarray(Image.fromarray(whole).convert("1"), np.float32) * 255
    elif kind < 0.6:
        order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
        h, w = photo.grey.shape
        limits = np.tile((order + 0.5) * 16, (-(-h // 4), -(-w // 4)))[:h, :w]
        dots = np.where(photo.grey > limits, np.float32(255), np.float32(0))
    else:
        period = float(rng.uniform(2.5, max(2.6, min(5, 0.1 * photo.height))))
        screen = _screen(rng, photo.grey.shape, period)
        dots = np.clip((photo.grey - 255 * screen) * np.float32(rng.uniform(1, 4)) + 128, 0, 255)
    photo.grey = np.asarray(dots, np.float32)


def _screen(rng: np.random.Generator, shape: tuple[int, int], period: float) -> Grey:
    """Return round hills in a slanted lattice, float32 (h, w), 0..1."""
    angle = rng.uniform(0, np.pi / 2)
    scale = 2 * np.pi / period
    y, x = np.ogrid[: shape[0], : shape[1]]
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    hills = np.cos(c * x + s * y) + np.cos(c * y - s * x)
    return np.asarray(hills / 4 + 0.5, np.float32)


def screen_pixels(rng: np.random.Generator, photo: Photo) -> None:
    """Show the pixels of a photographed screen, and the bands that come of them."""
    period = float(rng.uniform(2.2, 5))
    depth = np.float32(rng.uniform(0.04, 0.3))
    photo.grey *= 1 - depth * _screen(rng, photo.grey.shape, period)
    if rng.random() < 0.4:
        bands = np.sin(gradient(rng, photo.grey.shape) * np.float32(rng.uniform(15, 60)))
        photo.grey *= 1 + np.float32(rng.uniform(0.01, 0.06)) * bands


def streaks(rng: np.random.Generator, photo: Photo) -> None:
    """Draw the lines one pixel wide that dust on a scanner leaves, white or dark."""
    grey = photo.grey if rng.random() < 0.7 else photo.grey.T
    for x in rng.integers(0, grey.shape[1], int(rng.integers(1, 4))):
        tone = 255 if rng.random() < 0.5 else rng.uniform(0, 150)
        grey[:, x] += (np.float32(tone) - grey[:, x]) * np.float32(rng.uniform(0.2, 0.9))


def noise(rng: np.random.Generator, photo: Photo) -> None:
    """Add the noise of a sensor, fine or coarse, weaker than the ink."""
    strongest = min(13.0, photo.contrast / 5)
    strength = (
        rng.uniform(0.3, strongest) if rng.random() < 0.4 else min(3, strongest) * rng.random()
    )
    h, w = photo.grey.shape
    if rng.random() < 0.75:
        grains = rng.standard_normal((h, w), np.float32)
    else:
        grains = texture(rng, (h, w), ("fine grain", "grain"))
    photo.grey = photo.grey + grains * np.float32(strength)


def sharpen(rng: np.random.Generator, photo: Photo) -> None:
    """Sharpen as phones do, with halos along the strokes."""
    soft = _blurred(photo.grey, float(rng.uniform(0.8, 3)))
    photo.grey = photo.grey + (photo.grey - soft) * np.float32(rng.uniform(0.3, 1.6))


def tone(rng: np.random.Generator, photo: Photo) -> None:
    """Change gamma and contrast."""
    share = np.clip(photo.grey / 255, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.3)))
    low, high = rng.uniform(0, 70), rng.uniform(170, 255)
    low, high = (low, high) if rng.random() < 0.5 else (0, 255)
    photo.grey = np.asarray(low + (high - low) * share, np.float32)


Step = Callable[[np.random.Generator, Photo], None]
SCREENSHOT: dict[Step, float] = {tone: 0.05, resample: 0.2, noise: 0.05, fax: 0.03}
SCAN: dict[Step, float] = {
    light: 0.1,
    defocus: 0.45,
    tone: 0.15,
    resample: 0.2,
    sharpen: 0.1,
    noise: 0.5,
    streaks: 0.06,
    fax: 0.1,
    dither: 0.05,
}
SNAPSHOT: dict[Step, float] = {
    bend: 0.06,
    cover: 0.04,
    light: 0.9,
    screen_pixels: 0.04,
    defocus: 0.85,
    tone: 0.3,
    resample: 0.15,
    sharpen: 0.15,
    noise: 0.8,
    dither: 0.015,
}
"""How often each step happens, in this order, to each kind of picture."""


def expose(
    rng: np.random.Generator, photo: Photo, steps: dict[Step, float], compressed: float
) -> NDArray[np.uint8]:
    """Take the picture.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    photo : Photo
        What the camera sees; changed.
    steps : dict of Step to float
        What may happen, and how often: `SCREENSHOT`, `SCAN` or `SNAPSHOT`.
    compressed : float
        How often the picture is stored as a JPEG.

    Returns
    -------
    ndarray of uint8, (h, w)
    """
    chances = rng.random(len(steps))
    for (step, often), chance in zip(steps.items(), chances, strict=True):
        if chance < often:
            step(rng, photo)
    picture = np.clip(np.rint(photo.grey), 0, 255).astype(np.uint8)
    if rng.random() < compressed:
        quality = int(rng.integers(20, 96)) if photo.contrast > 40 else int(rng.integers(60, 96))
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture

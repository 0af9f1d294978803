"""Pictures of things and textures, none with a digit in it, which scenes are drawn on.

By default those inside scikit-image, which its authors collected for such uses: CC0, or in the
public domain, or without known restrictions. They are read as files; nothing is downloaded, and
scikit-image is not imported.
"""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.errors import DataError, PictureError
from lenet.picture import decode

LONGEST_SIDE = 1_000  # pixels; scenes are 256 wide
MOST_PICTURES = 1_000  # of a folder; each process that draws holds up to 1 MB for each
LICENCES = "LICENCES.txt"
SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
# Each was looked at. Left out: pictures with text (astronaut, page, text), a clock, pictures of no
# thing (color, logo, phantom), and one without a clear licence (motorcycle).
BUNDLED = (
    "brick.png",
    "camera.png",
    "cell.png",
    "chelsea.png",
    "chessboard_GRAY.png",
    "coffee.png",
    "coins.png",
    "grass.png",
    "gravel.png",
    "horse.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "microaneurysms.png",
    "moon.png",
    "retina.jpg",
    "rocket.jpg",
)


def load_things(place: Path | None = None) -> tuple[NDArray[np.uint8], ...]:
    """Load pictures of things, grey, uint8 (h, w), none longer than `LONGEST_SIDE`.

    Parameters
    ----------
    place : Path, optional
        A folder of pictures and of folders of them; files with other suffixes are passed over.
        By default those inside scikit-image.

    Raises
    ------
    DataError
        scikit-image is not installed, the folder holds no pictures or more than `MOST_PICTURES`,
        or one cannot be read.
    """
    return tuple(_grey(path) for path in (_bundled() if place is None else _in_folder(place)))


def licences(place: Path) -> list[str]:
    """Return the lines of the file `LICENCES` in a folder of pictures; none if it has no such."""
    file = place.expanduser() / LICENCES
    try:
        return file.read_text("utf-8").splitlines() if file.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read: {error}; repair or remove it") from error


def _bundled() -> list[Path]:
    found = importlib.util.find_spec("skimage")
    if found is None or found.origin is None:
        raise DataError(
            "the pictures of things come inside scikit-image, which is not installed: "
            "pip install 'lenet[train]'; or give a folder of your own, things:DIR"
        )
    return [Path(found.origin).parent / "data" / name for name in BUNDLED]


def _in_folder(place: Path) -> list[Path]:
    folder = place.expanduser()
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise DataError(
            f"no pictures in {folder}; things:DIR takes a folder of {', '.join(sorted(SUFFIXES))}"
        )
    if len(paths) > MOST_PICTURES:
        raise DataError(
            f"{len(paths):,} pictures in {folder}, the most is {MOST_PICTURES:,}; move some away"
        )
    return paths


def _grey(path: Path) -> NDArray[np.uint8]:
    try:
        picture = decode(path)
    except PictureError as error:
        raise DataError(f"{error}; repair or remove it") from error
    grey = cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY)
    share = LONGEST_SIDE / max(grey.shape)
    if share < 1:
        size = [max(1, round(side * share)) for side in reversed(grey.shape)]
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)

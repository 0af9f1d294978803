"""The common style of all figures: colours, sizes and matplotlib settings."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

P = ParamSpec("P")

# Okabe and Ito (2008), "Color universal design", plus grey and brown; the yellow is darker, so that
# thin lines are visible on white.
COLOURS = (
    "#0072B2",  # blue
    "#E69F00",  # orange
    "#009E73",  # bluish green
    "#D55E00",  # vermilion
    "#CC79A7",  # reddish purple
    "#56B4E9",  # sky blue
    "#000000",
    "#B8A800",  # yellow
    "#8C8C8C",
    "#7A4B1E",
)
BLUE, ORANGE, GREEN, RED = COLOURS[:4]
GREY = "#6E6E6E"
STONE = "#A9B4BD"
PALE = "#E8E8E8"
# From the eleventh class on, colours repeat with the next line style and marker.
LINES = ("-", "--", ":")
MARKERS = ("o", "s", "^")

_SETTINGS: dict[Any, Any] = {
    "figure.dpi": 120,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.constrained_layout.wspace": 0.04,
    "figure.constrained_layout.h_pad": 0.06,
    "grid.color": PALE,
    "text.parse_math": False,  # do not parse dollar signs in names
    "image.cmap": "gray_r",  # 0 = paper, as ink on a page
    "image.interpolation": "nearest",
}


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Apply the common settings while `draw` runs, and restore matplotlib's own afterwards."""

    @wraps(draw)
    def under_settings(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(_SETTINGS)
            return draw(*args, **kwargs)

    return under_settings


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, with automatic layout."""
    return Figure(figsize=(width, height), layout="constrained")


def colour(index: int) -> str:
    """Return the colour of class `index`."""
    return COLOURS[index % len(COLOURS)]


def line(index: int) -> str:
    """Return the line style of class `index`."""
    return LINES[index // len(COLOURS) % len(LINES)]


def marker(index: int) -> str:
    """Return the marker of class `index`."""
    return MARKERS[index // len(COLOURS) % len(MARKERS)]


def bare(axes: Axes, *, frame: bool = False) -> None:
    """Remove the ticks and the frame, or keep a faint frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(frame)
    axes.spines[:].set_color(PALE)


def headline(figure: Figure, text: str) -> None:
    """Set the title of a figure with several panels, styled like the title of a single one."""
    figure.suptitle(text, x=0.01, ha="left", size=11, weight="bold")


def mosaic(tiles: ArrayLike, columns: int, gap: int = 1) -> NDArray[np.float64]:
    """Arrange tiles (n, h, w) row by row in one image; gaps and empty cells are NaN."""
    images = np.asarray(tiles, np.float64)
    n, height, width = images.shape
    rows = -(-n // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for i, image in enumerate(images):
        y, x = i // columns * (height + gap), i % columns * (width + gap)
        sheet[y : y + height, x : x + width] = image
    return sheet

"""What the network saw, in the terminal: two pixels to a character."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lenet.reader import Reading

WIDTH, GAP = 28, 2
GREYS = 232  # the first of 24, of the 256 colours that terminals have


def preview(reading: "Reading", width: int, colour: bool, encoding: str) -> Iterator[str]:
    """Yield lines with each image that the network saw, as many side by side as `width` holds.

    Parameters
    ----------
    reading : Reading
        Its digits, and the regions refused by the network.
    width : int
        Characters of the terminal.
    colour : bool
        Grey levels; else only ink and paper, in block characters.
    encoding : str
        Of the terminal; without block characters in it, ASCII is used.
    """
    from lenet.reader import percent

    cells: list[tuple[NDArray[Any], str]] = []
    for digit in reading.digits:
        mark = "" if digit.status == "digit" else "?"
        cells.append((digit.image, f"{digit.digit}{mark}  {percent(digit.probability)}"))
    cells += [
        (region.image, region.reason.replace("_", " "))
        for region in reading.rejected
        if region.image is not None
    ]
    blocks = _blocks(encoding)
    columns = max(1, (width + GAP) // (WIDTH + GAP))
    for start in range(0, len(cells), columns):
        row = cells[start : start + columns]
        drawn = [_grey(image) if colour else _plain(image, blocks) for image, _ in row]
        for line in zip(*drawn, strict=True):
            yield (" " * GAP).join(line).rstrip()
        captions = [f"{start + i}: {text}" for i, (_, text) in enumerate(row, 1)]
        yield (" " * GAP).join(caption.ljust(WIDTH) for caption in captions).rstrip()
        yield ""


def _blocks(encoding: str) -> str:
    """Return the signs for paper, ink above, ink below, and ink on both."""
    blocks = " ▀▄█"
    try:
        blocks.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return " '.#"
    return blocks


def _grey(image: "NDArray[np.uint8]") -> Iterator[str]:
    levels = (GREYS + image.astype(int) * 24 // 256).tolist()
    for above, below in zip(levels[::2], levels[1::2], strict=True):
        pairs = zip(above, below, strict=True)
        yield "".join(f"\x1b[38;5;{a};48;5;{b}m▀" for a, b in pairs) + "\x1b[0m"


def _plain(image: "NDArray[np.uint8]", blocks: str) -> Iterator[str]:
    ink = (image >= 96).astype(int)
    for line in (ink[::2] + 2 * ink[1::2]).tolist():
        yield "".join(blocks[sign] for sign in line)

"""Characters that a machine makes: in fonts, on seven-segment displays and in a matrix of dots."""

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lenet.drawing.pen import FRACTION_BITS, Ink
from lenet.drawing.printing import fonts
from lenet.drawing.scenes.block import Glyph
from lenet.drawing.strokes import Floats

# Text fonts of the package matplotlib, if it is installed: DejaVu (Bitstream Vera licence), STIX
# (OFL). Those with mathematical signs alone are left out.
MATPLOTLIB_FONTS = ("DejaVuSans", "DejaVuSerif", "STIXGeneral")
# In these, letters are ornaments or digits, or can hardly be read.
ONLY_DIGITS = ("segments-", "hand-1", "hand-4")
PLAIN = ("sans-", "DejaVuSans", "narrow-")  # by far the most frequent on labels, forms and screens
FINE_HEIGHT = 44  # pixels of a digit before it is reduced to its size; more shows no difference
FONT_SIZES_BY_4 = 140
MISSING = "\U0010ffff"  # in no font: drawn like every other character that a font lacks

_SEGMENTS = {
    "0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd",
    "6": "afgedc", "7": "abc", "8": "abcdefg", "9": "abcdfg", "-": "g", "_": "d", "=": "gd",
    "A": "abcefg", "C": "adef", "E": "adefg", "F": "aefg", "H": "bcefg", "J": "bcd",
    "L": "def", "P": "abefg", "U": "bcdef", "Y": "bcdfg", "b": "cdefg", "c": "deg",
    "d": "bcdeg", "h": "cefg", "n": "ceg", "r": "eg", "t": "defg", "u": "cde", "°": "abfg",
}  # fmt: skip
# Columns of a 5x7 matrix, the lowest bit at the top: the characters of common display modules.
_MATRIX = {
    "0": "3E5149453E", "1": "00427F4000", "2": "4261514946", "3": "2141454B31",
    "4": "1814127F10", "5": "2745454539", "6": "3C4A494930", "7": "0171090503",
    "8": "3649494936", "9": "064949291E", "A": "7E1111117E", "B": "7F49494936",
    "C": "3E41414122", "D": "7F4141221C", "E": "7F49494941", "F": "7F09090901",
    "G": "3E4149497A", "H": "7F0808087F", "I": "00417F4100", "J": "2040413F01",
    "K": "7F08142241", "L": "7F40404040", "M": "7F020C027F", "N": "7F0408107F",
    "O": "3E4141413E", "P": "7F09090906", "Q": "3E4151215E", "R": "7F09192946",
    "S": "4649494931", "T": "01017F0101", "U": "3F4040403F", "V": "1F2040201F",
    "W": "3F4038403F", "X": "6314081463", "Y": "0708700807", "Z": "6151494543",
    "-": "0808080808", ".": "0060600000", ",": "0050300000", ":": "0036360000",
    "/": "2010080402", "+": "08083E0808", "=": "1414141414", "%": "2313086462",
    "(": "001C224100", ")": "0041221C00", "#": "147F147F14", "*": "14083E0814",
    "<": "0814224100", ">": "0041221408", "°": "0006090906", "?": "0201510906",
}  # fmt: skip


def fineness(height: float) -> int:
    """Return how many times larger than its size a character is drawn, to be reduced by area."""
    return int(np.clip(np.ceil(FINE_HEIGHT / height), 1, 5))


def reduced(ink: Ink, fine: int) -> Ink:
    """Return the ink reduced by the whole number `fine`, which divides its sides."""
    if fine == 1:
        return ink
    size = ink.shape[1] // fine, ink.shape[0] // fine
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)


@cache
def text_fonts() -> tuple[Path, ...]:
    """Return the fonts for texts: those of this package, and of matplotlib if it is installed."""
    own = [file for file in fonts() if not file.name.startswith(ONLY_DIGITS)]
    package = find_spec("matplotlib")
    places = package.submodule_search_locations if package else None
    others = [
        file
        for place in places or ()
        for file in sorted((Path(place) / "mpl-data" / "fonts" / "ttf").glob("*.ttf"))
        if file.name.startswith(MATPLOTLIB_FONTS) and "Display" not in file.name
    ]
    return (*own, *others)


@cache
def _weights(digits_only: bool) -> tuple[tuple[Path, ...], Floats]:
    """Return fonts and up to which number in 0..1 each is chosen."""
    files = text_fonts()
    if digits_only:
        files += tuple(file for file in fonts() if file.name.startswith(ONLY_DIGITS))
    shares = np.array([2.5 if file.name.startswith(PLAIN) else 1.0 for file in files])
    return files, np.cumsum(shares / shares.sum())[:-1]


@lru_cache(maxsize=600)
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _digit_height(font: Path) -> float:
    """Return the height of the digit 8 above the baseline, for a font size of 1."""
    return float(-_face(font, 200).getbbox("8", anchor="ls")[1]) / 200


@lru_cache(maxsize=20_000)
def has(font: Path, character: str) -> bool:
    """Whether the font has the character."""
    face = _face(font, 32)
    mask, nothing = face.getmask(character), face.getmask(MISSING)
    return mask.getbbox() is not None and (
        mask.size != nothing.size or bytes(mask) != bytes(nothing)
    )


class Font:
    """A font in one size, perhaps bolder, narrower, slanted, spaced out, outlined or a stencil.

    Parameters
    ----------
    height : float
        Of a digit, in pixels.
    rng : numpy.random.Generator
        Source of randomness.
    digits_only : bool
        Choose also among fonts that have no letters.
    """

    def __init__(
        self, height: float, rng: np.random.Generator, *, digits_only: bool = False
    ) -> None:
        self.height = height
        files, up_to = _weights(digits_only)
        self.font = files[int(np.searchsorted(up_to, rng.random()))]
        roll, u = rng.random(6), rng.random(6)
        self._fine = fineness(height)
        self._tall = self._fine * height
        exact = self._tall / _digit_height(self.font)
        step = 4 if exact < FONT_SIZES_BY_4 else 32  # few sizes, as opening a font takes long
        size = int(step * np.ceil(exact / step))
        self._face, self._zoom = _face(self.font, size), exact / size
        self._breadth = 0.55 + 0.65 * u[0] if roll[0] < 0.3 else 1.0
        self._shear = 0.05 + 0.3 * u[1] if roll[1] < 0.12 else 0.0
        self.bolder = round((0.02 + 0.07 * u[2]) * self._tall) if roll[2] < 0.2 else 0
        self.is_outlined = bool(roll[3] < 0.03)
        self.cut = 0.3 + 0.4 * u[3] if 0.03 < roll[3] < 0.045 else None
        self._tracking = 0.06 * u[4] - 0.02 if roll[4] < 0.75 else 0.05 + 0.45 * u[4]
        self._glyphs: dict[str, Glyph | None] = {}

    def glyph(self, character: str) -> Glyph | None:
        """Print a character, or its capital if the font has no small letters; None without both."""
        if character not in self._glyphs:
            found = [each for each in (character, character.upper()) if has(self.font, each)]
            self._glyphs[character] = self._print(found[0]) if found else None
        return self._glyphs[character]

    def gap(self) -> float:
        """Return the tracking in pixels."""
        return float(self._tracking * self.height)

    def _print(self, character: str) -> Glyph:
        left, top, right, bottom = map(int, self._face.getbbox(character, anchor="ls"))
        w, h = right - left, bottom - top
        page = Image.new("L", (w, h))
        ImageDraw.Draw(page).text((-left, -top), character, 255, self._face, anchor="ls")
        # From pixels of the mask to pixels seen from the top of a digit, before the reduction.
        linear = np.array([[self._breadth, -self._shear], [0, 1]]) * self._zoom
        shift = linear @ np.array([left, top]) + np.array([0, self._tall])
        corners = linear @ np.array([[0.0, w, 0, w], [0, 0, h, h]]) + shift[:, None]
        fine, margin = self._fine, 2 + self.bolder
        low = np.floor((corners.min(1) - margin) / fine) * fine
        size = np.ceil((corners.max(1) + margin - low) / fine) * fine
        matrix = np.column_stack([linear, shift - low])
        ink = np.asarray(
            cv2.warpAffine(np.asarray(page), matrix, (int(size[0]), int(size[1]))), np.uint8
        )
        x, y = (low / fine).tolist()
        advance = self._face.getlength(character) * self._zoom * self._breadth + self.bolder
        return Glyph(reduced(self._styled(ink), fine), x, y, advance / fine)

    def _styled(self, ink: Ink) -> Ink:
        if self.bolder:
            disc = _disc(self.bolder + 1)
            ink = np.asarray(cv2.dilate(ink, disc), np.uint8)
        if self.is_outlined:
            ring = _disc(max(2, round(0.08 * self._tall)))
            ink = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, ring), np.uint8)
        if self.cut is not None:
            middle, half = round(self.cut * ink.shape[1]), max(1, round(0.03 * self._tall))
            ink[:, middle - half : middle + half] = 0
        return ink


def _disc(size: int) -> Ink:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


class Segments:
    """A seven-segment display: slanted or upright, bevelled or not, with unlit segments or a glow.

    Parameters
    ----------
    height : float
        Of a digit, in pixels.
    rng : numpy.random.Generator
        Source of randomness.
    """

    def __init__(self, height: float, rng: np.random.Generator) -> None:
        self.height = height
        u, roll = rng.random(5), rng.random(6)
        self.thickness = 0.07 + 0.12 * u[0]  # these five are shares of the height
        widest = 0.045 if roll[0] < 0.6 else 0.11  # an LCD's segments may stand well apart
        self.split = widest * u[1] if roll[0] < 0.75 else 0.0  # between two segments
        self.breadth = max(0.42 + 0.22 * u[2], 2.6 * self.thickness)
        self.lean = 0.02 + 0.18 * u[3] if roll[1] < 0.55 else 0.0
        self._gap = 0.12 + 0.28 * u[4]
        self.unlit = 0.03 + 0.13 * rng.random() if roll[2] < 0.25 else 0.0  # ink of unlit segments
        self.glow = 0.2 + 0.5 * rng.random() if roll[3] < 0.25 else 0.0
        self.is_bevelled = bool(roll[4] < 0.65)
        # The 6 and the 9 may lack their horizontal ends, the 7 may have a stem on the left.
        self._forms = dict(_SEGMENTS)
        if roll[5] < 0.12:
            self._forms |= {"6": "fgedc", "9": "abcfg"}
        elif roll[5] < 0.25:
            self._forms |= {"7": "abcf"}
        self._glyphs: dict[str, Glyph] = {}

    def glyph(self, character: str) -> Glyph | None:
        """Show a character; None if it cannot be shown, or only in the shape of a digit."""
        if character not in self._glyphs:
            if character in ".,:":
                self._glyphs[character] = self._points(character)
            elif character in self._forms:
                self._glyphs[character] = self._segments(self._forms[character])
            else:
                return None
        return self._glyphs[character]

    def gap(self) -> float:
        """Return the pixels between two characters."""
        return float(self._gap * self.height)

    def _segments(self, lit: str) -> Glyph:
        strengths = [255 * (1 if name in lit else self.unlit) for name in "agdfbec"]
        return self._filled(list(self._outlines()), strengths, self.breadth)

    def _points(self, character: str) -> Glyph:
        side = 1.15 * self.thickness
        heights = (0.3, 0.7) if character == ":" else (1 - side / 2,)
        square = np.array([[0, -0.5], [1, -0.5], [1, 0.5], [0, 0.5]]) * side
        outlines = [square + np.array([0, y]) for y in heights]
        if character == ",":
            outlines.append(
                np.array([[0.3, 1], [1.0, 1], [0.4, 2.0]]) * side + np.array([0, 1 - side])
            )
        return self._filled(outlines, [255] * len(outlines), side)

    def _outlines(self) -> Iterator[Floats]:
        """Yield the segments a, g, d, then f, b, e, c, as shares of the height.

        Pointed ones meet at their points. Of the square ones a and d are as wide as the digit.
        """
        half, split, w = self.thickness / 2, self.split, self.breadth
        bevel = half if self.is_bevelled else 0.0
        for y in (half, 0.5, 1 - half):
            a = half + split if bevel else 2 * half + split if y == 0.5 else 0.0
            b = w - a
            yield np.array([[a, y], [a + bevel, y - half], [b - bevel, y - half], [b, y],
                            [b - bevel, y + half], [a + bevel, y + half]])  # fmt: skip
        end = half + split if bevel else 0.0
        middle = 0.5 * split + 0.5 * split * self.is_bevelled
        for a, b in ((end, 0.5 - middle), (0.5 + middle, 1 - end)):
            for x in (half, w - half):
                yield np.array([[x, a], [x + half, a + bevel], [x + half, b - bevel], [x, b],
                                [x - half, b - bevel], [x - half, a + bevel]])  # fmt: skip

    def _filled(self, outlines: list[Floats], strengths: list[float], breadth: float) -> Glyph:
        fine = fineness(self.height)
        tall = fine * self.height
        spread = 0.25 * self.thickness * tall if self.glow else 0.0
        margin = int(np.ceil((2 + 3 * spread) / fine)) * fine
        shapes = [outline @ np.array([[1, 0], [-self.lean, 1]]) for outline in outlines]
        shift = [
            0.5 * self.lean,
            0,
        ]  # leaning about the middle, so that characters keep their places
        points = [(shape - shift) * tall for shape in shapes]
        low = np.floor(np.min([each.min(0) for each in points], 0) / fine) * fine - margin
        size = np.ceil((np.max([each.max(0) for each in points], 0) - low) / fine) * fine + margin
        ink = np.zeros((int(size[1]), int(size[0])), np.uint8)
        for each, strength in zip(points, strengths, strict=True):
            fixed = np.rint((each - low) * (1 << FRACTION_BITS)).astype(np.int32)
            cv2.fillPoly(ink, [fixed], strength, cv2.LINE_AA, FRACTION_BITS)
        if self.glow:
            light = cv2.GaussianBlur(ink, (0, 0), max(0.6, spread))
            ink = cv2.addWeighted(ink, 1 - 0.3 * self.glow, light, self.glow, 0).astype(np.uint8)
        x, y = (low / fine).tolist()
        return Glyph(reduced(ink, fine), x, y, breadth * self.height)


class DotMatrix:
    """A display, or a printer, that builds digits and capitals of 5x7 dots.

    Parameters
    ----------
    height : float
        Of a digit, in pixels.
    rng : numpy.random.Generator
        Source of randomness.
    """

    def __init__(self, height: float, rng: np.random.Generator) -> None:
        self.height = height
        self._forms = dict(_MATRIX)
        if rng.random() < 0.6:
            self._forms["0"] = _MATRIX["O"]  # not slashed
        self._aspect = rng.uniform(0.8, 1.1)  # width of a cell as a share of its height
        self._dot = rng.uniform(0.7, 1.0) if rng.random() < 0.75 else rng.uniform(1.0, 1.2)
        self._is_round = bool(rng.random() < 0.55)
        self._unlit = rng.uniform(0.03, 0.12) if rng.random() < 0.3 else 0.0
        self._glyphs: dict[str, Glyph] = {}

    def glyph(self, character: str) -> Glyph | None:
        """Show a character, a small letter as a capital; None if there is none such."""
        name = character.upper()
        if name not in self._glyphs:
            if name not in self._forms:
                return None
            self._glyphs[name] = self._draw(bytes.fromhex(self._forms[name]))
        return self._glyphs[name]

    def gap(self) -> float:
        """Return the width of one column of dots in pixels."""
        return self.height / 7 * self._aspect

    def _draw(self, columns: bytes) -> Glyph:
        fine = fineness(self.height)
        cell = np.array([self._aspect, 1.0]) * fine * self.height / 7
        size = (np.ceil((cell * (5, 7) + 2) / fine) * fine).astype(int)
        ink = np.zeros((size[1], size[0]), np.uint8)
        radius = 0.5 * self._dot * cell
        for column, bits in enumerate(columns):
            for row in range(7):
                strength = 255.0 if bits >> row & 1 else 255 * self._unlit
                if strength:
                    centre = (np.array([column, row]) + 0.5) * cell
                    self._put_dot(ink, centre, radius, strength)
        return Glyph(reduced(ink, fine), 0.0, 0.0, 5 * float(cell[0]) / fine)

    def _put_dot(self, ink: Ink, centre: Floats, radius: Floats, strength: float) -> None:
        angles = np.arange(12) / 12 * 2 * np.pi if self._is_round else np.arange(4) * np.pi / 2
        turned = angles if self._is_round else angles + np.pi / 4
        reach = radius if self._is_round else radius * np.sqrt(2)
        outline = centre + np.stack([np.cos(turned), np.sin(turned)], 1) * reach
        fixed = np.rint(outline * (1 << FRACTION_BITS)).astype(np.int32)
        cv2.fillConvexPoly(ink, fixed, strength, cv2.LINE_AA, FRACTION_BITS)


def display(height: float, rng: np.random.Generator) -> Segments | DotMatrix:
    """Return a display: seven segments, or now and then dots."""
    return DotMatrix(height, rng) if rng.random() < 0.18 else Segments(height, rng)

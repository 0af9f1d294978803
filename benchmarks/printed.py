"""Accuracy on digits printed in held-out fonts, none of which prints training data.

    python benchmarks/printed.py [--model MODEL] [FONT.ttf ...]

By default it uses fonts that come with matplotlib. Each digit is printed in four sizes and three
pairs of colours; each picture is read as by `lenet predict --single`.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import lenet
from lenet.drawing.printing import DIGITS
from lenet.reader import DEFAULT_MODEL

SIZES = (20, 40, 90, 200)  # pixels of the font
COLOURS = (  # ink, paper
    ((0, 0, 0), (255, 255, 255)),
    ((70, 70, 80), (236, 228, 205)),
    ((255, 255, 255), (0, 0, 0)),
)
HELD_OUT = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSerif", "DejaVuSerif-BoldItalic",
    "STIXGeneral", "STIXGeneralBolIta", "cmr10", "cmss10", "cmtt10", "cmti10", "cmb10",
)  # fmt: skip


def held_out() -> list[Path]:
    """Return the files of `HELD_OUT`, which come with matplotlib."""
    from matplotlib import get_data_path

    return [Path(get_data_path()) / "fonts" / "ttf" / f"{name}.ttf" for name in HELD_OUT]


def printed(font: Path) -> list[tuple[str, NDArray[np.uint8]]]:
    """Return a (label, picture (h, w, 3)) for every digit in every size and colour."""
    pictures = []
    for size in SIZES:
        face = ImageFont.truetype(font, size)
        for ink, paper in COLOURS:
            for digit in DIGITS:
                page = Image.new("RGB", (2 * size, 2 * size), paper)
                ImageDraw.Draw(page).text((size, size), digit, ink, face, anchor="mm")
                pictures.append((digit, np.asarray(page)))
    return pictures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fonts", nargs="*", type=Path)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    arguments = parser.parse_args()
    reader = lenet.Reader(arguments.model)
    wrong = total = 0
    print("| font | errors | which |\n|---|---|---|")
    for font in arguments.fonts or held_out():
        pictures = printed(font)
        texts = [reader.read(picture, single=True).text for _, picture in pictures]
        misread = [
            f"{digit}→{text or '-'}"
            for (digit, _), text in zip(pictures, texts, strict=True)
            if text != digit
        ]
        counts = Counter(misread)
        which = ", ".join(f"{count} × {confusion}" for confusion, count in counts.items())
        print(f"| {font.stem} | {len(misread)} of {len(pictures)} | {which} |")
        wrong, total = wrong + len(misread), total + len(pictures)
    print(f"\n{wrong} errors in {total:,} pictures, {100 * (1 - wrong / total):.2f} % correct")


if __name__ == "__main__":
    main()

"""Draw a contact sheet of scenes with their truth, to look at.

Run ``python tools/scene_sheet.py sheet.png --seed 1 --count 24 --material mnist unipen things``
from the root of the repository. The material is that of held-out scenes.
Digits have green boxes and their class, other characters red boxes, and characters that are cut
off or can't be read grey ones.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.datasets.scenes import load_material
from lenet.drawing.scenes import CUT, OTHER, SIDE, Scene, SceneMaker
from lenet.drawing.scenes.scene import KINDS

COLUMNS = 6
ZOOM = 1.5  # so that a box does not hide the small digit in it
GREEN, RED, GREY = (0, 160, 0), (60, 60, 230), (130, 130, 130)  # blue, green, red


def picture(scene: Scene) -> NDArray[np.uint8]:
    """Return a scene with a box around each character, uint8 (h, w, 3)."""
    image = cv2.cvtColor(scene.image, cv2.COLOR_GRAY2BGR)
    image = cv2.resize(image, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_LINEAR)
    for label, *box in scene.characters.tolist():
        x, y, w, h = (round(ZOOM * side) for side in box)
        colour = {OTHER: RED, CUT: GREY}.get(label, GREEN)
        cv2.rectangle(image, (x - 1, y - 1), (x + w, y + h), colour, 1)
        if label < OTHER:
            cv2.putText(image, str(label), (x, y - 2), cv2.FONT_HERSHEY_PLAIN, 0.8, (230, 60, 0), 1)
    return np.asarray(image, np.uint8)


def main() -> None:
    """Draw the sheet that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=24)
    kinds = [kind.__name__ for kind in KINDS]
    parser.add_argument("--kind", choices=kinds, help="draw only scenes of this kind")
    parser.add_argument("--material", nargs="*", default=["things"], help="as a recipe's material")
    given = parser.parse_args()
    maker = SceneMaker(load_material(given.material, held_out=True))
    indices: list[int] = []
    index = given.first
    while len(indices) < given.count:
        if given.kind in (None, maker.kind(given.seed, index).__name__):
            indices.append(index)
        index += 1
    pictures = [picture(maker.draw(given.seed, index)) for index in indices]
    side = round(ZOOM * SIDE) + 4
    rows = -(-len(pictures) // COLUMNS)
    sheet = np.full((rows * side, COLUMNS * side, 3), 255, np.uint8)
    for number, image in enumerate(pictures):
        y, x = divmod(number, COLUMNS)
        sheet[y * side : y * side + len(image), x * side : x * side + image.shape[1]] = image
    if not cv2.imwrite(str(given.sheet), sheet):
        parser.error(f"cannot write {given.sheet}")


if __name__ == "__main__":
    main()

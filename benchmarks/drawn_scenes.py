"""How the whole chain reads drawn scenes that nobody learnt from: finder, reader and their belief.

python benchmarks/drawn_scenes.py [--model reader] [--finder finder] [--scenes 1000] [--seed 14]
    [--askew 25] [--blurred 1.5] [--cropped]

Other seeds and other people's handwriting than those of training. What is chosen about reading -
what the belief is fitted on, when a page is turned - is chosen here, never on real pictures.
"""

import argparse
import time
from collections import Counter
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet import Reader
from lenet.datasets.crops import load_held_scenes
from lenet.drawing.scenes import CUT, OTHER
from lenet.finder.matching import assign
from lenet.picture import Picture
from lenet.reader.proposals import propose

CONFIDENT = 0.9


def measure(reader: Reader, count: int, seed: int, askew: float, sigma: float) -> None:
    """Read scenes, and print a table.

    They are turned by `askew` degrees, one way and the other by turns, and blurred by `sigma`
    pixels.
    """
    scenes = load_held_scenes(count, seed, held_out=True)
    drawn = [
        (np.asarray(image), scenes.characters[first:last])
        for image, (first, last) in zip(scenes.images, pairwise(scenes.first), strict=True)
    ]
    if askew:
        drawn = [turned(*scene, askew * (-1) ** index) for index, scene in enumerate(drawn)]
    if sigma:
        drawn = [
            (np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.uint8), truth)
            for grey, truth in drawn
        ]
    counts: Counter[str] = Counter()
    start = time.perf_counter()
    for grey, truth in drawn:
        page = Picture(colour(grey), "scene")
        digits = sorted(reader.read(page).digits, key=lambda digit: -digit.probability)
        boxes = np.array([digit.box for digit in digits], np.float32).reshape(-1, 4)
        own, counted = assign(boxes, truth)
        wanted = int(((truth[:, 0] < 10) & (truth[:, 3:].max(1) >= 10)).sum())
        false = int((counted & (own < 0)).sum())
        right = 0
        for digit, place, counts_here in zip(digits, own.tolist(), counted.tolist(), strict=True):
            is_right = place >= 0 and digit.digit == truth[place, 0]
            right += is_right
            sure = digit.probability > CONFIDENT
            counts["sure"] += sure and counts_here
            counts["sure and wrong"] += sure and counts_here and not is_right
        counts["digits"] += wanted
        counts["found"] += int((own >= 0).sum())
        counts["right"] += right
        counts["false"] += false
        counts["exact"] += right == wanted and not false
        counts["empty"] += not wanted
        counts["empty with digits"] += not wanted and false > 0
    seconds = time.perf_counter() - start
    read = counts["found"] + counts["false"]
    if askew or sigma:
        print(f"Turned by {askew:g} degrees, blurred by {sigma:g} pixels:\n")
    print(
        "| scenes | digits | recall | precision | exact | digits in scenes without | > 0.9 wrong |"
    )
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {count} | {counts['digits']} | {counts['right'] / counts['digits']:.1%} |"
        f" {counts['right'] / read:.1%} | {counts['exact'] / count:.1%} |"
        f" {counts['empty with digits']} of {counts['empty']} |"
        f" {counts['sure and wrong'] / max(1, counts['sure']):.1%} of {counts['sure']} |"
    )
    print(f"\n{1000 * seconds / count:.0f} ms a scene")


def sides(reader: Reader, count: int, seed: int) -> None:
    """Print how many scenes are turned that are upright, and that lie on their side."""
    scenes = load_held_scenes(count, seed, held_out=True)
    finder = reader.networks.finder
    pages = [np.asarray(image) for image in scenes.images]
    lain = [np.ascontiguousarray(np.rot90(page)) for page in pages]
    upright, on_side = (
        [propose(Picture(colour(page), "scene"), finder)[0].turn.quarters for page in part]
        for part in (pages, lain)
    )
    print(f"\nOf {count} scenes upright, {np.count_nonzero(upright)} are turned;", end=" ")
    print(f"of them on their side, {np.count_nonzero(np.array(on_side) == 3)} are turned upright")


def cropped(reader: Reader, count: int, seed: int) -> None:
    """Print how `single` reads what a person crops out of scenes: one character and its edges."""
    scenes = load_held_scenes(count, seed, held_out=True)
    rng = np.random.default_rng(seed)
    counts: Counter[str] = Counter()
    for image, (first, last) in zip(scenes.images, pairwise(scenes.first), strict=True):
        characters = scenes.characters[first:last].astype(int)
        large = rng.permutation(np.flatnonzero(characters[:, 3:].max(1, initial=0) >= 12))
        for index in large[:3].tolist():
            label = characters[index, 0]
            place = crop_around(index, characters, rng)
            if label == CUT or place is None:
                continue
            page = Picture(colour(np.ascontiguousarray(np.asarray(image)[place])), "crop")
            digits = reader.read(page, single=True).digits
            kind = "digits" if label < OTHER else "others"
            counts[kind] += 1
            counts[f"{kind} right"] += digits[0].digit == label if digits else label == OTHER
    print("| digits | read right | other characters | refused |")
    print("|---|---|---|---|")
    shares = [f"{counts[f'{kind} right'] / counts[kind]:.1%}" for kind in ("digits", "others")]
    print(f"| {counts['digits']} | {shares[0]} | {counts['others']} | {shares[1]} |")


def crop_around(
    index: int, characters: NDArray[np.int_], rng: np.random.Generator
) -> tuple[slice, slice] | None:
    """Return rows and columns around one character, at random; None if others are too close.

    `characters` is (n, 5): label, left, top, width and height in pixels.
    """
    _, x, y, w, h = characters[index].tolist()
    others = np.delete(characters, index, 0)
    for _ in range(6):
        left, top, right, bottom = rng.uniform(0.15, 1.2, 4) * max(w, h)
        x0, y0 = max(0, int(x - left)), max(0, int(y - top))
        x1, y1 = int(x + w + right), int(y + h + bottom)
        beside = (others[:, 1] >= x1) | (others[:, 1] + others[:, 3] <= x0)
        if (beside | (others[:, 2] >= y1) | (others[:, 2] + others[:, 4] <= y0)).all():
            return slice(y0, y1), slice(x0, x1)
    return None


def turned(
    grey: NDArray[np.uint8], characters: NDArray[np.int16], degrees: float
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """Return a scene and its characters turned counter-clockwise, on a larger canvas."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    canvas = np.ceil(np.abs(matrix[:, :2]) @ (width, height)).astype(int)
    matrix[:, 2] += (canvas - (width, height)) / 2
    paper = float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    page = cv2.warpAffine(grey, matrix, canvas.tolist(), borderValue=paper)
    corners, extents = characters[:, 1:3], characters[:, 3:]
    middles = (corners + extents / 2 - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5
    # A character fills the ellipse in its box rather than the corners.
    reach = np.sqrt((extents / 2) ** 2 @ matrix[:, :2].T ** 2)
    boxes = np.rint(np.column_stack([middles - reach, 2 * reach]))
    return np.asarray(page, np.uint8), np.column_stack([characters[:, 0], boxes]).astype(np.int16)


def colour(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(grey[:, :, None], 3, 2)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", default="reader", help="a shipped model or a run folder")
    options.add_argument("--finder", default="finder", help="a shipped finder or a run folder")
    options.add_argument("--scenes", type=int, default=1_000)
    options.add_argument("--seed", type=int, default=14)
    options.add_argument("--askew", type=float, default=0, help="degrees to turn the scenes by")
    options.add_argument("--blurred", type=float, default=0, help="pixels to blur them by")
    options.add_argument("--cropped", action="store_true", help="only crops of one character")
    chosen = options.parse_args()
    reader = Reader(chosen.model, finder=chosen.finder, threads=1)
    if chosen.cropped:
        cropped(reader, chosen.scenes, chosen.seed)
        return
    measure(reader, chosen.scenes, chosen.seed, chosen.askew, chosen.blurred)
    sides(reader, min(chosen.scenes, 200), chosen.seed)


if __name__ == "__main__":
    main()

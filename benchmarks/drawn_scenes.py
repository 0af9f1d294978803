"""How the whole chain reads drawn scenes that nobody learnt from: finder, reader and their belief.

python benchmarks/drawn_scenes.py [--model reader] [--scenes 1000] [--seed 14]

Other seeds and other people's handwriting than those of training. What is chosen about reading -
what the belief is fitted on, when a page is turned - is chosen here, never on real pictures.
"""

import argparse
import time
from collections import Counter
from itertools import pairwise

import numpy as np

from lenet import Reader
from lenet.datasets.crops import load_held_scenes
from lenet.finder.matching import assign
from lenet.picture import Picture
from lenet.reader.proposals import CLEARLY, UNCLEAR, clearness

CONFIDENT = 0.9


def measure(reader: Reader, count: int, seed: int) -> None:
    """Read scenes, and print a table."""
    scenes = load_held_scenes(count, seed, held_out=True)
    counts: Counter[str] = Counter()
    start = time.perf_counter()
    for image, (first, last) in zip(scenes.images, pairwise(scenes.first), strict=True):
        truth = scenes.characters[first:last]
        page = Picture(np.repeat(np.asarray(image)[:, :, None], 3, 2), "scene")
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
    """Print how clearly scenes are seen upright and on their side."""
    scenes = load_held_scenes(count, seed, held_out=True)
    finder = reader.networks.finder
    upright, turned, better = [], [], 0
    for image in scenes.images:
        page = np.asarray(image)
        seen, clear = clearness(finder.find(page))
        if seen < 4:
            continue
        _, on_side = clearness(finder.find(np.ascontiguousarray(np.rot90(page))))
        upright.append(clear)
        turned.append(on_side)
        better += clear > CLEARLY * on_side
    print(f"\n{len(upright)} scenes of four characters or more: seen less clearly than {UNCLEAR}:")
    print(f"upright {np.mean(np.array(upright) < UNCLEAR):.1%}, on their side", end=" ")
    print(f"{np.mean(np.array(turned) < UNCLEAR):.1%}; upright", end=" ")
    print(f"{CLEARLY} times as clear in {better / len(upright):.1%}")
    print("clearness, 1st, 5th, 50th, 95th, 99th percentile: upright", end=" ")
    print(np.percentile(upright, [1, 5, 50, 95, 99]).round(2), "on their side", end=" ")
    print(np.percentile(turned, [1, 5, 50, 95, 99]).round(2))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", default="reader", help="a shipped model or a run folder")
    options.add_argument("--scenes", type=int, default=1_000)
    options.add_argument("--seed", type=int, default=14)
    chosen = options.parse_args()
    reader = Reader(chosen.model, threads=1)
    measure(reader, chosen.scenes, chosen.seed)
    sides(reader, min(chosen.scenes, 200), chosen.seed)


if __name__ == "__main__":
    main()

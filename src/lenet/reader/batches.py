"""From pictures to readings, many at a time."""

from collections.abc import Callable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet.errors import PictureError
from lenet.picture import Found, Picture, decode, find_digits
from lenet.reader.choosing import choose
from lenet.reader.classifier import Classifier, status_of
from lenet.reader.company import are_digits
from lenet.reader.reading import Digit, Reading, Rejection

Looked = tuple[str, Found] | PictureError  # a picture's name and what is found, or why nothing
Source = str | Path | bytes | Image.Image | NDArray[np.generic] | Picture

TOGETHER = 1_000_000  # pixels are decoded before they are searched


def batch_reader(
    classifier: Classifier, look: Callable[[list[Source]], list[Looked]], *policy: Any
) -> Callable[[list[Source]], list[Reading | PictureError]]:
    """Return what reads a list of pictures in a process of `Reader.read_many`."""
    cv2.setNumThreads(1)  # there are as many processes as cores
    return lambda pictures: judge(classifier, look(pictures), *policy)


def find_all(
    pictures: list[Source], *, single: bool, upside_down: bool, tiff: bool
) -> list[Looked]:
    """Return the name of each picture and what is found in it, or why it cannot be read.

    Some are decoded, then all of them searched: the code for either stays in the core's cache.
    """
    looked: list[Looked] = []
    pages: list[Picture | PictureError] = []
    pixels = 0
    for number, picture in enumerate(pictures, 1):
        try:
            page = picture if isinstance(picture, Picture) else decode(picture, tiff=tiff)
            pixels += page.pixels.size // 3
            pages.append(page)
        except PictureError as error:
            pages.append(error)
        if pixels > TOGETHER or number == len(pictures):
            for found in pages:
                if isinstance(found, Picture):
                    digits = find_digits(found, single=single, upside_down=upside_down)
                    looked.append((found.name, digits))
                else:
                    looked.append(found)
            pages, pixels = [], 0
    return looked


def judge(
    classifier: Classifier,
    pictures: Sequence[Looked],
    min_probability: float,
    keep_uncertain: bool,
) -> list[Reading | PictureError]:
    """Return the readings of pictures; all their crops go through the network together."""
    found = [picture[1] for picture in pictures if not isinstance(picture, PictureError)]
    chosen = choose(found, classifier)
    logits = np.concatenate([np.empty((0, 10), np.float32), *(logits for _, logits in chosen)])
    judgement = classifier.judge(logits, min_probability)
    lowest, scores = classifier.lowest_score, iter(judgement.scores.tolist())
    known = [
        are_digits(crops, list(islice(scores, len(crops))), lowest, picture.noise)
        for picture, (crops, _) in zip(found, chosen, strict=True)
    ]
    answers = zip(
        judgement.answers.tolist(),
        judgement.probabilities.tolist(),
        judgement.doubtful.tolist(),
        chain(*known),
        strict=True,
    )
    cut = (crops for crops, _ in chosen)
    readings: list[Reading | PictureError] = []
    for picture in pictures:
        if isinstance(picture, PictureError):
            readings.append(picture)
            continue
        name, regions = picture
        digits: list[Digit] = []
        rejected = [Rejection(region.box, region.reason) for region in regions.rejected]
        for crop in next(cut):
            digit, row, doubtful, is_digit = next(answers)
            status = status_of(not is_digit, doubtful)
            if status == "not_a_digit":
                rejected.append(Rejection(crop.box, status, crop.image))
            else:
                digits.append(Digit(digit, tuple(row), crop.box, crop.image, crop.row, status))
        outcome: Literal["digits", "nothing", "blank"] = (
            "digits" if digits else "nothing" if rejected else "blank"
        )
        readings.append(Reading(name, outcome, tuple(digits), tuple(rejected), keep_uncertain))
    return readings

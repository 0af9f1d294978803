"""Pictures in, readings out."""

import operator
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from lenet.errors import ModelError, PictureError, UsageError
from lenet.picture import Found, Picture, find_digits
from lenet.reader import workers
from lenet.reader.choosing import choose
from lenet.reader.classifier import MIN_PROBABILITY, Classifier, status_of
from lenet.reader.company import are_digits
from lenet.reader.inputs import LoadedInput, PictureInput, decode_input, load_input, load_inputs
from lenet.reader.reading import Digit, Reading, Rejection

DEFAULT_MODEL = "reader"
MAX_THREADS = 4096  # more than any machine has cores; the operating system allows few more
FEW = 32  # pictures are read sooner than processes have started
PART = 8  # of these are read at a time
# Pixels that are decoded before they are searched: the code for either stays in the core's cache.
PIXELS_TOGETHER = 1_000_000

Searched = tuple[str, Found] | PictureError  # a picture's name and regions, or why there are none


class Reader:
    """Reads pictures of digits; safe to use from several threads.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model, or a run folder.
    threads : int, optional
        CPU cores it may use; all by default.
    min_probability : float, optional
        A digit less probable than this is ``uncertain``, and ``?`` in the text.
    keep_uncertain : bool, optional
        Give uncertain digits in the text all the same.

    Attributes
    ----------
    classifier : Classifier
        The network.

    Raises
    ------
    UsageError
        No model has that name, `threads` is no number of cores, or `min_probability` is no
        probability.
    ModelError
        The model is missing, broken or altered, or its classes are not the ten digits.

    Examples
    --------
    >>> import numpy as np
    >>> reader = Reader()
    >>> page = np.full((60, 40), 255, np.uint8)
    >>> reader.read(page).status
    'blank'
    >>> page[10:50, 19:22] = 0
    >>> print(reader.read(page))
    1
    >>> [str(reading) for reading in reader.read_many([page, page])]
    ['1', '1']
    """

    def __init__(
        self,
        model: str | Path = DEFAULT_MODEL,
        threads: int = 0,
        *,
        min_probability: float = MIN_PROBABILITY,
        keep_uncertain: bool = False,
    ) -> None:
        from lenet.run import MODEL, Run  # slow to import, and other processes do not need it

        if not isinstance(model, str | os.PathLike):
            raise UsageError(f"model is {model!r}: give a shipped model's name, or a run folder")
        if not _is_probability(min_probability):
            raise UsageError(f"min_probability is {min_probability}: give a number from 0 to 1")
        self._policy = min_probability, keep_uncertain
        self._threads = _thread_count(threads)
        self.classifier = Classifier(Run.find(model).require_reader().read(MODEL), self._threads)
        if self.classifier.classes != tuple("0123456789"):
            raise ModelError(
                f"model {model} tells {len(self.classifier.classes)} classes apart, not the digits "
                "0 to 9, so it cannot read pictures: choose another --model"
            )

    def read(
        self,
        picture: PictureInput,
        *,
        single: bool = False,
        upside_down: bool = False,
        tiff: bool = False,
    ) -> Reading:
        """Read one picture.

        Parameters
        ----------
        picture : path, file, bytes, data URL, PIL image, array, or `lenet.picture.Picture`
            A file is open for reading bytes (`io.BytesIO` too), and is read from its start. Bytes
            are a file's content; a data URL holds them in base64. Arrays, and tensors of other
            libraries, are ``(h, w)`` with or without a channel axis of length 1, or have 3 (RGB) or
            4 (RGBA) channels: bool, uint8, other integers in 0..255, floats in 0..1 or in 0..255.
        single : bool
            It holds exactly one digit: all strokes belong to it.
        upside_down : bool
            It may be upside down: of both ways, take the one that the network believes more.
        tiff : bool
            Read TIFF files too, whose decoder is best kept away from strangers' uploads.

        Raises
        ------
        PictureError
            The input cannot be decoded, is too large, or is ambiguous.

        Examples
        --------
        >>> from importlib import resources
        >>> picture = str(resources.files("lenet").joinpath("pictures", "4-chalk.png"))
        >>> reading = Reader().read(picture)
        >>> reading.text, reading.digits[0].probability > 0.9
        ('4', True)
        """
        searched = search([load_input(picture)], single=single, upside_down=upside_down, tiff=tiff)
        [reading] = readings_of(searched, self.classifier, *self._policy)
        if isinstance(reading, PictureError):
            raise reading
        return reading

    def read_many(
        self,
        pictures: Iterable[PictureInput],
        *,
        single: bool = False,
        upside_down: bool = False,
        tiff: bool = False,
    ) -> Iterator[Reading | PictureError]:
        """Read any number of pictures, in order; one that cannot be read gives its error instead.

        Many are read by as many processes as there are cores, each with a network of its own.
        Only a few hundred are held at a time, so `pictures` may be a generator without end.

        Parameters
        ----------
        pictures : iterable
            Each as `read` takes it.
        single, upside_down, tiff : bool
            As in `read`.

        Raises
        ------
        UsageError
            `pictures` is one picture, or not iterable.
        DataError
            While reading: a process that read was ended from outside, by a lack of memory for
            instance.

        Examples
        --------
        >>> import numpy as np
        >>> for reading in Reader().read_many([np.zeros((9, 9), np.uint8), b"no picture"]):
        ...     print(type(reading).__name__)
        Reading
        PictureError
        """
        search_all = partial(search, single=single, upside_down=upside_down, tiff=tiff)
        return self._read_all(load_inputs(pictures), search_all)

    def _read_all(
        self,
        pictures: Iterator[LoadedInput],
        search_all: Callable[[list[LoadedInput]], list[Searched]],
    ) -> Iterator[Reading | PictureError]:
        cores = self._threads or _cores()
        task = (self.classifier, search_all, *self._policy)
        taken = 0
        with ThreadPoolExecutor(cores) as pool:

            def here(pictures: list[LoadedInput]) -> list[Reading | PictureError]:
                parts = pool.map(search_all, ([picture] for picture in pictures))
                searched = list(chain.from_iterable(parts))
                return readings_of(searched, self.classifier, *self._policy)

            while part := list(islice(pictures, PART)):
                if taken >= FEW and cores > 1 and workers.possible():
                    rest = chain(part, pictures)
                    with closing(workers.run(rest, here, batch_reader, task, cores)) as readings:
                        yield from readings
                    return
                yield from here(part)
                taken += len(part)


def batch_reader(
    classifier: Classifier, search_all: Callable[[list[LoadedInput]], list[Searched]], *policy: Any
) -> Callable[[list[LoadedInput]], list[Reading | PictureError]]:
    """Return the function that reads lists of pictures in a process of `Reader.read_many`."""
    cv2.setNumThreads(1)  # there are as many processes as cores
    return lambda pictures: readings_of(search_all(pictures), classifier, *policy)


def search(
    pictures: list[LoadedInput], *, single: bool, upside_down: bool, tiff: bool
) -> list[Searched]:
    """Return the name of each picture and its regions, or why it cannot be read."""
    searched: list[Searched] = []
    pages: list[Picture | PictureError] = []
    pixels = 0
    for number, picture in enumerate(pictures, 1):
        try:
            page = decode_input(picture, tiff=tiff)
            pixels += page.pixels.size // 3
            pages.append(page)
        except PictureError as error:
            pages.append(error)
        if pixels > PIXELS_TOGETHER or number == len(pictures):
            for decoded in pages:
                if isinstance(decoded, Picture):
                    regions = find_digits(decoded, single=single, upside_down=upside_down)
                    searched.append((decoded.name, regions))
                else:
                    searched.append(decoded)
            pages, pixels = [], 0
    return searched


def readings_of(
    pictures: Sequence[Searched],
    classifier: Classifier,
    min_probability: float = MIN_PROBABILITY,
    keep_uncertain: bool = False,
) -> list[Reading | PictureError]:
    """Return the readings of pictures; all their crops go through the network together."""
    found = [picture[1] for picture in pictures if not isinstance(picture, PictureError)]
    chosen = choose(found, classifier)
    logits = np.concatenate([np.empty((0, 10), np.float32), *(logits for _, logits in chosen)])
    judgement = classifier.judge(logits, min_probability)
    scores = iter(judgement.scores.tolist())
    accepted = [
        are_digits(crops, list(islice(scores, len(crops))), classifier.lowest_score, regions.noise)
        for regions, (crops, _) in zip(found, chosen, strict=True)
    ]
    answers = zip(
        judgement.answers.tolist(),
        judgement.probabilities.tolist(),
        judgement.doubtful.tolist(),
        chain(*accepted),
        strict=True,
    )
    crops_of_each = (crops for crops, _ in chosen)
    readings: list[Reading | PictureError] = []
    for picture in pictures:
        if isinstance(picture, PictureError):
            readings.append(picture)
            continue
        name, regions = picture
        digits: list[Digit] = []
        rejected = [Rejection(region.box, region.reason) for region in regions.rejected]
        for crop in next(crops_of_each):
            digit, probabilities, doubtful, is_digit = next(answers)
            status = status_of(not is_digit, doubtful)
            if status == "not_a_digit":
                rejected.append(Rejection(crop.box, status, crop.image))
            else:
                digits.append(
                    Digit(digit, tuple(probabilities), crop.box, crop.image, crop.row, status)
                )
        outcome: Literal["digits", "nothing", "blank"] = (
            "digits" if digits else "nothing" if rejected else "blank"
        )
        readings.append(Reading(name, outcome, tuple(digits), tuple(rejected), keep_uncertain))
    return readings


def _is_probability(value: object) -> bool:
    return isinstance(value, float | int | np.floating) and bool(0 <= value <= 1)


def _thread_count(threads: object) -> int:
    try:
        count = operator.index(threads)  # type: ignore[arg-type]
    except TypeError:
        count = -1
    if not 0 <= count <= MAX_THREADS:
        raise UsageError(
            f"threads is {threads!r}: give a whole number of CPU cores, {MAX_THREADS} at most, "
            "or 0 for all of them"
        )
    return count


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))  # those that this process may use
    return os.cpu_count() or 1

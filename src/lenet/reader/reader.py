"""Pictures in, readings out."""

import operator
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np

from lenet.errors import ModelError, PictureError, UsageError
from lenet.picture import Found, Picture, find_digits
from lenet.picture.page_numbers import ONLY_FIRST, PageError, PageNumbers, Pages
from lenet.reader import workers
from lenet.reader.choosing import choose
from lenet.reader.classifier import MIN_PROBABILITY, Classifier, status_of
from lenet.reader.company import are_digits
from lenet.reader.inputs import (
    LoadedInput,
    PictureInput,
    decode_input,
    decode_input_pages,
    load_input,
    load_inputs,
)
from lenet.reader.reading import Digit, Reading, Rejection

DEFAULT_MODEL = "reader"
MAX_THREADS = 4096  # more than any machine has cores; the operating system allows few more
FEW = 32  # pictures are read sooner than processes have started
PART = 8  # of these are read at a time
# Pixels that are decoded before they are searched: the code for either stays in the core's cache.
PIXELS_TOGETHER = 1_000_000


class Regions(NamedTuple):
    """What was found on a page; `name`, `page` and `of_several` are those of its `Picture`."""

    name: str
    found: Found
    page: int = 1
    of_several: bool = False


class Document(NamedTuple):
    """A source that is to be read page by page."""

    source: LoadedInput


Searched = Regions | Document | PictureError
Answer = Reading | Document | PictureError


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
        all_formats: bool = False,
    ) -> Reading:
        """Read one picture; of a document its first page, of an animation one frame.

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
        all_formats : bool
            Read TIFF, PDF, HEIC and AVIF too, whose decoders are best kept away from strangers'
            uploads. PDF and HEIC need the extra `documents`.

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
        search = Search(single, upside_down, all_formats, ONLY_FIRST)
        [reading] = readings_of(search([load_input(picture)]), self.classifier, *self._policy)
        if isinstance(reading, PictureError):
            raise reading
        assert isinstance(reading, Reading), "only more than the first page makes a document"
        return reading

    def read_pages(
        self,
        picture: PictureInput,
        pages: Pages = None,
        *,
        single: bool = False,
        upside_down: bool = False,
        all_formats: bool = False,
    ) -> Iterator[Reading | PictureError]:
        """Read the pages of a document, in order; one that cannot be read gives its error instead.

        Few pages are held at a time, however many there are.

        Parameters
        ----------
        picture, single, upside_down, all_formats
            As in `read`.
        pages : str, int or iterable of int, optional
            Which pages, counted from 1: ``"2-5"``, ``"2-"``, ``"1,3"``, ``range(2, 6)``; all of
            them by default.

        Raises
        ------
        PictureError
            While reading: nothing of the document can be read.
        UsageError
            `pages` are no numbers of pages.

        Examples
        --------
        >>> import io
        >>> from PIL import Image
        >>> file, page = io.BytesIO(), Image.new("L", (40, 60), 255)
        >>> page.save(file, "TIFF", save_all=True, append_images=[page])
        >>> readings = Reader().read_pages(file, all_formats=True)
        >>> [(reading.page, reading.status) for reading in readings]
        [(1, 'blank'), (2, 'blank')]
        """
        search = Search(single, upside_down, all_formats, PageNumbers.of(pages))
        return self._read_document(load_input(picture), search)

    def read_many(
        self,
        pictures: Iterable[PictureInput],
        *,
        single: bool = False,
        upside_down: bool = False,
        all_formats: bool = False,
        pages: Pages = None,
    ) -> Iterator[Reading | PictureError]:
        """Read any number of pictures, in order; one that cannot be read gives its error instead.

        Each page of a document gives a reading of its own; `Reading.page` is its number. Only with
        `all_formats` is there more than one.

        Many are read by as many processes as there are cores, each with a network of its own.
        Only a few hundred are held at a time, so `pictures` may be a generator without end.

        Parameters
        ----------
        pictures : iterable
            Each as `read` takes it.
        single, upside_down, all_formats : bool
            As in `read`.
        pages : optional
            Which pages of each, as in `read_pages`.

        Raises
        ------
        UsageError
            `pictures` is one picture, or not iterable; or `pages` are no numbers of pages.
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
        readings = self.read_each(
            pictures,
            single=single,
            upside_down=upside_down,
            all_formats=all_formats,
            pages=pages,
        )
        return (reading for _, reading in readings)

    def read_each(
        self,
        pictures: Iterable[PictureInput],
        *,
        single: bool = False,
        upside_down: bool = False,
        all_formats: bool = False,
        pages: Pages = None,
    ) -> Iterator[tuple[int, Reading | PictureError]]:
        """Read as `read_many` does; each reading comes with the index of its picture."""
        search = Search(single, upside_down, all_formats, PageNumbers.of(pages))
        return self._read_all(load_inputs(pictures), search)

    def _read_all(
        self, pictures: Iterator[LoadedInput], search: "Search"
    ) -> Iterator[tuple[int, Reading | PictureError]]:
        for index, answer in enumerate(self._answers(pictures, search)):
            if not isinstance(answer, Document):
                yield index, answer
                continue
            try:
                for reading in self._read_document(answer.source, search):
                    yield index, reading
            except PictureError as error:  # the file was removed meanwhile
                yield index, error

    def _read_document(
        self, source: LoadedInput, search: "Search"
    ) -> Iterator[Reading | PictureError]:
        cores = self._threads or _cores()
        pages = decode_input_pages(source, search.pages, all_formats=search.all_formats)
        with ThreadPoolExecutor(cores) as pool:
            while part := list(islice(pages, cores)):
                searched = list(chain.from_iterable(pool.map(search, ([page] for page in part))))
                for reading in readings_of(searched, self.classifier, *self._policy):
                    assert not isinstance(reading, Document), "these are its pages"
                    yield reading

    def _answers(self, pictures: Iterator[LoadedInput], search: "Search") -> Iterator[Answer]:
        cores = self._threads or _cores()
        task = (self.classifier, search, *self._policy)
        taken = 0
        with ThreadPoolExecutor(cores) as pool:

            def here(pictures: list[LoadedInput]) -> list[Answer]:
                parts = pool.map(search, ([picture] for picture in pictures))
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
    classifier: Classifier, search: "Search", *policy: Any
) -> Callable[[list[LoadedInput]], list[Answer]]:
    """Return the function that reads lists of pictures in a process of `Reader.read_many`."""
    cv2.setNumThreads(1)  # there are as many processes as cores
    return lambda pictures: readings_of(search(pictures), classifier, *policy)


@dataclass(frozen=True)
class Search:
    """How pictures are decoded and searched; what `Reader.read` was asked for."""

    single: bool
    upside_down: bool
    all_formats: bool
    pages: PageNumbers

    def __call__(self, pictures: list[LoadedInput]) -> list[Searched]:
        """Return the regions of each picture, or why it cannot be read."""
        searched: list[Searched] = []
        pages: list[Picture | Document | PictureError] = []
        pixels = 0
        for number, picture in enumerate(pictures, 1):
            try:
                page = self._decode(picture)
                pixels += page.pixels.size // 3 if isinstance(page, Picture) else 0
                pages.append(page)
            except PictureError as error:
                pages.append(error)
            if pixels > PIXELS_TOGETHER or number == len(pictures):
                searched += map(self._regions, pages)
                pages, pixels = [], 0
        return searched

    def _decode(self, source: LoadedInput) -> Picture | Document:
        if isinstance(source, Picture | PictureError) or self.pages == ONLY_FIRST:
            return decode_input(source, all_formats=self.all_formats)
        if 1 not in self.pages:
            return Document(source)
        try:
            picture = decode_input(source, all_formats=self.all_formats)
        except PageError:  # the pages after it may be good
            return Document(source)
        in_parts = picture.of_several or self.pages.missing(picture.name, 1)
        return Document(source) if in_parts else picture

    def _regions(self, page: Picture | Document | PictureError) -> Searched:
        if not isinstance(page, Picture):
            return page
        found = find_digits(page, single=self.single, upside_down=self.upside_down)
        return Regions(page.name, found, page.page, page.of_several)


def readings_of(
    pictures: Sequence[Searched],
    classifier: Classifier,
    min_probability: float = MIN_PROBABILITY,
    keep_uncertain: bool = False,
) -> list[Answer]:
    """Return the readings of pictures; all their crops go through the network together."""
    found = [picture.found for picture in pictures if isinstance(picture, Regions)]
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
    readings: list[Answer] = []
    for picture in pictures:
        if not isinstance(picture, Regions):
            readings.append(picture)
            continue
        digits: list[Digit] = []
        rejected = [Rejection(region.box, region.reason) for region in picture.found.rejected]
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
        name, _, page, of_several = picture
        answer = Reading(
            name, outcome, tuple(digits), tuple(rejected), keep_uncertain, page, of_several
        )
        readings.append(answer)
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

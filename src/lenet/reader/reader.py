"""Pictures in, readings out."""

import operator
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenet.errors import PictureError, UsageError
from lenet.finder import POLARITIES, Finder
from lenet.picture import Polarity
from lenet.picture.page_numbers import ONLY_FIRST, PageNumbers, Pages
from lenet.reader import workers
from lenet.reader.belief import Belief
from lenet.reader.classifier import MIN_PROBABILITY, Classifier
from lenet.reader.inputs import (
    LoadedInput,
    PictureInput,
    decode_input_pages,
    load_input,
    load_inputs,
)
from lenet.reader.page_reading import Networks, Options, refuse_idle
from lenet.reader.reading import Reading
from lenet.reader.task import Answer, Document, Task, in_a_process
from lenet.runtime import available_cores
from lenet.storage import sha256

if TYPE_CHECKING:
    from lenet.run import Run

DEFAULT_MODEL = "reader"
DEFAULT_FINDER = "finder"
MAX_THREADS = 4096  # more than any machine has cores; the operating system allows few more
FEW = 32  # pictures are read sooner than processes have started
PART = 8  # of these are read at a time


class Reader:
    """Reads pictures of digits; safe to use from several threads.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model, or a run folder. Its classes need not be the ten digits.
    threads : int, optional
        CPU cores it may use; all by default.
    min_probability : float, optional
        A digit less probable than this is ``uncertain``, and ``?`` in the text.
    keep_uncertain : bool, optional
        Give uncertain digits in the text all the same.
    finder : str or Path, optional
        The finder: the name of a shipped one, or a run folder.
    polarity : {"dark", "light", "auto"}, optional
        What the ink of small plain pictures is: dark on light, light on dark, or as each looks. By
        default as the model learnt it.

    Attributes
    ----------
    networks : Networks
        What it reads with.

    Raises
    ------
    UsageError
        No model has that name, `threads` is no number of cores, `min_probability` is no
        probability, or there is no such polarity.
    ModelError
        A model is missing, broken or altered.

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
        finder: str | Path = DEFAULT_FINDER,
        polarity: Polarity | None = None,
    ) -> None:
        from lenet.run import Run  # slow to import, and other processes do not need it

        for kind, name in (("model", model), ("finder", finder)):
            if not isinstance(name, str | os.PathLike):
                raise UsageError(
                    f"{kind} is {name!r}: give a shipped {kind}'s name, or a run folder"
                )
        if not _is_probability(min_probability):
            raise UsageError(f"min_probability is {min_probability}: give a number from 0 to 1")
        if polarity is not None and polarity not in POLARITIES:
            raise UsageError(f"polarity is {polarity!r}: say {', '.join(POLARITIES)}")
        self._policy = min_probability, keep_uncertain
        self._threads = _thread_count(threads)
        networks = load_networks(Run.find(model), Run.find(finder), self._threads)
        self.networks = replace(networks, polarity=polarity)

    @property
    def classifier(self) -> Classifier:
        """The network that reads digit images."""
        return self.networks.classifier

    def read(
        self,
        picture: PictureInput,
        *,
        single: bool = False,
        upside_down: bool = False,
        grid: bool = False,
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
            It holds exactly one digit, whether the finder finds it or not.
        upside_down : bool
            It may be upside down: of both ways, take the one in which more is believed. Not with
            `single`: a 6 would be a 9.
        grid : bool
            It holds a grid, as a sudoku: each cell of it is in the text, an empty one as ``.``. Not
            with `single`.
        all_formats : bool
            Read TIFF, PDF, HEIC and AVIF too, whose decoders are best kept away from strangers'
            uploads. PDF and HEIC need the extra `documents`.

        Raises
        ------
        PictureError
            The input cannot be decoded, is too large, or is ambiguous.
        UsageError
            An option would have no effect.

        Examples
        --------
        >>> from importlib import resources
        >>> picture = str(resources.files("lenet").joinpath("pictures", "4-chalk.png"))
        >>> reading = Reader().read(picture)
        >>> reading.text, reading.digits[0].probability > 0.9
        ('4', True)
        """
        task = self._task(Options(single, upside_down, grid), ONLY_FIRST, all_formats)
        [reading] = task([load_input(picture)])
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
        grid: bool = False,
        all_formats: bool = False,
    ) -> Iterator[Reading | PictureError]:
        """Read the pages of a document, in order; one that cannot be read gives its error instead.

        Few pages are held at a time, however many there are.

        Parameters
        ----------
        picture, single, upside_down, grid, all_formats
            As in `read`.
        pages : str, int or iterable of int, optional
            Which pages, counted from 1: ``"2-5"``, ``"2-"``, ``"1,3"``, ``range(2, 6)``; all of
            them by default.

        Raises
        ------
        PictureError
            While reading: nothing of the document can be read.
        UsageError
            `pages` are no numbers of pages, or an option would have no effect.

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
        task = self._task(Options(single, upside_down, grid), PageNumbers.of(pages), all_formats)
        return self._read_document(load_input(picture), task)

    def read_many(
        self,
        pictures: Iterable[PictureInput],
        *,
        single: bool = False,
        upside_down: bool = False,
        grid: bool = False,
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
        single, upside_down, grid, all_formats : bool
            As in `read`.
        pages : optional
            Which pages of each, as in `read_pages`.

        Raises
        ------
        UsageError
            `pictures` is one picture, or not iterable; `pages` are no numbers of pages; or an
            option would have no effect.
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
            grid=grid,
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
        grid: bool = False,
        all_formats: bool = False,
        pages: Pages = None,
    ) -> Iterator[tuple[int, Reading | PictureError]]:
        """Read as `read_many` does; each reading comes with the index of its picture."""
        task = self._task(Options(single, upside_down, grid), PageNumbers.of(pages), all_formats)
        return self._read_all(load_inputs(pictures), task)

    def _task(self, options: Options, pages: PageNumbers, all_formats: bool) -> Task:
        least, keep = self._policy
        options = replace(options, min_probability=least, keep_uncertain=keep)
        refuse_idle(options, self.networks)
        return Task(self.networks, options, all_formats, pages)

    def _read_all(
        self, pictures: Iterator[LoadedInput], task: Task
    ) -> Iterator[tuple[int, Reading | PictureError]]:
        for index, answer in enumerate(self._answers(pictures, task)):
            if not isinstance(answer, Document):
                yield index, answer
                continue
            try:
                for reading in self._read_document(answer.source, task):
                    yield index, reading
            except PictureError as error:  # the file was removed meanwhile
                yield index, error

    def _read_document(self, source: LoadedInput, task: Task) -> Iterator[Reading | PictureError]:
        cores = self._threads or available_cores()
        pages = decode_input_pages(source, task.pages, all_formats=task.all_formats)
        with ThreadPoolExecutor(cores) as pool:
            while part := list(islice(pages, cores)):
                for reading in chain.from_iterable(pool.map(task.read, ([page] for page in part))):
                    assert not isinstance(reading, Document), "these are its pages"
                    yield reading

    def _answers(self, pictures: Iterator[LoadedInput], task: Task) -> Iterator[Answer]:
        cores = self._threads or available_cores()
        taken = 0
        with ThreadPoolExecutor(cores) as pool:

            def here(pictures: list[LoadedInput]) -> list[Answer]:
                parts = pool.map(task, ([picture] for picture in pictures))
                return list(chain.from_iterable(parts))

            while part := list(islice(pictures, PART)):
                if taken >= FEW and cores > 1 and workers.possible():
                    rest = chain(part, pictures)
                    with closing(workers.run(rest, here, in_a_process, (task,), cores)) as readings:
                        yield from readings
                    return
                yield from here(part)
                taken += len(part)


@lru_cache(maxsize=2)  # models that are served together share it
def _open_finder(model: bytes, threads: int) -> Finder:
    return Finder(model, threads)


def load_networks(model: "Run", finder: "Run", threads: int = 0) -> Networks:
    """Load a reader and a finder, and what to believe of these two if that was fitted.

    Raises
    ------
    ModelError
        A file is missing, broken or altered, or a model is of another kind.
    """
    from lenet.run import BELIEF, MODEL

    content = model.require_reader().read(MODEL)
    classifier = Classifier(content, threads)
    network = _open_finder(finder.require_finder().read(MODEL), threads)
    belief = None
    if BELIEF in model.manifest.files:
        belief = Belief.from_json(model.read(BELIEF))
        if (belief.finder, belief.reader) != (network.digest, sha256(content)):
            belief = None  # fitted for another finder, or the reader was exported anew
    return Networks(classifier, network, belief)


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

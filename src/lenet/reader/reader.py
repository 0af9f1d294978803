"""Pictures in, readings out."""

import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import chain, islice
from pathlib import Path

from lenet.errors import ModelError, PictureError, UsageError
from lenet.reader.batches import Source, batch_reader, find_all, judge
from lenet.reader.classifier import MIN_PROBABILITY, Classifier
from lenet.reader.reading import Reading
from lenet.reader.workers import possible, run

DEFAULT_MODEL = "reader"
FEW = 32  # pictures are read sooner than processes have started
PART = 8  # of these are read at a time


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
        Say uncertain digits in the text all the same.

    Attributes
    ----------
    classifier : Classifier
        The network.

    Raises
    ------
    UsageError
        No model has that name, or `min_probability` is no probability.
    ModelError
        The model is missing, broken or altered, or does not tell the ten digits apart.

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
        from lenet.run import MODEL, Run  # takes long to import, and no other process needs it

        if not 0 <= min_probability <= 1:
            raise UsageError(f"min_probability is {min_probability}: give a number from 0 to 1")
        self._policy = min_probability, keep_uncertain
        self._threads = threads
        self.classifier = Classifier(Run.find(model).read(MODEL), threads)
        if self.classifier.classes != tuple("0123456789"):
            raise ModelError(
                f"model {model} tells {len(self.classifier.classes)} classes apart, not the digits "
                "0 to 9, so it cannot read pictures: choose another --model"
            )

    def read(
        self,
        picture: Source,
        *,
        single: bool = False,
        upside_down: bool = False,
        tiff: bool = False,
    ) -> Reading:
        """Read one picture.

        Parameters
        ----------
        picture : path, bytes of a file, PIL image, array, or `lenet.picture.Picture`
            Arrays are ``(h, w)``, ``(h, w, 3)`` or ``(h, w, 4)``: uint8, or bool or float in 0..1.
        single : bool
            It holds exactly one digit: all strokes belong to it.
        upside_down : bool
            It may stand on its head: take the way up that the network believes more.
        tiff : bool
            Read TIFF files too, whose decoder is best kept away from strangers' uploads.

        Raises
        ------
        PictureError
            It cannot be decoded, or is too large.

        Examples
        --------
        >>> from importlib import resources
        >>> picture = str(resources.files("lenet").joinpath("pictures", "4-chalk.png"))
        >>> reading = Reader().read(picture)
        >>> reading.text, reading.digits[0].probability > 0.9
        ('4', True)
        """
        if isinstance(picture, list | tuple):
            raise PictureError(
                f"found a {type(picture).__name__}, and one picture is read: "
                "use read_many for several, an array for pixels"
            )
        found = find_all([picture], single=single, upside_down=upside_down, tiff=tiff)
        [reading] = judge(self.classifier, found, *self._policy)
        if isinstance(reading, PictureError):
            raise reading
        return reading

    def read_many(
        self,
        pictures: Iterable[Source],
        *,
        single: bool = False,
        upside_down: bool = False,
        tiff: bool = False,
    ) -> Iterator[Reading | PictureError]:
        """Read any number of pictures, in order; one that cannot be read gives its error instead.

        Many are read by as many processes as there are cores, each with a network of its own.
        However many there are, only a few hundred are held at a time, so `pictures` may be a
        generator without end.

        Parameters
        ----------
        pictures : iterable
            Each as `read` takes it.
        single, upside_down, tiff : bool
            As of `read`.

        Raises
        ------
        DataError
            A process that read was ended from outside, for want of memory for instance.

        Examples
        --------
        >>> import numpy as np
        >>> for reading in Reader().read_many([np.zeros((9, 9), np.uint8), b"no picture"]):
        ...     print(type(reading).__name__)
        Reading
        PictureError
        """
        cores = self._threads or _cores()
        look = partial(find_all, single=single, upside_down=upside_down, tiff=tiff)
        task = (self.classifier, look, *self._policy)
        rest, taken = iter(pictures), 0
        with ThreadPoolExecutor(cores) as pool:

            def here(pictures: list[Source]) -> list[Reading | PictureError]:
                looked = chain.from_iterable(pool.map(look, ([picture] for picture in pictures)))
                return judge(self.classifier, list(looked), *self._policy)

            while part := list(islice(rest, PART)):
                if taken >= FEW and cores > 1 and possible():
                    all_the_rest = run(chain(part, rest), here, batch_reader, task, cores)
                    with closing(all_the_rest) as readings:
                        yield from readings
                    return
                yield from here(part)
                taken += len(part)


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))  # those that this process may use
    return os.cpu_count() or 1

"""Pictures of a source, each of one thing, which become images as `predict` makes them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.source import SKIP_BROKEN
from lenet.errors import DataError, PictureError, UsageError
from lenet.finder import Fit, Preparation, polarity_of, prepare, shipped_finder
from lenet.picture import Picture, Polarity, decode, decode_pages
from lenet.picture.page_numbers import PageError
from lenet.runtime import available_cores

MOST_LISTED = 10  # pictures in an error or a note; of more, their number
NOTHING = "shows nothing"
WORDS = {"dark": "dark on light", "light": "light on dark"}


@dataclass(frozen=True)
class PictureOptions:
    """What stands behind the place of a source of pictures, as ``?fit=squeeze&polarity=dark``.

    Attributes
    ----------
    fit : {"ink", "squeeze"}, optional
        As in `Preparation`; "ink" by default.
    polarity : {"dark", "light", "auto"}, optional
        As in `Preparation`; by default what most of the pictures are.
    skip_broken : bool
        Go on without pictures that cannot be read.
    """

    fit: Fit | None = None
    polarity: Polarity | None = None
    skip_broken: bool = False


def parse_place(kind: str, place: str) -> tuple[Path, PictureOptions]:
    """Return the path and the options of a source of pictures.

    Raises
    ------
    UsageError
        There is no such option.

    Examples
    --------
    >>> path, options = parse_place("folder", "shirts?fit=squeeze&skip-broken")
    >>> str(path), options
    ('shirts', PictureOptions(fit='squeeze', polarity=None, skip_broken=True))
    """
    path, mark, text = place.partition("?")
    fit: Fit | None = None
    polarity: Polarity | None = None
    skip_broken = False
    for word in text.split("&") if mark else []:
        match word.split("="):
            case ["fit", "ink" | "squeeze" as value]:
                fit = value
            case ["polarity", "dark" | "light" | "auto" as value]:
                polarity = value
            case [name] if name == SKIP_BROKEN:
                skip_broken = True
            case _:
                raise UsageError(
                    f"{kind}:{place}: no option {word!r}; there are ?fit=ink, ?fit=squeeze, "
                    f"?polarity=dark, light or auto, and ?{SKIP_BROKEN}, joined by &"
                )
    return Path(path).expanduser(), PictureOptions(fit, polarity, skip_broken)


class Given(NamedTuple):
    """A picture with its label.

    Attributes
    ----------
    picture : Path, or bytes of a file
    name : str
        What errors and notes call it.
    label : int
    part : int
        0 for training, 1 for testing.
    """

    picture: Path | bytes
    name: str
    label: int
    part: int = 0


class _Image(NamedTuple):
    pixels: NDArray[np.uint8]
    looks: Literal["dark", "light"] | None
    page: NDArray[np.uint8] | None  # if it is small, to make another image of it
    size: tuple[int, int]  # width and height of the picture, pixels


@dataclass
class Pictures:
    """Gathers the pictures of a source, and makes images of them.

    Attributes
    ----------
    source : str
        As it was written.
    options : PictureOptions
        What they say comes first.
    learnt : Preparation, optional
        How a model that shall read the pictures takes them; without one, most pictures decide their
        polarity.
    keeps_blank : bool
        Whether a picture that shows nothing is an image too, all paper, instead of an error.
    """

    source: str
    options: PictureOptions
    learnt: Preparation | None = None
    keeps_blank: bool = False
    _images: list[_Image] = field(default_factory=list)
    _origins: list[Given] = field(default_factory=list)
    _broken: list[str] = field(default_factory=list)
    _count: int = 0

    def __len__(self) -> int:
        return self._count

    @property
    def fit(self) -> Fit:
        """How a picture becomes an image."""
        return self.options.fit or (self.learnt.fit if self.learnt else "ink")

    @property
    def polarity(self) -> Polarity | None:
        """What the pictures are taken for; None: what most of them are."""
        return self.options.polarity or (self.learnt.polarity if self.learnt else None)

    def add(
        self, given: Sequence[Given], report: Callable[[int], None] = lambda count: None
    ) -> None:
        """Read pictures; each page of a document is an image of its own.

        `report` is called with the number of pictures read since it was called last.
        """
        self._count += len(given)
        with ThreadPoolExecutor(available_cores()) as pool:
            for each, (images, errors) in zip(given, pool.map(self._read, given), strict=True):
                self._images += images
                # A note needs no more than the name.
                self._origins += [each._replace(picture=b"")] * len(images)
                self._broken += errors
                report(1)

    def finish(self) -> tuple[Preparation, list[str]]:
        """Decide what polarity the pictures have; return how they were prepared, and notes.

        Raises
        ------
        DataError
            Pictures cannot be read or show nothing, and they are not to be skipped.
        """
        notes = self._judge_broken()
        votes = Counter(image.looks for image in self._images if image.looks)
        polarity: Polarity = self.polarity or "auto"
        if votes and self.polarity is None:
            polarity = "dark" if votes["dark"] > votes["light"] else "light"
        preparation = Preparation(self.fit, polarity)
        sizes = self._sizes()
        what = "pictures" if self.fit == "squeeze" else "small plain pictures"
        if polarity == "auto":
            return preparation, [*notes, *sizes]
        others = [
            index
            for index, image in enumerate(self._images)
            if image.looks and image.looks != polarity
        ]
        for index in others if self.polarity is None else []:
            image = self._images[index]
            pixels = 255 - image.pixels  # of a squeezed picture
            if image.page is not None:
                pixels = prepare(image.page, preparation, shipped_finder).image
            self._images[index] = image._replace(pixels=pixels)
        if others:
            names = [self._origins[index].name for index in others]
            notes.append(
                f"{len(others):,} of {votes.total():,} {what} look "
                f"{WORDS['light' if polarity == 'dark' else 'dark']}, but are taken for "
                f"{WORDS[polarity]} as {self._whose()}: {listed(names)}; ?polarity=auto takes each "
                "as it looks"
            )
        elif votes:
            notes.append(f"{votes.total():,} {what} are {WORDS[polarity]}")
        return preparation, [*notes, *sizes]

    def part(self, part: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return the images of a part, (n, 28, 28), and their labels; n may be 0."""
        own = [index for index, origin in enumerate(self._origins) if origin.part == part]
        images = np.zeros((len(own), 28, 28), np.uint8)
        for place, index in enumerate(own):
            images[place] = self._images[index].pixels
        return images, np.array([self._origins[index].label for index in own], np.int64)

    def _whose(self) -> str:
        """Say whose polarity pictures are given that look otherwise."""
        if self.options.polarity:
            return "the source says"
        return "the model learnt it" if self.learnt else "the others"

    def _sizes(self) -> list[str]:
        """Say how large the pictures are; nothing if there are none."""
        if not self._images:
            return []
        every = sorted({image.size for image in self._images}, key=lambda size: size[0] * size[1])
        smallest, largest = (f"{width}×{height}" for width, height in (every[0], every[-1]))
        span = smallest if smallest == largest else f"{smallest} to {largest}"
        return [f"the pictures have {span} pixels"]

    def _judge_broken(self) -> list[str]:
        if not self._broken:
            return []
        told = f"{len(self._broken):,} of {self._count:,} pictures"
        if not self.options.skip_broken:
            is_blank = self.fit == "ink" and any(error.endswith(NOTHING) for error in self._broken)
            raise DataError(
                f"{self.source}: {told} cannot be used: {listed(self._broken)}; repair or remove "
                "them, or go on without them: --skip-broken, or ?skip-broken behind the source"
                + ("; ?fit=squeeze is for pictures of no writing" if is_blank else "")
            )
        return [f"{told} are left out, they cannot be used: {listed(self._broken)}"]

    def _read(self, given: Given) -> tuple[list[_Image], list[str]]:
        images: list[_Image] = []
        errors: list[str] = []
        for page in _pages(given):
            if isinstance(page, PictureError):
                errors.append(str(page).partition(";")[0])
            elif image := self._image(page):
                images.append(image)
            else:
                errors.append(f"{given.name} {NOTHING}")
        return images, errors

    def _image(self, page: Picture) -> _Image | None:
        fit, polarity = self.fit, self.polarity or "auto"
        looks = polarity_of(page.pixels, fit)
        image = prepare(page.pixels, Preparation(fit, polarity), shipped_finder).image
        if not image.any() and not self.keeps_blank:
            return None
        height, width = (round(side * page.reduced) for side in page.pixels.shape[:2])
        kept = page.pixels if looks and fit == "ink" else None
        return _Image(image, looks, kept, (width, height))


def _pages(given: Given) -> Iterator[Picture | PictureError]:
    """Yield the pages of a picture, or why it cannot be read."""
    try:
        first = decode(given.picture, name=given.name, all_formats=True)
    except PictureError as error:
        yield error
        if not isinstance(error, PageError):
            return
    else:
        yield first
        if not first.of_several:
            return
    try:
        yield from decode_pages(given.picture, "2-", name=given.name, all_formats=True)
    except PictureError as error:
        yield error


def listed(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")

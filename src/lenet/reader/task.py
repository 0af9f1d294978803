"""`Task`: decode lists of pictures and read them, in this process or in others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import cv2

from lenet.errors import PictureError
from lenet.picture import Picture
from lenet.picture.page_numbers import ONLY_FIRST, PageError, PageNumbers
from lenet.reader.inputs import LoadedInput, decode_input
from lenet.reader.page_reading import Networks, Options, read_pages
from lenet.reader.reading import Reading

# Pixels that are decoded before they are read: the code for either stays in the core's cache.
PIXELS_TOGETHER = 1_000_000


class Document(NamedTuple):
    """A source that is to be read page by page."""

    source: LoadedInput


Page = Picture | Document | PictureError
Answer = Reading | Document | PictureError


@dataclass(frozen=True)
class Task:
    """What `Reader` was asked for; it can be pickled.

    Attributes
    ----------
    networks : Networks
    options : Options
    all_formats : bool
        Whether TIFF, PDF, HEIC and AVIF are decoded too.
    pages : PageNumbers
        Which pages of documents are wanted.
    """

    networks: Networks
    options: Options
    all_formats: bool
    pages: PageNumbers

    def __call__(self, pictures: list[LoadedInput]) -> list[Answer]:
        """Return the reading of each picture, or why it cannot be read."""
        answers: list[Answer] = []
        pages: list[Page] = []
        pixels = 0
        for number, picture in enumerate(pictures, 1):
            try:
                page = self._decode(picture)
                pixels += page.pixels.size // 3 if isinstance(page, Picture) else 0
                pages.append(page)
            except PictureError as error:
                pages.append(error)
            if pixels > PIXELS_TOGETHER or number == len(pictures):
                answers += self.read(pages)
                pages, pixels = [], 0
        return answers

    def read(self, pages: list[Page]) -> list[Answer]:
        """Return the readings of those that are decoded pages, and the others as they are."""
        decoded = [page for page in pages if isinstance(page, Picture)]
        readings = iter(read_pages(decoded, self.networks, self.options))
        return [next(readings) if isinstance(page, Picture) else page for page in pages]

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


def in_a_process(task: Task) -> Callable[[list[LoadedInput]], list[Answer]]:
    """Return the function that reads lists of pictures in a process of `Reader.read_many`."""
    cv2.setNumThreads(1)  # there are as many processes as cores
    return task

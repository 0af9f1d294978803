"""Which pages of a document are wanted: ``2-5``, ``2-``, ``1,3``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lenet.errors import PictureError, UsageError

ENDLESS = 10**9  # more than any document has
_PART = re.compile(r"\s*(\d{1,9})\s*(-\s*(\d{1,9})?\s*)?")


class PageError(PictureError):
    """A page of a document cannot be read; other pages perhaps can."""


@dataclass(frozen=True)
class PageNumbers:
    """Ranges of pages, counted from 1.

    Examples
    --------
    >>> pages = PageNumbers.of("1,3-5,8-")
    >>> [number in pages for number in (1, 2, 3, 5, 6, 800)]
    [True, False, True, True, False, True]
    >>> PageNumbers.of(range(2, 4)).ranges
    ((2, 2), (3, 3))
    """

    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, pages: "Pages") -> "PageNumbers":
        """Return the pages that a text such as ``2-5``, a number or numbers stand for.

        Raises
        ------
        UsageError
            They are no numbers of pages.
        """
        if pages is None:
            return ALL
        if isinstance(pages, PageNumbers):
            return pages
        numbers = [pages] if isinstance(pages, int) else pages
        text = numbers if isinstance(numbers, str) else ",".join(map(str, numbers))
        ranges = []
        for part in text.split(","):
            found = _PART.fullmatch(part)
            first = int(found[1]) if found else 0
            last = first if not found or not found[2] else int(found[3] or ENDLESS)
            if not 1 <= first <= last:
                raise UsageError(
                    f"pages are {text[:80]!r}: give numbers from 1, such as 2, 2-5, 2- or 1,3"
                )
            ranges.append((first, last))
        return cls(tuple(ranges))

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.ranges)

    @property
    def last(self) -> int:
        """The last page that is wanted."""
        return max(last for _, last in self.ranges)

    def missing(self, name: str, count: int) -> PictureError | None:
        """Return the error for a page beyond a document's `count`; None if none is wanted."""
        beyond = min((first for first, _ in self.ranges if first > count), default=None)
        if beyond is None:
            return None
        extent = "one page" if count == 1 else f"{count:,} pages"
        return PictureError(f"{name} has no page {beyond:,}: it has {extent}")


Pages = str | int | Iterable[int] | PageNumbers | None
ALL = PageNumbers(((1, ENDLESS),))
ONLY_FIRST = PageNumbers(((1, 1),))

"""The image of a picture that shows one thing, whether the finder finds it or not."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Self, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from lenet.finder.network import Finder, Found
from lenet.picture.crop import cut_ink, whole_box
from lenet.picture.normalising import (
    SIDE,
    Polarity,
    evened,
    normalise,
    normalised_ink,
    plain_ink,
    plain_polarity,
)

Fit = Literal["ink", "squeeze"]
FITS: tuple[Fit, ...] = get_args(Fit)
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)

SURE, LIKELY = 0.0, -1.0  # logits: a character is there rather than not, or may be there
LIGHT = 128  # grey level: a border that is lighter is paper under dark ink


@dataclass(frozen=True, eq=False)
class Single:
    """The only character of a picture.

    Attributes
    ----------
    image : ndarray of uint8, (28, 28)
        As networks take it; all paper if nothing was seen.
    box : ndarray of float32, (4,)
        x, y, width, height in pixels of the picture.
    """

    image: NDArray[np.uint8]
    box: NDArray[np.float32]


@dataclass(frozen=True)
class Preparation:
    """How a picture of one thing becomes an image: in training and in use alike.

    Attributes
    ----------
    fit : {"ink", "squeeze"}
        "ink": its only character is found, cut out and normalised as MNIST was made. "squeeze": the
        whole picture is made grey and scaled to 28×28, for things that are no writing.
    polarity : {"auto", "dark", "light"}
        Whether small plain pictures, and squeezed ones, are dark on light or light on dark; "auto":
        as each looks. Other pictures have none.
    """

    fit: Fit = "ink"
    polarity: Polarity = "auto"

    @classmethod
    def from_facts(cls, facts: Mapping[str, str]) -> Self:
        """Return what `facts` says, of a run or a model (`ValueError`: it says something else)."""
        fits = {str(each): each for each in FITS}
        polarities = {str(each): each for each in POLARITIES}
        try:
            return cls(fits[facts.get("fit", "ink")], polarities[facts.get("polarity", "auto")])
        except KeyError as error:
            raise ValueError(f"fit or polarity is {error}") from error

    def facts(self) -> dict[str, str]:
        """Return what is not as usual, to be kept with a run and a model."""
        usual = Preparation()
        return {
            **({"fit": self.fit} if self.fit != usual.fit else {}),
            **({"polarity": self.polarity} if self.polarity != usual.polarity else {}),
        }


def prepare(
    page: NDArray[np.uint8], preparation: Preparation, finder: Callable[[], Finder]
) -> Single:
    """Return the one thing of a picture as networks take it.

    Parameters
    ----------
    page : ndarray of uint8, (h, w, 3)
    preparation : Preparation
    finder : callable
        Returns the finder; it is called only if one is needed.
    """
    return next(preparations(page, preparation, finder))


def preparations(
    page: NDArray[np.uint8], preparation: Preparation, finder: Callable[[], Finder]
) -> Iterator[Single]:
    """Like `prepare`, and then every other way in which the thing may be meant."""
    if preparation.fit == "squeeze":
        yield _squeezed(page, preparation.polarity)
    else:
        yield from _characters(page, finder, preparation.polarity)


def polarity_of(page: NDArray[np.uint8], fit: Fit) -> Literal["dark", "light"] | None:
    """Return what a picture looks like; None where nothing depends on it."""
    return _border_polarity(_grey(page)) if fit == "squeeze" else plain_polarity(page)


def plain_character(page: NDArray[np.uint8], polarity: Polarity = "auto") -> Single | None:
    """Return the character of a small grey picture on paper of exactly one grey; else None.

    All ink of such a picture is the character's. An image made as MNIST's were passes unchanged,
    however thick its strokes are; of one saved as JPEG, only the dust beside them is taken away.

    Parameters
    ----------
    page : ndarray of uint8, (h, w, 3)
    polarity : {"auto", "dark", "light"}
        As in `Preparation`.
    """
    image = normalised_ink(page, polarity)
    if image is not None:
        return Single(image, np.array(cv2.boundingRect(image), np.float32))
    ink = plain_ink(page, polarity)
    if ink is None:
        return None
    x, y, w, h = cv2.boundingRect(ink)
    image = normalise(evened(ink[y : y + h, x : x + w])) if w else normalise(ink)
    return Single(image, np.array([x, y, w, h], np.float32))


def only_character(
    page: NDArray[np.uint8], finder: Callable[[], Finder], polarity: Polarity = "auto"
) -> Single:
    """Return the only character of a picture: a digit, or one of another alphabet.

    It is the largest of those that are surely there; if none is, the ink of the whole picture, on
    the map of the level that sees most of it; if there is none, the largest that may be there.

    Parameters
    ----------
    page : ndarray of uint8, (h, w, 3)
    finder : callable
        Returns the finder; it is called only if one is needed.
    polarity : {"auto", "dark", "light"}
        Of small plain pictures, as in `Preparation`.
    """
    return next(_characters(page, finder, polarity))


def _characters(
    page: NDArray[np.uint8], finder: Callable[[], Finder], polarity: Polarity
) -> Iterator[Single]:
    """Yield what may be the only character, the likeliest first; nothing but paper if none is."""
    plain = plain_character(page, polarity)
    if plain:
        yield plain
    found = finder().find(page, all_characters=True)
    none = plain is None
    for cut in (partial(_largest, least=SURE), _all_ink, partial(_largest, least=LIKELY)):
        if single := cut(page, found):
            none = False
            yield single
    if none:
        yield Single(np.zeros((SIDE, SIDE), np.uint8), _whole(page))


def _largest(page: NDArray[np.uint8], found: Found, least: float) -> Single | None:
    """Return the largest character that is seen with this logit or more; None without its ink."""
    seen = np.flatnonzero(np.maximum(found.digits.digit, found.digits.other) >= least)
    if not len(seen):
        return None
    largest = int(seen[found.digits.boxes[seen, 2:].max(1).argmax()])
    one = replace(found, digits=found.digits.take(np.array([largest])))
    if one.may_be_other[0]:  # the finder measures digits: of wide letters it sees a part
        x, y, w, h = one.digits.boxes[0].tolist()
        boxes = np.array([whole_box(page, (x, y, w, h))], np.float32)
        one = replace(one, digits=replace(one.digits, boxes=boxes))
    image = one.images(page)[0]
    return Single(image, one.digits.boxes[0]) if image.any() else None


def _all_ink(page: NDArray[np.uint8], found: Found) -> Single | None:
    """Return the ink of the whole picture, on the map of the level that sees most of it."""
    height, width = page.shape[:2]
    ink = max(found.ink, key=lambda ink: np.maximum(ink.logits, 0).sum() / math.prod(ink.scale))
    image = normalise(evened(cut_ink(page, (0, 0, width, height), ink)))
    return Single(image, _whole(page)) if image.any() else None


def _whole(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = page.shape[:2]
    return np.array([0, 0, width, height], np.float32)


def _squeezed(page: NDArray[np.uint8], polarity: Polarity) -> Single:
    """Return the whole picture, grey, scaled to 28×28, 0 = paper."""
    grey = _grey(page)
    height, width = grey.shape
    if polarity == "auto":
        polarity = _border_polarity(grey)
    way = cv2.INTER_AREA if min(height, width) >= SIDE else cv2.INTER_LINEAR
    image = np.asarray(cv2.resize(grey, (SIDE, SIDE), interpolation=way), np.uint8)
    return Single(255 - image if polarity == "dark" else image, _whole(page))


def _grey(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)


def _border_polarity(grey: NDArray[np.uint8]) -> Literal["dark", "light"]:
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return "dark" if np.median(border) >= LIGHT else "light"

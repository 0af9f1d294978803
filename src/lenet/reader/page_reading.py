"""How pages become readings: proposed by the finder, judged by the reader and by their belief."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from lenet.errors import UsageError
from lenet.finder import Finder, Preparation, Row, grid, rows
from lenet.finder.candidates import same_characters
from lenet.picture import Picture, Polarity
from lenet.reader.belief import Belief, evidence
from lenet.reader.classifier import MIN_PROBABILITY, Classifier, Judgement
from lenet.reader.proposals import Proposals, as_one_digit, only_thing, propose
from lenet.reader.reading import Digit, Reading, Rejection

DIGITS = tuple("0123456789")
# Reading a digit where there is none does more harm than missing one. Of 1,000 drawn scenes, a
# threshold of 1/2 reads 64.5 % exactly and digits in 22 of the 227 that have none; 2/3 reads 65.3 %
# exactly, and digits in 11 (2026-11-30).
BELIEVED = 2 / 3
POSSIBLE = 0.1  # less is not worth telling
SEEN = 0.0  # logit of the finder, from which a place counts where no belief judges it


@dataclass(frozen=True, eq=False)
class Networks:
    """What a page is read with.

    Attributes
    ----------
    classifier : Classifier
        The reader.
    finder : Finder
    belief : Belief or None
        Fitted for these two; None if none was.
    polarity : {"dark", "light", "auto"}, optional
        Of small plain pictures; by default as the reader learnt it.
    """

    classifier: Classifier
    finder: Finder
    belief: Belief | None = None
    polarity: Polarity | None = None

    @property
    def preparation(self) -> Preparation:
        """How a picture of one thing becomes an image."""
        learnt = self.classifier.preparation
        return replace(learnt, polarity=self.polarity) if self.polarity else learnt

    @property
    def reads_digits(self) -> bool:
        """Whether the reader's classes are the ten digits."""
        return self.classifier.classes == DIGITS

    @property
    def reads_one_thing(self) -> bool:
        """Whether each page is one thing: classes are words, or whole pictures were learnt."""
        return (
            any(len(name) > 1 for name in self.classifier.classes)
            or self.preparation.fit == "squeeze"
        )


@dataclass(frozen=True)
class Options:
    """How pages are to be read.

    Attributes
    ----------
    single : bool
        Each holds exactly one digit. A reader of words takes this for granted.
    upside_down : bool
        They may be upside down.
    grid : bool
        They hold a grid, whose empty cells are told.
    min_probability : float
        A digit less probable is uncertain.
    keep_uncertain : bool
        Whether the text gives uncertain digits too.
    """

    single: bool = False
    upside_down: bool = False
    grid: bool = False
    min_probability: float = MIN_PROBABILITY
    keep_uncertain: bool = False


def refuse_idle(options: Options, networks: Networks) -> None:
    """Raise `UsageError` if an option would have no effect on pictures of one thing."""
    asked = {"upside-down": options.upside_down, "grid": options.grid}
    for name in (name for name, is_asked in asked.items() if is_asked):
        if options.single:
            raise UsageError(
                f"{name} has no effect together with single, which says that a picture holds one "
                "digit: leave out one of them"
            )
        if networks.reads_one_thing:
            raise UsageError(
                f"{name} has no effect with this model, which takes each picture as one thing: "
                "leave it out"
            )


@dataclass(frozen=True, eq=False)
class Judged:
    """Proposals, and what the networks say of each.

    Attributes
    ----------
    proposals : Proposals
    judgement : Judgement
        What the reader says.
    believed : ndarray of float64, (n,)
        The probability that each is a digit; 1 or 0 where nothing was fitted.
    """

    proposals: Proposals
    judgement: Judgement
    believed: NDArray[np.float64]

    @property
    def is_digit(self) -> NDArray[np.bool_]:
        """Which are digits, (n,)."""
        return self.believed >= BELIEVED

    @property
    def is_refused_as_one(self) -> bool:
        """Whether the page was taken for one digit as it is, and the reader refuses that."""
        return self.proposals.is_one and bool(self.judgement.refused.any())

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Probabilities of the classes, (n, k): what is not believed is spread evenly."""
        of_class = self.judgement.probabilities
        believed = self.believed[:, None]
        return np.asarray(believed * of_class + (1 - believed) / of_class.shape[1])


def read_pages(pages: Sequence[Picture], networks: Networks, options: Options) -> list[Reading]:
    """Read pages; the images of all of them go through the reader together."""
    proposed = [propose_ways(page, networks, options) for page in pages]
    judged = _judge_ways([next(ways) for ways in proposed], networks)
    refused = [index for index, (way, *_) in enumerate(judged) if way.is_refused_as_one]
    again = [list(chain.from_iterable(proposed[index])) for index in refused]
    for index, ways in zip(refused, _judge_ways(again, networks), strict=True):
        judged[index] += ways
    best = [max(ways, key=lambda way: float(way.believed.sum())) for ways in judged]
    return [_reading(page, way, networks, options) for page, way in zip(pages, best, strict=True)]


def propose_ways(page: Picture, networks: Networks, options: Options) -> Iterator[list[Proposals]]:
    """Yield lists of what may be digits on a page, one for each way up that is asked for.

    Lists after the first are for a reader that refuses the one digit the page was taken for.
    """
    preparation = networks.preparation
    if options.single or networks.reads_one_thing:
        for one in only_thing(page, preparation, networks.finder):
            yield [one]
        return
    if one_digit := as_one_digit(page, preparation.polarity):
        yield [one_digit]
    yield propose(
        page,
        networks.finder,
        upside_down=options.upside_down,
        all_characters=not networks.reads_digits,
    )


def _judge_ways(ways: Sequence[Sequence[Proposals]], networks: Networks) -> list[list[Judged]]:
    """Return what the networks say of each page's ways up."""
    judged = iter(judge([way for of_page in ways for way in of_page], networks))
    return [[next(judged) for _ in of_page] for of_page in ways]


def judge(proposals: Sequence[Proposals], networks: Networks) -> list[Judged]:
    """Return what the networks say of proposals; all images go through the reader together."""
    classifier = networks.classifier
    images = [way.images for way in proposals]
    logits = classifier.logits(np.concatenate(images)) if images else np.empty((0, 0), np.float32)
    judged = []
    start = 0
    for way in proposals:
        own = classifier.judge(logits[start : start + len(way.images)])
        start += len(way.images)
        judged.append(Judged(way, own, _believed(way, own, networks)))
    return judged


def _believed(way: Proposals, judgement: Judgement, networks: Networks) -> NDArray[np.float64]:
    if not len(way.images):
        return np.empty(0)
    if way.is_one or networks.belief is None:
        seen = np.maximum(way.digits.digit, -np.inf if networks.reads_digits else way.digits.other)
        return np.asarray(~judgement.refused & (seen >= SEEN), np.float64)
    return networks.belief(evidence(way.digits, way.others, way.images, judgement, way.side))


def _reading(page: Picture, judged: Judged, networks: Networks, options: Options) -> Reading:
    way = judged.proposals
    own = np.flatnonzero(judged.is_digit)
    boxes = way.digits.boxes[own]
    # What is read as a digit does not part the number that it stands in.
    signs = _elsewhere(way.others.boxes[way.others.other >= SEEN], boxes)
    order = grid(boxes) if options.grid else rows(boxes, signs)
    in_order = own[[index for row in order for number in row for index in number]]
    return Reading(
        page.name,
        "digits" if len(own) else "blank" if way.blank else "nothing",
        _digits(page, judged, in_order, networks, options),
        _rejections(page, judged, signs),
        _numbered(order),
        grid=options.grid,
        keep_uncertain=options.keep_uncertain,
        page=page.page,
        of_several=page.of_several,
    )


def _digits(
    page: Picture, judged: Judged, indices: NDArray[np.intp], networks: Networks, options: Options
) -> tuple[Digit, ...]:
    way, classes = judged.proposals, networks.classifier.classes
    probabilities = judged.probabilities
    digits = []
    for index in indices.tolist():
        of_class = probabilities[index]
        doubtful = bool(of_class.max() < options.min_probability)
        answer = int(judged.judgement.answers[index])
        digits.append(
            Digit(
                answer,
                tuple(of_class.tolist()),
                way.box(way.digits.boxes[index], page.reduced),
                way.images[index],
                "uncertain" if doubtful else "digit",
                "" if networks.reads_digits else classes[answer],
            )
        )
    return tuple(digits)


def _rejections(page: Picture, judged: Judged, signs: NDArray[np.float32]) -> tuple[Rejection, ...]:
    """Return what could have been digits and is none, and the boxes of `signs` elsewhere."""
    way = judged.proposals
    told = np.flatnonzero(_worth_telling(judged))
    rejected = [
        Rejection(way.box(way.digits.boxes[index], page.reduced), "not_a_digit", way.images[index])
        for index in told.tolist()
    ]
    rest = _elsewhere(signs, way.digits.boxes[told])
    return (*rejected, *(Rejection(way.box(box, page.reduced), "sign") for box in rest))


def _worth_telling(judged: Judged) -> NDArray[np.bool_]:
    """Return which places could have been digits and are none: others would only clutter."""
    seen = np.maximum(judged.proposals.digits.digit, judged.proposals.digits.other)
    return np.asarray(~judged.is_digit & ((seen >= SEEN) | (judged.believed >= POSSIBLE)))


def _elsewhere(signs: NDArray[np.float32], places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the boxes of `signs` that are of none of the characters at `places`."""
    first, second = same_characters(np.concatenate([places, signs]))
    again = second[(first < len(places)) & (second >= len(places))]
    return np.delete(signs, np.unique(again) - len(places), axis=0)


def _numbered(order: Sequence[Sequence[Sequence[int]]]) -> tuple[Row, ...]:
    """Return rows of numbers whose digits are counted in reading order."""
    index = count()
    return tuple(tuple(tuple(next(index) for _ in number) for number in row) for row in order)

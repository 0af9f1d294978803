"""UNIPEN's text format: isolated characters as the strokes of a pen.

``data/<category>/<contributor>/*.dat`` says which characters there are, ``include/*/…`` where the
pen went:

    .INCLUDE apa/data/0001.dat              .WRITER_ID 17
    .SEGMENT CHARACTER 3-4 OK "5"           .COORD X Y
                                            .PEN_DOWN
                                            1257 6718
                                            …
                                            .PEN_UP

A character consists of components, counted from 0 through all that a file includes. A block of
points with the pen down always is a component; one with the pen up only if it holds points. A
component is written ``3``, a range ``3-4``, a part ``3:7-4:40`` (from point 7 of component 3 to
point 40 of component 4), a list ``3,5-6`` or ``3+5``. y points upwards; units differ.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lenet.drawing.material import Handwriting
from lenet.drawing.strokes import Floats
from lenet.errors import DataError

WRITERS_PER_CONTRIBUTOR = 1_000  # writer 3_007 is the eighth of the fourth contributor
SPACING = 0.04  # between points, as a share of the longer side; as dense as `drawing`'s curves
# A file of UNIPEN's data includes one other, which includes none; beyond these it is broken.
DEEPEST = 10
MOST_INCLUDED = 1_000
LIGATURE = r"\@"  # label of strokes between two letters
CATEGORIES = ("1a", "1b", "1c", "1d")  # digits, capitals, small letters, signs

_SEGMENT = re.compile(r'SEGMENT\s+CHARACTER\s+(\S+)\s+(?:\S+\s+)?"((?:[^"\\]|\\.)*)"')
_PART = re.compile(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?")


class _Component(NamedTuple):
    is_down: bool
    points: str  # a line for each
    columns: tuple[int, int]  # in which x and y stand


@dataclass
class _Content:
    """What stands in a file and in those it includes."""

    components: list[_Component] = field(default_factory=list)
    writer: str = ""
    columns: tuple[int, int] = (0, 1)
    included: int = 0  # files so far


class _Character(NamedTuple):
    label: str
    contributor: str
    writer: str
    strokes: list[Floats]


def is_index(name: str) -> bool:
    """Tell whether the file of this name says which characters there are."""
    folder, _, rest = name.partition("/")
    return folder == "data" and rest.partition("/")[0] in CATEGORIES and rest.count("/") > 1


def included(content: bytes) -> list[str]:
    """Return the names of the files that a file includes."""
    found = re.findall(rb"^\.INCLUDE[ \t]+(\S+)", content.replace(b"\r", b"\n"), re.MULTILINE)
    return [_full_name(name.decode("latin-1")) for name in found]


def parse(files: Mapping[str, bytes]) -> Handwriting:
    """Return the characters in files by name, in the order of the names.

    Characters without ink are left out. Writers are numbered within each contributor, in the order
    of their names: the number of the contributor times `WRITERS_PER_CONTRIBUTOR`, plus that of the
    writer.

    Raises
    ------
    DataError
        A file is missing or is not such a file, or there is no character.
    """
    characters = [
        character for name in sorted(filter(is_index, files)) for character in _read(files, name)
    ]
    if not characters:
        raise DataError("there is no character in it; bring the original")
    people = sorted({(each.contributor, each.writer) for each in characters})
    contributors = sorted({contributor for contributor, _ in people})
    numbers: dict[tuple[str, str], int] = {}
    for contributor in contributors:
        writers = [person for person in people if person[0] == contributor]
        first = contributors.index(contributor) * WRITERS_PER_CONTRIBUTOR
        numbers |= {person: first + rank for rank, person in enumerate(writers)}
    strokes = [stroke for each in characters for stroke in each.strokes]
    return Handwriting(
        np.array([each.label for each in characters]),
        np.array([numbers[each.contributor, each.writer] for each in characters], np.int64),
        _offsets([len(each.strokes) for each in characters]),
        _offsets([len(stroke) for stroke in strokes]),
        np.concatenate(strokes).astype(np.float32),
    )


def _offsets(counts: list[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *counts]).astype(np.int64)


def _read(files: Mapping[str, bytes], name: str) -> Iterator[_Character]:
    """Yield the characters of one file."""
    content = _Content()
    _expand(files, name, content, 1)
    for line in re.findall(r"(?m)^\.(SEGMENT\s+CHARACTER\b.*)$", _text(files[name])):
        segment = _SEGMENT.match(line)
        if not segment:
            raise DataError(f"{name}: cannot understand .{line.strip()!r}; bring the original file")
        strokes = _fitted(_strokes(content.components, segment[1], name))
        if strokes:
            label = segment[2]
            if label != LIGATURE:
                label = re.sub(r"\\(.)", r"\1", label)
            yield _Character(label, name.split("/")[2], content.writer, strokes)


def _text(content: bytes) -> str:
    return content.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def _full_name(name: str) -> str:
    return f"include/{name}".lower()


def _expand(files: Mapping[str, bytes], name: str, content: _Content, depth: int) -> None:
    """Add what stands in a file and in those it includes."""
    if name not in files:
        raise DataError(f"{name} is missing; bring the whole of UNIPEN's train_r01_v07")
    if depth > DEEPEST:
        raise DataError(
            f"{name} is included more than {DEEPEST} files deep; bring the original file"
        )
    for part in re.split(r"(?m)^\.", _text(files[name]))[1:]:
        head, _, body = part.partition("\n")
        keyword, *values = head.split() or [""]
        match keyword:
            case "INCLUDE" if values:
                content.included += 1
                if content.included > MOST_INCLUDED:
                    raise DataError(
                        f"{name} includes more than {MOST_INCLUDED:,} files; "
                        "bring the original file"
                    )
                _expand(files, _full_name(values[0]), content, depth + 1)
            case "WRITER_ID":
                content.writer = " ".join(values)
            case "COORD":
                content.columns = _columns(values, name)
            case "PEN_DOWN" | "PEN_UP":
                is_down = keyword == "PEN_DOWN"
                if is_down or body.strip():
                    content.components.append(_Component(is_down, body, content.columns))


def _columns(names: list[str], file: str) -> tuple[int, int]:
    upper = [name.upper() for name in names]
    if "X" not in upper or "Y" not in upper:
        raise DataError(
            f"{file}: .COORD names no X and Y, found {' '.join(names)!r}; bring the original file"
        )
    return upper.index("X"), upper.index("Y")


def _strokes(components: list[_Component], written: str, name: str) -> list[Floats]:
    """Return the strokes of the character that is made of these components, as written."""
    strokes = []
    for part in re.split("[,+]", written):
        match = _PART.fullmatch(part)
        first = int(match[1]) if match else 0
        last = int(match[3] or first) if match else -1
        if not match or not first <= last < len(components):
            raise DataError(
                f"{name}: no components {written!r}, there are {len(components)}; "
                "bring the original file"
            )
        for index in range(first, last + 1):
            if components[index].is_down:
                points = _points(components[index], name)
                end = _end(match) if index == last else None
                strokes.append(points[_start(match) if index == first else 0 : end])
    # A block that holds nothing but the origin is empty.
    return [line for line in strokes if len(line) and (len(line) > 1 or line.any())]


def _start(match: re.Match[str]) -> int:
    return int(match[2] or 0)


def _end(match: re.Match[str]) -> int | None:
    """Return where the last component ends; ``3:7`` is a single point."""
    end = match[4] if match[3] else match[2]
    return None if end is None else int(end) + 1


def _points(component: _Component, name: str) -> Floats:
    """Return the points of a component, float64 (m, 2), y upwards."""
    lines = [line.split() for line in component.points.splitlines() if not line.isspace()]
    try:
        x, y = component.columns
        points = np.array([(line[x], line[y]) for line in lines if line], np.float64)
    except (IndexError, ValueError) as error:
        raise DataError(
            f"{name} includes a point without coordinates; bring the original file"
        ) from error
    if not np.isfinite(points).all():
        raise DataError(f"{name} includes a point that is not finite; bring the original file")
    return points.reshape(-1, 2)


def _fitted(strokes: list[Floats]) -> list[Floats]:
    """Return strokes with y downwards, at the origin, with longer side 1 and points spaced evenly.

    A single point becomes two equal ones, which the pens draw as a dot.
    """
    if not strokes:
        return []
    low = np.min([line.min(0) for line in strokes], 0)
    high = np.max([line.max(0) for line in strokes], 0)
    longer = float((high - low).max()) or 1.0
    corner = np.array([low[0], high[1]])
    return [_spaced(np.abs(line - corner) / longer) for line in strokes]


def _spaced(line: Floats) -> Floats:
    lengths = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0], np.cumsum(lengths)])
    places = np.linspace(0, along[-1], max(2, round(along[-1] / SPACING) + 1))
    return np.stack([np.interp(places, along, line[:, axis]) for axis in (0, 1)], 1)

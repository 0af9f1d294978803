"""Everyday scenes, and small pictures of everyday kinds: which of their digits are read.

`benchmarks/wild.py` measures with it. A scene counts as exact if the digits read, in order and
without spaces, are those of its label. Recall, precision and confident mistakes come from an
alignment of the two with the fewest edits. A picture whose label does not list all digits in view
counts for recall alone.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lenet.reader import Reader, Reading

GROUPS = {
    "1": "sheets, notes, boards",
    "2": "sudoku photos",
    "3": "forms, tables, cheques",
    "4": "meters, displays",
    "5": "house numbers, bibs, tags",
    "6": "sums, dates, equations",
    "7": "pages with words",
    "8": "no digits",
}
FEW = 12  # digits of a short picture
CONFIDENT = 0.9


@dataclass(frozen=True)
class Scene:
    """A picture and its label.

    Attributes
    ----------
    path : Path
    group : str
        Key of `GROUPS`, or what kind of picture it is.
    truth : str
        Its digits in reading order, nothing else.
    complete : bool
        Whether these are all digits that can be read in it.
    """

    path: Path
    group: str
    truth: str
    complete: bool = True


@dataclass(frozen=True)
class Score:
    """How one scene was read.

    Attributes
    ----------
    scene : Scene
    readings : tuple of Reading
        Of its pages.
    answer : str
        The digits read, in order.
    right : tuple of bool
        For each of them, whether it is one of the scene's, at its place.
    """

    scene: Scene
    readings: tuple[Reading, ...]
    answer: str
    right: tuple[bool, ...]

    @property
    def exact(self) -> bool:
        return self.answer == self.scene.truth

    @property
    def confident_mistakes(self) -> int:
        """Wrong digits that were read with a probability above `CONFIDENT`."""
        digits = (digit for page in self.readings for digit in page.digits)
        sure = [digit.probability > CONFIDENT for digit in digits]
        return sum(s and not right for s, right in zip(sure, self.right, strict=True))


def digits_of(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


def scenes(data: Path) -> list[Scene]:
    """Return the scenes of ``wild/scenes``."""
    folder = data / "wild" / "scenes"
    with (folder / "index.csv").open(newline="") as file:
        return [
            Scene(
                folder / row["file"],
                row["group"],
                digits_of(row["text"]),
                row["complete"] == "yes",
            )
            for row in csv.DictReader(file)
        ]


def cases(data: Path) -> list[Scene]:
    """Return the pictures of ``cases``; the group is the kind, the first word of the name."""
    folder = data / "cases"
    with (folder / "cases.csv").open(newline="") as file:
        return [
            Scene(folder / row["file"], row["file"].partition("-")[0], digits_of(row["expected"]))
            for row in csv.DictReader(file)
        ]


def align(truth: str, answer: str) -> tuple[bool, ...]:
    """Return for each character of `answer` whether it is one of `truth`, at its place.

    Of the alignments with the fewest insertions, deletions and substitutions, one with the most
    hits.

    >>> align("4071", "40011")
    (True, True, False, False, True)
    """
    rows, columns = len(truth) + 1, len(answer) + 1
    # An edit costs more than all hits together can bring.
    edit = rows + columns
    cost = np.zeros((rows, columns), np.int64)
    cost[:, 0], cost[0] = edit * np.arange(rows), edit * np.arange(columns)
    for i, wanted in enumerate(truth, 1):
        for j, given in enumerate(answer, 1):
            step = -1 if wanted == given else edit
            cost[i, j] = min(
                cost[i - 1, j - 1] + step, cost[i, j - 1] + edit, cost[i - 1, j] + edit
            )
    right = [False] * len(answer)
    i, j = rows - 1, columns - 1
    while i and j:
        same = truth[i - 1] == answer[j - 1]
        if cost[i, j] == cost[i - 1, j - 1] + (-1 if same else edit):
            right[j - 1] = same
            i, j = i - 1, j - 1
        elif cost[i, j] == cost[i, j - 1] + edit:
            j -= 1
        else:
            i -= 1
    return tuple(right)


def score(reader: Reader, pictures: Sequence[Scene]) -> list[Score]:
    """Read the pictures; the pages of one are joined in order."""
    scores = []
    for picture in pictures:
        pages = reader.read_pages(picture.path, all_formats=True)
        readings = tuple(page for page in pages if isinstance(page, Reading))
        answer = "".join(str(digit.digit) for page in readings for digit in page.digits)
        scores.append(Score(picture, readings, answer, align(picture.truth, answer)))
    return scores


def table(scores: Sequence[Score]) -> str:
    """Return a Markdown table by group; `GROUPS` gives the names."""
    lines = [
        "| | pictures | exact | short and exact | digits | recall | precision |"
        " confident mistakes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    shown = [score for score in scores if score.scene.truth]
    for key in (*sorted({score.scene.group for score in shown}), "all"):
        part = [s for s in shown if key in (s.scene.group, "all")]
        lines.append(_row(GROUPS.get(key, key), part))
    if empty := [score for score in scores if not score.scene.truth]:
        some = sum(bool(score.answer) for score in empty)
        read = sum(len(score.answer) for score in empty)
        sure = sum(score.confident_mistakes for score in empty)
        lines.append(
            f"| no digits | {len(empty)} | digits in {some} | | {read} read | | | {sure} |"
        )
    return "\n".join(lines)


def _row(name: str, part: Sequence[Score]) -> str:
    complete = [score for score in part if score.scene.complete]
    short = [score for score in complete if len(score.scene.truth) <= FEW]
    total = sum(len(score.scene.truth) for score in part)
    read = sum(len(score.answer) for score in complete)
    mistakes = sum(score.confident_mistakes for score in complete)
    return (
        f"| {name} | {len(part)} | {sum(s.exact for s in complete)} of {len(complete)} |"
        f" {sum(s.exact for s in short)} of {len(short)} | {total} |"
        f" {_percent(sum(sum(s.right) for s in part), total)} |"
        f" {_percent(sum(sum(s.right) for s in complete), read)} | {mistakes} |"
    )


def _percent(share: int, total: int) -> str:
    return f"{100 * share / total:.1f} %" if total else "-"

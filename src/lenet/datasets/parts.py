"""The data of a recipe, split into training, validation and test parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lenet.datasets.dataset import Dataset, Splits, carve, join, repeat_small
from lenet.datasets.loading import (
    common_preparation,
    load_all,
    load_each,
    load_nondigits,
    load_others,
)
from lenet.errors import DataError
from lenet.recipe import Recipe

if TYPE_CHECKING:
    from lenet.finder import Preparation

Part = Literal["test", "validation", "train"]
Carved = tuple[Dataset, Dataset | None]  # the training part and the held-out part


@dataclass(frozen=True)
class Parts:
    """The data of a recipe, ready to train and test on.

    Attributes
    ----------
    train, validation : Dataset
        From the recipe's data and extra data.
    test : Dataset
        From the recipe's data only.
    nondigits, nondigits_validation : Dataset, optional
        Images of no class, if the recipe has nondigits, including those in its data.
    folder : Path, optional
        First folder searched for MNIST.
    tests, other_tests : dict of str to Dataset
        For each source, its test images and, if the recipe has nondigits, its test images of no
        class. Loaded together with the training images: a correction stored during training cannot
        move an image from one part to the other.
    own : int
        How many of the validation images are of the recipe's data, not of its extra data; they come
        first.
    notes : tuple of str
        What was guessed or changed while the data was read, see `Splits`.
    preparation : Preparation, optional
        How pictures among the data became images; None without any.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset
    nondigits: Dataset | None = None
    nondigits_validation: Dataset | None = None
    folder: Path | None = None
    tests: dict[str, Dataset] = field(default_factory=dict)
    other_tests: dict[str, Dataset] = field(default_factory=dict)
    own: int = 0
    notes: tuple[str, ...] = ()
    preparation: "Preparation | None" = None

    def present(self) -> dict[Part, Dataset]:
        """Return the test, validation and training parts that exist, by name."""
        parts: dict[Part, Dataset | None] = {
            "test": self.test,
            "validation": self.validation,
            "train": self.train,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def facts(self) -> dict[str, object]:
        """Return the entries for `run.json`: name, classes, counts and digests."""
        facts: dict[str, object] = {"name": self.train.name, "classes": list(self.train.classes)}
        for name, part in self.present().items():
            facts |= {name: len(part), f"{name}_digest": part.digest}
        if self.nondigits:
            facts |= {"nondigits": len(self.nondigits), "nondigits_digest": self.nondigits.digest}
        if self.preparation and (prepared := self.preparation.facts()):
            facts["preparation"] = prepared
        return facts


def load_parts(recipe: Recipe, data_dir: Path | None = None) -> Parts:
    """Load the recipe's data and split it; see `split_parts` for the errors."""
    return split_parts(
        recipe, load_each(recipe.data, data_dir, show_progress=True), data_dir=data_dir
    )


def split_parts(
    recipe: Recipe, sources: Mapping[str, Splits], *, data_dir: Path | None = None
) -> Parts:
    """Split the recipe's data, and load and split its extra data and nondigits.

    Parameters
    ----------
    recipe : Recipe
    sources : mapping of str to Splits
        The recipe's data, already loaded.
    data_dir : Path, optional
        First folder to search for MNIST.

    Raises
    ------
    UsageError, DataError
        Extra data or nondigits cannot be loaded, or there are too few images for a validation
        part that the recipe needs.
    """
    _check_classes([splits.train for splits in sources.values()])
    digits = _carve_digits(recipe, [splits.train for splits in sources.values()], data_dir)
    nondigits, other_tests = _gather_nondigits(recipe, data_dir)
    carved_nondigits = [_carve(recipe, dataset, allow_none=True) for dataset in nondigits]
    return Parts(
        train=_join_trains(digits, least_share=recipe.least_share),
        validation=_join_held_out(recipe, digits),
        test=join([splits.test for splits in sources.values()]),
        nondigits=(
            _join_trains(carved_nondigits, least_share=recipe.least_share)
            if carved_nondigits
            else None
        ),
        nondigits_validation=(
            _join_held_out(recipe, carved_nondigits) if carved_nondigits else None
        ),
        folder=data_dir,
        tests={source: splits.test for source, splits in sources.items()},
        other_tests=other_tests,
        own=sum(len(held) for _, held in _own(recipe, digits) if held is not None),
        notes=tuple(note for splits in sources.values() for note in splits.notes),
        preparation=common_preparation(list(sources.values())),
    )


def _check_classes(trains: Sequence[Dataset]) -> None:
    for train in trains:
        if len(train.classes) == 1:
            raise DataError(
                f"{train.name} holds one class only, {train.classes[0]!r}: a network learns to "
                "tell classes apart; bring images of at least two"
            )


def _carve_digits(recipe: Recipe, trains: Sequence[Dataset], data_dir: Path | None) -> list[Carved]:
    """Hold out a share of the recipe's data and of its extra data."""
    repeats_small = recipe.least_share > 0
    # Repeating small sources needs each one carved separately; otherwise they are joined first.
    datasets = list(trains) if repeats_small else [join(trains)]
    carved = [_carve(recipe, dataset, allow_none=repeats_small) for dataset in datasets]
    if recipe.extra_data:
        extra = load_all(recipe.extra_data, data_dir, show_progress=True).train
        carved.append(_carve(recipe, extra, allow_none=repeats_small))
    return carved


def _own(recipe: Recipe, carved: Sequence[Carved]) -> Sequence[Carved]:
    """Return the parts of the recipe's data, without the extra data, which comes last."""
    return carved[:-1] if recipe.extra_data else carved


def _gather_nondigits(
    recipe: Recipe, data_dir: Path | None
) -> tuple[list[Dataset], dict[str, Dataset]]:
    """Load the images of no class: the training parts, and each source's test part.

    Sources of digits may hold some as well; those are added.
    """
    if not recipe.nondigits:
        return [], {}
    trains = [load_nondigits(source, data_dir) for source in recipe.nondigits]
    tests = {}
    for source in (*recipe.data, *recipe.nondigits):
        train, test = load_others(source, data_dir)
        if train and source in recipe.data:
            trains.append(train)
        if test:
            tests[source] = test
    return trains, tests


def _carve(recipe: Recipe, dataset: Dataset, *, allow_none: bool) -> Carved:
    return carve(
        dataset,
        recipe.validation,
        recipe.seed,
        recipe.validation_split,
        allow_none=allow_none,
    )


def _join_trains(carved: Sequence[Carved], *, least_share: float) -> Dataset:
    return join(repeat_small([train for train, _ in carved], least_share=least_share))


def _join_held_out(recipe: Recipe, carved: Sequence[Carved]) -> Dataset | None:
    """Join the held-out parts; None if there are none and the recipe needs none."""
    held_out = [validation for _, validation in carved if validation is not None]
    if held_out:
        return join(held_out)
    if recipe.needs_validation:
        total = sum(len(train) for train, _ in carved)
        raise DataError(
            f"{'+'.join(train.name for train, _ in carved)}: the recipe needs a validation part, "
            f"but a share of {recipe.validation:g} of {total} images is none: "
            "add images or raise validation"
        )
    return None

"""The data of a recipe, split into training, validation and test parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lenet.datasets.dataset import Dataset, Splits, carve, join, repeat_small
from lenet.datasets.loading import (
    common_preparation,
    join_splits,
    load_each,
    load_nondigits,
    load_others,
    prepared_alike,
)
from lenet.errors import DataError
from lenet.recipe import Recipe
from lenet.run import Run

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
        How pictures among the data became images, or those of the model that the recipe starts
        from; None without any.
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


def preparation_of(run: Run) -> "Preparation":
    """Return how the pictures that a model was trained on became images, as those it reads do."""
    from lenet.finder import Preparation  # brings OpenCV

    return Preparation.from_facts(run.manifest.data.get("preparation", {}))


def learnt_before(recipe: Recipe) -> "Preparation | None":
    """Return how the model that a recipe starts from takes pictures; None if it starts afresh.

    Raises
    ------
    UsageError, ModelError
        The model is missing or broken.
    """
    return preparation_of(Run.find(recipe.start_from)) if recipe.start_from else None


def load_parts(
    recipe: Recipe, data_dir: Path | None = None, learnt: "Preparation | None" = None
) -> Parts:
    """Load the recipe's data and split it; see `split_parts` for parameters and errors."""
    learnt = learnt or learnt_before(recipe)
    sources = load_each(recipe.data, data_dir, show_progress=True, learnt=learnt)
    return split_parts(recipe, sources, data_dir=data_dir, learnt=learnt)


def split_parts(
    recipe: Recipe,
    sources: Mapping[str, Splits],
    *,
    data_dir: Path | None = None,
    learnt: "Preparation | None" = None,
) -> Parts:
    """Split the recipe's data, and load and split its extra data and nondigits.

    Parameters
    ----------
    recipe : Recipe
    sources : mapping of str to Splits
        The recipe's data, already loaded.
    data_dir : Path, optional
        First folder to search for MNIST.
    learnt : Preparation, optional
        How the model takes pictures: the one that the recipe starts from, or one to be scored. By
        default the pictures decide.

    Raises
    ------
    UsageError, DataError
        Extra data or nondigits cannot be loaded, or there are too few images for a validation
        part that the recipe needs.
    """
    learnt = learnt or learnt_before(recipe)
    extra = _load_extra(recipe, sources, data_dir, learnt)
    every = prepared_alike({**sources, **extra}, show_progress=True)
    sources, extra = ({name: every[name] for name in part} for part in (sources, extra))
    preparation = common_preparation(list(every.values())) or learnt
    _check_classes([splits.train for splits in sources.values()])
    digits = _carve_digits(recipe, sources, extra)
    nondigits, other_tests = _gather_nondigits(recipe, data_dir, preparation)
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
        own=sum(len(held) for _, held in digits[: len(digits) - bool(extra)] if held is not None),
        notes=tuple(note for splits in every.values() for note in splits.notes),
        preparation=preparation,
    )


def _load_extra(
    recipe: Recipe,
    sources: Mapping[str, Splits],
    data_dir: Path | None,
    learnt: "Preparation | None",
) -> dict[str, Splits]:
    """Load the extra data, except what is among the recipe's data already."""
    extra = [source for source in recipe.extra_data if source not in sources]
    return load_each(extra, data_dir, show_progress=True, learnt=learnt) if extra else {}


def _check_classes(trains: Sequence[Dataset]) -> None:
    for train in trains:
        if len(train.classes) == 1:
            raise DataError(
                f"{train.name} holds one class only, {train.classes[0]!r}: a network learns to "
                "tell classes apart; bring images of at least two"
            )


def _carve_digits(
    recipe: Recipe, sources: Mapping[str, Splits], extra: Mapping[str, Splits]
) -> list[Carved]:
    """Hold out a share of the recipe's data, and of its extra data, which comes last, in one."""
    repeats_small = recipe.least_share > 0
    trains = [splits.train for splits in sources.values()]
    # Repeating small sources needs each one carved separately; otherwise they are joined first.
    datasets = list(trains) if repeats_small else [join(trains)]
    if extra:
        datasets.append(join_splits(extra.values()).train)
    return [_carve(recipe, dataset, allow_none=repeats_small) for dataset in datasets]


def _gather_nondigits(
    recipe: Recipe, data_dir: Path | None, learnt: "Preparation | None"
) -> tuple[list[Dataset], dict[str, Dataset]]:
    """Load the images of no class: the training parts, and each source's test part.

    Sources of digits may hold some as well; those are added.
    """
    if not recipe.nondigits:
        return [], {}
    trains = [load_nondigits(source, data_dir, learnt) for source in recipe.nondigits]
    tests = {}
    for source in (*recipe.data, *recipe.nondigits):
        train, test = load_others(source, data_dir, learnt)
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

"""The data of a recipe, split into the parts that a training needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from lenet import datasets
from lenet.datasets import Dataset, Splits
from lenet.errors import DataError
from lenet.recipe import Recipe

Part = Literal["test", "validation", "train"]


@dataclass(frozen=True)
class Parts:
    """The data of a recipe, ready to train and test on.

    Attributes
    ----------
    train, validation : Dataset
        Of the recipe's data and extra data together.
    test : Dataset
        Of the recipe's data alone.
    nondigits, nondigits_validation : Dataset, optional
        Images that show no class; where the recipe has nondigits, also those of its data.
    folder : Path, optional
        Where MNIST was looked for first.
    tests, other_tests : dict of str to Dataset
        The test part of each source of data, and what of it shows no class, where the recipe has
        nondigits. They were read together with what is learnt from: a store of corrections that
        grows meanwhile moves nothing from one to the other.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset
    nondigits: Dataset | None = None
    nondigits_validation: Dataset | None = None
    folder: Path | None = None
    tests: dict[str, Dataset] = field(default_factory=dict)
    other_tests: dict[str, Dataset] = field(default_factory=dict)

    @classmethod
    def load(cls, recipe: Recipe, data_dir: Path | None = None) -> "Parts":
        """Load the recipe's sources and carve its validation parts (`DataError`)."""
        each = datasets.load_each(recipe.data, data_dir, show_progress=True)
        return cls.of(recipe, datasets.join_splits(each.values()), data_dir, each)

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        splits: Splits,
        data_dir: Path | None = None,
        each: Mapping[str, Splits] | None = None,
    ) -> "Parts":
        """Carve the recipe's parts out of its data, loaded already, and what it adds to them.

        `each` are the sources that were joined to `splits`, where they were loaded one by one.

        Raises
        ------
        UsageError, DataError
            What it adds cannot be loaded; or there are too few images for a part that it needs.
        """
        may_be_small = recipe.least_share > 0  # such sources repeat

        def carve(whole: Dataset, small: bool) -> tuple[Dataset, Dataset | None]:
            if small and round(recipe.validation * len(whole)) == 0:
                return whole, None  # of a source that small nothing can be spared
            return datasets.carve(whole, recipe.validation, recipe.seed, recipe.validation_split)

        def repeated(trains: list[Dataset]) -> list[Dataset]:
            least = recipe.least_share * sum(map(len, trains))
            times = [max(1, round(least / len(each))) for each in trains]
            return [
                each.subset(np.tile(np.arange(len(each)), n))
                for each, n in zip(trains, times, strict=True)
            ]

        def load(sources: tuple[str, ...]) -> Dataset:
            return datasets.load_all(sources, data_dir, show_progress=True).train

        if may_be_small and each is None:
            each = datasets.load_each(recipe.data, data_dir, show_progress=True)
        parts = (
            [carve(source.train, small=True) for source in each.values()]
            if may_be_small and each  # one by one, to repeat the small ones
            else [carve(splits.train, small=False)]
        )
        if recipe.extra_data:
            parts.append(carve(load(recipe.extra_data), may_be_small))
        nondigits, other_tests = [], {}
        if recipe.nondigits:  # who learns to refuse learns it from the sources of digits as well
            nondigits = [datasets.load_nondigits(source, data_dir) for source in recipe.nondigits]
            for source in (*recipe.data, *recipe.nondigits):
                train, test = datasets.load_others(source)
                if train and source in recipe.data:
                    nondigits.append(train)
                if test:
                    other_tests[source] = test
        others = [carve(whole, small=True) for whole in nondigits]

        def joined(parts: list[Dataset]) -> Dataset | None:
            return datasets.join(parts) if parts else None

        needed = recipe.calibrate or recipe.patience > 0 or recipe.keep == "best"

        def held_out(parts: list[tuple[Dataset, Dataset | None]]) -> Dataset | None:
            found = joined([validation for _, validation in parts if validation])
            if found is None and parts and needed:
                total = sum(len(train) for train, _ in parts)
                raise DataError(
                    f"{'+'.join(train.name for train, _ in parts)}: of {total} images none can be "
                    f"spared for the validation part, a share of {recipe.validation:g}, which the "
                    "recipe needs: bring more images or raise validation"
                )
            return found

        return cls(
            datasets.join(repeated([train for train, _ in parts])),
            held_out(parts),
            splits.test,
            joined(repeated([train for train, _ in others])),
            held_out(others),
            data_dir,
            {source: splits.test for source, splits in (each or {}).items()},
            other_tests,
        )

    def present(self) -> dict[Part, Dataset]:
        """Return the parts that there are, by name."""
        parts: dict[Part, Dataset | None] = {
            "test": self.test,
            "validation": self.validation,
            "train": self.train,
        }
        return {name: part for name, part in parts.items() if part is not None}

    def facts(self) -> dict[str, object]:
        """Return what `run.json` says of them."""
        facts: dict[str, object] = {"name": self.train.name, "classes": list(self.train.classes)}
        for name, part in self.present().items():
            facts |= {name: len(part), f"{name}_digest": part.digest}
        if self.nondigits:
            facts |= {"nondigits": len(self.nondigits), "nondigits_digest": self.nondigits.digest}
        return facts

"""The contenders of a comparison, and how they are named."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self

from lenet.comparison.classical import CLASSICAL, Classical
from lenet.comparison.rendering import duration
from lenet.errors import UsageError, suggest
from lenet.models import build, layer_table
from lenet.recipe import Recipe, builtin_names
from lenet.recipe.measured import outcome
from lenet.run import MANIFEST, Run, shipped_names
from lenet.storage import sha256

RECIPE = "recipe:"  # before the name of a recipe, where a model has the same name


@dataclass(frozen=True)
class Contender:
    """A run, recipe or classical model that is compared.

    Attributes
    ----------
    name : str
        As the user wrote it, without ``recipe:``.
    what : Run or Recipe or Classical
        A finished training, an intended one, or a classical model.
    """

    name: str
    what: Run | Recipe | Classical

    @classmethod
    def find(cls, word: str, runs: Path) -> Self:
        """Return the contender that `word` names.

        A shipped model or a run, also one in the folder `runs`, comes before a recipe of its
        name; ``recipe:NAME`` always means the recipe.

        Raises
        ------
        UsageError
            Nothing has that name.
        ModelError
            It is the path of a run folder that is missing or broken.
        """
        if word in CLASSICAL:
            return cls(word, CLASSICAL[word])
        if word.startswith(RECIPE) or word.endswith(".toml"):
            name = word.removeprefix(RECIPE)
            return cls(name, Recipe.load(name))
        if word in shipped_names():
            return cls(word, Run.find(word))
        path = Path(word)
        for folder in (path, runs / path):
            if (folder / MANIFEST).is_file():
                return cls(str(path), Run.open(folder))
        if word in builtin_names():
            return cls(word, Recipe.load(word))
        if path.is_dir() or len(path.parts) > 1:
            return cls(str(path), Run.find(path))
        known = [*builtin_names(), *CLASSICAL]
        folders = [each.parent.name for each in runs.glob(f"*/{MANIFEST}")]
        near = get_close_matches(word, [*known, *folders], n=2)
        raise UsageError(
            f"no recipe, run or classical model {word!r}: {suggest(word, near or known)}"
        )

    @property
    def kind(self) -> Literal["run", "recipe", "classical"]:
        """Whether it is a run, a recipe or a classical model."""
        match self.what:
            case Run():
                return "run"
            case Recipe():
                return "recipe"
            case Classical():
                return "classical"

    @property
    def chance(self) -> bool:
        """Whether the seed makes a difference."""
        match self.what:
            case Run():
                return False
            case Recipe():
                return True
            case Classical():
                return self.what.chance

    @property
    def data(self) -> tuple[str, ...] | None:
        """Its data sources; None if it takes any."""
        match self.what:
            case Run():
                return self.what.recipe.data
            case Recipe():
                return self.what.data
            case Classical():
                return None

    def prospect(self, trainings: int, data: Sequence[str]) -> str | None:
        """Return a line for the user on what will be trained and how long that takes.

        Parameters
        ----------
        trainings : int
            How many there will be.
        data : sequence of str
            What it will be trained on.

        Returns
        -------
        str or None
            None if there is nothing to say.
        """
        if isinstance(self.what, Run):
            if self.name not in builtin_names():
                return None
            return f"{self.name} is a finished model: {RECIPE}{self.name} trains the recipe instead"
        if not trainings:
            return None
        line = f"{self.name} will be trained {'once' if trainings == 1 else f'{trainings} times'}"
        if isinstance(self.what, Classical):
            return line
        count = self.what.epochs
        epochs = "1 epoch" if count == 1 else f"{count} epochs"
        line += f", for {'up to ' if self.what.patience else ''}{epochs}"
        measured = outcome(self.what.with_changes({"data": list(data)}))
        if measured is None:
            return line + "; how long that takes was not measured"
        each, total = duration(measured.seconds), duration(trainings * measured.seconds)
        together = f" each, {total} in total," if trainings > 1 else ""
        return f"{line}; {each}{together} when it was measured"

    def seeds(self, count: int) -> Sequence[int]:
        """Return the seeds to try it with, if `count` are wanted."""
        match self.what:
            case Run():
                return (self.what.manifest.seed,)
            case _:
                return range(count) if self.chance else (0,)

    def digest(self, classes: int) -> str:
        """Return the SHA-256 of everything its result depends on, except the seed and the data.

        For a recipe these are its fields and the shapes of its network, so that a result does not
        count for a network that was changed since.
        """
        match self.what:
            case Run():
                facts: object = self.what.manifest.weights
            case Recipe():
                network = build(self.what.model, classes, self.what.dropout)
                # Without defaults, so that a new field leaves older digests as they are.
                facts = [
                    self.what.model_dump(
                        exclude={"name", "about", "seed", "data"}, exclude_defaults=True
                    ),
                    [(list(row.size), row.parameters) for row in layer_table(network)],
                ]
            case Classical():
                model = self.what.build(0)
                facts = [type(model).__name__, sorted(map(repr, model.get_params().items()))]
        return sha256(json.dumps(facts, sort_keys=True).encode())


def find_all(words: Sequence[str], runs: Path) -> list[Contender]:
    """Return all contenders; see `Contender.find`.

    A recipe and a model of the same name are told apart: the recipe keeps its ``recipe:``.

    Raises
    ------
    UsageError
        There are none, or one is named twice.
    """
    contenders = [Contender.find(word, runs) for word in words]
    names = [contender.name for contender in contenders]
    contenders = [
        replace(contender, name=word) if names.count(contender.name) > 1 else contender
        for contender, word in zip(contenders, words, strict=True)
    ]
    names = [contender.name for contender in contenders]
    if not names:
        raise UsageError("nothing to compare: name recipes, runs or classical models")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is named twice: say it once")
    return contenders


def shared_data(contenders: Sequence[Contender], asked: Sequence[str] | None) -> tuple[str, ...]:
    """Return the data that all are trained and tested on: what was `asked` for, or their own.

    Raises
    ------
    UsageError
        Their data differ, and none was asked for.
    """
    if asked:
        return tuple(asked)
    with_data = [(contender, data) for contender in contenders if (data := contender.data)]
    if not with_data:
        return ("mnist",)
    first, data = with_data[0]
    for other, other_data in with_data[1:]:
        if other_data != data:
            raise UsageError(
                f"{first.name} is tested on {', '.join(data)} and {other.name} on "
                f"{', '.join(other_data)}: choose one for all with --data"
            )
    return data

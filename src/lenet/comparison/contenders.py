"""Who takes part in a comparison, and under what name."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self

from lenet.comparison.classical import CLASSICAL, Classical
from lenet.errors import UsageError, suggest
from lenet.models import build, layer_table
from lenet.recipe import Recipe, builtin_names
from lenet.run import Run
from lenet.storage import sha256


@dataclass(frozen=True)
class Contender:
    """One of those compared.

    Attributes
    ----------
    name : str
        What the person called it.
    what : Run or Recipe or Classical
        A finished training, an intended one, or a classical model.
    """

    name: str
    what: Run | Recipe | Classical

    @classmethod
    def find(cls, word: str, runs: Path) -> Self:
        """Find who is meant by `word`; plain names of runs are looked for in the folder `runs`.

        Raises
        ------
        UsageError
            Nobody has that name.
        ModelError
            It is the path of a run folder that is missing or broken.
        """
        path = Path(word)
        if word in CLASSICAL:
            return cls(word, CLASSICAL[word])
        if path.suffix == ".toml" or word in builtin_names():
            return cls(word, Recipe.load(word))
        if path.is_dir() or len(path.parts) > 1:
            return cls(str(path), Run.find(path))
        if (runs / path / "run.json").is_file():
            return cls(word, Run.open(runs / path))
        known = [*builtin_names(), *CLASSICAL]
        folders = [each.parent.name for each in runs.glob("*/run.json")]
        near = get_close_matches(word, [*known, *folders], n=2)
        raise UsageError(
            f"no recipe, run or classical model {word!r}: {suggest(word, near or known)}"
        )

    @property
    def kind(self) -> Literal["run", "recipe", "classical"]:
        """What sort of contender it is, in a word."""
        match self.what:
            case Run():
                return "run"
            case Recipe():
                return "recipe"
            case Classical():
                return "classical"

    @property
    def chance(self) -> bool:
        """Whether another seed gives another result."""
        match self.what:
            case Run():
                return False
            case Recipe():
                return True
            case Classical():
                return self.what.chance

    @property
    def data(self) -> tuple[str, ...] | None:
        """Where its data come from, None if it takes any."""
        match self.what:
            case Run():
                return self.what.recipe.data
            case Recipe():
                return self.what.data
            case Classical():
                return None

    def seeds(self, count: int) -> Sequence[int]:
        """Return the seeds it is to be tried with, where `count` are wanted."""
        match self.what:
            case Run():
                return (self.what.manifest.seed,)
            case _:
                return range(count) if self.chance else (0,)

    def digest(self, classes: int) -> str:
        """Return the SHA-256 of all that makes its result what it is, but the seed and the data.

        Of a recipe these are its fields and the shapes of its network, so that a result is not
        taken for that of a network which has been rebuilt since.
        """
        match self.what:
            case Run():
                facts: object = self.what.manifest.weights
            case Recipe():
                network = build(self.what.model, classes, self.what.dropout)
                # Without defaults, so that a field which is added does not disown older results.
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
    """Find everybody; see `Contender.find`.

    Raises
    ------
    UsageError
        There is nobody, or somebody is named twice.
    """
    contenders = [Contender.find(word, runs) for word in words]
    names = [contender.name for contender in contenders]
    if not names:
        raise UsageError("nothing to compare: name recipes, runs or classical models")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is named twice: say it once")
    return contenders


def shared_data(contenders: Sequence[Contender], asked: Sequence[str] | None) -> tuple[str, ...]:
    """Return the data all are to be trained and tested on: what was `asked`, or their own.

    Raises
    ------
    UsageError
        They bring different data and none was asked for.
    """
    if asked:
        return tuple(asked)
    choosy = [(contender, data) for contender in contenders if (data := contender.data)]
    if not choosy:
        return ("mnist",)
    first, data = choosy[0]
    for other, others in choosy[1:]:
        if others != data:
            raise UsageError(
                f"{first.name} is tested on {', '.join(data)} and {other.name} on "
                f"{', '.join(others)}: choose one for all with --data"
            )
    return data

"""What a run kept of its results, as the API answers it: scores, mistakes, training, figures."""

import base64
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel
from typing_extensions import TypedDict  # pydantic takes only this one before Python 3.12

from lenet.datasets import Source
from lenet.errors import ModelError
from lenet.reader import Status
from lenet.server.models import Served


class ClassScores(BaseModel):
    """Scores of one class, or an average over all."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int
    auc: float | None


class Bin(BaseModel):
    """Answers with similar probability."""

    count: int
    correct: int
    confidence: float


class PartScores(BaseModel):
    """Scores on one part of the data."""

    classes: list[str]
    total: int
    errors: int
    error_rate: float
    accuracy: float
    interval: list[float]
    loss: float
    calibration_error: float
    per_class: list[ClassScores]
    macro: ClassScores
    weighted: ClassScores
    confusion: list[list[int]] = Field(description="Rows are the truth, columns the answers.")
    auc: list[float | None]
    calibration: list[Bin]


class Scores(RootModel[dict[str, PartScores]]):
    """Scores by part of the data: `test`, and `validation` where there is one."""


class Mistake(BaseModel):
    """A test image that was misread."""

    index: int
    truth: int = Field(description="Index of a class, as is `answer`.")
    answer: int
    probability: float
    status: Status
    image: str = Field(description="28×28 bytes in base64, 0 = paper.")


class Wrong(BaseModel):
    """Every test image that was misread, in the order of the test set."""

    index: list[int]
    truth: list[int]
    answer: list[int]


class Mistakes(BaseModel):
    """The test images that were misread, highest probability first."""

    name: str
    part: Literal["test"]
    data: str
    licence: str | None = Field(None, description="Authors and terms of the images, if known.")
    total: int
    errors: int
    refused: int = Field(description="Test images refused as not a digit.")
    uncertain: int = Field(description="Test images whose answer was uncertain.")
    confident_errors: int = Field(description="Errors that were neither refused nor uncertain.")
    wrong: Wrong | None = Field(None, description="Left out for runs that did not keep it.")
    mistakes: list[Mistake]


class Epoch(BaseModel):
    """The results of one pass over the training data."""

    epoch: int
    learning_rate: float
    loss: float = Field(description="Mean over the images, in nats, measured during the pass.")
    errors: int
    images: int
    validation_loss: float | None
    validation_errors: int | None
    validation_images: int
    seconds: float


class History(BaseModel):
    """A model's training, epoch by epoch."""

    name: str
    held_out: str = Field(description="SHA-256 of the held-out images and labels; may be empty.")
    epochs: list[Epoch]


class Figure(TypedDict):
    """One figure of a run."""

    name: str
    image: Annotated[str, Field(description="A PNG in base64.")]


class Figures(TypedDict):
    """The figures that were drawn for a run's report."""

    name: str
    figures: list[Figure]


def data_of(served: Served) -> str:
    """Return the names of a run's data, without its places."""
    return "+".join(Source.parse(source).public for source in served.run.recipe.data)


def mistakes_of(served: Served) -> Mistakes:
    """Return the test images that were misread, highest probability first."""
    facts: dict[str, Any] = {"name": served.name, "part": "test", "data": data_of(served)}
    kept = served.mistakes
    if "wrong" not in kept and len(kept["mistakes"]) == kept["errors"]:
        # A run made before runs kept all that they misread, which had few enough to keep all.
        in_order = sorted(kept["mistakes"], key=lambda mistake: mistake["index"])
        names = ("index", "truth", "answer")
        facts["wrong"] = {name: [mistake[name] for mistake in in_order] for name in names}
    return Mistakes.model_validate({**facts, **kept})


def history_of(served: Served) -> History:
    """Return a model's training, epoch by epoch."""
    held_out = served.run.manifest.data.get("validation_digest", "")
    return History.model_validate(
        {"name": served.name, "held_out": held_out, "epochs": served.history}
    )


def figures_of(served: Served) -> Figures:
    """Return the figures that were drawn for a model's report.

    Raises
    ------
    ModelError
        None were.
    """
    if not served.figures:
        raise ModelError(f"{served.name} was made without figures")
    return {
        "name": served.name,
        "figures": [
            {"name": name, "image": base64.b64encode(png).decode()}
            for name, png in served.figures.items()
        ],
    }

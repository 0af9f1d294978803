"""What the API answers: JSON, and its shapes as the description of the API says them."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, RootModel
from starlette.responses import Response

JSON = "application/json"


class Error(BaseModel):
    """Every answer that is not 2xx."""

    error: str = Field(description="One line: what is wrong, what was found, what to do next.")


class Digit(BaseModel):
    """One digit of a picture."""

    digit: int = Field(ge=0, le=9)
    probability: float = Field(ge=0, le=1)
    probabilities: list[float] | None = Field(
        None, description="Of 0 to 9; left out with `probabilities=false`."
    )
    status: Literal["digit", "uncertain"]
    box: list[int] = Field(description="x, y, width, height in pixels of the upright picture.")
    image: str | None = Field(
        None,
        description="With `images=true`: the 28×28 bytes the network saw, in base64; 0 = paper.",
    )


class Rejected(BaseModel):
    """A region of a picture that is no digit."""

    box: list[int]
    reason: Literal["not_a_digit", "too_small", "line"]
    image: str | None = None


class Reading(BaseModel):
    """What is read of a picture."""

    picture: str = Field(description="The file's name in a form, else `picture`.")
    model: str
    status: Literal["digits", "blank", "nothing"]
    text: str = Field(description="In reading order, rows joined by a newline, `?` if uncertain.")
    width: int = Field(description="Of the upright picture, in pixels.")
    height: int
    digits: list[Digit]
    rejected: list[Rejected]


class ImageAnswer(BaseModel):
    """What is said of one digit image."""

    digit: int = Field(ge=0, le=9)
    probability: float = Field(ge=0, le=1)
    probabilities: list[float] | None = None
    status: Literal["digit", "uncertain", "not_a_digit"]


class ImageAnswers(BaseModel):
    """What is said of digit images, in their order."""

    model: str
    digits: list[ImageAnswer]


class Receptive(BaseModel):
    """Pixel (y, x) sees rows start + step·y to start + step·y + size - 1; columns the same way."""

    size: int
    step: int
    start: int


class Layer(BaseModel):
    """One named layer of a network."""

    name: str
    kind: str
    shape: list[int] = Field(description="Of what it gives: maps, height, width; or numbers.")
    parameters: int
    receptive: Receptive | None = Field(description="Null where it gives no maps.")


class Errors(BaseModel):
    """How many of the test images were misread."""

    errors: int
    total: int


class Model(BaseModel):
    """One model that is served."""

    name: str
    digest: str = Field(description="SHA-256 of its ONNX file.")
    title: str
    classes: list[str]
    default: bool
    has: list[Literal["card", "scores", "mistakes", "kernels", "layers"]]
    layers: list[Layer]
    test: Errors | None


class Models(BaseModel):
    """What is served, and within which limits."""

    models: list[Model]
    collect: bool = Field(description="Whether corrections are kept.")
    max_body: int = Field(description="Bytes of a body.")
    max_digits: int = Field(description="Images of a request.")


class Card(BaseModel):
    """A model's card."""

    name: str
    markdown: str
    recipe: dict[str, Any]


class ClassScores(BaseModel):
    """Scores of one class, or an average of all."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int
    auc: float | None


class Bin(BaseModel):
    """Answers of about the same probability."""

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
    truth: int
    answer: int
    probability: float
    probabilities: list[float]
    image: str = Field(description="28×28 bytes in base64, 0 = paper.")


class Mistakes(BaseModel):
    """The test images that were misread, the most certain answers first."""

    name: str
    part: Literal["test"]
    data: str
    total: int
    errors: int
    mistakes: list[Mistake]


class Values(BaseModel):
    """An array of numbers."""

    name: str
    shape: list[int]
    low: float = Field(description="The least of the values.")
    high: float
    values: str = Field(description="float32, little-endian, in base64; row by row.")


class Kernel(Values):
    """The kernels of a convolution: out, in, height, width."""

    bias: list[float] = Field(description="Of each map; empty where the layer has none.")


class Kernels(BaseModel):
    """The kernels of a model's convolutions."""

    name: str
    layers: list[Kernel]


class Layers(BaseModel):
    """What each layer makes of an image."""

    model: str
    digit: int
    probability: float
    probabilities: list[float]
    status: Literal["digit", "uncertain", "not_a_digit"]
    layers: list[Values]


class NewCorrection(BaseModel):
    """What a digit truly is."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: UUID = Field(strict=False, description="Made by the client: a retry keeps it, once.")
    model: str | None = Field(None, description="Who answered; the first model if not said.")
    image: str | list[list[int]] = Field(description="784 bytes in base64, or 28 rows of 28.")
    truth: int = Field(ge=0, le=9)


class Correction(BaseModel):
    """One correction that is kept."""

    id: UUID
    time: datetime
    model: str
    digest: str
    answer: int = Field(description="What the model says of the image.")
    probability: float
    truth: int
    image: str


class CorrectionList(BaseModel):
    """Corrections, the newest first."""

    total: int
    corrections: list[Correction]
    next: UUID | None = Field(description="To be said as `after` for those that follow.")


class State(BaseModel):
    """How the service is."""

    status: Literal["ok", "ready"]


def answer(value: Any, status: int = HTTPStatus.OK) -> Response:
    """Return `value` as JSON; floats keep every digit they have."""
    return Response(orjson.dumps(value), status, {"Cache-Control": "no-store"}, media_type=JSON)


def error(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """Return the answer to a request that is not taken."""
    reply = answer({"error": text}, status)
    reply.headers.update(headers or {})
    return reply


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the description says of answers other than 2xx."""
    every = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, *statuses)
    return {int(s): {"model": Error, "description": HTTPStatus(s).phrase} for s in every}

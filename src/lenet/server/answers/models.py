"""What is said of a model, and of what its layers make of an image."""

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel


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


class PartErrors(Errors):
    """The errors on one part of the data."""

    part: Literal["test", "validation", "train"]
    interval: list[float] = Field(description="95 % interval of the error rate: low, high.")


class Change(BaseModel):
    """Errors on the test set of one source, of the model it began with and of this one."""

    source: str
    nondigits: bool = Field(description="Whether these are the images that show no digit.")
    total: int
    before: int
    after: int


class Card(BaseModel):
    """How a model was made and what it scores. Private sources are told by their kind alone."""

    name: str
    about: str
    classes: list[str]
    recipe: dict[str, Any] = Field(description="Its fields, as in recipe.toml.")
    images: dict[str, int] = Field(description="By part: train, validation, test, nondigits.")
    seed: int
    seconds: float = Field(description="Of training.")
    device: str
    threads: int
    started: str = Field(description="ISO 8601 with offset.")
    weights: str = Field(description="SHA-256.")
    temperature: float | None = Field(description="Divides the logits; null: not calibrated.")
    rejection: float | None = Field(description="Lower scores are refused; null: none is.")
    scores: list[PartErrors]
    changes: list[Change] = Field(description="Empty unless it began with another model.")


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
    status: Literal["digit", "uncertain", "not_a_digit"]
    image: str = Field(description="28×28 bytes in base64, 0 = paper.")


class Mistakes(BaseModel):
    """The test images that were misread, the most certain answers first."""

    name: str
    part: Literal["test"]
    data: str
    licence: str | None = Field(None, description="Whose the images are, where that is known.")
    total: int
    errors: int
    refused: int = Field(description="Of all test images, those taken for no digit.")
    uncertain: int = Field(description="Of all test images.")
    confident_errors: int = Field(description="Errors neither refused nor uncertain.")
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

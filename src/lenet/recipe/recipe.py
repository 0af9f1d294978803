"""`Recipe`: every number that a run depends on, validated."""

import json
import re
import reprlib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from lenet.errors import UsageError, suggest
from lenet.recipe.parsing import read_fields

FINDER = "finder"  # the network that finds digits on pages, instead of reading digit images
SCENES = "scenes:"  # begins the source that draws scenes
NOT_FOR_FINDERS = (  # fields of digit images that a finder's scenes have nothing for
    *("extra_data", "least_share", "nondigits", "finder", "validation_split", "calibrate"),
    *("dropout", "augment", "loss", "label_smoothing", "class_weights", "mean_teacher"),
)


class Augment(BaseModel):
    """Bounds of the random distortions in `lenet.training.augment`, drawn anew for each image.

    Those from `shift` to `thickness` go both ways.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    shift: float = Field(0.0, ge=0, le=28, description="pixels along each axis")
    rotation: float = Field(0.0, ge=0, le=180, description="degrees")
    # Axes that differ give the squeezing of LeCun et al. (1998), section III.A.
    scale: float = Field(0.0, ge=0, le=0.9, description="fraction, of each axis on its own")
    shear: float = Field(0.0, ge=0, le=80, description="degrees by which upright strokes lean")
    # The root mean square displacement is 0.28 of the bound; Simard, Steinkraus, Platt (2003)
    # used about 5 in these terms.
    elastic: float = Field(0.0, ge=0, le=28, description="pixels, bound of a smooth displacement")
    thickness: float = Field(0.0, ge=0, le=1, description="pixels on each side of a stroke")
    blur: float = Field(0.0, ge=0, le=0.7, description="pixels, standard deviation of a Gaussian")
    contrast: float = Field(0.0, ge=0, le=0.9, description="fraction of the ink taken away")
    background: float = Field(0.0, ge=0, le=0.9, description="full ink = 1, of uneven paper")
    noise: float = Field(0.0, ge=0, le=0.9, description="full ink = 1, standard deviation")
    erasing: float = Field(0.0, ge=0, le=1, description="share of images with a bar erased")
    neighbours: float = Field(
        0.0, ge=0, le=1, description="share of images with strokes of another one at the edge"
    )


class Recipe(BaseModel):
    """What to train, on what, and how; immutable.

    `recipe.model_copy(update=...)` does not validate; `with_changes` does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(
        "", max_length=80, description="name of the recipe; run folders are called after it"
    )
    about: str = Field(
        "", max_length=300, description="one line on what it is and where its numbers come from"
    )
    model: str = Field("lenet5", description="architecture, a name from lenet.models")
    start_from: str = Field(
        "", description="model or run whose weights training begins with; empty: fresh ones"
    )
    dropout: float = Field(0.0, ge=0, lt=1, description="share of units dropped, where it has them")
    data: tuple[str, ...] = Field(("mnist",), min_length=1, description="sources of data, joined")
    extra_data: tuple[str, ...] = Field(
        (), description="more sources to train on, whose test sets are not used"
    )
    least_share: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="share of each source of data in an epoch; smaller ones repeat",
    )
    nondigits: tuple[str, ...] = Field(
        (), description="sources of images that show no class, to learn to refuse"
    )
    material: tuple[str, ...] = Field(
        (), description="sources that the scenes of a finder are drawn from"
    )
    finder: str = Field(
        "", description="finder whose proposals it learns to judge after training; empty: none"
    )
    validation: float = Field(0.1, ge=0, lt=1, description="share of the training set held out")
    validation_split: Literal["stratified", "last"] = Field(
        "stratified",
        description="drawn by seed, equally from each class; or the last of each, of MNIST of all",
    )
    seed: int = Field(0, ge=0, lt=2**31, description="of initial weights, split, order and dropout")
    epochs: int = Field(10, ge=1, le=10_000, description="passes over the training data")
    batch: int = Field(128, ge=1, le=60_000, description="images per step")
    optimizer: Literal["adam", "adamw", "sgd"] = Field("adamw", description="the update rule")
    learning_rate: float = Field(1e-3, gt=0, le=100, description="of the optimizer; its peak")
    momentum: float = Field(0.9, ge=0, lt=1, description="of sgd")
    weight_decay: float = Field(0.0, ge=0, le=10, description="L2 (adam, sgd) or decoupled (adamw)")
    weight_decay_on: Literal["all", "weights", "hidden-weights"] = Field(
        "all", description="all parameters, no biases, or neither biases nor the output layer"
    )
    schedule: Literal["constant", "one-cycle", "cosine", "exponential"] = Field(
        "constant", description="of the learning rate over the steps of the whole run"
    )
    warmup: float = Field(0.3, gt=0, lt=1, description="share of a one-cycle run spent rising")
    decay: float = Field(
        0.95, gt=0, le=1, description="factor per epoch of the exponential schedule"
    )
    loss: Literal["cross-entropy", "map-1998"] = Field(
        "cross-entropy", description="what is minimised; map-1998 is equation 9 of the paper"
    )
    augment: Augment = Field(Augment(), description="random distortions of the training images")
    label_smoothing: float = Field(
        0.0, ge=0, lt=1, description="weight of the uniform distribution"
    )
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="of the loss; balanced: each class counts as if all were equally many"
    )
    averaging: float = Field(
        0.0, ge=0, lt=1, description="decay per step of the moving average of the weights; 0: none"
    )
    mean_teacher: int = Field(
        0,
        ge=0,
        description="last epochs that also teach it what its average says of turned images",
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="of products in training; bfloat16 only where that is faster"
    )
    keep: Literal["best", "last"] = Field(
        "best", description="weights of the epoch with the lowest validation loss, or of the last"
    )
    calibrate: bool = Field(
        False, description="fit temperature and rejection on the validation part after training"
    )
    patience: int = Field(
        0, ge=0, description="stop after so many epochs without a lower validation loss; 0: never"
    )

    @field_validator("data", "extra_data", "nondigits", "material", mode="before")
    @classmethod
    def _allow_a_single_source(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator(
        *("name", "about", "model", "start_from", "data", "extra_data", "nondigits", "material"),
        *("finder",),
    )
    @classmethod
    def _check_printable(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if not "".join(value).isprintable():
            raise ValueError("only printable characters can be kept in a recipe")
        return value

    @model_validator(mode="after")
    def _check_finder(self) -> Self:
        scenes = [source for source in self.data if source.startswith(SCENES)]
        if not self.finds:
            if scenes or self.material:
                raise ValueError(
                    f"{scenes[0] if scenes else 'material'} is for a finder alone: "
                    f'say model = "{FINDER}", or data of digit images'
                )
            return self
        if len(self.data) != 1 or not re.fullmatch(rf"{SCENES}[1-9]\d*", self.data[0]):
            raise ValueError(
                f'a finder learns from scenes: say data = "scenes:60000", found {list(self.data)}'
            )
        if self.validation == 0:
            raise ValueError("a finder needs a validation part, found validation = 0")
        if not self.material:
            raise ValueError('a finder needs material: say material = ["mnist"]')
        for name in NOT_FOR_FINDERS:
            value, default = getattr(self, name), type(self).model_fields[name].default
            if value != default:
                raise ValueError(f"a finder has no {name}: leave it out, found {value!r}")
        return self

    @model_validator(mode="after")
    def _check_validation(self) -> Self:
        if self.validation == 0 and self.patience:
            raise ValueError("patience needs a validation part, found validation = 0")
        if self.validation == 0 and self.keep == "best":
            raise ValueError('keep = "best" needs a validation part: say keep = "last"')
        if self.validation == 0 and self.calibrate:
            raise ValueError("calibrate needs a validation part, found validation = 0")
        return self

    @model_validator(mode="after")
    def _check_mean_teacher(self) -> Self:
        if self.mean_teacher > self.epochs:
            raise ValueError(
                f"mean_teacher counts some of the {self.epochs} epochs, found {self.mean_teacher}"
            )
        if self.mean_teacher and not self.averaging:
            raise ValueError("mean_teacher needs averaged weights: say averaging = 0.999")
        return self

    @model_validator(mode="after")
    def _check_loss(self) -> Self:
        if self.mean_teacher and self.loss == "map-1998":
            raise ValueError('mean_teacher needs loss = "cross-entropy", found "map-1998"')
        if self.nondigits and self.loss == "map-1998":
            raise ValueError('nondigits need loss = "cross-entropy", found "map-1998"')
        if self.class_weights != "none" and self.loss == "map-1998":
            raise ValueError('class_weights need loss = "cross-entropy", found "map-1998"')
        return self

    @model_validator(mode="after")
    def _check_nondigits(self) -> Self:
        if self.nondigits and not self.calibrate:
            raise ValueError("nondigits need calibrate = true, which finds the score to refuse by")
        if self.finder and not self.nondigits:
            raise ValueError(
                "finder needs nondigits: a network that refuses nothing believes all proposals"
            )
        return self

    @property
    def finds(self) -> bool:
        """Whether it trains a finder, which takes pages instead of digit images."""
        return self.model == FINDER

    @property
    def needs_validation(self) -> bool:
        """Whether training needs held-out images."""
        return self.calibrate or self.patience > 0 or self.keep == "best"

    def with_changes(self, changes: dict[str, Any]) -> Self:
        """Return a copy with `changes` applied and checked.

        Raises
        ------
        UsageError
            A field is unknown or its value is out of range.
        """
        fields = self.model_dump()
        for name, value in changes.items():
            table, dot, inner = name.partition(".")
            if dot and isinstance(fields.get(table), dict):
                fields[table][inner] = value
            else:
                fields[name] = value
        return type(self).parse(fields, f"recipe {self.name}")

    @classmethod
    def parse(cls, fields: dict[str, Any], origin: str) -> Self:
        """Make a recipe from `fields`; `origin` names it in errors (`UsageError`)."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise UsageError(f"{origin}: {_first_fault(error)}") from error

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """Load a built-in recipe by name, or one from a TOML file.

        Raises
        ------
        UsageError
            There is no such recipe or file, it is not valid TOML, or a field is invalid.
        """
        return cls.parse(*read_fields(name_or_path))

    def to_toml(self) -> str:
        """Return the recipe as TOML: every field, with its description as a comment."""
        lines = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            lines.append(f"{name} = {_toml(value)}  # {field.description}")
        return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, BaseModel):
        pairs = (f"{name} = {_toml(inner)}" for name, inner in value)
        return f"{{ {', '.join(pairs)} }}"
    # A JSON string, number, or array of strings is valid TOML as it stands.
    return json.dumps(value, ensure_ascii=False)


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = Augment.model_fields if field.startswith("augment.") else Recipe.model_fields
        return f"no field {field!r}: {suggest(field.rpartition('.')[2], known)}"
    reason = fault["msg"].removeprefix("Value error, ")
    reason = reason[0].lower() + reason[1:]
    return f"{field}: {reason}, found {reprlib.repr(fault['input'])}" if field else reason

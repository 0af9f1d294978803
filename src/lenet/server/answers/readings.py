"""What is said of pictures and of digit images."""

from typing import Literal

from pydantic import BaseModel, Field


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

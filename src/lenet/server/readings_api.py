"""Reading pictures and digit images: `/v1/read` and `/v1/digits`."""

from collections import Counter
from typing import Annotated, Any, Literal, NotRequired

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic takes only this one before Python 3.12

from lenet import reader
from lenet.errors import UsageError
from lenet.picture import decode
from lenet.reader import Status
from lenet.reader.page_reading import Options, refuse_idle
from lenet.server.bodies import (
    JSON,
    MAX_BODY,
    MAX_IMAGES,
    MAX_JSON,
    OCTETS,
    base64_of,
    content_type,
    images_of,
    picture_of,
)
from lenet.server.models import ClassAnswer, DigitClass, OtherClass
from lenet.server.queues import Answers
from lenet.server.refusals import errors, unprocessable
from lenet.server.service import ModelName, Route, ServiceDep

# Requests
ROWS = {
    "type": "array",
    "items": {
        "type": "array",
        "items": {"type": "integer", "minimum": 0, "maximum": 255},
        "minItems": 28,
        "maxItems": 28,
    },
    "minItems": 28,
    "maxItems": 28,
}
IMAGE = {
    "description": "28 rows of 28 integers, 0 = paper; or the 784 bytes in base64.",
    "anyOf": [ROWS, {"type": "string", "contentEncoding": "base64"}],
}
BINARY = {"schema": {"type": "string", "format": "binary"}}


def form_of(**properties: Any) -> dict[str, Any]:
    """Return the OpenAPI description of an object whose properties are all required.

    >>> form_of(a={"type": "string"})["schema"]["required"]
    ['a']
    """
    return {
        "schema": {"type": "object", "required": list(properties), "properties": properties},
    }


def body_of(content: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI description of a body, by media type; our own code parses it."""
    return {"requestBody": {"required": True, "content": content}}


PICTURES = "image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", OCTETS
PICTURE_BODY = body_of(
    {
        **dict.fromkeys(PICTURES, BINARY),
        "multipart/form-data": form_of(picture=BINARY["schema"]),
    }
)
IMAGES_BODY = body_of(
    {
        OCTETS: BINARY,
        JSON: form_of(
            images={"type": "array", "items": IMAGE, "minItems": 1, "maxItems": MAX_IMAGES}
        ),
    }
)
Probabilities = Annotated[
    bool, Query(description="Whether to return those of all classes with each digit.")
]

# Answers


class Digit(BaseModel):
    """One digit in a picture, or one character or word that a model of other classes reads."""

    digit: DigitClass | None = None
    class_: OtherClass | None = Field(None, alias="class")
    probability: float = Field(
        ge=0,
        le=1,
        description="The network's, after its temperature, times how sure it is that there is a "
        "digit at all, where the model was fitted to say that.",
    )
    probabilities: list[float] | None = Field(
        None,
        description="Of each class, in the model's order: of 0 to 9. What is not sure to be a "
        "digit at all is spread evenly over them. "
        "Left out with `probabilities=false`.",
    )
    status: Literal["digit", "uncertain"]
    box: list[int] = Field(description="x, y, width, height in pixels of the upright picture.")
    image: str | None = Field(
        None,
        description="With `images=true`: the 28×28 bytes the network saw, in base64; 0 = paper.",
    )


class Number(BaseModel):
    """Digits that stand together."""

    text: str = Field(description="Uncertain digits are `?`.")
    box: list[int] = Field(description="x, y, width, height in pixels of the upright picture.")
    probability: float = Field(ge=0, le=1, description="That all of its digits are right.")
    digits: list[int] = Field(description="Their indices in `digits`, from 0.")


class Rejected(BaseModel):
    """A place in a picture that is not a digit."""

    box: list[int] = Field(description="x, y, width, height in pixels of the upright picture.")
    reason: Literal["not_a_digit", "sign"] = Field(
        description="`not_a_digit`: it may have been one, but is not believed. "
        "`sign`: another character."
    )
    image: str | None = Field(
        None, description="With `images=true`, as of a digit; a `sign` has none."
    )


class Reading(BaseModel):
    """The reading of a picture."""

    model: str
    width: int = Field(description="Of the upright picture, in pixels.")
    height: int
    picture: str = Field(description="The file's name in a form, else `picture`.")
    page: int = Field(description="Always 1: the formats read here have one page.")
    status: Literal["digits", "blank", "nothing"] = Field(
        description="`blank`: nothing is on it; `nothing`: nothing on it is a digit."
    )
    text: str = Field(
        description="In reading order: numbers parted by a space, rows by a newline; uncertain "
        "digits are `?`, and empty cells are `.` with `grid=true`."
    )
    numbers: list[Number] = Field(description="In reading order.")
    digits: list[Digit] = Field(description="In reading order.")
    rejected: list[Rejected]


# TypedDicts, because pydantic models of 64 answers take five times as long as serialising them:
# 0.8 ms instead of 0.15, while the network needs 1.5.


class ImageAnswer(ClassAnswer):
    """The answer to one digit image."""

    probability: Annotated[
        float, Field(ge=0, le=1, description="The network's, after its temperature.")
    ]
    probabilities: NotRequired[list[float]]
    status: Status


class ImageAnswers(TypedDict):
    """The answers to digit images, in their order."""

    model: str
    digits: list[ImageAnswer]


router = APIRouter(route_class=Route)


@router.post(
    "/v1/read",
    openapi_extra=PICTURE_BODY,
    responses=errors(400, 404, 408, 413, 415, 429, 503),
    response_model_exclude_unset=True,
)
async def read(
    request: Request,
    service: ServiceDep,
    model: ModelName = None,
    single: Annotated[bool, Query(description="The picture holds exactly one digit.")] = False,
    upside_down: Annotated[
        bool, Query(description="The picture may be upside down; one on its side needs no word.")
    ] = False,
    grid: Annotated[
        bool, Query(description="The digits stand in a grid: `text` tells its empty cells.")
    ] = False,
    probabilities: Probabilities = True,
    images: Annotated[bool, Query(description="Whether to return what the network saw.")] = False,
) -> Reading:
    """Read the digits in a picture."""
    served = service.model(model)
    try:
        refuse_idle(Options(single, upside_down, grid), served.reader.networks)
    except UsageError as error:
        raise unprocessable(str(error)) from error
    service.workers.check()  # before a body is received for nothing
    content, name = await picture_of(request, await service.bodies.read(request, MAX_BODY))

    def work() -> tuple[reader.Reading, int, int]:
        picture = decode(content, name=name)
        height, width = (round(side * picture.reduced) for side in picture.pixels.shape[:2])
        reading = served.reader.read(picture, single=single, upside_down=upside_down, grid=grid)
        return reading, width, height

    reading, width, height = await service.workers.do(work)
    for digit in reading.digits:
        service.metrics.digit(served.name, digit.status)
    facts = {"model": served.name, "width": width, "height": height}
    return Reading.model_validate({**facts, **reading_dict(reading, probabilities, images)})


@router.post(
    "/v1/digits",
    openapi_extra=IMAGES_BODY,
    responses={
        200: {"model": ImageAnswers},
        **errors(400, 404, 408, 413, 415, 429, 503),
    },
)
async def digits(
    request: Request,
    service: ServiceDep,
    model: ModelName = None,
    probabilities: Probabilities = True,
) -> Response:
    """Read digit images of 28×28 pixels."""
    served = service.model(model)
    served.batcher.check()
    body = await service.bodies.read(request, MAX_JSON)
    images = images_of(content_type(request), body, "images", MAX_IMAGES)
    answers = image_answers(served.answers, await served.batcher.ask(images), probabilities)
    for status, count in Counter(answer["status"] for answer in answers).items():
        service.metrics.digit(served.name, status, count)
    content: ImageAnswers = {"model": served.name, "digits": answers}
    return Response(orjson.dumps(content), media_type=JSON)


def reading_dict(reading: reader.Reading, probabilities: bool, images: bool) -> dict[str, Any]:
    """Return a reading for JSON, with only the fields asked for."""
    content = reading.to_dict()
    if not probabilities:
        for digit in content["digits"]:
            del digit["probabilities"]
    if images:
        for name in ("digits", "rejected"):
            for region, entry in zip(getattr(reading, name), content[name], strict=True):
                if region.image is not None:
                    entry["image"] = base64_of(region.image)
    return content


def image_answers(
    classes: list[ClassAnswer], answers: Answers, probabilities: bool
) -> list[ImageAnswer]:
    """Return the answer to each image, for JSON; `classes` is how it tells each class."""
    entries: list[ImageAnswer] = [
        {
            **classes[best],
            "probability": row[best],
            "probabilities": row,
            "status": status,
        }
        for best, row, status in zip(*answers, strict=True)
    ]
    if not probabilities:
        for entry in entries:
            del entry["probabilities"]
    return entries

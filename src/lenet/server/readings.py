"""Reading pictures and digit images."""

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from lenet.picture import decode
from lenet.reader import Reading
from lenet.server import answers
from lenet.server.answers import answer, errors
from lenet.server.batching import Answers
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
from lenet.server.service import Service

Model = Annotated[str | None, Query(description="Name of the model; the first if not said.")]
Probabilities = Annotated[bool, Query(description="Whether to give all ten of each digit.")]

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


def body_of(content: dict[str, Any]) -> dict[str, Any]:
    """Return what the description of the API says of a body that our own code reads."""
    return {"requestBody": {"required": True, "content": content}}


def routes(service: Service) -> APIRouter:
    """Return the routes of `/v1/read` and `/v1/digits`."""
    router = APIRouter()

    @router.post(
        "/v1/read",
        summary="Read a picture",
        openapi_extra=body_of(
            {
                **dict.fromkeys(("image/png", "image/jpeg", "image/webp", OCTETS), BINARY),
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["picture"],
                        "properties": {"picture": BINARY["schema"]},
                    }
                },
            }
        ),
        responses={
            200: {"model": answers.Reading},
            **errors(400, 404, 408, 413, 415, 422, 429, 503),
        },
    )
    async def read(
        request: Request,
        model: Model = None,
        single: Annotated[bool, Query(description="The picture holds exactly one digit.")] = False,
        probabilities: Probabilities = True,
        images: Annotated[bool, Query(description="Whether to give what the network saw.")] = False,
    ) -> Response:
        served = service.model(model)
        service.workers.check()  # before a body is taken in for nothing
        body = await service.bodies.read(request, MAX_BODY)
        content, name = await picture_of(request, body)

        def work() -> tuple[Reading, int, int]:
            picture = decode(content, name=name)
            height, width = (side * picture.reduced for side in picture.pixels.shape[:2])
            return served.reader.read(picture, single=single), width, height

        reading, width, height = await service.workers.do(work)
        for digit in reading.digits:
            service.metrics.digit(served.name, digit.status)
        return answer(
            {
                "model": served.name,
                "width": width,
                "height": height,
                **reading_dict(reading, probabilities, images),
            }
        )

    @router.post(
        "/v1/digits",
        summary="Read digit images of 28×28 pixels",
        openapi_extra=body_of(
            {
                OCTETS: BINARY,
                JSON: {
                    "schema": {
                        "type": "object",
                        "required": ["images"],
                        "properties": {
                            "images": {
                                "type": "array",
                                "items": IMAGE,
                                "minItems": 1,
                                "maxItems": MAX_IMAGES,
                            }
                        },
                    }
                },
            }
        ),
        responses={
            200: {"model": answers.ImageAnswers},
            **errors(400, 404, 408, 413, 415, 422, 429, 503),
        },
    )
    async def digits(
        request: Request, model: Model = None, probabilities: Probabilities = True
    ) -> Response:
        served = service.model(model)
        served.batcher.check()
        kind = content_type(request)
        body = await service.bodies.read(request, MAX_JSON)
        found = await served.batcher.ask(images_of(kind, body, "images", MAX_IMAGES))
        said = image_answers(found, probabilities)
        for status, count in Counter(each["status"] for each in said).items():
            service.metrics.digit(served.name, status, count)
        return answer({"model": served.name, "digits": said})

    return router


def reading_dict(reading: Reading, probabilities: bool, images: bool) -> dict[str, Any]:
    """Return a reading as JSON holds it, with as much as was asked for."""
    said = reading.to_dict()
    if not probabilities:
        for digit in said["digits"]:
            del digit["probabilities"]
    if images:
        for what in ("digits", "rejected"):
            for region, entry in zip(getattr(reading, what), said[what], strict=True):
                if region.image is not None:
                    entry["image"] = base64_of(region.image)
    return said


def image_answers(found: Answers, probabilities: bool) -> list[dict[str, Any]]:
    """Return what is said of each image as JSON holds it."""
    said = []
    for digit, row, status in zip(*found, strict=True):
        entry: dict[str, Any] = {"digit": digit, "probability": row[digit]}
        if probabilities:
            entry["probabilities"] = row
        entry["status"] = status
        said.append(entry)
    return said

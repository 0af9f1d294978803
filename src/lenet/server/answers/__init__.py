"""What the API answers: JSON, and its shapes as the description of the API says them."""

from http import HTTPStatus
from typing import Any, Literal

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

from lenet.server.answers.corrections import Correction, CorrectionList, NewCorrection
from lenet.server.answers.models import Card, Kernels, Layers, Mistakes, Models, Scores
from lenet.server.answers.readings import ImageAnswers, Reading
from lenet.server.bodies import JSON

__all__ = [
    "JSON",
    "Card",
    "Correction",
    "CorrectionList",
    "Error",
    "ImageAnswers",
    "Kernels",
    "Layers",
    "Mistakes",
    "Models",
    "NewCorrection",
    "Reading",
    "Scores",
    "State",
    "answer",
    "error",
    "errors",
]


class Error(BaseModel):
    """Every answer that is not 2xx."""

    error: str = Field(description="One line: what is wrong, what was found, what to do next.")


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

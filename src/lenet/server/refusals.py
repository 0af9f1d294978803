"""Answers other than 2xx: a status and a one-line message."""

from http import HTTPStatus
from typing import Any

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

RETRY_AFTER = {"Retry-After": "1"}  # seconds


class Error(BaseModel):
    """Every answer that is not 2xx."""

    error: str = Field(description="One line: what is wrong, what was found, what to do next.")


class Refusal(Exception):  # noqa: N818 - not an error of ours: the request is refused
    """An answer other than 2xx.

    Parameters
    ----------
    status : HTTPStatus
    text : str
        One line: what is wrong, what was found, what to do next. It must not contain a path, a
        memory address or a version.
    headers : dict of str to str, optional
        Extra headers for the answer.
    """

    def __init__(
        self, status: HTTPStatus, text: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers


def unprocessable(text: str) -> Refusal:
    """Return the refusal of a request that is well formed, but not valid here."""
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, text)


def busy() -> Refusal:
    """Return the refusal of a request that would have to wait too long."""
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too many requests are waiting: try again in a second",
        RETRY_AFTER,
    )


def error(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """Return the answer to a request that is refused."""
    return Response(
        orjson.dumps({"error": text}),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of answers other than 2xx."""
    every = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)
    return {
        int(status): {"model": Error, "description": HTTPStatus(status).phrase}
        for status in sorted({*every, *statuses})
    }

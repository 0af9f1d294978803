"""The routes of corrections: people say what an image really shows."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, TypeVar
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lenet import corrections
from lenet.corrections import Corrections
from lenet.errors import DataError
from lenet.server.bodies import JSON, base64_of, content_type, json_of, pixels_of, wrong_type
from lenet.server.readings_api import body_of
from lenet.server.refusals import RETRY_AFTER, Refusal, errors, unprocessable
from lenet.server.service import Route, Service, ServiceDep

MAX_CORRECTION = 64_000  # bytes of a body
MAX_LISTED = 500  # corrections in one answer

T = TypeVar("T")

Truth = Annotated[
    Annotated[int, Field(ge=0, le=9)] | None, Field(description="The digit, or null if it is none.")
]


class NewCorrection(BaseModel):
    """What an image really shows."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: UUID = Field(
        strict=False,
        description="Made by the client. The same correction sent again is stored once.",
    )
    model: str | None = Field(None, description="The model that answered; the first by default.")
    image: str | list[list[int]] = Field(description="784 bytes in base64, or 28 rows of 28.")
    truth: Truth


class Correction(BaseModel):
    """A stored correction."""

    id: UUID
    time: str = Field(description="ISO 8601.", json_schema_extra={"format": "date-time"})
    model: str
    digest: str
    answer: int = Field(description="The most probable digit, even if it was refused.")
    probability: float
    truth: Truth
    image: str

    @classmethod
    def of(cls, stored: corrections.Correction) -> "Correction":
        """Convert a correction from the store."""
        return cls(
            id=stored.id,
            time=stored.time.isoformat(),
            model=stored.model,
            digest=stored.digest,
            answer=stored.answer,
            probability=stored.probability,
            truth=stored.truth,
            image=base64_of(stored.image),
        )


class CorrectionList(BaseModel):
    """A page of corrections, the newest first."""

    total: int
    corrections: list[Correction]
    next: UUID | None = Field(description="Give it as `after` for the next page; null: no more.")


router = APIRouter(prefix="/v1/corrections", route_class=Route)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    openapi_extra=body_of({JSON: {"schema": NewCorrection.model_json_schema()}}),
    responses={
        200: {"model": Correction, "description": "It was already stored."},
        **errors(400, 404, 408, 409, 413, 415, 429, 503),
    },
)
async def add_correction(request: Request, response: Response, service: ServiceDep) -> Correction:
    """Store which digit an image really shows, or that it shows none."""
    if (kind := content_type(request)) != JSON:
        raise wrong_type(kind, JSON)
    new = _parse(await service.bodies.read(request, MAX_CORRECTION))
    served = service.model(new.model)
    if not served.reads_digits:
        raise unprocessable(
            f"model {served.name} does not read the ten digits, which corrections are of"
        )
    image = np.frombuffer(pixels_of(new.image), np.uint8).reshape(28, 28)
    answers = await served.batcher.ask(image[None])
    correction = corrections.Correction(
        id=new.id,
        image=image,
        model=served.name,
        digest=served.digest,
        answer=answers.best[0],
        probability=answers.probabilities[0][answers.best[0]],
        truth=new.truth,
        time=datetime.now(UTC),
    )
    stored = await _ask(service, lambda store: store.add(correction))
    if stored is None:
        service.metrics.corrections.inc()
        return Correction.of(correction)
    if not stored.says_the_same(correction):
        raise Refusal(HTTPStatus.CONFLICT, "this id belongs to another correction: make a new one")
    response.status_code = HTTPStatus.OK
    return Correction.of(stored)


@router.get("", responses=errors(404, 429, 503))
async def list_corrections(
    service: ServiceDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LISTED)] = 50,
    after: UUID | None = None,
) -> CorrectionList:
    """List corrections, the newest first."""
    total, newest = await _ask(service, lambda store: (len(store), store.newest(limit + 1, after)))
    if newest is None:
        raise Refusal(
            HTTPStatus.NOT_FOUND,
            "no correction has the id given as `after`: start again without it",
        )
    return CorrectionList(
        total=total,
        corrections=[Correction.of(each) for each in newest[:limit]],
        next=newest[limit - 1].id if len(newest) > limit else None,
    )


@router.get("/{number}", responses=errors(404, 429, 503))
async def get_correction(number: UUID, service: ServiceDep) -> Correction:
    """Return a correction."""
    stored = await _ask(service, lambda store: store.get(number))
    if stored is None:
        raise _unknown()
    return Correction.of(stored)


@router.delete(
    "/{number}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=errors(404, 429, 503),
)
async def delete_correction(number: UUID, service: ServiceDep) -> None:
    """Delete a correction."""
    if not await _ask(service, lambda store: store.delete(number)):
        raise _unknown()


async def _ask(service: Service, work: Callable[[Corrections], T]) -> T:
    """Run `work` on the store; `Refusal` if the database cannot be reached."""
    store = service.store
    assert store is not None
    try:
        return await service.writers.do(lambda: work(store))
    except DataError as error:
        service.report_once(str(error))
        raise Refusal(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the database cannot be reached at the moment: try again",
            RETRY_AFTER,
        ) from error


def _parse(body: bytes) -> NewCorrection:
    try:
        return NewCorrection.model_validate(json_of(body))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise unprocessable(f"{field}: {first['msg'].lower()}") from error


def _unknown() -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, "no correction has this id")

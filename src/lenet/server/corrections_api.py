"""Corrections: what people say that an image truly shows."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from lenet.corrections import Correction, Corrections
from lenet.errors import DataError
from lenet.server import answers
from lenet.server.answers import answer, error, errors
from lenet.server.bodies import JSON, base64_of, content_type, json_of, pixels_of, wrong_type
from lenet.server.refusals import RETRY_AFTER, Refusal
from lenet.server.service import Service

MAX_CORRECTION = 64_000  # bytes
MOST = 500  # corrections of one answer
MOST_TOLD = 100  # different troubles with the database that are said on stderr

T = TypeVar("T")


def routes(service: Service, store: Corrections) -> APIRouter:
    """Return the routes of `/v1/corrections`."""
    router = APIRouter()
    told: set[str] = set()

    async def ask(work: Callable[[], T]) -> T:
        try:
            return await service.writers.do(work)
        except DataError as fault:
            # Whoever runs the service has to hear of it, and once is enough.
            if (text := str(fault)) not in told and len(told) < MOST_TOLD:
                told.add(text)
                print(f"lenet: {text}", file=sys.stderr, flush=True)
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "the corrections are out of reach at the moment: try again",
                RETRY_AFTER,
            ) from None

    @router.post(
        "/v1/corrections",
        summary="Say which digit an image truly shows, or that it shows none",
        status_code=HTTPStatus.CREATED,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": answers.NewCorrection.model_json_schema()}},
            }
        },
        responses={
            200: {"model": answers.Correction, "description": "It was kept before."},
            201: {"model": answers.Correction},
            **errors(400, 404, 408, 409, 413, 415, 422, 429, 503),
        },
    )
    async def add(request: Request) -> Response:
        if (kind := content_type(request)) != JSON:
            raise wrong_type(kind, JSON)
        given = _parse(await service.bodies.read(request, MAX_CORRECTION))
        served = service.model(given.model)
        image = np.frombuffer(pixels_of(given.image), np.uint8).reshape(28, 28)
        found = await served.batcher.ask(image[None])
        correction = Correction(
            id=given.id,
            image=image,
            model=served.name,
            digest=served.digest,
            answer=found.best[0],
            probability=found.probabilities[0][found.best[0]],
            truth=given.truth,
            time=datetime.now(UTC),
        )
        before = await ask(lambda: store.add(correction))
        if before is None:
            service.metrics.corrections.inc()
            return answer(correction_dict(correction), HTTPStatus.CREATED)
        if before.says_the_same(correction):
            return answer(correction_dict(before))
        raise Refusal(
            HTTPStatus.CONFLICT, "another correction has this id already: make a new id for it"
        )

    @router.get(
        "/v1/corrections",
        summary="List corrections, the newest first",
        responses={200: {"model": answers.CorrectionList}, **errors(404, 422, 429, 503)},
    )
    async def newest(
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50, after: UUID | None = None
    ) -> Response:
        total, found = await ask(lambda: (len(store), store.newest(limit + 1, after)))
        if found is None:
            return error(HTTPStatus.NOT_FOUND, "no correction has the id `after`: begin anew")
        return answer(
            {
                "total": total,
                "corrections": [correction_dict(each) for each in found[:limit]],
                "next": str(found[limit - 1].id) if len(found) > limit else None,
            }
        )

    @router.get(
        "/v1/corrections/{number}",
        summary="Give a correction",
        responses={200: {"model": answers.Correction}, **errors(404, 422, 429, 503)},
    )
    async def get(number: UUID) -> Response:
        if found := await ask(lambda: store.get(number)):
            return answer(correction_dict(found))
        return _unknown()

    @router.delete(
        "/v1/corrections/{number}",
        summary="Forget a correction",
        status_code=HTTPStatus.NO_CONTENT,
        responses=errors(404, 422, 429, 503),
    )
    async def delete(number: UUID) -> Response:
        if await ask(lambda: store.delete(number)):
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return _unknown()

    return router


def correction_dict(correction: Correction) -> dict[str, Any]:
    """Return a correction as JSON holds it."""
    return {
        "id": str(correction.id),
        "time": correction.time.isoformat(),
        "model": correction.model,
        "digest": correction.digest,
        "answer": correction.answer,
        "probability": correction.probability,
        "truth": correction.truth,
        "image": base64_of(correction.image),
    }


def _parse(body: bytes) -> answers.NewCorrection:
    try:
        return answers.NewCorrection.model_validate(json_of(body))
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"{place}: {first['msg'].lower()}") from None


def _unknown() -> Response:
    return error(HTTPStatus.NOT_FOUND, "no correction has this id")

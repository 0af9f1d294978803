"""Whether the service is alive and ready, and its numbers."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from lenet.server import answers
from lenet.server.answers import answer, error, errors
from lenet.server.refusals import RETRY_AFTER
from lenet.server.service import Service


def routes(service: Service) -> APIRouter:
    """Return the routes of `/livez`, `/readyz` and `/metrics`."""
    router = APIRouter()

    @router.get("/livez", summary="Say that the process lives", responses=_state())
    async def livez() -> Response:
        return answer({"status": "ok"})

    @router.get(
        "/readyz",
        summary="Say whether requests may be sent",
        responses={**_state(), **errors(503)},
    )
    async def readyz() -> Response:
        if service.ready:
            return answer({"status": "ready"})
        return error(503, "not ready: starting or stopping", RETRY_AFTER)

    @router.get(
        "/metrics",
        summary="Give numbers for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}, **errors()},
    )
    async def metrics() -> Response:
        return Response(service.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router


def _state() -> dict[int | str, dict[str, object]]:
    return {200: {"model": answers.State}}

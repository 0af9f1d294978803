"""The ASGI application: routes, what becomes of errors, the page."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from lenet.errors import PictureError
from lenet.server import health, looking, readings
from lenet.server.answers import error
from lenet.server.guard import Guard, Policy
from lenet.server.refusals import Refusal
from lenet.server.service import Service
from lenet.server.site import Site

if TYPE_CHECKING:
    from lenet.corrections import Corrections

CLIENT_GONE = 499  # what nginx calls it
COMPRESSED = 1000  # bytes from which an answer is compressed
FASTEST = 1  # of the levels of gzip
PAUSE = 0.2, 0.9  # seconds before the answer that there are too many requests


def build(service: Service, policy: Policy, store: "Corrections | None" = None) -> Guard:
    """Return the application of a service.

    Parameters
    ----------
    service : Service
    policy : Policy
        Who may ask.
    store : Corrections, optional
        Where corrections are kept; without one, none are.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()
        if store is not None:
            store.close()

    app = FastAPI(
        title="lenet",
        summary="Reads handwritten digits.",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,  # they load from another host
        redoc_url=None,
        # FastAPI would else look for a collector in the environment and send it what it sees.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
    )
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(PictureError, _unreadable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _broken)
    for room in (readings, health, looking):
        app.include_router(room.routes(service))
    # Imported only where corrections are kept: the database's package takes long to import.
    if store is None:
        app.include_router(_no_corrections())
    else:
        from lenet.server import corrections_api

        service.collects = True
        app.include_router(corrections_api.routes(service, store))
    # Not as a mount, which would hide that a route exists for another method.
    app.router.default = Site()
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED, compresslevel=FASTEST)
    return Guard(app, policy, service.metrics)


def _no_corrections() -> APIRouter:
    """Return the routes of `/v1/corrections` where none are kept."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/v1/corrections", methods=["GET", "POST"])
    @router.api_route("/v1/corrections/{_number}", methods=["GET", "DELETE"])
    async def refuse() -> Response:
        return error(
            HTTPStatus.NOT_FOUND,
            "corrections are not kept here: `lenet serve --collect FILE` keeps them",
        )

    return router


async def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        # Who asks again at once would take the time that those need who are being answered.
        # Not for all the same time, lest they all come back at the same time.
        await asyncio.sleep(random.uniform(*PAUSE))
    return error(refusal.status, refusal.text, refusal.headers)


async def _unreadable(_request: Request, fault: Exception) -> Response:
    return error(HTTPStatus.UNPROCESSABLE_ENTITY, str(fault))


async def _invalid(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    first = fault.errors()[0]
    place = first["loc"][-1]
    return error(HTTPStatus.UNPROCESSABLE_ENTITY, f"{place}: {first['msg']}")


async def _http(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    texts = {
        HTTPStatus.NOT_FOUND: "there is nothing here: /v1/openapi.json says what there is",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method[:20]} is not what is done here",
    }
    status = HTTPStatus(fault.status_code)
    return error(status, texts.get(status, status.phrase), dict(fault.headers or {}))


async def _gone(_request: Request, _fault: Exception) -> Response:
    return Response(status_code=CLIENT_GONE)  # nobody hears it, but it is counted


async def _broken(_request: Request, _fault: Exception) -> Response:
    return error(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; it was logged")

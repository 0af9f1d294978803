"""The ASGI application: the routes, the answers to errors, the page."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from lenet.errors import PictureError
from lenet.server import models_api, readings_api
from lenet.server.guard import Guard, Policy
from lenet.server.refusals import RETRY_AFTER, Refusal, error, errors
from lenet.server.service import Route, Service, ServiceDep
from lenet.server.site import Site

if TYPE_CHECKING:
    from lenet.corrections import Corrections

CLIENT_GONE = 499  # nginx's status for a client that hung up
MIN_COMPRESSED = 1000  # bytes; shorter answers are not compressed
GZIP_LEVEL = 1  # the fastest
BUSY_DELAY = 0.2, 0.9  # seconds before "too many requests" is sent


def build(service: Service, policy: Policy, store: "Corrections | None" = None) -> Guard:
    """Return the ASGI application of a service.

    Parameters
    ----------
    service : Service
    policy : Policy
        Who may use the service.
    store : Corrections, optional
        Where to store corrections; without it the service takes none.
    """
    service.store = store
    app = _Api(
        title="lenet",
        summary="Reads handwritten digits.",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,  # these pages load scripts from another host
        redoc_url=None,
        # By default FastAPI sends traces to a collector named by environment variables.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_lifespan,
    )
    app.state.service, app.state.policy = service, policy
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(PictureError, _unreadable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _broken)
    if store is None:
        corrections = no_corrections
    else:
        # Imported only here, because SQLAlchemy takes long to import.
        from lenet.server import corrections_api

        corrections = corrections_api.router
    for router in (readings_api.router, health, models_api.router, corrections):
        _add(app, router)
    # Not a mount, which would answer 404 instead of 405 for a wrong method.
    app.router.default = Site(api=app.openapi, model=next(iter(service.models), ""))
    app.add_middleware(GZipMiddleware, minimum_size=MIN_COMPRESSED, compresslevel=GZIP_LEVEL)
    return Guard(app, policy, service.metrics)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.service.close()


def _add(app: FastAPI, router: APIRouter) -> None:
    """Add the routes of a router, with their function names as operation ids."""
    for route in router.routes:
        assert isinstance(route, APIRoute)
        route.operation_id = route.name
    # Not `include_router`, which matches every request twice: 7 % of the time for one digit.
    app.router.routes.extend(router.routes)


class _Api(FastAPI):
    """FastAPI whose OpenAPI description mentions the token."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description."""
        description = super().openapi()
        description["components"]["securitySchemes"] = {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "The LENET_TOKEN that the service was started with.",
            }
        }
        token: dict[str, list[str]] = {"token": []}
        description["security"] = [token] if self.state.policy.token else [{}, token]
        return description


# Health and metrics

health = APIRouter(route_class=Route)
OPEN: dict[str, Any] = {"security": []}  # needs no token


class State(BaseModel):
    """The state of the service."""

    status: Literal["ok", "ready"]


@health.get("/livez", responses=errors(), openapi_extra=OPEN)
async def live() -> State:
    """Tell that the process is running."""
    return State(status="ok")


@health.get(
    "/readyz",
    responses=errors(HTTPStatus.SERVICE_UNAVAILABLE),
    openapi_extra=OPEN,
)
async def ready(service: ServiceDep) -> State:
    """Tell whether requests may be sent."""
    if not service.ready:
        raise Refusal(
            HTTPStatus.SERVICE_UNAVAILABLE, "not ready: starting or stopping", RETRY_AFTER
        )
    return State(status="ready")


@health.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **errors()},
)
async def metrics(service: ServiceDep) -> Response:
    """Return the metrics for Prometheus."""
    return Response(service.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


no_corrections = APIRouter(include_in_schema=False)


@no_corrections.api_route("/v1/corrections", methods=["GET", "POST"])
@no_corrections.api_route("/v1/corrections/{_number}", methods=["GET", "DELETE"])
async def refuse_corrections() -> None:
    """Refuse: this service stores no corrections."""
    raise Refusal(
        HTTPStatus.NOT_FOUND,
        "this service stores no corrections: start it with `lenet serve --collect FILE`",
    )


# Answers to errors


async def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        # A client that retries at once would slow down the others. The delay is random, so that
        # clients do not all retry together.
        await asyncio.sleep(random.uniform(*BUSY_DELAY))
    return error(refusal.status, refusal.text, refusal.headers)


async def _unreadable(_request: Request, fault: Exception) -> Response:
    return error(HTTPStatus.UNPROCESSABLE_ENTITY, str(fault))


async def _invalid(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    first = fault.errors()[0]
    parameter = first["loc"][-1]
    return error(HTTPStatus.UNPROCESSABLE_ENTITY, f"{parameter}: {first['msg']}")


async def _http(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    texts = {
        HTTPStatus.NOT_FOUND: "there is nothing here: see /v1/openapi.json for the API",
        HTTPStatus.METHOD_NOT_ALLOWED: f"the method {request.method[:20]} is not allowed here",
    }
    status = HTTPStatus(fault.status_code)
    return error(status, texts.get(status, status.phrase), dict(fault.headers or {}))


async def _gone(_request: Request, _fault: Exception) -> Response:
    return Response(status_code=CLIENT_GONE)  # nobody receives it, but the metrics count it


async def _broken(_request: Request, _fault: Exception) -> Response:
    return error(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; it was logged")

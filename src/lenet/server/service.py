"""What all requests share: models, queues, metrics and state; and how a route gets them.

A router is ``APIRouter(route_class=Route)``; its routes take a `ServiceDep`, some a `ModelName`.
"""

import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response

from lenet.errors import ModelError, suggest
from lenet.picture import decode
from lenet.server.bodies import Bodies
from lenet.server.models import Served
from lenet.server.queues import Workers
from lenet.server.refusals import Refusal, unprocessable

if TYPE_CHECKING:
    from lenet.corrections import Corrections

log = logging.getLogger(__name__)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
IMAGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
MAX_PROBLEMS = 100  # different ones logged; a database's messages may vary without end


class Metrics:
    """Metrics for Prometheus, in their own registry, without those about the process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "lenet_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "lenet_request_seconds",
            "Time from a request's headers to the end of its answer.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._batches = Histogram(
            "lenet_batch_images",
            "Images per batch of a network.",
            ("model",),
            buckets=IMAGES,
            registry=self._registry,
        )
        self._digits = Counter(
            "lenet_digits", "Digits read.", ("model", "status"), registry=self._registry
        )
        self.corrections = Counter(
            "lenet_corrections", "Corrections stored.", registry=self._registry
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        key = method, route, status
        if key not in self._children:  # looking them up by label takes longer than counting
            self._children[key] = (
                self._requests.labels(method, route, str(status)),
                self._seconds.labels(route),
            )
        count, time = self._children[key]
        count.inc()
        time.observe(seconds)

    def digit(self, model: str, status: str, count: int = 1) -> None:
        """Count digits that were read."""
        self._digits.labels(model, status).inc(count)

    def batches(self, model: str) -> Callable[[int], Any]:
        """Return the function that counts the size of each batch of `model`."""
        return self._batches.labels(model).observe

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Add a number that is computed whenever the metrics are read."""
        Gauge(name, about, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self._registry)


class Service:
    """One running service.

    Parameters
    ----------
    models : mapping of str to Served
        By name; the first is the default.
    metrics : Metrics

    Attributes
    ----------
    ready : bool
        Whether every model has read a test digit and the service is not stopping.
    store : Corrections or None
        Where corrections are stored; None if they are not.
    address : str
        Where other machines open the page; empty if they cannot reach it.
    """

    def __init__(self, models: Mapping[str, Served], metrics: Metrics) -> None:
        self.models = models
        self.metrics = metrics
        self.bodies = Bodies()
        self.workers = Workers()
        self.writers = Workers()  # separate, so that no picture waits for a hanging database
        self.ready = False
        self.store: Corrections | None = None
        self.address = ""
        self._problems: set[str] = set()
        metrics.gauge(
            "lenet_waiting_images",
            "Images waiting for a network.",
            lambda: sum(model.batcher.waiting for model in models.values()),
        )
        metrics.gauge("lenet_jobs", "Jobs running or waiting.", lambda: self.workers.jobs)

    @property
    def collects(self) -> bool:
        """Whether corrections are stored."""
        return self.store is not None

    def model(self, name: str | None) -> Served:
        """Return a model by its name, or the default one (`Refusal`: no such model)."""
        if name is None:
            return next(iter(self.models.values()))
        if name not in self.models:
            raise Refusal(
                HTTPStatus.NOT_FOUND, f"no model {name[:80]!r}: {suggest(name, self.models)}"
            )
        return self.models[name]

    def check(self) -> None:
        """Make every model read a known digit; the service is ready from then on.

        Raises
        ------
        ModelError
            A model's output is not finite.
        """
        picture = resources.files("lenet").joinpath("pictures", "2-mouse.png").read_bytes()
        page = decode(picture)
        for model in self.models.values():
            # Also warms the finder up. A reading would merely reject an image with NaN logits.
            reading = model.reader.read(page, single=True)
            [two] = reading.digits or reading.rejected
            assert two.image is not None, "the only digit is shown to the network"
            if not np.isfinite(model.reader.classifier.logits(two.image[None])).all():
                raise ModelError(
                    f"model {model.name} gives NaN for a picture of a 2: train it again"
                )
        self.ready = True

    def report_once(self, problem: str) -> None:
        """Log a problem once, instead of with every request."""
        if problem not in self._problems and len(self._problems) < MAX_PROBLEMS:
            self._problems.add(problem)
            log.warning(problem)

    def close(self) -> None:
        """End all threads and disconnect from the database."""
        self.workers.close()
        self.writers.close()
        for model in self.models.values():
            model.batcher.close()
        if self.store is not None:
            self.store.close()


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(_service)]
# Not a dependency that returns the model: each one costs 5 % of a request for one digit.
ModelName = Annotated[str | None, Query(description="Name of the model; the first by default.")]


class Route(APIRoute):
    """A route that refuses unknown query parameters, and whose answers are never cached."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the function that answers requests."""
        handle = super().get_route_handler()
        known = list(_queries(self.dependant))

        async def answer(request: Request) -> Response:
            if request.scope["query_string"]:
                for name in request.query_params:
                    if name not in known:
                        raise unprocessable(
                            f"no query parameter {name[:80]!r} here: {suggest(name, known)}"
                        )
            response = await handle(request)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return answer


def _queries(dependant: Dependant) -> Iterator[str]:
    """Yield the query parameters of a function and its dependencies."""
    for field in dependant.query_params:
        yield field.alias
    for dependency in dependant.dependencies:
        yield from _queries(dependency)

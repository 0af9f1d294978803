"""What `/metrics` tells Prometheus."""

from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
IMAGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The numbers of one service, in a registry of their own: nothing of the process is told."""

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
            "Images that went through a network together.",
            ("model",),
            buckets=IMAGES,
            registry=self._registry,
        )
        self._digits = Counter(
            "lenet_digits", "Digits read.", ("model", "status"), registry=self._registry
        )
        self.corrections = Counter(
            "lenet_corrections", "Corrections kept.", registry=self._registry
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        key = method, route, status
        if key not in self._children:  # finding them by their labels takes longer than counting
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
        """Return what is told the size of each batch of `model`."""
        return self._batches.labels(model).observe

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Add a number that is asked for when it is told."""
        Gauge(name, about, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """Return all numbers in Prometheus' text format."""
        return generate_latest(self._registry)

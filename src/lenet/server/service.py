"""What all requests share: the models, the limits, the numbers, the state."""

from collections.abc import Mapping
from http import HTTPStatus
from importlib import resources

import numpy as np

from lenet.errors import ModelError, suggest
from lenet.picture import decode, find_digits
from lenet.server.bodies import Bodies
from lenet.server.metrics import Metrics
from lenet.server.models import Served
from lenet.server.refusals import Refusal
from lenet.server.workers import Workers


class Service:
    """One running service.

    Parameters
    ----------
    models : mapping of str to Served
        By name; the first is the one that is asked where a request names none.
    metrics : Metrics

    Attributes
    ----------
    ready : bool
        Whether every model has read a test digit, and nothing has asked the service to stop.
    """

    def __init__(self, models: Mapping[str, Served], metrics: Metrics) -> None:
        self.models = models
        self.metrics = metrics
        self.bodies = Bodies()
        self.workers = Workers()
        self.writers = Workers()  # a database that hangs is to keep no picture waiting
        self.ready = False
        self.collects = False
        metrics.gauge(
            "lenet_waiting_images",
            "Images that wait for a network.",
            lambda: sum(model.batcher.waiting for model in models.values()),
        )
        metrics.gauge("lenet_jobs", "Pictures at work or waiting.", lambda: self.workers.inside)

    def model(self, name: str | None) -> Served:
        """Return a model by its name (`Refusal`: there is none such)."""
        if name is None:
            return next(iter(self.models.values()))
        try:
            return self.models[name]
        except KeyError:
            raise Refusal(
                HTTPStatus.NOT_FOUND, f"no model {name[:80]!r}: {suggest(name, self.models)}"
            ) from None

    def check(self) -> None:
        """Have every model read a digit that is known, and be ready from then on.

        Raises
        ------
        ModelError
            One gives no number.
        """
        picture = resources.files("lenet").joinpath("pictures", "2-mouse.png").read_bytes()
        (two,) = find_digits(decode(picture), single=True).crops
        for model in self.models.values():
            # Of the logits: a reading would merely refuse what has none.
            if not np.isfinite(model.reader.classifier.logits(two.image[None])).all():
                raise ModelError(
                    f"model {model.name} gives NaN for a picture of a 2: train it again"
                )
        self.ready = True

    def close(self) -> None:
        """End all threads."""
        self.workers.close()
        self.writers.close()
        for model in self.models.values():
            model.batcher.close()

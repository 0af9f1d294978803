"""Looking inside: the models that are served, and what their layers make of a digit."""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from starlette.responses import Response

from lenet.errors import ModelError
from lenet.run import LAYERS
from lenet.server import answers
from lenet.server.answers import answer, errors
from lenet.server.bodies import (
    JSON,
    MAX_BODY,
    MAX_IMAGES,
    OCTETS,
    base64_of,
    content_type,
    images_of,
)
from lenet.server.card import card, public
from lenet.server.models import FILES, Served
from lenet.server.readings import BINARY, IMAGE, Model, body_of, status_of
from lenet.server.refusals import Refusal
from lenet.server.service import Service

if TYPE_CHECKING:
    from lenet.inspection.graph import Field

MAX_IMAGE = 64_000  # bytes of a body that holds one image

T = TypeVar("T")


def routes(service: Service) -> APIRouter:
    """Return the routes of `/v1/models` and `/v1/layers`."""
    router = APIRouter()

    @router.get(
        "/v1/models",
        summary="List the models",
        responses={200: {"model": answers.Models}, **errors(429, 503)},
    )
    async def models() -> Response:
        listed = await service.workers.do(lambda: listing(service))
        return answer(
            {
                "models": listed,
                "collect": service.collects,
                "max_body": MAX_BODY,
                "max_digits": MAX_IMAGES,
            }
        )

    def of_model(what: str, model: type, summary: str, get: Callable[[Served], Any]) -> None:
        @router.get(
            f"/v1/models/{{name}}/{what}",
            summary=summary,
            operation_id=what,
            responses={200: {"model": model}, **errors(404, 422, 429, 503)},
        )
        async def route(name: str) -> Response:
            served = service.model(name)
            return answer(await service.workers.do(lambda: _there(what, served, get)))

    of_model("card", answers.Card, "Give a model's card", card)
    of_model("scores", answers.Scores, "Give a model's scores by part of its data", scores)
    of_model("mistakes", answers.Mistakes, "Give the test images a model misread", mistakes)
    of_model("kernels", answers.Kernels, "Give the kernels of a model's convolutions", kernels)

    @router.post(
        "/v1/layers",
        summary="Give what each layer makes of one digit image",
        openapi_extra=body_of(
            {
                OCTETS: BINARY,
                JSON: {
                    "schema": {
                        "type": "object",
                        "required": ["image"],
                        "properties": {"image": IMAGE},
                    }
                },
            }
        ),
        responses={
            200: {"model": answers.Layers},
            **errors(400, 404, 408, 413, 415, 422, 429, 503),
        },
    )
    async def layers(request: Request, model: Model = None) -> Response:
        served = service.model(model)
        kind = content_type(request)
        image = images_of(kind, await service.bodies.read(request, MAX_IMAGE), "image", 1)
        return answer(
            await service.workers.do(
                lambda: _there("layers", served, lambda served: feature_maps(served, image[0]))
            )
        )

    return router


def _there(what: str, served: Served, get: Callable[[Served], T]) -> T:
    """Return what `get` gives, or say that `served` has it not (`Refusal`)."""
    try:
        return get(served)
    except ModelError:
        # Its text names paths of this machine.
        raise Refusal(
            HTTPStatus.NOT_FOUND, f"model {served.name} has no {what} on this machine"
        ) from None


def listing(service: Service) -> list[dict[str, Any]]:
    """Return what the list of models says, the default one first."""
    default, *_ = service.models
    return [about(model, model.name == default) for model in service.models.values()]


def about(served: Served, default: bool) -> dict[str, Any]:
    """Return what the list of models says of one."""
    scores = served.scores.get("test") if served.has("scores") else None
    layers = []
    if served.has("layers"):
        with suppress(ModelError):  # it holds something else
            layers = list(zip(served.graph.parts, served.shapes, strict=True))
    return {
        "name": served.name,
        "digest": served.digest,
        "title": served.run.recipe.about,
        "classes": list(served.reader.classifier.classes),
        "default": default,
        "has": [
            what for what, file in FILES.items() if served.has(what) and (layers or file != LAYERS)
        ],
        "layers": [
            {
                "name": part.name,
                "kind": part.kind,
                "shape": list(shape),
                "parameters": part.parameters,
                "receptive": field_dict(part.field) if len(shape) == 3 else None,
            }
            for part, shape in layers
        ],
        "test": scores and {"errors": scores["errors"], "total": scores["total"]},
    }


def field_dict(field: "Field | None") -> dict[str, int] | None:
    """Return a receptive field as JSON holds it."""
    if field is None:
        return None
    return {"size": field.size, "step": field.step, "start": field.start}


def scores(served: Served) -> dict[str, Any]:
    """Return the scores by part of the data."""
    return served.scores


def mistakes(served: Served) -> dict[str, Any]:
    """Return the test images that were misread, the most certain answers first."""
    data = "+".join(public(source) for source in served.run.recipe.data)
    return {"name": served.name, "part": "test", "data": data, **served.mistakes}


def kernels(served: Served) -> dict[str, Any]:
    """Return the kernels of every convolution."""
    graph = served.graph
    layers = []
    for part in graph.parts:
        if part.kernels:
            weights = graph.weights(part.kernels)
            bias = graph.weights(part.bias).tolist() if part.bias else []
            layers.append({"name": part.name, **in_json(weights), "bias": bias})
    return {"name": served.name, "layers": layers}


def feature_maps(served: Served, image: NDArray[np.uint8]) -> dict[str, Any]:
    """Return what each layer makes of an image ``(28, 28)``, and what the network says of it."""
    (digit,), (probabilities,), (strange,) = served.classify(image[None])
    return {
        "model": served.name,
        "digit": digit,
        "probability": probabilities[digit],
        "probabilities": probabilities,
        "status": status_of(probabilities[digit], strange),
        "layers": [
            {"name": name, **in_json(values)}
            for name, values in served.layers.outputs(image).items()
        ],
    }


def in_json(values: NDArray[np.float32]) -> dict[str, Any]:
    """Return an array as JSON holds it: shape, range, and the numbers as bytes in base64.

    >>> in_json(np.array([-1, 1], np.float32))
    {'shape': [2], 'low': -1.0, 'high': 1.0, 'values': 'AACAvwAAgD8='}
    """
    return {
        "shape": list(values.shape),
        "low": float(values.min()),
        "high": float(values.max()),
        "values": base64_of(values.astype("<f4", copy=False)),
    }

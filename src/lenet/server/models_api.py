"""Looking inside models: `/v1/models` and what is below it, and `/v1/layers`."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, NotRequired, TypeVar

import numpy as np
import orjson
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic takes only this one before Python 3.12

from lenet.errors import ModelError
from lenet.picture.decoding import MAX_WEBP_PIXELS
from lenet.reader import Status
from lenet.run import EXPORTED, Family, Receptive
from lenet.server.bodies import (
    JSON,
    MAX_BODY,
    MAX_IMAGES,
    OCTETS,
    base64_of,
    content_type,
    images_of,
)
from lenet.server.models import FILES, Card, ClassAnswer, Content, Served, card_of
from lenet.server.networks import Network, network_of
from lenet.server.qr_code import code_of
from lenet.server.readings_api import BINARY, IMAGE, body_of, form_of
from lenet.server.refusals import Refusal, errors
from lenet.server.results import (
    Figures,
    History,
    Mistakes,
    Scores,
    data_of,
    figures_of,
    history_of,
    mistakes_of,
)
from lenet.server.service import ModelName, Route, Service, ServiceDep

MAX_IMAGE = 64_000  # bytes of a body that holds one image
IMAGE_BODY = body_of({OCTETS: BINARY, JSON: form_of(image=IMAGE)})

T = TypeVar("T")

# Answers


class Layer(BaseModel):
    """One named layer of a network."""

    name: str
    family: Family = Field(description="Its general type.")
    kind: str = Field(description="A short description, such as convolution 5×5.")
    shape: list[int] = Field(
        description="Of the output: maps, height, width; or the size of a vector."
    )
    parameters: int
    receptive: Receptive | None = Field(
        description="Receptive field of a pixel; null if each value sees the whole image."
    )


class Tested(BaseModel):
    """How many of the test images were misread, and which images these were."""

    errors: int
    total: int
    interval: list[float] = Field(
        description="95 % Wilson score interval of the error rate: low, high."
    )
    calibration_error: float
    calibration_bins: int
    data: str
    digest: str = Field(
        description="SHA-256 of images and labels: models are compared on the same only; may be "
        "empty."
    )


class Model(BaseModel):
    """One model that is served."""

    name: str
    digest: str = Field(description="SHA-256 of its ONNX file.")
    title: str
    classes: list[str]
    default: bool
    has: list[Content]
    belief: bool = Field(
        description="Whether a belief was fitted for it and this finder: on pages, probabilities "
        "are multiplied by it."
    )
    layers: list[Layer]
    multiply_adds: int | None = Field(
        description="Of weights and inputs, for one image; null if its layers are not known."
    )
    test: Tested | None


class Models(BaseModel):
    """The models that are served, and the limits of the service."""

    models: list[Model]
    collect: bool = Field(description="Whether corrections are stored.")
    max_body: int = Field(description="Most bytes in a request body.")
    max_pixels: int = Field(
        description="Most pixels of a picture in any format; of a PNG, GIF or BMP twice as many, "
        "of a JPEG 200,000,000."
    )
    address: str | None = Field(
        description="Where other machines open the page, without its token; null if they cannot."
    )
    code: list[str] = Field(description="A QR code of `address`: rows of 0 and 1, 1 is dark.")
    max_digits: int = Field(description="Most images in a request.")


# TypedDicts, because pydantic models would copy megabytes of base64.


class Embedding(TypedDict):
    """Test images by what the model makes of them before its output.

    Along the directions in which they differ most: `directions` times the vector less `mean`.
    """

    name: str
    licence: NotRequired[Annotated[str, Field(description="Authors and terms of the images.")]]
    size: Annotated[int, Field(description="Numbers before the output.")]
    mean: Annotated[str, Field(description="float32, little-endian, in base64.")]
    directions: Annotated[str, Field(description="Unit vectors, one after the other; as `mean`.")]
    shares: Annotated[list[float], Field(description="Of the variance, in each direction.")]
    points: Annotated[
        str,
        Field(description="A row for each image, a number for each direction: int16 in base64."),
    ]
    step: Annotated[float, Field(description="What the numbers of `points` are multiplied by.")]
    labels: Annotated[list[int], Field(description="Indices of classes.")]
    images: Annotated[str, Field(description="A PNG in base64: 28×28 pixels of each, in rows.")]
    columns: Annotated[int, Field(description="Images in a row of it.")]


class Values(TypedDict):
    """An array of numbers."""

    name: str
    shape: list[int]
    low: Annotated[float, Field(description="The smallest value.")]
    high: float
    values: Annotated[str, Field(description="float32, little-endian, in base64; row by row.")]


class Kernel(Values):
    """The kernels of a convolution: out, in, height, width."""

    bias: Annotated[list[float], Field(description="One per map; empty if there are none.")]


class Kernels(TypedDict):
    """The kernels of a model's convolutions."""

    name: str
    layers: list[Kernel]


class Layers(ClassAnswer):
    """The output of each layer for an image."""

    model: str
    probability: float
    probabilities: list[float]
    status: Status
    layers: list[Values]


router = APIRouter(route_class=Route)


@router.get("/v1/models", responses=errors(429, 503))
async def models(service: ServiceDep) -> Models:
    """List the models."""

    def listed() -> list[Model]:
        default, *_ = service.models
        return [model_entry(served, served.name == default) for served in service.models.values()]

    return Models(
        models=await service.workers.do(listed),
        collect=service.collects,
        max_body=MAX_BODY,
        max_pixels=MAX_WEBP_PIXELS,
        address=service.address or None,
        code=code_of(service.address) if service.address else [],
        max_digits=MAX_IMAGES,
    )


@router.get("/v1/models/{name}/card", responses=errors(404, 429, 503))
async def card(name: str, service: ServiceDep) -> Card:
    """Return a model's card."""
    return await _of_model(service, name, "card", card_of)


@router.get("/v1/models/{name}/scores", responses=errors(404, 429, 503))
async def scores(name: str, service: ServiceDep) -> Scores:
    """Return a model's scores, by part of its data."""
    return await _of_model(service, name, "scores", lambda served: Scores(served.scores))


@router.get(
    "/v1/models/{name}/mistakes",
    responses=errors(404, 429, 503),
    response_model_exclude_unset=True,
)
async def mistakes(name: str, service: ServiceDep) -> Mistakes:
    """Return the test images a model misread."""
    return await _of_model(service, name, "mistakes", mistakes_of)


@router.get("/v1/models/{name}/history", responses=errors(404, 429, 503))
async def history(name: str, service: ServiceDep) -> History:
    """Return a model's training, epoch by epoch."""
    return await _of_model(service, name, "history", history_of)


@router.get(
    "/v1/models/{name}/figures",
    responses={200: {"model": Figures}, **errors(404, 429, 503)},
)
async def figures(name: str, service: ServiceDep) -> Response:
    """Return the figures that were drawn for a model's report."""
    return _json(await _of_model(service, name, "figures", figures_of))


@router.get(
    "/v1/models/{name}/embedding",
    responses={200: {"model": Embedding}, **errors(404, 429, 503)},
)
async def embedding(name: str, service: ServiceDep) -> Response:
    """Return test images by what a model makes of them before its output."""
    return _json(await _of_model(service, name, "embedding", embedding_from))


@router.get(
    "/v1/models/{name}/kernels",
    responses={200: {"model": Kernels}, **errors(404, 429, 503)},
)
async def kernels(name: str, service: ServiceDep) -> Response:
    """Return the kernels of a model's convolutions."""
    return _json(await _of_model(service, name, "kernels", kernels_of))


@router.get(
    "/v1/models/{name}/network",
    responses={200: {"model": Network}, **errors(404, 429, 503)},
)
async def network(name: str, service: ServiceDep) -> Response:
    """Return what each layer of a model does, with all its weights."""
    return _json(await _of_model(service, name, "network", network_of))


@router.post(
    "/v1/layers",
    openapi_extra=IMAGE_BODY,
    responses={200: {"model": Layers}, **errors(400, 404, 408, 413, 415, 429, 503)},
)
async def layers(request: Request, service: ServiceDep, model: ModelName = None) -> Response:
    """Return the output of each layer for one digit image."""
    name = service.model(model).name
    kind = content_type(request)
    (image,) = images_of(kind, await service.bodies.read(request, MAX_IMAGE), "image", 1)
    return _json(
        await _of_model(service, name, "layers", lambda served: feature_maps(served, image))
    )


async def _of_model(service: Service, name: str, content: Content, get: Callable[[Served], T]) -> T:
    """Run `get` for a model in a worker thread, because it may parse files or run a network.

    Raises `Refusal` if there is no such model, or it does not have this content.
    """
    served = service.model(name)
    try:
        return await service.workers.do(lambda: get(served))
    except (ModelError, ValidationError) as error:
        # The error's own text would reveal paths of this machine.
        text = f"model {name} has no {content} on this machine"
        if {*FILES[content]} & {*EXPORTED}:
            text += ": export it again with `lenet export RUN`"
        raise Refusal(HTTPStatus.NOT_FOUND, text) from error


def _json(content: Mapping[str, Any]) -> Response:
    return Response(orjson.dumps(content), media_type=JSON)


def model_entry(served: Served, default: bool) -> Model:
    """Return a model's entry in the answer to `GET /v1/models`."""
    scores = served.scores.get("test") if served.has("scores") else None
    facts = served.layer_facts if served.has("kernels") or served.has("layers") else []
    return Model(
        name=served.name,
        digest=served.digest,
        title=served.run.recipe.about,
        classes=list(served.reader.classifier.classes),
        default=default,
        has=[content for content in FILES if served.has(content)],
        belief=served.reader.networks.belief is not None,
        layers=[Layer(**layer.model_dump(exclude={"kernels"})) for layer in facts],
        multiply_adds=(
            sum(operation.multiply_adds for operation in served.operations)
            if served.has("network")
            else None
        ),
        test=scores and _tested(served, scores),
    )


def _tested(served: Served, scores: Mapping[str, Any]) -> Tested:
    return Tested(
        errors=scores["errors"],
        total=scores["total"],
        interval=scores["interval"],
        calibration_error=scores["calibration_error"],
        calibration_bins=len(scores["calibration"]),
        data=data_of(served),
        digest=served.run.manifest.data.get("test_digest", ""),
    )


def embedding_from(served: Served) -> dict[str, Any]:
    """Return the answer with a served model's test images before its output."""
    return {"name": served.name, **served.embedding}


def kernels_of(served: Served) -> Kernels:
    """Return the answer with the kernels of a served model."""
    return {
        "name": served.name,
        "layers": [
            {**values_of(name, weights), "bias": bias.tolist()}
            for name, (weights, bias) in served.kernels.items()
        ],
    }


def feature_maps(served: Served, image: NDArray[np.uint8]) -> Layers:
    """Return the output of each layer for an image ``(28, 28)``, and the network's answer."""
    outputs = served.layers.outputs(image)
    (best,), (probabilities,), (status,) = served.classify(image[None])
    return {
        "model": served.name,
        **served.answers[best],
        "probability": probabilities[best],
        "probabilities": probabilities,
        "status": status,
        "layers": [values_of(layer.name, outputs[layer.name]) for layer in served.layer_facts],
    }


def values_of(name: str, values: NDArray[np.float32]) -> Values:
    """Return a named array for JSON, its values in base64.

    >>> values_of("C1", np.array([-1, 1], np.float32))
    {'name': 'C1', 'shape': [2], 'low': -1.0, 'high': 1.0, 'values': 'AACAvwAAgD8='}
    """
    return {
        "name": name,
        "shape": list(values.shape),
        "low": float(values.min()),
        "high": float(values.max()),
        "values": base64_of(values.astype("<f4", copy=False)),
    }

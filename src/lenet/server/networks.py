"""A whole network for the page: what each layer does, and every weight."""

from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from typing_extensions import TypedDict  # pydantic takes only this one before Python 3.12

from lenet.server.bodies import base64_of
from lenet.server.models import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lenet.inspection.operations import Operation

Floats = NDArray[np.float32]

# TypedDicts, because pydantic models would copy megabytes of base64.


class Numbers(TypedDict):
    """An array of weights."""

    shape: list[int]
    values: Annotated[str, Field(description="float32, little-endian, in base64; row by row.")]


class Step(TypedDict):
    """What one layer does to the numbers before it."""

    name: str
    does: Annotated[str, Field(description="Such as convolution, maximum, tanh.")]
    shape: Annotated[list[int], Field(description="Of the output.")]
    settings: Annotated[dict[str, float], Field(description="Such as stride, padding, slope.")]
    arrays: Annotated[dict[str, Numbers], Field(description="Such as weights and bias.")]
    connections: Annotated[
        list[list[int]] | None,
        Field(description="The maps before it that each map is connected to; null: all of them."),
    ]


class Network(TypedDict):
    """A whole network, as the page computes it."""

    name: str
    classes: list[str]
    temperature: Annotated[float, Field(description="Divides the logits.")]
    rejection: Annotated[float | None, Field(description="Lower scores are refused.")]
    layers: list[Step]


def network_of(served: Served, text: "Callable[[Floats], str]" = base64_of) -> Network:
    """Return the answer with everything that computes a served model's layers.

    `text` makes a text of an array.
    """
    classifier = served.reader.classifier
    return {
        "name": served.name,
        "classes": list(classifier.classes),
        "temperature": classifier.temperature,
        "rejection": classifier.rejection,
        "layers": steps_of(served.operations, text),
    }


def steps_of(
    operations: "Sequence[Operation]", text: "Callable[[Floats], str]" = base64_of
) -> list[Step]:
    """Return operations for JSON, their arrays in base64."""
    return [
        {
            "name": layer.name,
            "does": layer.does,
            "shape": layer.shape,
            "settings": layer.settings,
            "arrays": {
                name: {"shape": list(array.shape), "values": text(array.astype("<f4", copy=False))}
                for name, array in layer.arrays.items()
            },
            "connections": layer.connections,
        }
        for layer in operations
    ]

"""The examples on the page `/api`, in three languages, and the files that they send."""

import base64
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from PIL import Image, ImageOps

OCTETS = "application/octet-stream"
JSON = "application/json"
PICTURE = "sample.png"
IMAGE = "sample.bin"  # 784 bytes
ADDRESS = "http://127.0.0.1:8000/"  # the page puts its own in its place
SIDE, INK_SIDE = 28, 20  # pixels of an image, and of the digit in it
NUMBER = "6f1c0e5e-8a0b-4c43-9f0e-0a4f6a7b1c2d"

# The shipped reader's answer to the sample picture; its probabilities are rounded.
READING: Mapping[str, Any] = {
    "model": "reader",
    "width": 280,
    "height": 280,
    "picture": "picture",
    "page": 1,
    "status": "digits",
    "text": "2",
    "numbers": [{"text": "2", "box": [75, 46, 124, 186], "probability": 0.9992, "digits": [0]}],
    "digits": [
        {
            "digit": 2,
            "probability": 0.9992,
            "probabilities": [0.0001, 0.0001, 0.9992, *[0.0001] * 7],
            "status": "digit",
            "box": [75, 46, 124, 186],
        }
    ],
    "rejected": [],
}


@cache
def files() -> dict[str, bytes]:
    """Return the files that the examples send, by name: a picture, and an image of 28×28 bytes."""
    place = resources.files("lenet").joinpath("pictures", "2-mouse.png")
    with place.open("rb") as file, Image.open(file) as picture:
        ink = ImageOps.invert(picture.convert("L"))
    ink = ink.crop(ink.getbbox())
    ink.thumbnail((INK_SIDE, INK_SIDE))
    image = Image.new("L", (SIDE, SIDE))
    image.paste(ink, ((SIDE - ink.width) // 2, (SIDE - ink.height) // 2))
    return {PICTURE: place.read_bytes(), IMAGE: image.tobytes()}


def examples(
    method: str, path: str, operation: Mapping[str, Any], whole: Mapping[str, Any], model: str
) -> Iterator[tuple[str, str]]:
    """Yield a language and an example in it, for each language.

    Parameters
    ----------
    method, path : str
        In upper case; the path with its parameters in braces.
    operation, whole : mapping
        The operation and the OpenAPI description it is part of.
    model : str
        A model that is served.
    """
    for name, value in {"name": model, "number": NUMBER}.items():
        path = path.replace(f"{{{name}}}", value)
    address = ADDRESS + path.removeprefix("/")
    content = operation.get("requestBody", {}).get("content", {})
    kind = next((each for each in (OCTETS, JSON) if each in content), "")
    file = PICTURE if "image/png" in content else IMAGE
    sample = _sample(content[JSON]["schema"], whole, model) if kind == JSON else None
    text = json.dumps(sample, ensure_ascii=False)
    verb = "" if method == "GET" else f"-X {method} "
    sent = {
        OCTETS: f"--data-binary @{file} -H 'Content-Type: {OCTETS}' ",
        JSON: f"--json '{text}' ",
    }
    yield "curl", f'curl {"" if kind else verb}{sent.get(kind, "")}"{address}"'
    given = {
        OCTETS: f', data=Path("{file}").read_bytes(),\n    headers={{"Content-Type": "{OCTETS}"}}',
        JSON: f", json={sample!r}",
    }
    first = "from pathlib import Path\n\n" if kind == OCTETS else ""
    yield (
        "Python",
        f"{first}import requests\n\nanswer = requests.{method.lower()}(\n"
        f'    "{address}"{given.get(kind, "")}\n)\n'
        "answer.raise_for_status()\nprint(answer.text)",
    )
    fetched = f'const file = await (await fetch("{ADDRESS}{file}")).blob();\n'
    options = {
        OCTETS: f'{{\n  method: "{method}",\n  body: file,\n'
        f'  headers: {{ "Content-Type": "{OCTETS}" }},\n}}',
        JSON: f'{{\n  method: "{method}",\n  body: JSON.stringify({text}),\n'
        f'  headers: {{ "Content-Type": "{JSON}" }},\n}}',
        "": "" if method == "GET" else f'{{ method: "{method}" }}',
    }[kind]
    yield (
        "JavaScript",
        f"{fetched if kind == OCTETS else ''}"
        f'const answer = await fetch("{address}"{", " * bool(options)}{options});\n'
        "console.log(await answer.text());",
    )


def resolved(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema, or the one it refers to."""
    if "$ref" not in schema:
        return schema
    place: Any = whole
    for name in schema["$ref"].removeprefix("#/").split("/"):
        place = place[name]
    return dict(place)


def _sample(schema: Mapping[str, Any], whole: Mapping[str, Any], model: str) -> dict[str, Any]:
    """Return an object with the required fields of a body."""
    image = base64.b64encode(files()[IMAGE]).decode()
    values = {"id": NUMBER, "truth": 2, "model": model, "image": image, "images": [image]}
    return {name: values[name] for name in resolved(schema, whole).get("required", [])}

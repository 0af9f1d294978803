"""Request bodies: received within limits, then parsed as a picture, digit images or JSON."""

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from http import HTTPStatus
from itertools import chain
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from lenet.server.refusals import RETRY_AFTER, Refusal, unprocessable

MAX_BODY = 16_000_000
MAX_JSON = 2_000_000  # parsing more would block the event loop for too long
MAX_HELD = 128_000_000  # bytes of all bodies being received together
SECONDS = 60.0  # for a body to arrive
# Of a body that is too large, what is received and thrown away, so that a client that reads no
# answer before it has sent everything is told so, instead of finding the connection closed.
MAX_DISCARDED = 64_000_000
DISCARDING_SECONDS = 20.0

PIXELS = 28 * 28
MAX_IMAGES = 256

OCTETS = "application/octet-stream"
JSON = "application/json"


class Bodies:
    """Receives bodies, and counts the bytes held in memory for all of them."""

    def __init__(self) -> None:
        self.held = 0

    async def read(self, request: Request, limit: int) -> bytes:
        """Return the body of a request.

        Raises
        ------
        Refusal
            The body is too large or too slow, or too many bytes are held already.
        """
        stated = request.headers.get("content-length")
        if stated is not None and stated.isdecimal() and int(stated) > limit:
            waits = "expect" in request.headers  # to be told to send; until then nothing comes
            if int(stated) <= MAX_DISCARDED and not waits:
                await _discard(request)
            raise _too_large(limit)
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(SECONDS):
                while True:
                    message = await request.receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    part = message.get("body", b"")
                    size += len(part)
                    self.held += len(part)
                    if size > limit:
                        break
                    if self.held > MAX_HELD:
                        raise Refusal(
                            HTTPStatus.SERVICE_UNAVAILABLE,
                            "too many bodies are being received: try again in a second",
                            {**RETRY_AFTER, "Connection": "close"},
                        )
                    parts.append(part)
                    if not message.get("more_body", False):
                        return parts[0] if len(parts) == 1 else b"".join(parts)
            parts.clear()
            self.held -= size
            size = 0
            if message.get("more_body", False):
                await _discard(request)
            raise _too_large(limit)
        except TimeoutError as error:
            raise Refusal(
                HTTPStatus.REQUEST_TIMEOUT,
                f"the body did not arrive within {SECONDS:.0f} seconds: send it again",
                {"Connection": "close"},
            ) from error
        finally:
            self.held -= size


async def _discard(request: Request) -> None:
    """Throw away the rest of a body, unless it is very large or slow."""
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARDING_SECONDS):
            while size <= MAX_DISCARDED:
                message = await request.receive()
                size += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return


def _too_large(limit: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is too large: the limit is {limit:,} bytes",
        # The rest of the body, if there is any, is not read.
        {"Connection": "close"},
    )


def content_type(request: Request) -> str:
    """Return the media type of the body, in lower case and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def wrong_type(media_type: str, *allowed: str) -> Refusal:
    """Return the refusal of a body of this media type."""
    return Refusal(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"Content-Type {media_type[:80]!r} is not accepted here: send {' or '.join(allowed)}",
    )


async def picture_of(request: Request, body: bytes) -> tuple[bytes, str]:
    """Return the bytes and the name of the picture in a body.

    Raises
    ------
    Refusal
        The body has another type, or does not hold exactly one picture.
    """
    kind = content_type(request)
    if kind == "multipart/form-data":
        return await _only_file(request, body)
    # curl sends application/x-www-form-urlencoded by default, whatever the body is.
    if kind in ("", OCTETS, "application/x-www-form-urlencoded") or kind.startswith("image/"):
        return body, "picture"
    raise wrong_type(kind, "image/*", OCTETS, "multipart/form-data")


async def _only_file(request: Request, body: bytes) -> tuple[bytes, str]:
    async def stream() -> AsyncGenerator[bytes]:
        yield body
        yield b""

    parser = MultiPartParser(
        request.headers, stream(), max_files=1, max_fields=8, max_part_size=64_000
    )
    parser.spool_max_size = MAX_BODY  # in memory: no upload touches the disk
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise Refusal(
            HTTPStatus.BAD_REQUEST, "the form cannot be read: send one file in multipart/form-data"
        ) from error
    try:
        files = [value for value in form.values() if not isinstance(value, str)]
        if len(files) != 1:
            raise unprocessable("the form holds no file: send one picture in it")
        name = (files[0].filename or "").replace("\\", "/").rpartition("/")[2][:200]
        return await files[0].read(), name or "picture"
    finally:
        await form.close()


def json_of(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body (`Refusal`: it is not a JSON object)."""
    try:
        value = orjson.loads(body)
    except ValueError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the body is not JSON") from error
    if not isinstance(value, dict):
        raise unprocessable("the body is JSON, but not an object")
    return value


def images_of(kind: str, body: bytes, key: str, most: int) -> NDArray[np.uint8]:
    """Return the digit images in a body.

    Parameters
    ----------
    kind : str
        The body's media type.
    body : bytes
        784 bytes per image; or JSON whose `key` is a list of images, or one image if `most` is 1.
    key : str
    most : int
        Largest number of images.

    Returns
    -------
    uint8 ndarray (n, 28, 28)

    Raises
    ------
    Refusal
        The body holds no image, too many, or something else.
    """
    if kind == OCTETS:
        pixels = body
    elif kind == JSON:
        value = json_of(body)
        if key not in value:
            raise unprocessable(f"the JSON has no {key!r}")
        images = value[key] if most > 1 else [value[key]]
        if not isinstance(images, list):
            raise unprocessable(f"{key!r} must be a list of images")
        if len(images) > most:
            raise _wrong_count(len(images), most)
        pixels = b"".join(map(pixels_of, images))
    else:
        raise wrong_type(kind, OCTETS, JSON)
    count, rest = divmod(len(pixels), PIXELS)
    if rest:
        raise unprocessable(
            f"{len(pixels):,} bytes are not a whole number of images: an image is {PIXELS} bytes"
        )
    if not 1 <= count <= most:
        raise _wrong_count(count, most)
    return np.frombuffer(pixels, np.uint8).reshape(count, 28, 28)


def _wrong_count(count: int, most: int) -> Refusal:
    allowed = f"1 to {most} images" if most > 1 else "one image"
    return unprocessable(f"found {count:,} images: send {allowed}")


def pixels_of(image: Any) -> bytes:
    """Return the 784 bytes of an image given in JSON as base64, or as 28 rows of 28 integers.

    Raises
    ------
    Refusal
        `image` is neither.
    """
    try:
        pixels = (
            base64.b64decode(image, validate=True)
            if isinstance(image, str)
            else _rows(image)
            if isinstance(image, list)
            else b""
        )
    except (binascii.Error, TypeError, ValueError):
        pixels = b""
    if len(pixels) != PIXELS:
        raise unprocessable("an image is 28 rows of 28 integers in 0..255, or 784 bytes in base64")
    return pixels


def _rows(rows: Iterable[Any]) -> bytes:
    rows = list(rows)
    numbers = list(chain.from_iterable(rows))
    # Compares types, because a bool is an int in Python, but not in JSON.
    if {len(row) for row in rows} != {28} or set(map(type, numbers)) != {int}:
        return b""
    return bytes(numbers)


def base64_of(array: NDArray[Any]) -> str:
    """Return an array as a JSON body holds it: its bytes in base64."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")

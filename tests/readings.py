"""Readings that a test makes up, and the page that gets them from two models."""

import base64
from typing import Any

from lenet.reader import DEFAULT_MODEL


def reading_by(
    model: str, *digits: tuple[int, list[int]], refused: tuple[list[int], ...] = ()
) -> Any:
    """Return a reading of digits and of refused shapes, each with its box."""
    image = base64.b64encode(bytes(784)).decode()
    return {
        "picture": "picture", "model": model, "width": 640, "height": 400, "page": 1,
        "status": "digits" if digits else "nothing",
        "text": " ".join(str(digit) for digit, _ in digits),
        "numbers": [{"text": str(digit), "digits": [at]} for at, (digit, _) in enumerate(digits)],
        "digits": [
            {"digit": digit, "probability": 1.0, "status": "digit", "box": box, "image": image,
             "probabilities": [float(each == digit) for each in range(10)]}
            for digit, box in digits
        ],
        "rejected": [{"box": box, "reason": "not_a_digit", "image": image} for box in refused],
    }  # fmt: skip


def compare_readings(page: Any, ours: Any, theirs: Any) -> None:
    """Compare two models that answer every picture with these readings."""
    page.unroute("**/v1/read*")
    page.route(
        "**/v1/read*",
        lambda route: route.fulfill(json=ours if "model=lenet5" in route.request.url else theirs),
    )
    page.locator("#compare").select_option(DEFAULT_MODEL)

"""Services in this process, and pictures to send to them."""

from importlib import resources
from pathlib import Path

import httpx2

from lenet.reader import DEFAULT_MODEL
from lenet.server.models import load_models
from lenet.server.service import Metrics, Service

PICTURES = sorted(
    Path(str(path))
    for path in resources.files("lenet").joinpath("pictures").iterdir()
    if path.name.endswith(".png")
)
TWO = PICTURES[2]
SHIPPED = (DEFAULT_MODEL, "lenet5")
OCTETS = {"Content-Type": "application/octet-stream"}


def service_of(*models: str | Path) -> Service:
    service = Service(load_models(models or ["lenet5"]), Metrics())
    service.check()
    return service


def error_of(response: httpx2.Response) -> str:
    """The one line of an answer other than 2xx."""
    assert response.status_code >= 400
    content = response.json()
    assert set(content) == {"error"}
    assert "\n" not in content["error"]
    return str(content["error"])

"""Services in this process, models for them, and pictures to send to them."""

import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import httpx2
import onnx

from lenet.reader import DEFAULT_MODEL
from lenet.run import MODEL, Run
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


def run_of_classes(folder: Path, classes: Sequence[str]) -> Path:
    """Return the folder of a run like lenet5, whose ten classes have other names."""
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, folder)))
    network = onnx.load_from_string(run.read(MODEL))
    (names,) = (fact for fact in network.metadata_props if fact.key == "classes")
    names.value = "\n".join(classes)
    run.write(MODEL, network.SerializeToString())
    run.finish("done")
    return run.folder


def error_of(response: httpx2.Response) -> str:
    """The one line of an answer other than 2xx."""
    assert response.status_code >= 400
    content = response.json()
    assert set(content) == {"error"}
    assert "\n" not in content["error"]
    return str(content["error"])

"""The file for KubeRay, against the part of its schema that is used."""

from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent
RAYJOB = ROOT / "docs/cluster/rayjob.yaml"
TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}


def an_object(required: str = "", **properties: Any) -> dict[str, Any]:
    names = required.split()
    return {
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": False,
    }


# The fields of ray.io/v1 that the file uses, with their types, and which of them must be there: in
# our words after KubeRay's own schema (ray.io_rayjobs.yaml, Apache-2.0) and its API reference.
AMOUNTS = {"type": "object", "additionalProperties": {"type": "string", "pattern": r"^\d+(Gi)?$"}}
CONTAINER = an_object(
    "name image resources",
    name=TEXT,
    image=TEXT,
    envFrom={"type": "array", "items": an_object("secretRef", secretRef=an_object(name=TEXT))},
    resources=an_object("limits requests", limits=AMOUNTS, requests=AMOUNTS),
)
POD = an_object(
    "spec", spec=an_object("containers", containers={"type": "array", "items": CONTAINER})
)
PARAMETERS = {"type": "object", "additionalProperties": TEXT}
GROUP = an_object(
    "groupName minReplicas maxReplicas rayStartParams template",
    groupName=TEXT,
    replicas=COUNT,
    minReplicas=COUNT,
    maxReplicas=COUNT,
    rayStartParams=PARAMETERS,
    template=POD,
)
SPEC = an_object(
    "entrypoint rayClusterSpec",
    entrypoint=TEXT,
    submissionMode={"enum": ["K8sJobMode", "HTTPMode", "SidecarMode", "InteractiveMode"]},
    shutdownAfterJobFinishes={"type": "boolean"},
    ttlSecondsAfterFinished=COUNT,
    backoffLimit=COUNT,
    rayClusterSpec=an_object(
        "headGroupSpec",
        rayVersion=TEXT,
        authOptions=an_object("mode", mode={"enum": ["disabled", "token"]}),
        headGroupSpec=an_object("rayStartParams template", rayStartParams=PARAMETERS, template=POD),
        workerGroupSpecs={"type": "array", "items": GROUP},
    ),
)
SCHEMA = an_object(
    "apiVersion kind metadata spec",
    apiVersion={"const": "ray.io/v1"},
    kind={"const": "RayJob"},
    metadata=an_object("name", name=TEXT),
    spec=SPEC,
)


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(RAYJOB.read_text("utf-8"))
    return content


def test_the_job_has_the_fields_that_kuberay_knows(job: dict[str, Any]) -> None:
    jsonschema.validate(job, SCHEMA)
    job = {**job, "spec": {**job["spec"], "shutDownAfterJobFinishes": True}}
    with pytest.raises(jsonschema.ValidationError, match="shutDownAfterJobFinishes"):
        jsonschema.validate(job, SCHEMA)


def test_its_version_of_ray_is_the_pinned_one_and_its_command_is_known(
    job: dict[str, Any],
) -> None:
    from typer.testing import CliRunner

    from lenet.cli import app

    version = job["spec"]["rayClusterSpec"]["rayVersion"]
    assert f"\nray=={version}\n" in (ROOT / "constraints.txt").read_text()
    words = job["spec"]["entrypoint"].split()
    assert not set("|&;<>$`'\"") & set(job["spec"]["entrypoint"])
    assert words[:3] == ["env", "RAY_ADDRESS=auto", "lenet"]
    assert "No such option" not in CliRunner().invoke(app, [*words[3:], "--help"]).output
    for image in {c["image"] for c in containers(job)}:
        assert image.startswith("registry.example.org/")


def containers(job: dict[str, Any]) -> list[dict[str, Any]]:
    cluster = job["spec"]["rayClusterSpec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    return [each for group in groups for each in group["template"]["spec"]["containers"]]

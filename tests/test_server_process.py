"""The service's health, numbers and description, and its process."""

import inspect
import json
import math
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from numpy.typing import NDArray
from starlette.testclient import TestClient

from command import complaint, run_lenet
from lenet.cli.serve import serve
from lenet.errors import DataError, ModelError, ServeError, UsageError
from lenet.run import MODEL, SCORES, Run
from lenet.server.app import build
from lenet.server.guard import Policy
from lenet.server.models import load_models
from lenet.server.service import Metrics, Service
from lenet.server.serving import _Server, address, bind, is_loopback
from live_service import Live, serving
from services import OCTETS, SHIPPED, TWO, error_of

# Numbers, description, health


def test_metrics_count_requests_digits_and_batches_and_nothing_else() -> None:
    metrics = Metrics()
    service = Service(load_models(["lenet5"], watch=metrics.batches), metrics)
    client = TestClient(build(service, Policy()), base_url="http://localhost")
    for _ in range(3):
        client.post("/v1/digits", content=bytes(784 * 5), headers=OCTETS)
    client.get("/%2e%2e/secret")
    text = client.get("/metrics").text
    assert 'lenet_requests_total{method="POST",route="/v1/digits",status="200"} 3.0' in text
    assert 'lenet_batch_images_sum{model="lenet5"} 15.0' in text
    assert 'lenet_digits_total{model="lenet5"' in text
    assert "process_" not in text
    assert "python_" not in text
    assert "secret" not in text


def test_a_service_is_ready_once_every_model_has_read_a_digit() -> None:
    service = Service(load_models(["lenet5"]), Metrics())
    client = TestClient(build(service, Policy()), base_url="http://localhost")
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200
    service.check()
    assert client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.parametrize("model", SHIPPED)  # one of them refuses images
def test_a_model_that_gives_nan_never_becomes_ready(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(load_models([model]), Metrics())
    nothing = np.full((1, 10), math.nan, np.float32)
    classifier = service.models[model].reader.classifier
    monkeypatch.setattr(classifier, "logits", lambda images: nothing.repeat(len(images), 0))
    with pytest.raises(ModelError, match=f"model {model} gives NaN for a picture of a 2: train"):
        service.check()
    assert not service.ready


def test_a_service_asked_to_stop_is_not_ready(service: Service) -> None:
    server = _Server(uvicorn.Config(build(service, Policy())), service, lambda: None)
    client = TestClient(build(service, Policy()), base_url="http://localhost")
    assert client.get("/readyz").status_code == 200
    server.handle_exit(signal.SIGTERM, None)
    assert client.get("/readyz").status_code == 503
    assert server.should_exit
    service.ready = True


def test_the_description_names_every_path_and_every_status(client: TestClient) -> None:
    paths = client.get("/v1/openapi.json").json()["paths"]
    names = {path: [route["operationId"] for route in paths[path].values()] for path in paths}
    assert names == {
        "/livez": ["live"],
        "/readyz": ["ready"],
        "/metrics": ["metrics"],
        "/v1/read": ["read"],
        "/v1/digits": ["digits"],
        "/v1/layers": ["layers"],
        "/v1/models": ["models"],
        "/v1/models/{name}/card": ["card"],
        "/v1/models/{name}/scores": ["scores"],
        "/v1/models/{name}/mistakes": ["mistakes"],
        "/v1/models/{name}/history": ["history"],
        "/v1/models/{name}/figures": ["figures"],
        "/v1/models/{name}/embedding": ["embedding"],
        "/v1/models/{name}/kernels": ["kernels"],
        "/v1/models/{name}/network": ["network"],
    }
    read = paths["/v1/read"]["post"]
    assert {"200", "401", "403", "408", "413", "415", "422", "429", "503"} <= set(read["responses"])
    assert "multipart/form-data" in read["requestBody"]["content"]


def test_the_description_declares_the_token(service: Service) -> None:
    needed: dict[str, list[str]] = {"token": []}
    for policy, security in ((Policy(), [{}, needed]), (Policy(token="a"), [needed])):
        client = TestClient(build(service, policy), base_url="http://localhost")
        headers = {"Authorization": "Bearer a"}
        description = client.get("/v1/openapi.json", headers=headers).json()
        scheme = description["components"]["securitySchemes"]["token"]
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
        assert description["security"] == security
        open_paths = {
            path
            for path, routes in description["paths"].items()
            if any(route.get("security") == [] for route in routes.values())
        }
        assert open_paths == {"/livez", "/readyz"}


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/v1/models"])
def test_every_route_refuses_a_query_parameter_it_does_not_have(
    client: TestClient, path: str
) -> None:
    refused = client.get(f"{path}?modle=lenet5")
    assert refused.status_code == 422
    assert error_of(refused) == "no query parameter 'modle' here: there are none"


# The process


def test_a_service_prints_its_address_and_answers_all_before_it_stops(
    two: NDArray[np.uint8],
) -> None:
    body = two.tobytes()
    head = (
        "POST /v1/digits HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with serving("lenet5") as live, ExitStack() as stack:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", live.address)
        assert live.ask("GET", "/readyz") == (200, {"status": "ready"})
        maps = Path(f"/proc/{live.process.pid}/maps")
        assert not maps.exists() or "libtorch" not in maps.read_text()
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", live.port), 30))
            for _ in range(50)
        ]
        for connection in clients:
            connection.sendall(head.encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100 ")  # it waits for the body
        live.process.send_signal(signal.SIGTERM)
        wait_until_closed(live)
        for connection in clients:
            connection.sendall(body)
        for connection in clients:
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        assert live.process.wait(30) == 0


def wait_until_closed(live: Live) -> None:
    """Wait until the service takes no new connection, 20 seconds at most."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", live.port)).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.01)
    raise AssertionError("the service still takes connections")


def test_requests_are_logged_only_if_asked_for() -> None:
    for words, events in ((("--access-log",), 1), ((), 0)):
        with serving("lenet5", *words) as live:
            live.ask("GET", "/v1/models?secret=1")
            assert live.stop() == 0
            assert live.process.stderr
            talk, *lines = live.process.stderr.read().splitlines()
        assert talk == "serving lenet5; stop with Ctrl-C"
        assert len(lines) == events
        for line in map(json.loads, lines):
            assert (line["level"], line["event"]) == ("info", "request")
            assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/models", 422)
            assert line["milliseconds"] > 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="page faults are told by /proc")
def test_the_memory_of_a_picture_is_reused_for_the_next() -> None:
    with serving("lenet5") as live:
        picture = TWO.read_bytes()

        def faults() -> int:
            said = Path(f"/proc/{live.process.pid}/stat").read_text().rpartition(")")[2]
            return int(said.split()[7])

        def read(count: int) -> None:
            with ThreadPoolExecutor(4) as pool:
                asked = pool.map(lambda _: live.ask("POST", "/v1/read", picture), range(count))
                assert {status for status, _ in asked} == {200}

        read(40)
        before = faults()
        read(100)
        assert faults() - before < 100 * 20


def test_a_reason_not_to_start_is_one_line_and_an_exit_code(
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(Run.find("lenet5").folder, broken)
    (broken / MODEL).write_bytes(b"no model")
    scoreless = tmp_path / "scoreless"
    shutil.copytree(Run.find("lenet5").folder, scoreless)
    (scoreless / SCORES).unlink()
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        cases: list[tuple[tuple[object, ...], int, str]] = [
            (("--port", port), 6, f"cannot listen on 127.0.0.1, port {port}: address already in"),
            ((broken,), 5, "was altered"),
            ((scoreless,), 5, f"cannot read {scoreless / SCORES}: No such file"),
            (("--allow-origin", "*"), 2, "--allow-origin '*' is not the origin of a site"),
            (("--allow-host", "a.example:80"), 2, "'a.example:80' is not a host name"),
            (("--collect", "postgresql://me:hunter2@127.0.0.1:1/x"), 4, "Connection refused"),
        ]
        for words, status, text in cases:
            done = run_lenet("serve", *words, timeout=60)
            assert (done.returncode, done.stdout) == (status, "")
            assert text in complaint(done)
            assert done.stderr.count("\n") == 1
            assert "hunter2" not in done.stderr


def test_other_reasons_not_to_start_are_named(tmp_path: Path) -> None:
    with pytest.raises(ServeError, match="on 0.0.0.0 lets others in: set LENET_TOKEN .* --no-auth"):
        serve(host="0.0.0.0", port=0)
    with pytest.raises(ServeError, match="cannot listen on 192.0.2.1, port 0"):
        serve(host="192.0.2.1", port=0, no_auth=True)
    with pytest.raises(UsageError, match="no model 'lenet6': did you mean lenet5"):
        serve(["lenet6"], port=0)
    with pytest.raises(DataError, match="cannot write .*: No such file or directory"):
        serve(port=0, collect=str(tmp_path / "none" / "c.db"))


def test_without_its_packages_serve_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['httptools'] = None; sys.argv = ['lenet', 'serve']\n"
        "from lenet.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 2
    wanted = "this needs httptools, which is not installed: pip install 'lenet[serve]'"
    assert complaint(done) == wanted


def test_open_to_others_it_requires_the_token_in_the_printed_address() -> None:
    with serving("lenet5", "--host", "0.0.0.0", LENET_TOKEN="a b#c") as live:
        # The machine's own address in its network, if it is in one.
        assert re.fullmatch(r"http://\d+\.\d+\.\d+\.\d+:\d+/#token=a%20b%23c", live.address)
        assert live.ask("GET", "/v1/models")[0] == 401
        assert live.ask("GET", "/v1/models", headers={"Authorization": "Bearer a b#c"})[0] == 200
        assert live.stop() == 0
    with serving("lenet5", "--host", "0.0.0.0", "--no-auth", LENET_TOKEN="a b#c") as live:
        assert re.fullmatch(r"http://\d+\.\d+\.\d+\.\d+:\d+/", live.address)
        assert live.ask("GET", "/v1/models")[0] == 200
        assert live.stop() == 0


def test_the_printed_address_can_be_opened_in_a_browser() -> None:
    assert is_loopback("::1")
    assert not is_loopback("example.org")
    with bind("127.0.0.1", 0) as listener:
        assert address(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(ServeError, match="cannot listen on no.such.host.invalid, port 1"):
        bind("no.such.host.invalid", 1)


def test_the_manual_names_every_option_and_every_path(client: TestClient) -> None:
    manual = (Path(__file__).parent.parent / "docs" / "service.md").read_text("utf-8")
    for option in set(inspect.signature(serve).parameters) - {"models"}:
        assert f"`--{option.replace('_', '-')}" in manual, option
    for path in client.get("/v1/openapi.json").json()["paths"]:
        assert path.rpartition("/{name}/")[2] in manual, path

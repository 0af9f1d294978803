import asyncio
import base64
import inspect
import io
import json
import math
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import onnxruntime
import pytest
import uvicorn
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from lenet import datasets
from lenet.cli.serve import serve
from lenet.errors import DataError, ModelError, ServeError, UsageError
from lenet.inspection.layers import Layers
from lenet.reader import DEFAULT_MODEL, Reader, softmax
from lenet.run import LAYERS, MODEL, Run
from lenet.server import bodies, workers
from lenet.server.app import build
from lenet.server.batching import BATCH, WAITING, Answers, Batcher
from lenet.server.guard import Policy
from lenet.server.metrics import Metrics
from lenet.server.models import load_models
from lenet.server.readings import image_answers
from lenet.server.refusals import Refusal
from lenet.server.service import Service
from lenet.server.serving import _Server, address, bind, is_loopback
from live_service import serving
from test_cli import complaint, run_lenet

PICTURES = sorted(
    Path(str(path))
    for path in resources.files("lenet").joinpath("pictures").iterdir()
    if path.name.endswith(".png")
)
TWO = PICTURES[2]
SHIPPED = (DEFAULT_MODEL, "lenet5")
OCTETS = {"Content-Type": "application/octet-stream"}
TOKEN = "correct horse"


def service_of(*models: str | Path) -> Service:
    service = Service(load_models(models or ["lenet5"]), Metrics())
    service.check()
    return service


@pytest.fixture(scope="module")
def service() -> Service:
    return service_of()


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(build(service, Policy()), base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture(scope="module")
def both() -> Iterator[TestClient]:
    """The service with all that ships."""
    app = build(service_of(*SHIPPED), Policy())
    with TestClient(app, base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture(scope="module")
def two() -> NDArray[np.uint8]:
    """The image that a network sees of a 2."""
    return Reader("lenet5").read(TWO, single=True).digits[0].image


def error_of(response: httpx2.Response) -> str:
    """The one line of an answer that is not 2xx."""
    assert response.status_code >= 400
    said = response.json()
    assert set(said) == {"error"}
    assert "\n" not in said["error"]
    return str(said["error"])


# Reading


@pytest.mark.parametrize("picture", PICTURES[:3], ids=[path.name for path in PICTURES[:3]])
def test_a_picture_read_over_http_gives_what_the_reader_gives(
    client: TestClient, picture: Path
) -> None:
    said = client.post("/v1/read", content=picture.read_bytes(), headers=OCTETS).json()
    with Image.open(picture) as image:
        assert (said.pop("width"), said.pop("height")) == image.size
    assert said.pop("model") == "lenet5"
    assert said == {**Reader("lenet5").read(picture).to_dict(), "picture": "picture"}


@pytest.mark.parametrize("model", SHIPPED)
def test_command_line_python_http_and_onnx_give_the_same_digits_and_probabilities(
    both: TestClient, model: str
) -> None:
    printed = run_lenet("predict", "--model", model, "--json", *PICTURES).stdout.splitlines()
    network = Run.find(model).read(MODEL)
    reader = Reader(model)
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    temperature = float(session.get_modelmeta().custom_metadata_map["temperature"])
    for picture, line in zip(PICTURES, printed, strict=True):
        reading = reader.read(picture)
        query = {"model": model, "images": "true"}
        said = both.post("/v1/read", params=query, content=picture.read_bytes()).json()
        assert [digit["digit"] for digit in said["digits"]] == [d.digit for d in reading.digits]
        for digit, shown, ours in zip(
            json.loads(line)["digits"], said["digits"], reading.digits, strict=True
        ):
            images = np.frombuffer(base64.b64decode(shown["image"]), np.uint8)
            pixels = images.reshape(1, 1, 28, 28).astype(np.float32) / np.float32(255)
            (logits,) = session.run(None, {"images": pixels})
            bare = softmax(logits.astype(np.float64) / temperature)[0]
            for other in (digit["probabilities"], shown["probabilities"], bare):
                assert np.allclose(other, ours.probabilities, rtol=0, atol=1e-5)


@pytest.mark.parametrize("model", SHIPPED)
def test_all_mnist_test_digits_are_answered_as_python_answers_them(
    both: TestClient, mnist_dir: Path, model: str
) -> None:
    images = datasets.load("mnist", mnist_dir).test.images
    said: list[dict[str, Any]] = []
    for place in range(0, len(images), BATCH):
        content = images[place : place + BATCH].tobytes()
        query = {"model": model}
        answer = both.post("/v1/digits", params=query, content=content, headers=OCTETS)
        said += answer.json()["digits"]
    probabilities = Reader(model).classifier.probabilities(images)
    assert [each["digit"] for each in said] == probabilities.argmax(axis=1).tolist()
    found = np.array([each["probabilities"] for each in said])
    assert np.abs(found - probabilities).max() < 1e-5


def test_a_form_is_read_as_a_bare_body_is_and_its_file_name_is_only_text(
    client: TestClient,
) -> None:
    content = TWO.read_bytes()
    name = "../../<img onerror=alert(1)>.png"
    said = client.post("/v1/read", files={"picture": (name, content, "image/png")}).json()
    bare = client.post("/v1/read", content=content, headers={"Content-Type": "image/png"}).json()
    assert said.pop("picture") == "<img onerror=alert(1)>.png"
    assert said == {key: value for key, value in bare.items() if key != "picture"}


def test_a_reading_holds_as_much_as_was_asked_for(client: TestClient) -> None:
    def digit(query: str) -> dict[str, Any]:
        said = client.post(f"/v1/read?{query}", content=TWO.read_bytes()).json()
        return dict(said["digits"][0])

    plain, short, full = digit(""), digit("probabilities=false"), digit("images=true")
    assert len(plain["probabilities"]) == 10
    assert short == {key: plain[key] for key in short}
    assert set(plain) - set(short) == {"probabilities"}
    assert len(base64.b64decode(full.pop("image"))) == 784
    assert full == plain


def test_a_blank_page_is_blank(client: TestClient) -> None:
    page = io.BytesIO()
    Image.new("L", (200, 100), 255).save(page, "PNG")
    said = client.post("/v1/read", content=page.getvalue()).json()
    assert (said["status"], said["digits"]) == ("blank", [])


def test_digit_images_may_come_as_bytes_as_numbers_and_in_base64(
    client: TestClient, two: NDArray[np.uint8]
) -> None:
    bare = client.post("/v1/digits", content=two.tobytes(), headers=OCTETS).json()
    text = base64.b64encode(two.tobytes()).decode()
    mixed = client.post("/v1/digits", json={"images": [two.tolist(), text]}).json()
    assert bare["digits"][0]["digit"] == 2
    assert mixed["digits"] == bare["digits"] * 2


def test_company_in_a_batch_changes_no_answer(client: TestClient, two: NDArray[np.uint8]) -> None:
    alone = client.post("/v1/digits", content=two.tobytes(), headers=OCTETS).json()["digits"][0]
    noise = np.random.default_rng(0).integers(0, 256, (BATCH - 1, 28, 28), np.uint8)
    crowd = np.concatenate([noise, two[None]])
    said = client.post("/v1/digits", content=crowd.tobytes(), headers=OCTETS).json()["digits"]
    assert np.allclose(said[-1]["probabilities"], alone["probabilities"], rtol=0, atol=1e-6)


# What is refused

ROWS = [[0] * 28] * 28
REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("read", {"content": b""}, 422, "picture is empty: found 0 bytes; save it again"),
    ("read", {"content": b"II*\0" + b"\0" * 99}, 422, "picture is a TIFF picture, not read here"),
    ("read", {"content": b"hello"}, 422, "picture is text; save it as PNG or JPEG"),
    ("read", {"json": {}}, 415, "'application/json' is not taken here: send image/*"),
    ("read", {"files": {}, "data": {"a": "b"}, "headers": {}}, 422, "the form holds no file"),
    ("read?model=lenet6", {"content": b""}, 404, "no model 'lenet6': did you mean lenet5?"),
    ("read?single=maybe", {"content": b""}, 422, "single: "),
    ("digits", {"content": b"", "headers": OCTETS}, 422, "found 0 images: send 1 to 256 images"),
    ("digits", {"content": b"\0" * 785, "headers": OCTETS}, 422, "785 bytes are no whole number"),
    ("digits", {"content": b"\0" * 784 * 257, "headers": OCTETS}, 422, "found 257 images"),
    ("digits", {"content": b"\0" * 784}, 415, "send application/octet-stream or application/json"),
    ("digits", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "not JSON"),
    ("digits", {"json": []}, 422, "JSON, but not an object"),
    ("digits", {"json": {}}, 422, "the JSON has no 'images'"),
    ("digits", {"json": {"images": 1}}, 422, "'images' must be a list of images"),
    ("digits", {"json": {"images": [ROWS] * 257}}, 422, "found 257 images"),
    ("digits", {"json": {"images": [[[0] * 28] * 27]}}, 422, "28 rows of 28 integers in 0..255"),
    ("digits", {"json": {"images": [[[256] * 28] * 28]}}, 422, "28 rows of 28 integers in 0..255"),
    ("digits", {"json": {"images": [[[0.5] * 28] * 28]}}, 422, "28 rows of 28 integers in 0..255"),
    ("digits", {"json": {"images": [[[True] * 28] * 28]}}, 422, "28 rows of 28 integers"),
    ("digits", {"json": {"images": ["no base64"]}}, 422, "or 784 bytes in base64"),
    ("layers", {"json": {"image": "AAAA"}}, 422, "or 784 bytes in base64"),
    ("layers", {"content": b"\0" * 1568, "headers": OCTETS}, 422, "found 2 images: send one"),
]


@pytest.mark.parametrize(("path", "request_", "status", "text"), REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line(
    client: TestClient, path: str, request_: dict[str, Any], status: int, text: str
) -> None:
    if "data" in request_:
        request_ = {"files": {"a": (None, "b")}}
    response = client.post(f"/v1/{path}", **request_)
    assert response.status_code == status, response.text
    assert text in error_of(response)


def test_a_picture_with_too_many_pixels_is_refused_before_they_are_decoded(
    client: TestClient,
) -> None:
    bomb = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(bomb, "PNG")
    begin = time.perf_counter()
    response = client.post("/v1/read", content=bomb.getvalue())
    assert "too large: 10,000×10,000 pixels" in error_of(response)
    assert time.perf_counter() - begin < 1


def test_a_body_over_the_limit_is_refused_however_it_is_announced(client: TestClient) -> None:
    too_much = b"\0" * (bodies.MAX_BODY + 1)

    def chunks() -> Iterator[bytes]:
        for place in range(0, len(too_much), 1_000_000):
            yield too_much[place : place + 1_000_000]

    for content in (too_much, chunks()):
        response = client.post("/v1/read", content=content)
        assert response.status_code == 413
        assert "the limit is 16,000,000 bytes" in error_of(response)
    exactly = client.post("/v1/read", content=too_much[:-1])
    assert exactly.status_code == 422


def test_unknown_paths_and_methods_say_so(client: TestClient) -> None:
    assert "there is nothing here" in error_of(client.get("/v1/nothing"))
    assert "there is nothing here" in error_of(client.get("/docs"))
    refused = client.put("/v1/read", content=b"")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert "not kept here" in error_of(client.get("/v1/corrections"))


def test_a_fault_of_ours_is_answered_without_a_word_of_what_it_was(
    service: Service, client: TestClient, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def break_(*_: object, **__: object) -> None:
        raise ValueError("/etc/passwd at 0x7ffa2e58d710")

    monkeypatch.setattr(service.models["lenet5"].reader, "read", break_)
    response = client.post("/v1/read", content=TWO.read_bytes())
    assert response.status_code == 500
    assert error_of(response) == "internal error; it was logged"
    logged = capsys.readouterr().err
    assert re.fullmatch(
        r"lenet: internal error in POST '/v1/read': ValueError in test_server.py, line \d+\n",
        logged,
    )


# Who may ask


def test_every_answer_carries_the_headers_that_keep_a_page_to_itself(client: TestClient) -> None:
    for path in ("/", "/v1/models", "/nothing", "/livez", "/v1/openapi.json"):
        headers = client.get(path).headers
        assert (
            "default-src 'self'; img-src 'self' blob: data:;"
            in (headers["content-security-policy"])
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert not {"server", "x-powered-by", "access-control-allow-origin"} & set(headers)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("192.168.0.7", False),
        ("", False),
    ],
)
def test_only_our_own_names_are_served(client: TestClient, host: str, known: bool) -> None:
    assert client.get("/livez", headers={"Host": host}).status_code == (200 if known else 403)


def test_a_service_for_others_is_known_by_any_address_but_by_no_strangers_name() -> None:
    policy = Policy.of("0.0.0.0", ["digits.example.org"])
    assert policy.knows("192.168.0.7:8000")
    assert policy.knows("[fe80::1]:8000")
    assert policy.knows("Digits.Example.org")
    assert not policy.knows("evil.example")
    assert Policy.of("127.0.0.1", ["*"]).knows("evil.example")


@pytest.mark.parametrize(
    ("headers", "trusted"),
    [
        ({}, True),
        ({"Origin": "http://localhost:8000"}, True),
        ({"Origin": "https://localhost:8000"}, True),
        ({"Origin": "http://localhost:8001"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),  # what Python cannot take apart
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_pages_of_other_sites_can_change_nothing(
    client: TestClient, headers: dict[str, str], trusted: bool
) -> None:
    response = client.post("/v1/read", content=TWO.read_bytes(), headers=headers)
    assert response.status_code == (200 if trusted else 403)


def test_another_site_is_let_in_only_where_it_is_named(service: Service) -> None:
    friend = "https://friend.example"
    app = build(service, Policy.of("127.0.0.1", origins=[friend]))
    client = TestClient(app, base_url="http://localhost")
    for origin, status, allowed in ((friend, 200, friend), ("https://evil.example", 403, None)):
        response = client.post("/v1/read", content=TWO.read_bytes(), headers={"Origin": origin})
        assert response.status_code == status
        assert response.headers.get("access-control-allow-origin") == allowed
    asked = {"Origin": friend, "Access-Control-Request-Method": "POST"}
    preflight = client.options("/v1/read", headers=asked)
    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["access-control-allow-headers"]


def test_with_a_token_only_the_page_and_the_health_are_free(service: Service) -> None:
    app = build(service, Policy(token=TOKEN))
    client = TestClient(app, base_url="http://localhost")
    shown = {"Authorization": f"Bearer {TOKEN}"}
    for path in ("/v1/models", "/v1/openapi.json", "/metrics"):
        assert client.get(path, headers=shown).status_code == 200
        for wrong in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
            refused = client.get(path, headers=wrong)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert TOKEN not in refused.text
    for path in ("/livez", "/readyz", "/"):
        assert client.get(path).status_code == 200


# Batches, queues and deadlines


def test_a_batch_is_whatever_arrived_while_the_last_one_ran() -> None:
    gate, sizes = threading.Event(), []

    def network(images: NDArray[np.uint8]) -> Answers:
        sizes.append(len(images))
        gate.wait(5)
        marks = images[:, 0, 0].tolist()
        return Answers(marks, [[float(mark)] for mark in marks], [False] * len(marks))

    async def ask() -> list[Answers]:
        batcher = Batcher(network)
        images = np.arange(100, dtype=np.uint8)[:, None, None].repeat(28, 1).repeat(28, 2)
        first = batcher.ask(images[:1])
        await asyncio.sleep(0.05)
        later = [batcher.ask(images[number : number + 3]) for number in range(1, 97)]
        gate.set()
        found = [await first, *[await each for each in later]]
        batcher.close()
        return found

    found = asyncio.run(ask())
    assert sizes == [1, 255, 33]
    assert [answers.best for answers in found[1:]] == [[n, n + 1, n + 2] for n in range(1, 97)]


def test_what_arrives_together_goes_together() -> None:
    sizes = []

    def network(images: NDArray[np.uint8]) -> Answers:
        sizes.append(len(images))
        return Answers([0] * len(images), [[1.0]] * len(images), [False] * len(images))

    async def ask() -> None:
        batcher = Batcher(network)
        await asyncio.gather(*[batcher.ask(np.zeros((1, 28, 28), np.uint8)) for _ in range(7)])
        batcher.close()

    asyncio.run(ask())
    assert sizes == [7]


def test_a_network_that_fails_tells_all_who_wait_and_goes_on() -> None:
    def network(images: NDArray[np.uint8]) -> Answers:
        if images.max():
            raise RuntimeError("broken")
        return Answers([0], [[1.0]], [False])

    async def ask() -> None:
        batcher = Batcher(network)
        with pytest.raises(RuntimeError):
            await batcher.ask(np.ones((1, 28, 28), np.uint8))
        assert (await batcher.ask(np.zeros((1, 28, 28), np.uint8))).best == [0]
        batcher.close()

    asyncio.run(ask())


def test_a_full_queue_refuses_and_takes_again_when_it_is_empty() -> None:
    gate = threading.Event()

    def network(images: NDArray[np.uint8]) -> Answers:
        gate.wait(5)
        return Answers([0] * len(images), [[1.0]] * len(images), [False] * len(images))

    async def ask() -> None:
        batcher = Batcher(network)
        images = np.zeros((BATCH, 28, 28), np.uint8)
        running = batcher.ask(images)
        await asyncio.sleep(0.05)
        waiting = [batcher.ask(images) for _ in range(WAITING // BATCH)]
        with pytest.raises(Refusal) as refusal:
            batcher.ask(images[:1])
        assert refusal.value.status == 429
        assert refusal.value.headers == {"Retry-After": "1"}
        gate.set()
        await asyncio.gather(running, *waiting)
        assert batcher.waiting == 0
        await batcher.ask(images[:1])
        batcher.close()

    asyncio.run(ask())


def test_too_many_pictures_at_once_are_refused_and_one_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()

    async def ask() -> None:
        crew = workers.Workers()
        monkeypatch.setattr(workers, "SECONDS", 0.1)
        jobs = [asyncio.create_task(crew.do(lambda: gate.wait(5))) for _ in range(workers.WAITING)]
        await asyncio.sleep(0.01)
        with pytest.raises(Refusal) as busy:
            await crew.do(lambda: None)
        outcomes = await asyncio.gather(*jobs, return_exceptions=True)
        late = {outcome.status for outcome in outcomes if isinstance(outcome, Refusal)}
        gate.set()
        while crew.inside:
            await asyncio.sleep(0.01)
        assert await crew.do(lambda: 7) == 7
        crew.close()
        assert (busy.value.status, late) == (429, {503})

    asyncio.run(ask())


def test_a_body_that_does_not_arrive_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.1)
    sent: list[Any] = []

    async def ask() -> None:
        scope = {
            "type": "http", "method": "POST", "path": "/v1/read", "query_string": b"",
            "headers": [(b"host", b"localhost")], "app": None,
        }  # fmt: skip

        async def receive() -> Any:
            await asyncio.sleep(5)

        async def send(message: Any) -> None:
            sent.append(message)

        await build(service, Policy())(scope, receive, send)

    asyncio.run(ask())
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert service.bodies.held == 0


def test_nothing_that_is_sent_touches_the_disk(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was made")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    noise = np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)
    large = io.BytesIO()
    Image.fromarray(noise).save(large, "BMP")
    files = {"picture": ("a.bmp", large.getvalue(), "image/bmp")}
    assert client.post("/v1/read", files=files).status_code == 200


def test_who_is_refused_for_want_of_time_cannot_ask_again_at_once(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.models["lenet5"].batcher, "waiting", WAITING)
    begin = time.perf_counter()
    refused = client.post("/v1/digits", content=bytes(784), headers=OCTETS)
    assert time.perf_counter() - begin > 0.2
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


def test_an_improbable_digit_is_uncertain_and_a_strange_one_is_none() -> None:
    found = Answers([3, 3, 3], [[0, 0, 0, p] for p in (0.51, 0.49, 0.99)], [False, False, True])
    statuses = [each["status"] for each in image_answers(found, probabilities=False)]
    assert statuses == ["digit", "uncertain", "not_a_digit"]


# Looking inside


def test_layers_are_what_the_network_computes_to_the_last_bit(
    client: TestClient, two: NDArray[np.uint8]
) -> None:
    said = client.post("/v1/layers", content=two.tobytes(), headers=OCTETS).json()
    expected = Layers(Run.find("lenet5").read(LAYERS)).outputs(two)
    assert [layer["name"] for layer in said["layers"]] == list(expected)
    for layer in said["layers"]:
        values = np.frombuffer(base64.b64decode(layer["values"]), "<f4").reshape(layer["shape"])
        assert np.array_equal(values, expected[layer["name"]])
        assert (layer["low"], layer["high"]) == (values.min(), values.max())
    assert said["digit"] == 2
    again = client.post("/v1/layers", json={"image": two.tolist()}).json()
    assert again == said


def test_the_list_of_models_says_what_there_is_of_each(client: TestClient) -> None:
    said = client.get("/v1/models").json()
    run = Run.find("lenet5")
    (model,) = said["models"]
    assert (model["name"], model["default"]) == ("lenet5", True)
    assert model["digest"] == run.manifest.files[MODEL]
    assert model["test"] == {"errors": 97, "total": 10_000}
    layers = {layer["name"]: layer for layer in model["layers"]}
    assert layers["C1"]["kind"] == "convolution 5×5"
    assert layers["C1"]["shape"] == [6, 28, 28]
    assert layers["S4"]["receptive"] == {"size": 16, "step": 4, "start": -2}
    assert layers["F6"]["receptive"] is None
    assert said["collect"] is False


def test_card_scores_and_kernels_are_those_of_the_run(client: TestClient) -> None:
    run = Run.find("lenet5")
    card = client.get("/v1/models/lenet5/card").json()
    assert card["markdown"] == run.read("README.md").decode()
    assert card["recipe"]["data"] == ["mnist"]
    scores = client.get("/v1/models/lenet5/scores").json()
    assert scores == json.loads(run.read("scores.json"))
    kernels = client.get("/v1/models/lenet5/kernels").json()["layers"]
    assert [kernel["shape"] for kernel in kernels] == [[6, 1, 5, 5], [16, 6, 5, 5], [120, 16, 5, 5]]
    assert [len(kernel["bias"]) for kernel in kernels] == [6, 16, 120]


def test_a_card_tells_no_place_and_no_password(tmp_path: Path) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "tuned")))
    sources = ["mnist", "folder:/home/me/secret", "corrections:postgresql://me:secret@host/db"]
    run.write("recipe.toml", run.recipe.with_changes({"data": sources}).to_toml().encode())
    run.finish("done")
    client = TestClient(
        build(service_of(tmp_path / "tuned"), Policy()), base_url="http://localhost"
    )
    card = client.get("/v1/models/tuned/card")
    assert card.json()["recipe"]["data"] == ["mnist", "folder", "corrections"]
    assert "secret" not in card.text


def test_the_mistakes_are_as_many_as_the_scores_say_and_the_most_certain_comes_first(
    client: TestClient, mnist_dir: Path
) -> None:
    said = client.get("/v1/models/lenet5/mistakes").json()
    assert (said["errors"], said["total"]) == (97, 10_000)
    certainty = [mistake["probability"] for mistake in said["mistakes"]]
    assert certainty == sorted(certainty, reverse=True)
    first = said["mistakes"][0]
    test = datasets.load("mnist", mnist_dir).test
    assert base64.b64decode(first["image"]) == test.images[first["index"]].tobytes()
    assert first["truth"] == test.labels[first["index"]] != first["answer"]


@pytest.mark.parametrize("status", ["digit", "not_a_digit"])
def test_layers_say_what_reading_says_of_the_same_image(
    both: TestClient, two: NDArray[np.uint8], status: str
) -> None:
    image = two if status == "digit" else np.roll(two, 14, axis=0)  # its halves exchanged
    read = both.post("/v1/digits", content=image.tobytes(), headers=OCTETS).json()["digits"][0]
    layers = both.post("/v1/layers", content=image.tobytes(), headers=OCTETS).json()
    assert read["status"] == layers["status"] == status
    assert read["digit"] == layers["digit"]


def test_what_the_mistakes_need_is_said_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LENET_DATA", str(tmp_path))
    client = TestClient(build(service_of("lenet5"), Policy()), base_url="http://localhost")
    assert error_of(client.get("/v1/models/lenet5/mistakes")) == (
        "the images that lenet5 was tested on are not on this machine: `lenet data fetch` gets them"
    )


def test_what_a_run_lacks_is_said_without_naming_its_place(tmp_path: Path) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "bare")))
    for name in (LAYERS, "README.md", "scores.json"):
        (run.folder / name).unlink()
    run.finish("done")
    client = TestClient(build(service_of(tmp_path / "bare"), Policy()), base_url="http://localhost")
    assert client.get("/v1/models").json()["models"][0]["has"] == []
    for what in ("card", "scores", "kernels"):
        said = error_of(client.get(f"/v1/models/bare/{what}"))
        assert said == f"model bare has no {what} on this machine"
    layers = client.post("/v1/layers", content=bytes(784), headers=OCTETS)
    assert error_of(layers) == "model bare has no layers on this machine"


def test_several_models_answer_by_their_names(tmp_path: Path, two: NDArray[np.uint8]) -> None:
    shutil.copytree(Run.find("lenet5").folder, tmp_path / "my run")
    service = service_of("lenet5", tmp_path / "my run")
    client = TestClient(build(service, Policy()), base_url="http://localhost")
    assert [model["name"] for model in client.get("/v1/models").json()["models"]] == [
        "lenet5",
        "my run",
    ]
    for query, name in (("", "lenet5"), ("?model=my%20run", "my run")):
        said = client.post(f"/v1/digits{query}", content=two.tobytes(), headers=OCTETS).json()
        assert said["model"] == name
    assert client.get("/v1/models/my%20run/scores").status_code == 200


def test_models_that_should_not_be_served_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "worse"
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, folder)))
    run.finish("regressed")
    with pytest.raises(ModelError, match="worse is marked as regressed, .* --allow-regressed"):
        load_models([folder])
    assert list(load_models([folder], allow_regressed=True)) == ["worse"]
    shutil.copytree(Run.find("lenet5").folder, tmp_path / "lenet5")
    with pytest.raises(UsageError, match="two models are called lenet5: rename one"):
        load_models(["lenet5", tmp_path / "lenet5"])


def test_without_names_all_shipped_models_are_served_the_default_first() -> None:
    assert next(iter(load_models())) == DEFAULT_MODEL


# Numbers, description, health


def test_metrics_count_requests_digits_and_batches_and_tell_nothing_of_the_process() -> None:
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


def test_not_ready_before_a_digit_was_read_nor_when_stopping() -> None:
    service = Service(load_models(["lenet5"]), Metrics())
    client = TestClient(build(service, Policy()), base_url="http://localhost")
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200
    service.check()
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_model_that_gives_no_number_never_becomes_ready() -> None:
    service = Service(load_models(["lenet5"]), Metrics())
    service.models["lenet5"].reader.classifier.temperature = math.nan
    with pytest.raises(ModelError, match="model lenet5 gives NaN for a picture of a 2: train"):
        service.check()
    assert not service.ready


def test_asked_to_stop_it_is_not_ready_from_that_moment(service: Service) -> None:
    server = _Server(uvicorn.Config(build(service, Policy())), service, lambda: None)
    client = TestClient(build(service, Policy()), base_url="http://localhost")
    assert client.get("/readyz").status_code == 200
    server.handle_exit(signal.SIGTERM, None)
    assert client.get("/readyz").status_code == 503
    assert server.should_exit
    service.ready = True


def test_the_description_names_every_path_and_every_status(client: TestClient) -> None:
    paths = client.get("/v1/openapi.json").json()["paths"]
    assert set(paths) == {
        "/livez", "/readyz", "/metrics", "/v1/read", "/v1/digits", "/v1/layers", "/v1/models",
        "/v1/models/{name}/card", "/v1/models/{name}/scores", "/v1/models/{name}/mistakes",
        "/v1/models/{name}/kernels",
    }  # fmt: skip
    read = paths["/v1/read"]["post"]
    assert {"200", "401", "403", "408", "413", "415", "422", "429", "503"} <= set(read["responses"])
    assert "multipart/form-data" in read["requestBody"]["content"]


# The process


def test_it_says_where_it_is_and_stops_with_everything_answered(two: NDArray[np.uint8]) -> None:
    with serving("lenet5") as live:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", live.address)
        assert live.ask("GET", "/readyz") == (200, {"status": "ready"})
        maps = Path(f"/proc/{live.process.pid}/maps")
        assert not maps.exists() or "libtorch" not in maps.read_text()
        crowd = np.repeat(two[None], 256, axis=0).tobytes()
        with ThreadPoolExecutor(100) as pool:
            answers = [pool.submit(live.digit, crowd) for _ in range(100)]
            time.sleep(0.3)  # they are on their way, and few can be answered yet
            begin = time.monotonic()
            live.process.send_signal(signal.SIGTERM)
            statuses = {answer.result()[0] for answer in answers}
        assert live.process.wait(10) == 0
        assert time.monotonic() - begin < 10
        assert statuses <= {200, 429}


def test_what_keeps_it_from_starting_is_one_line_and_an_exit_code_within_seconds(
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(Run.find("lenet5").folder, broken)
    (broken / MODEL).write_bytes(b"no model")
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        cases: list[tuple[tuple[object, ...], int, str]] = [
            (("--port", port), 6, f"cannot listen on 127.0.0.1, port {port}: address already in"),
            ((broken,), 5, "was altered"),
            (("--collect", "postgresql://me:hunter2@127.0.0.1:1/x"), 4, "Connection refused"),
        ]
        for words, status, text in cases:
            seconds: list[float] = []
            while min(seconds, default=9) > 3 and len(seconds) < 3:  # others may work here too
                begin = time.monotonic()
                done = run_lenet("serve", *words)
                seconds.append(time.monotonic() - begin)
            assert min(seconds) < 3
            assert (done.returncode, done.stdout) == (status, "")
            assert text in complaint(done)
            assert done.stderr.count("\n") == 1
            assert "hunter2" not in done.stderr


def test_other_reasons_not_to_start_are_said_too(tmp_path: Path) -> None:
    with pytest.raises(ServeError, match="on 0.0.0.0 lets others in: set LENET_TOKEN .* --no-auth"):
        serve(host="0.0.0.0", port=0)
    with pytest.raises(ServeError, match="cannot listen on 192.0.2.1, port 0"):
        serve(host="192.0.2.1", port=0, no_auth=True)
    with pytest.raises(UsageError, match="no model 'lenet6': did you mean lenet5"):
        serve(["lenet6"], port=0)
    with pytest.raises(DataError, match="cannot write .*: No such file or directory"):
        serve(port=0, collect=str(tmp_path / "none" / "c.db"))


def test_without_its_packages_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['httptools'] = None; sys.argv = ['lenet', 'serve']\n"
        "from lenet.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 2
    wanted = "this needs httptools, which is not installed: pip install 'lenet[serve]'"
    assert complaint(done) == wanted


def test_elsewhere_it_asks_for_the_token_that_the_printed_address_holds() -> None:
    with serving("lenet5", "--host", "0.0.0.0", LENET_TOKEN="a b#c") as live:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#token=a%20b%23c", live.address)
        assert live.ask("GET", "/v1/models")[0] == 401
        assert live.ask("GET", "/v1/models", headers={"Authorization": "Bearer a b#c"})[0] == 200
        assert live.stop() == 0
    with serving("lenet5", "--host", "0.0.0.0", "--no-auth", LENET_TOKEN="a b#c") as live:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", live.address)
        assert live.ask("GET", "/v1/models")[0] == 200
        assert live.stop() == 0


def test_addresses_are_written_as_a_browser_takes_them() -> None:
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

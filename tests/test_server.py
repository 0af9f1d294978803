"""Reading over HTTP: what is answered, and what is refused."""

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile
from starlette.testclient import TestClient

import pages
from command import run_lenet
from lenet import datasets
from lenet.picture import Picture
from lenet.reader import Reader, Reading, softmax
from lenet.run import MODEL, Run
from lenet.server import bodies
from lenet.server.queues import BATCH
from lenet.server.service import Service
from lenet.server.serving import JsonLines
from services import OCTETS, PICTURES, SHIPPED, TWO, error_of

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
def test_command_line_python_http_and_onnx_give_the_same_answers(
    both: TestClient, model: str
) -> None:
    words = ["predict", "--model", model, "--single", "--json"]
    printed = run_lenet(*words, *PICTURES).stdout.splitlines()
    network = Run.find(model).read(MODEL)
    reader = Reader(model)
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    temperature = float(session.get_modelmeta().custom_metadata_map["temperature"])
    for picture, line in zip(PICTURES, printed, strict=True):
        reading = reader.read(picture, single=True)
        query = {"model": model, "images": "true", "single": "true"}
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


def test_a_form_is_read_like_a_bare_body(
    client: TestClient,
) -> None:
    content = TWO.read_bytes()
    name = "../../<img onerror=alert(1)>.png"
    said = client.post("/v1/read", files={"picture": (name, content, "image/png")}).json()
    bare = client.post("/v1/read", content=content, headers={"Content-Type": "image/png"}).json()
    assert said.pop("picture") == "<img onerror=alert(1)>.png"
    assert said == {key: value for key, value in bare.items() if key != "picture"}


def test_a_reading_holds_what_the_query_asks_for(client: TestClient) -> None:
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


def test_numbers_and_the_signs_between_them_are_told(client: TestClient) -> None:
    page = pages.rows_of("12 34", "5")
    cv2.line(page, (225, 80), (270, 80), 0, 6)
    content = pages.encode(page)
    said = client.post("/v1/read?images=true", content=content).json()
    assert said["text"] == "12 34\n5"
    numbers = [(number["text"], number["digits"]) for number in said["numbers"]]
    assert numbers == [("12", [0, 1]), ("34", [2, 3]), ("5", [4])]
    first, second = (digit["probability"] for digit in said["digits"][:2])
    assert said["numbers"][0]["probability"] == pytest.approx(first * second)
    left, top, width, height = said["numbers"][0]["box"]
    for x, y, w, h in (digit["box"] for digit in said["digits"][:2]):
        assert left <= x < x + w <= left + width
        assert top <= y < y + h <= top + height
    (sign,) = said["rejected"]
    assert set(sign) == {"box", "reason"}
    assert sign["reason"] == "sign"


def test_the_empty_cells_of_a_grid_are_told_if_asked_for(client: TestClient) -> None:
    content = pages.encode(pages.rows_of("1 2", " 3 ", gap=120))
    assert client.post("/v1/read?grid=true", content=content).json()["text"] == "1.2\n.3."
    assert client.post("/v1/read", content=content).json()["text"] == "1 2\n3"


@pytest.mark.parametrize("name", ["single", "upside_down", "grid"])
def test_each_option_of_a_query_reaches_the_reader(
    service: Service, client: TestClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    reader = service.models["lenet5"].reader
    read, asked = reader.read, []

    def record(picture: Picture, **options: bool) -> Reading:
        asked.append(options)
        return read(picture, **options)

    monkeypatch.setattr(reader, "read", record)
    assert client.post(f"/v1/read?{name}=true", content=TWO.read_bytes()).status_code == 200
    (options,) = asked
    assert [option for option, wanted in options.items() if wanted] == [name]


def test_options_that_exclude_each_other_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/read?single=true&upside_down=true", content=TWO.read_bytes())
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("upside-down has no effect together with single")


def test_digit_images_may_come_as_bytes_as_numbers_and_in_base64(
    client: TestClient, two: NDArray[np.uint8]
) -> None:
    bare = client.post("/v1/digits", content=two.tobytes(), headers=OCTETS).json()
    text = base64.b64encode(two.tobytes()).decode()
    mixed = client.post("/v1/digits", json={"images": [two.tolist(), text]}).json()
    assert bare["digits"][0]["digit"] == 2
    assert mixed["digits"] == bare["digits"] * 2


def test_an_answer_does_not_depend_on_the_rest_of_the_batch(
    client: TestClient, two: NDArray[np.uint8]
) -> None:
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
    ("read", {"json": {}}, 415, "'application/json' is not accepted here: send image/*"),
    ("read", {"files": {}, "data": {"a": "b"}, "headers": {}}, 422, "the form holds no file"),
    ("read?model=lenet6", {"content": b""}, 404, "no model 'lenet6': did you mean lenet5?"),
    ("read?single=maybe", {"content": b""}, 422, "single: "),
    ("read?singel=true", {}, 422, "no query parameter 'singel' here: did you mean single?"),
    ("read?gird=true", {}, 422, "no query parameter 'gird' here: did you mean grid?"),
    ("read?modle=lenet5", {}, 422, "no query parameter 'modle' here: did you mean model?"),
    ("digits?probabilites=1", {}, 422, "here: did you mean probabilities?"),
    ("layers?zebra=1", {}, 422, "no query parameter 'zebra' here: there are: model"),
    ("digits", {"content": b"", "headers": OCTETS}, 422, "found 0 images: send 1 to 256 images"),
    (
        "digits",
        {"content": b"\0" * 785, "headers": OCTETS},
        422,
        "785 bytes are not a whole number",
    ),
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
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(bomb, "PNG")

    def decode(_: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)
    response = client.post("/v1/read", content=bomb.getvalue())
    assert "too large: 10,000×10,000 pixels" in error_of(response)


def test_a_body_over_the_limit_is_refused_with_or_without_a_length(client: TestClient) -> None:
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


def test_unknown_paths_and_methods_are_refused_in_words(client: TestClient) -> None:
    assert "there is nothing here" in error_of(client.get("/v1/nothing"))
    assert "there is nothing here" in error_of(client.get("/docs"))
    refused = client.put("/v1/read", content=b"")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert "stores no corrections" in error_of(client.get("/v1/corrections"))


def test_an_internal_error_is_logged_and_answered_without_its_message(
    service: Service,
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_(*_: object, **__: object) -> None:
        raise ValueError("/etc/passwd at 0x7ffa2e58d710")

    monkeypatch.setattr(service.models["lenet5"].reader, "read", break_)
    response = client.post("/v1/read", content=TWO.read_bytes())
    assert response.status_code == 500
    assert error_of(response) == "internal error; it was logged"
    (record,) = [record for record in caplog.records if record.name.startswith("lenet")]
    line = json.loads(JsonLines().format(record))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("line") > 0
    assert line == {
        "level": "error",
        "event": "internal error",
        "method": "POST",
        "path": "/v1/read",
        "error": "ValueError",
        "file": "test_server.py",
    }
    monkeypatch.setenv("LENET_DEBUG", "1")
    assert "/etc/passwd" in json.loads(JsonLines().format(record))["traceback"]

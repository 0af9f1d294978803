"""Models of other classes than the ten digits, served."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from lenet.corrections import Corrections
from lenet.reader import Reader
from lenet.server.app import build
from lenet.server.guard import Policy
from pages import encode, rows_of
from services import OCTETS, TWO, error_of, run_of_classes, service_of

LETTERS = "abcdefghij"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SUDOKU = "1234567890"  # digits, but the first class is not 0


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    place = tmp_path_factory.mktemp("runs")
    names = {"letters": LETTERS, "words": WORDS, "sudoku": SUDOKU}
    return [run_of_classes(place / name, classes) for name, classes in names.items()]


@pytest.fixture(scope="module")
def visitor(folders: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    store = Corrections(str(tmp_path_factory.mktemp("collected") / "corrections.db"))
    app = build(service_of(*folders, "lenet5"), Policy(), store)
    with TestClient(app, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(
    ("model", "name"), [("letters", "c"), ("words", "two"), ("sudoku", "3"), ("lenet5", None)]
)
def test_other_classes_are_told_by_their_names(
    visitor: TestClient, two: NDArray[np.uint8], model: str, name: str | None
) -> None:
    told = {"digit": 2} if name is None else {"class": name}
    query = f"?model={model}"
    read = visitor.post(f"/v1/read{query}", content=TWO.read_bytes()).json()
    assert read["text"] == read["numbers"][0]["text"] == (name or "2")
    images = visitor.post(f"/v1/digits{query}", content=two.tobytes(), headers=OCTETS).json()
    layers = visitor.post(f"/v1/layers{query}", content=two.tobytes(), headers=OCTETS).json()
    for answer in (read["digits"][0], images["digits"][0], layers):
        assert {key: answer[key] for key in ("digit", "class") if key in answer} == told
        assert answer["probability"] == max(answer["probabilities"]) == answer["probabilities"][2]


def test_http_gives_what_python_gives_of_other_classes(
    visitor: TestClient, folders: list[Path]
) -> None:
    content = encode(rows_of("12 34", "5"))
    said = visitor.post("/v1/read?model=letters", content=content).json()
    expected = Reader(folders[0]).read(content).to_dict()
    assert {key: said[key] for key in expected if key != "picture"} == {
        key: value for key, value in expected.items() if key != "picture"
    }
    assert said["text"] == "bc de\nf"


def test_a_model_of_words_reads_one_in_each_picture(visitor: TestClient) -> None:
    said = visitor.post("/v1/read?model=words", content=encode(rows_of("12", "5"))).json()
    (word,) = said["digits"]
    assert said["text"] == said["numbers"][0]["text"] == word["class"]
    assert word["class"] in WORDS


def test_the_list_of_models_names_the_classes_in_their_order(visitor: TestClient) -> None:
    models = visitor.get("/v1/models").json()["models"]
    assert [model["classes"] for model in models[:2]] == [list(LETTERS), list(WORDS)]
    assert visitor.get("/v1/models/words/card").json()["classes"] == list(WORDS)


def test_corrections_are_only_of_the_ten_digits(
    visitor: TestClient, two: NDArray[np.uint8]
) -> None:
    sent = {"id": str(uuid.uuid4()), "image": two.tolist(), "truth": 2}
    for model in ("letters", "sudoku"):
        refused = visitor.post("/v1/corrections", json={**sent, "model": model})
        assert refused.status_code == 422
        assert error_of(refused) == (
            f"model {model} does not read the ten digits, which corrections are of"
        )
    assert visitor.get("/v1/corrections").json()["total"] == 0
    assert visitor.post("/v1/corrections", json={**sent, "model": "lenet5"}).status_code == 201


def test_the_description_names_digit_and_class(visitor: TestClient) -> None:
    schemas = visitor.get("/v1/openapi.json").json()["components"]["schemas"]
    for name in ("Digit", "ImageAnswer", "Layers"):
        assert {"digit", "class"} <= set(schemas[name]["properties"])
        assert not {"digit", "class"} & set(schemas[name]["required"])

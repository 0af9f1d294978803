"""The models that are served, and looking inside them."""

import base64
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from lenet import datasets
from lenet.errors import ModelError, UsageError
from lenet.evaluation import NONDIGITS, Change
from lenet.inspection.feature_maps import Layers
from lenet.reader import DEFAULT_MODEL
from lenet.run import EMBEDDING, HISTORY, LAYER_FACTS, LAYERS, MISTAKES, MODEL, Run
from lenet.server.app import build
from lenet.server.guard import Policy
from lenet.server.models import FIGURES, load_models
from services import OCTETS, error_of, service_of


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
    scores = json.loads(run.read("scores.json"))["test"]
    assert model["test"] == {
        "errors": 97,
        "total": 10_000,
        "interval": scores["interval"],
        "calibration_error": scores["calibration_error"],
        "calibration_bins": len(scores["calibration"]),
        "data": "mnist",
        "digest": run.manifest.data["test_digest"],
    }
    assert model["multiply_adds"] == 416_520
    layers = {layer["name"]: layer for layer in model["layers"]}
    assert (layers["C1"]["family"], layers["C1"]["kind"]) == ("convolution", "convolution 5×5")
    assert layers["C1"]["shape"] == [6, 28, 28]
    assert layers["S4"]["receptive"] == {"size": 16, "step": 4, "start": -2}
    assert layers["F6"]["receptive"] is None
    assert said["collect"] is False


def test_the_list_of_models_says_for_which_a_belief_was_fitted(tmp_path: Path) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("reader").folder, tmp_path / "exported-anew")))
    run.write(MODEL, Run.find("lenet5").read(MODEL))
    run.finish("done")
    service = service_of("reader", "lenet5", run.folder)
    said = TestClient(build(service, Policy()), base_url="http://localhost").get("/v1/models")
    assert {model["name"]: model["belief"] for model in said.json()["models"]} == {
        "reader": True, "lenet5": False, "exported-anew": False,
    }  # fmt: skip


def test_card_scores_and_kernels_are_those_of_the_run(client: TestClient) -> None:
    run = Run.find("lenet5")
    card = client.get("/v1/models/lenet5/card").json()
    assert card["recipe"]["data"] == ["mnist"]
    assert card["images"] == {"train": 54_000, "validation": 6_000, "test": 10_000}
    assert (card["scores"][0]["part"], card["scores"][0]["errors"]) == ("test", 97)
    assert (card["temperature"], card["rejection"], card["changes"]) == (None, None, [])
    assert card["weights"] == run.manifest.weights
    assert card["measured"]["conditions"][0] == {
        "name": "as they are", "errors": 24, "total": 2_000,
    }  # fmt: skip
    scores = client.get("/v1/models/lenet5/scores").json()
    assert scores == json.loads(run.read("scores.json"))
    kernels = client.get("/v1/models/lenet5/kernels").json()["layers"]
    assert [kernel["shape"] for kernel in kernels] == [[6, 1, 5, 5], [16, 6, 5, 5], [120, 16, 5, 5]]
    assert [len(kernel["bias"]) for kernel in kernels] == [6, 16, 120]


def test_a_card_tells_no_place_and_no_password(tmp_path: Path) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "tuned")))
    sources = ["mnist", "folder:/home/<me>/secret", "corrections:postgresql://me:secret@host/db"]
    recipe = run.recipe.with_changes({"data": sources, "start_from": "/home/secret/runs/reader-1"})
    told = [Change(source, 10, 5, 1) for source in (*sources, f"{sources[2]}{NONDIGITS}")]
    run.write("recipe.toml", recipe.to_toml().encode())
    run.write("finetuning.json", json.dumps([asdict(change) for change in told]).encode())
    run.finish("done")
    client = TestClient(
        build(service_of(tmp_path / "tuned"), Policy()), base_url="http://localhost"
    )
    said = client.get("/v1/models/tuned/card")
    card = said.json()
    assert card["recipe"]["data"] == ["mnist", "folder", "corrections"]
    assert card["recipe"]["start_from"] == "reader-1"
    assert [(change["source"], change["nondigits"]) for change in card["changes"]] == [
        ("mnist", False), ("folder", False), ("corrections", False), ("corrections", True),
    ]  # fmt: skip
    mistakes = client.get("/v1/models/tuned/mistakes")
    assert mistakes.json()["data"] == "mnist+folder+corrections"
    assert "secret" not in said.text + mistakes.text


def test_the_mistakes_come_from_the_run_without_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LENET_DATA", str(tmp_path))
    monkeypatch.setattr(datasets, "load", None)
    client = TestClient(build(service_of("lenet5"), Policy()), base_url="http://localhost")
    said = client.get("/v1/models/lenet5/mistakes").json()
    assert (said.pop("name"), said.pop("part"), said.pop("data")) == ("lenet5", "test", "mnist")
    wrong = said.pop("wrong")  # the run kept all of its mistakes, not yet this list
    assert said == json.loads(Run.find("lenet5").read(MISTAKES))
    assert wrong["index"] == sorted(mistake["index"] for mistake in said["mistakes"])
    for mistake in said["mistakes"]:
        place = wrong["index"].index(mistake["index"])
        assert (wrong["truth"][place], wrong["answer"][place]) == (
            mistake["truth"],
            mistake["answer"],
        )
    assert (said["errors"], said["total"], len(said["mistakes"])) == (97, 10_000, 97)


def test_an_older_run_that_kept_some_mistakes_does_not_claim_to_know_all(tmp_path: Path) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "older")))
    kept = json.loads(run.read(MISTAKES))
    kept["mistakes"] = kept["mistakes"][:50]
    run.write(MISTAKES, json.dumps(kept).encode())
    run.finish("done")
    client = TestClient(build(service_of(run.folder), Policy()), base_url="http://localhost")
    assert "wrong" not in client.get("/v1/models/older/mistakes").json()


def test_history_and_figures_are_those_of_the_run(quick_run: Run, both: TestClient) -> None:
    client = TestClient(build(service_of(quick_run.folder), Policy()), base_url="http://localhost")
    at = f"/v1/models/{quick_run.folder.name}"
    lines = quick_run.read(HISTORY).splitlines()
    assert client.get(f"{at}/history").json()["epochs"] == [json.loads(line) for line in lines]
    assert len(lines) == quick_run.recipe.epochs
    figures = client.get(f"{at}/figures").json()["figures"]
    assert [figure["name"] for figure in figures] == list(FIGURES)
    for figure in figures:
        content = base64.b64decode(figure["image"])
        assert content == quick_run.read(f"figures/{figure['name']}.png")
    for model in both.get("/v1/models").json()["models"]:
        assert "figures" not in model["has"]  # those that ship came without


@pytest.mark.parametrize("status", ["digit", "not_a_digit"])
def test_layers_say_what_reading_says_of_the_same_image(
    both: TestClient, two: NDArray[np.uint8], status: str
) -> None:
    image = two if status == "digit" else np.roll(two, 14, axis=1)  # its halves exchanged
    read = both.post("/v1/digits", content=image.tobytes(), headers=OCTETS).json()["digits"][0]
    layers = both.post("/v1/layers", content=image.tobytes(), headers=OCTETS).json()
    assert read["status"] == layers["status"] == status
    assert read["digit"] == layers["digit"]


def test_what_a_run_lacks_is_said_without_naming_its_place(tmp_path: Path) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "bare")))
    for name in (LAYER_FACTS, "README.md", "scores.json", MISTAKES, HISTORY, EMBEDDING):
        (run.folder / name).unlink()
    run.finish("done")
    client = TestClient(build(service_of(tmp_path / "bare"), Policy()), base_url="http://localhost")
    assert client.get("/v1/models").json()["models"][0]["has"] == ["card"]
    assert client.get("/v1/models/bare/card").json()["scores"] == []
    for what in ("scores", "mistakes", "history", "figures", "embedding", "kernels"):
        said = error_of(client.get(f"/v1/models/bare/{what}"))
        remedy = ": export it again with `lenet export RUN`" if what == "kernels" else ""
        assert said == f"model bare has no {what} on this machine{remedy}"
    layers = client.post("/v1/layers", content=bytes(784), headers=OCTETS)
    assert error_of(layers).startswith("model bare has no layers on this machine: export it again")


def test_files_that_are_altered_while_it_serves_change_nothing(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "mine"))
    client = TestClient(build(service_of(folder), Policy()), base_url="http://localhost")
    for name in ("README.md", "scores.json", LAYERS):
        (folder / name).write_bytes(b"altered")
    (model,) = client.get("/v1/models").json()["models"]
    assert (model["test"]["errors"], model["test"]["total"]) == (97, 10_000)
    assert len(model["layers"]) > 5
    for what in ("card", "scores", "kernels", "network"):
        assert client.get(f"/v1/models/mine/{what}").status_code == 200


@pytest.mark.parametrize(
    ("broken", "left"),
    [
        (LAYERS, ["card", "scores", "mistakes", "history", "embedding", "kernels", "network"]),
        (LAYER_FACTS, ["card", "scores", "mistakes", "history", "embedding"]),
    ],
)
def test_one_model_with_broken_layers_leaves_the_other_alone(
    tmp_path: Path, broken: str, left: list[str]
) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "mine")))
    run.write(broken, b"no network")
    run.finish("done")
    client = TestClient(
        build(service_of("lenet5", run.folder), Policy()), base_url="http://localhost"
    )
    said = client.get("/v1/models")
    assert said.status_code == 200
    good, bad = said.json()["models"]
    assert "layers" in good["has"]
    assert bad["has"] == left
    assert bool(bad["layers"]) == ("kernels" in left)
    refused = client.post("/v1/layers?model=mine", content=bytes(784), headers=OCTETS)
    assert refused.status_code == 404
    assert error_of(refused).startswith("model mine has no layers on this machine")


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
    with pytest.raises(ModelError, match="it does worse on some of its data .* --allow-regressed"):
        load_models([folder])
    assert list(load_models([folder], allow_regressed=True)) == ["worse"]
    shutil.copytree(Run.find("lenet5").folder, tmp_path / "lenet5")
    with pytest.raises(UsageError, match="two models are called lenet5: rename one"):
        load_models(["lenet5", tmp_path / "lenet5"])


def test_without_names_all_shipped_models_are_served_the_default_first() -> None:
    assert next(iter(load_models())) == DEFAULT_MODEL

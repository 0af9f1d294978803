import copy
import json
import shutil
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from command import complaint, run_lenet
from lenet.errors import DataError, ModelError
from lenet.experiment.exporting import TOLERANCE, export, prove, to_onnx
from lenet.experiment.plain_onnx import plain_onnx
from lenet.metrics.calibration import Calibration
from lenet.models import MODELS, build
from lenet.reader import Classifier
from lenet.run import LAYER_FACTS, LAYERS, MODEL, WEIGHTS, Run
from lenet.runtime import BATCH
from lenet.training import as_input

DIGITS = tuple("0123456789")


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 28, 28), np.uint8)


@pytest.mark.parametrize("n", [0, 1, 2, BATCH, BATCH + 1, 3 * BATCH])
def test_a_batch_of_any_size_is_answered_and_answers_do_not_depend_on_it(
    quick_run: Run, n: int
) -> None:
    classifier = Classifier(quick_run.read(MODEL))
    images = noise(n)
    found = classifier.probabilities(images)
    assert found.shape == (n, 10)
    assert np.allclose(found.sum(1), 1)
    for i in range(0, n, 97):
        assert np.allclose(found[i], classifier.probabilities(images[i : i + 1])[0], atol=1e-6)


def test_the_layers_file_gives_every_named_layer_as_torch_computes_it(quick_run: Run) -> None:
    from lenet import experiment

    network = experiment.load(quick_run.folder)
    session = onnxruntime.InferenceSession(quick_run.read(LAYERS))
    x = as_input(torch.from_numpy(noise(3)))
    found = session.run(None, {"images": x.numpy()})
    names = [output.name for output in session.get_outputs()]
    assert names == [*[name for name, _ in network.named_children()][:-1], "logits"]
    with torch.inference_mode():
        for layer, array in zip(network, found, strict=True):
            x = layer(x)
            assert np.allclose(x.numpy(), array, atol=1e-5)


def test_the_model_file_names_its_contract_but_not_its_machine(
    quick_run: Run,
) -> None:
    content = quick_run.read(MODEL)
    model = onnx.load_from_string(content)
    facts = {entry.key: entry.value for entry in model.metadata_props}
    assert facts == {"contract": "1", "classes": "\n".join(DIGITS), "temperature": "1.0"}
    assert [output.name for output in model.graph.output] == ["logits"]
    for word in (b"/home", b"/root", b"site-packages", b".py"):
        assert word not in content


PLAIN = {name for name in MODELS if name not in ("lenet5-1998", "resnet-small")}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_plain_networks_are_written_without_torchs_exporter(name: str) -> None:
    torch.manual_seed(0)
    model = build(name)
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
                layer.running_mean.normal_()  # type: ignore[union-attr]
                layer.running_var.uniform_(0.5, 2)  # type: ignore[union-attr]
    model.eval()
    written = plain_onnx(model)
    assert (written is not None) == (name in PLAIN)
    if written is None:
        return
    onnx.checker.check_model(written, full_check=True)
    session = onnxruntime.InferenceSession(written.SerializeToString())
    x = as_input(torch.from_numpy(noise(3)))
    found = session.run(None, {"images": x.numpy()})
    names = [output.name for output in session.get_outputs()]
    assert names == [*[each for each, _ in model.named_children()][:-1], "logits"]
    with torch.inference_mode():
        for layer, array in zip(model, found, strict=True):
            x = layer(x)
            assert np.allclose(x.numpy(), array, atol=1e-5, rtol=1e-5)


def test_a_layer_that_is_set_otherwise_is_not_written_plainly() -> None:
    for odd in (
        torch.nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"),
        torch.nn.BatchNorm2d(1, affine=False),
        torch.nn.AvgPool2d(2, divisor_override=3),
    ):
        chain: OrderedDict[str, torch.nn.Module] = OrderedDict(
            odd=odd, flat=torch.nn.Flatten(), output=torch.nn.LazyLinear(10)
        )
        model = torch.nn.Sequential(chain)
        model(torch.zeros(2, 1, 28, 28))
        assert plain_onnx(model) is None


def test_training_a_plain_network_loads_no_compiler_and_no_science() -> None:
    program = (
        "import sys; from lenet.cli import progress; from lenet import experiment;"
        "from lenet.experiment.exporting import to_onnx; from lenet.models import build;"
        "to_onnx(build('fast'), tuple('0123456789')); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"sklearn", "scipy", "matplotlib", "jinja2", "onnxscript", "torch._dynamo", "skimage"}
    assert not heavy & set(loaded)


def test_an_export_that_disagrees_is_refused() -> None:
    torch.manual_seed(0)
    model = build("lenet5")
    exported = to_onnx(model, DIGITS).model
    assert prove(exported, model, noise(50)) <= 1e-5
    other = copy.deepcopy(model)
    bias = list(other.parameters())[-1]
    with torch.no_grad():
        bias[3] += 0.01
    with pytest.raises(ModelError, match=r"disagrees with the trained one on \d+ of 50 digits"):
        prove(exported, other, noise(50))
    with torch.no_grad():
        bias[3] = torch.nan
    with pytest.raises(ModelError, match="it was not kept"):
        prove(exported, other, noise(50))


def test_temperature_changes_probabilities_but_no_answer() -> None:
    torch.manual_seed(0)
    model = build("lenet5")
    warm = Classifier(to_onnx(model, DIGITS, Calibration(2.0)).model)
    plain = Classifier(to_onnx(model, DIGITS).model)
    images = noise(20)
    assert (warm.logits(images) == plain.logits(images)).all()
    assert (warm.probabilities(images).max(1) < plain.probabilities(images).max(1)).all()


def test_exporting_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    to_onnx(build("lenet5"), DIGITS)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x01" * 100])
def test_what_is_no_model_is_one_clear_line(content: bytes) -> None:
    with pytest.raises(ModelError, match="the file is no ONNX model that lenet made"):
        Classifier(content)


def test_a_foreign_model_is_refused() -> None:
    identity = onnx.helper.make_node("Identity", ["x"], ["y"])
    value = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [identity],
        "g",
        [onnx.helper.make_tensor_value_info("x", value, ["n", 1, 28, 28])],
        [onnx.helper.make_tensor_value_info("y", value, ["n", 1, 28, 28])],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)])
    model.ir_version = 10
    with pytest.raises(ModelError, match="no ONNX model that lenet made"):
        Classifier(model.SerializeToString())
    for key, fact in {"contract": "1", "classes": "\n".join(DIGITS), "temperature": "1.0"}.items():
        model.metadata_props.add(key=key, value=fact)
    with pytest.raises(ModelError, match="no ONNX model that lenet made"):
        Classifier(model.SerializeToString())


@pytest.mark.parametrize(("key", "value"), [("temperature", "nan"), ("contract", "9")])
def test_a_model_with_impossible_facts_is_refused(quick_run: Run, key: str, value: str) -> None:
    model = onnx.load_from_string(quick_run.read(MODEL))
    next(entry for entry in model.metadata_props if entry.key == key).value = value
    with pytest.raises(ModelError, match="no ONNX model that lenet made"):
        Classifier(model.SerializeToString())


def copy_of(name: str, folder: Path, without: Sequence[str] = ()) -> Run:
    """A finished run of our own, as one made before it had some of its files."""
    run = Run.open(Path(shutil.copytree(Run.find(name).folder, folder)))
    for file in without:
        (run.folder / file).unlink()
    return run.finish("done")


def test_an_older_run_gets_its_layers_json_by_lenet_export(tmp_path: Path) -> None:
    run = copy_of("lenet5", tmp_path / "old", without=[LAYER_FACTS])
    with pytest.raises(ModelError, match=r"has no layers\.json: export it again: `lenet export "):
        run.read(LAYER_FACTS)
    done = run_lenet("export", run.folder, "--json", check=True)
    said = json.loads(done.stdout)
    assert said["run"] == str(run.folder)
    assert LAYER_FACTS in said["written"]
    assert said["largest_difference"] < TOLERANCE
    renewed, shipped = Run.open(run.folder), Run.find("lenet5")
    assert renewed.read(LAYER_FACTS) == shipped.read(LAYER_FACTS)
    assert set(renewed.manifest.files) == set(shipped.manifest.files)
    assert renewed.manifest.weights == shipped.manifest.weights
    for name in renewed.manifest.files:
        renewed.read(name)  # every digest fits


def test_exporting_again_keeps_temperature_threshold_and_answers(tmp_path: Path) -> None:
    run = copy_of("reader", tmp_path / "mine")
    before = Classifier(run.read(MODEL))
    (run.folder / LAYERS).write_bytes(b"altered")
    renewed = export(run.folder)
    assert LAYERS in renewed.written
    after = Classifier(renewed.run.read(MODEL))
    assert (after.temperature, after.rejection) == (before.temperature, before.rejection)
    assert before.temperature != 1
    assert before.rejection is not None
    images = noise(20)
    assert np.allclose(after.logits(images), before.logits(images), atol=1e-4)
    assert renewed.run.read(LAYERS) != b"altered"


def test_an_interrupted_export_leaves_a_run_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = copy_of("reader", tmp_path / "mine")
    files = {name: run.read(name) + b" " for name in (MODEL, LAYERS)}
    write = Run.write

    def fail(run: Run, name: str, content: bytes) -> None:
        if name == LAYERS:
            raise DataError("the disk is full")
        write(run, name, content)

    monkeypatch.setattr(Run, "write", fail)
    with pytest.raises(DataError, match="the disk is full"):
        run.replace(files)
    monkeypatch.undo()
    stopped = Run.open(run.folder)
    for name in files:
        with pytest.raises(ModelError, match=rf"has no {name}: export it again: `lenet export"):
            stopped.read(name)
    assert (run.folder / MODEL).read_bytes() == files[MODEL]
    renewed, written = stopped.replace(files)
    assert written == [LAYERS]
    assert {name: renewed.read(name) for name in files} == files
    assert Run.open(run.folder) == renewed


def test_a_run_that_has_no_model_is_not_exported(tmp_path: Path) -> None:
    for state, lacks, words in (
        ("training", [MODEL, WEIGHTS], "resume with `lenet train"),
        ("diverged", [MODEL], "its training diverged"),  # it keeps its last good weights
    ):
        stopped = copy_of("lenet5", tmp_path / state, without=lacks)
        manifest = stopped.manifest.model_copy(update={"state": state})
        stopped.write("run.json", manifest.model_dump_json().encode())
        with pytest.raises(ModelError, match=words):
            export(stopped.folder)
    lost = copy_of("reader", tmp_path / "lost", without=[MODEL])
    with pytest.raises(ModelError, match=r"no model\.onnx, which holds its temperature"):
        export(lost.folder)
    (lost.folder / WEIGHTS).write_bytes(b"altered")
    (lost.folder / MODEL).write_bytes(Run.find("reader").read(MODEL))
    with pytest.raises(ModelError, match=r"model\.safetensors was altered"):
        export(lost.folder)


def test_a_shipped_model_is_not_exported_in_its_place() -> None:
    done = run_lenet("export", "lenet5")
    assert done.returncode == 2
    assert complaint(done).startswith("lenet5 ships with lenet and stays as it is: copy ")

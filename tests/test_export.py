import copy

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from lenet.errors import ModelError
from lenet.experiment.export import prove, to_onnx
from lenet.metrics.calibration import Calibration
from lenet.models import build
from lenet.reader import Classifier
from lenet.run import LAYERS, MODEL, Run
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


def test_the_model_file_holds_the_contract_and_nothing_of_the_machine_it_was_made_on(
    quick_run: Run,
) -> None:
    content = quick_run.read(MODEL)
    model = onnx.load_from_string(content)
    facts = {entry.key: entry.value for entry in model.metadata_props}
    assert facts == {"contract": "1", "classes": "\n".join(DIGITS), "temperature": "1.0"}
    assert [output.name for output in model.graph.output] == ["logits"]
    for word in (b"/home", b"/root", b"site-packages", b".py"):
        assert word not in content


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
